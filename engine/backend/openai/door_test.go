package openai_test

import (
	"sync"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/openai"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
)

// record keeps what passed the door, and which rule refused.
type record struct {
	mu      sync.Mutex
	passed  []door.Passage
	refused []string
}

func (l *record) Passed(p door.Passage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passed = append(l.passed, p)
}

func (l *record) Refused(_ door.Passage, v *door.Violation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused = append(l.refused, v.Rule)
}

// TestDoorIsTold holds that the door learns the role from the tier alone, and
// the level from the prompt.
func TestDoorIsTold(t *testing.T) {
	for tier, role := range map[string]door.Role{"": door.Local, chat.TierLocal: door.Local, chat.TierCloud: door.Cloud, "cheap": door.Cloud} {
		s := backendtest.OpenAI(t, backendtest.Script{})
		u, err := transport.Base(s.URL, "")
		if err != nil {
			t.Fatal(err)
		}
		l := &record{}
		rules := door.Rules{CloudHost: transport.Address(u)}
		tr := transport.New(door.New(rules, func(string) []string { return nil }, l), transport.Options{})
		t.Cleanup(tr.CloseIdle)
		c, err := openai.New(s.URL, tr, openai.Options{Tier: tier})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Chat(t.Context(), prompt("tiny"), &backendtest.Recorder{}); err != nil {
			t.Errorf("tier %q: %v", tier, err)
		}
		confined := prompt("tiny")
		confined.Level = chat.CUI
		_, err = c.Chat(t.Context(), confined, &backendtest.Recorder{})
		_, embedErr := c.Embed(t.Context(), chat.Secret, "tiny", []string{"a"})
		if role == door.Cloud {
			if chat.KindOf(err) != chat.Policy || chat.KindOf(embedErr) != chat.Policy || len(l.passed) != 1 || len(l.refused) != 2 {
				t.Errorf("tier %q: %v, %v, refused %v", tier, err, embedErr, l.refused)
			}
		} else if err != nil || len(l.refused) != 0 || l.passed[1].Level != chat.CUI || l.passed[2].Level != chat.Secret {
			t.Errorf("tier %q: %v, %+v", tier, err, l.passed)
		}
		if p := l.passed[0]; p.Role != role || p.Model != "tiny" || p.Bytes == 0 {
			t.Errorf("tier %q: %+v", tier, p)
		}
	}
}
