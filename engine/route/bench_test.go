package route

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// question2K is a question of 2 KB in prose, the longest that people type.
func question2K() string {
	const prose = "Our service loses about one update in ten thousand when the cache is refreshed while an invalidation arrives; " +
		"the log shows error code 37 at store.go:214 and then nothing for 250 ms. "
	return strings.Repeat(prose, 1+2048/len(prose))[:2048]
}

// BenchmarkDecide decides about a question of 2 KB, and about one with 300 lines of code besides.
func BenchmarkDecideLocal(b *testing.B) {
	for _, bc := range []struct {
		name string
		req  chat.Request
	}{
		{"2KB", chat.Request{Message: question2K()}},
		{"2KB+300lines", chat.Request{Message: question2K(), Context: []chat.ContextItem{{Text: code(300, 4)}}}},
		{"short", chat.Request{Message: "what is a slice"}},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				DecideLocal(bc.req, Settings{}, Candidate{Backend: "ollama", Model: "m", Address: "127.0.0.1:11434"})
			}
		})
	}
}
