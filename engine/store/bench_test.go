package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// BenchmarkUpcoming reads what the next question of a conversation is sent with, in
// a process that has read it before and in one that has not.
func BenchmarkUpcoming(b *testing.B) {
	for _, messages := range []int{10, 100, 1000} {
		path := somewhere(b)
		p := at(b, path)
		id := ""
		for i := range messages / 2 {
			id = p.ask(id, fmt.Sprintf("And what follows from %d? %s", i, strings.Repeat("Tell me more. ", 5)), strings.Repeat("word ", 20)).ConversationID
		}
		p.save()
		p.end()
		p = at(b, path, func(o *Options) { o.Now = func() time.Time { return time.Now().Add(time.Hour / 2) } })
		must(b, p.refresh(id))
		b.Run(fmt.Sprintf("known/%d", messages), func(b *testing.B) {
			for b.Loop() {
				if got := p.Upcoming(id); len(got.History) != messages {
					b.Fatal(len(got.History))
				}
			}
		})
		b.Run(fmt.Sprintf("new/%d", messages), func(b *testing.B) {
			for b.Loop() {
				p.mu.Lock()
				delete(p.all, id)
				p.mu.Unlock()
				if got := p.Upcoming(id); len(got.History) != messages {
					b.Fatal(len(got.History))
				}
			}
		})
	}
}
