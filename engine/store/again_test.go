package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// still opens the conversations of a file without what writes in the background:
// the test says when something is written.
func still(t testing.TB, path string, now func() time.Time) *process {
	p := at(t, path, func(o *Options) {
		o.Now = now
		o.Hide = func(text string) string { return strings.ReplaceAll(text, "secret", "PLACEHOLDER") }
	})
	p.writer.awake = true
	return p
}

// wholly is Upcoming with all of the conversation read from the file.
func (p *process) wholly(id string) Before {
	set := func(n int64) (was int64) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if c := p.all[id]; c != nil {
			was, c.known = c.known, n
		}
		return was
	}
	was := set(0)
	defer set(was)
	return p.Upcoming(id)
}

// lives are what random processes do to random conversations.
type lives struct {
	*testing.T
	r         *rand.Rand
	path      string
	now       time.Time
	processes []*process
	ids       []string
	open      []*Turn // answers that still stream
	part      int     // how often only a part was read
}

func (l *lives) clock() time.Time { return l.now }

// step does one thing.
func (l *lives) step(n int) {
	p := l.processes[l.r.IntN(len(l.processes))]
	id := ""
	if len(l.ids) > 0 && l.r.IntN(12) > 0 {
		id = l.ids[l.r.IntN(len(l.ids))]
	}
	switch k := l.r.IntN(24); {
	case k < 10:
		l.ask(p, id, n)
	case k < 13 && len(l.open) > 0:
		say(l.open[l.r.IntN(len(l.open))], fmt.Sprint("more ", n, " "))
	case k == 13 && len(l.open) > 0:
		i := l.r.IntN(len(l.open))
		l.end(l.open[i])
		l.open = append(l.open[:i], l.open[i+1:]...)
	case k < 18:
		p.save()
	case k == 18:
		_ = p.Summarise(id, 2*(1+l.r.IntN(6)), fmt.Sprint("secret summary ", n)) // it may not fit
	case k == 19:
		l.branch(p, id)
	case k == 20:
		l.restart()
	case k == 21:
		p.Configure(Settings{Enabled: l.r.IntN(3) > 0})
	case k == 22 && l.r.IntN(4) == 0:
		_ = p.Delete(id) // it may be gone
	case k == 23:
		_, _ = p.Rename(id, fmt.Sprint("title ", n))
	}
	l.now = l.now.Add([]time.Duration{time.Second, time.Minute, 2 * time.Hour}[l.r.IntN(3)])
}

// ask asks something that is answered, stopped, refused, marked, or goes on.
func (l *lives) ask(p *process, id string, n int) {
	req := chat.Request{ConversationID: id, Message: fmt.Sprint("secret question ", n)}
	if l.r.IntN(40) == 0 {
		req.Classification = chat.CUI
	}
	sealed := ""
	if l.r.IntN(30) == 0 {
		sealed = "it holds .env"
	}
	turn, err := p.Begin(req, "rendered "+req.Message, sealed)
	if errors.Is(err, ErrNotFound) {
		return
	}
	must(l.T, err)
	if id == "" {
		l.ids = append(l.ids, turn.ConversationID)
	}
	turn.SetRoute(chat.RouteDecision{Model: "m", Classification: req.Classification})
	if l.r.IntN(5) == 0 {
		turn.SetPrompt("a part of secret question " + fmt.Sprint(n))
	}
	if l.r.IntN(6) > 0 {
		say(turn, fmt.Sprint("secret answer ", n, " "))
	}
	if l.open = append(l.open, turn); l.r.IntN(3) > 0 {
		l.end(turn)
		l.open = l.open[:len(l.open)-1]
	}
}

func (l *lives) end(turn *Turn) {
	var end stream.End
	if l.r.IntN(4) == 0 {
		end.Err = errors.New("stopped")
	}
	must(l.T, turn.Close(end))
	turn.SetCache(chat.CacheInfo{Hit: chat.HitNone}, "entry")
	turn.Spent(0.1)
}

// branch goes on from an answer.
func (l *lives) branch(p *process, id string) {
	c, err := p.Get(id)
	if err != nil {
		return
	}
	b, err := p.Branch(id, c.Messages[2*l.r.IntN(len(c.Messages)/2)+1].MessageID)
	must(l.T, err)
	l.ids = append(l.ids, b.ConversationID)
}

// restart ends a process; what it was just answering is as dead as after a kill.
func (l *lives) restart() {
	i := l.r.IntN(len(l.processes))
	gone := l.processes[i]
	for j := len(l.open) - 1; j >= 0; j-- {
		if l.open[j].store == gone.Conversations {
			l.open = append(l.open[:j], l.open[j+1:]...)
		}
	}
	gone.Configure(Settings{Enabled: l.r.IntN(2) > 0}) // else what is not written is lost
	gone.end()
	l.processes[i] = still(l.T, l.path, l.clock)
}

// compare wants what was read in part to be what is read as a whole.
func (l *lives) compare(n int) {
	for i, p := range l.processes {
		for _, id := range l.ids {
			if has, _ := p.has(id); has.known > 0 {
				l.part++
			}
			if diff := cmp.Diff(p.wholly(id), p.Upcoming(id)); diff != "" {
				l.Fatalf("after step %d, process %d, conversation %s: the whole and what was added to what was known differ:\n%s", n, i, id, diff)
			}
		}
	}
}

// TestWhatIsReadAgain has processes do all they can to conversations in one file,
// and compares after each step, in each of them, what the next question would be
// sent with: as it is when all is read, and when only that is read which may have
// changed.
func TestWhatIsReadAgain(t *testing.T) {
	part := 0
	for seed := range uint64(6) {
		l := &lives{T: t, r: rand.New(rand.NewPCG(seed, 1)), path: somewhere(t), now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}
		for range 3 {
			l.processes = append(l.processes, still(t, l.path, l.clock))
		}
		for n := range 120 {
			l.step(n)
			if len(l.ids) > 4 {
				l.ids = l.ids[1:]
			}
			l.compare(n)
		}
		for _, turn := range l.open {
			_ = turn.Close(stream.End{})
		}
		part += l.part
	}
	if part < 1000 {
		t.Errorf("only %d times something was known: the test compares nothing", part)
	}
}
