package ollama_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/backend/ollama"
	"github.com/rigrun/rigrun-lsp/engine/backend/transport"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
)

// levels keeps the level of what passed the door.
type levels struct {
	door.Unwitnessed
	mu     sync.Mutex
	passed []chat.Level
}

func (l *levels) Passed(p door.Passage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passed = append(l.passed, p.Level)
}

// TestDoorIsTold holds that the door learns a prompt's level, and that of texts.
func TestDoorIsTold(t *testing.T) {
	s := backendtest.Ollama(t, backendtest.Script{})
	l := &levels{}
	tr := transport.New(door.New(door.Rules{}, nil, l), transport.Options{})
	t.Cleanup(tr.CloseIdle)
	c, err := ollama.New(s.URL, tr, ollama.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := prompt("tiny")
	p.Level = chat.Secret
	if _, err := c.Chat(t.Context(), p, &backendtest.Recorder{}); err != nil {
		t.Error(err)
	}
	_, _ = c.Embed(t.Context(), chat.CUI, "tiny", []string{"a"}) // the server may not embed
	if !slices.Contains(l.passed, chat.Secret) || l.passed[len(l.passed)-1] != chat.CUI {
		t.Errorf("%v", l.passed)
	}
}
