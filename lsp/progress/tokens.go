package progress

import (
	"context"
	"strings"
	"sync"

	"go.lsp.dev/protocol"
)

// Tokens maps the tokens of running work to what cancels it. The zero value is
// ready; it is safe for concurrent use.
type Tokens struct {
	mu      sync.Mutex
	running map[string]context.CancelFunc // guarded by mu; by the token's JSON
}

// Add registers cancel under a token and returns what removes it again. A nil
// token is registered nowhere.
func (t *Tokens) Add(token protocol.LSPAny, cancel context.CancelFunc) (remove func()) {
	if len(token) == 0 {
		return func() {}
	}
	name := string(token)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running == nil {
		t.running = map[string]context.CancelFunc{}
	}
	t.running[name] = cancel
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.running, name)
	}
}

// Cancel cancels the work with a token; a token that names none is ignored: the
// work may just have ended.
func (t *Tokens) Cancel(token protocol.LSPAny) {
	t.mu.Lock()
	cancel := t.running[string(token)]
	t.mu.Unlock()
	if cancel != nil {
		cancel()
	}
}

// Valid reports whether token is a progress token: a string or an integer.
func Valid(token protocol.LSPAny) bool {
	if len(token) == 0 {
		return false
	}
	return token[0] == '"' || !strings.ContainsAny(string(token), ".eE") && strings.ContainsRune("-0123456789", rune(token[0]))
}
