package complete

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// ErrStale is the end of a question that a newer one about the same document made
// useless.
var ErrStale = errors.New("a newer question took its place")

// Debounce is how long typing must rest before a model is asked. It is about the
// time between two strokes of a quick typist (100 words a minute are 120 ms).
const Debounce = 75 * time.Millisecond

// Fill asks a model for what stands between a gap's prefix and its suffix.
type Fill func(ctx context.Context, g chat.Gap) (string, error)

// Question is a place in a document.
type Question struct {
	Document string // names it
	Text     string
	At       int  // byte offset
	Invoked  bool // asked for by a person, who does not type meanwhile: there is no waiting
	// Chosen is what the editor's own menu has selected, in place of the text from
	// From to the cursor; "" for nothing. A suggestion begins with it.
	Chosen string
	From   int
}

// maxRemembered is how many suggestions are kept for those who type along one.
const maxRemembered = 64

// Completer suggests. The zero value is ready; it is safe for concurrent use.
type Completer struct {
	mu      sync.Mutex
	running map[string]*asked // guarded by mu; by document
	recent  []suggestion      // guarded by mu; the oldest first
}

// asked is a question that is under way.
type asked struct{ cancel context.CancelCauseFunc }

// suggestion is what was suggested at a place.
type suggestion struct {
	document, before, after string
	text                    string
}

// Suggest returns what to insert at the cursor, "" for nothing. With Chosen, it
// replaces the text from From to the cursor, and begins with Chosen.
func (c *Completer) Suggest(ctx context.Context, q Question, fill Fill) (string, error) {
	ctx, end := c.begin(ctx, q.Document)
	defer end()
	text, at := q.Text, q.At
	if q.Chosen != "" { // ask as if it had been taken
		text, at = q.Text[:q.From]+q.Chosen+q.Text[q.At:], q.From+len(q.Chosen)
	}
	before, after := Window(text, at)
	if s, ok := c.along(q.Document, before, after); ok {
		return q.Chosen + s, nil
	}
	if !q.Invoked {
		if err := rest(ctx); err != nil {
			return "", err
		}
	}
	raw, err := fill(ctx, chat.Gap{Prefix: before, Suffix: after, MaxTokens: maxTokens(after)})
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return "", err
	}
	s := Trim(raw, before, after)
	if s == "" {
		return "", nil
	}
	c.remember(suggestion{q.Document, before, after, s})
	return q.Chosen + s, nil
}

// maxTokens bounds what is asked for: a line in the middle of one, else a block.
func maxTokens(after string) int {
	if rest, _, _ := strings.Cut(after, "\n"); strings.TrimSpace(rest) != "" {
		return 48
	}
	return 192
}

// begin makes the document's question before this one stale.
func (c *Completer) begin(ctx context.Context, document string) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	me := &asked{cancel}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == nil {
		c.running = map[string]*asked{}
	}
	if old := c.running[document]; old != nil {
		old.cancel(ErrStale)
	}
	c.running[document] = me
	return ctx, func() {
		cancel(nil)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.running[document] == me {
			delete(c.running, document)
		}
	}
}

// rest waits until typing has rested.
func rest(ctx context.Context) error {
	timer := time.NewTimer(Debounce)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// along returns the rest of a suggestion that someone is typing along.
func (c *Completer) along(document, before, after string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.recent) - 1; i >= 0; i-- {
		s := c.recent[i]
		if s.document != document || s.after != after {
			continue
		}
		typed, ok := strings.CutPrefix(before, s.before)
		if !ok {
			continue
		}
		if left, ok := strings.CutPrefix(s.text, typed); ok && left != "" {
			return left, true
		}
	}
	return "", false
}

func (c *Completer) remember(s suggestion) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.recent) == maxRemembered {
		c.recent = append(c.recent[:0:0], c.recent[1:]...)
	}
	c.recent = append(c.recent, s)
}
