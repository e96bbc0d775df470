package lsptest

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Message is one message that passed, in either direction.
type Message struct {
	FromServer bool
	Method     string          // "" for a response
	ID         json.RawMessage // nil for a notification
	Body       json.RawMessage // the whole of it
}

// Params decodes the message's params.
func (m Message) Params(into any) error {
	var body struct{ Params json.RawMessage }
	if err := json.Unmarshal(m.Body, &body); err != nil {
		return fmt.Errorf("decode the message: %w", err)
	}
	return json.Unmarshal(body.Params, into)
}

// Messages returns what passed so far, in order.
func (e *Editor) Messages() []Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.log)
}

// Received returns the messages with a method that the server sent so far.
func (e *Editor) Received(method string) []Message {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []Message
	for _, m := range e.log {
		if m.FromServer && m.Method == method {
			out = append(out, m)
		}
	}
	return out
}

// WindowMessages are the texts of window/showMessage so far.
func (e *Editor) WindowMessages() []string {
	var out []string
	for _, m := range e.Received("window/showMessage") {
		var p struct{ Message string }
		if err := m.Params(&p); err != nil {
			e.breach("window/showMessage: %v", err)
		}
		out = append(out, p.Message)
	}
	return out
}

// change runs f under the lock and wakes everyone in Until.
func (e *Editor) change(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f()
	e.wakeLocked()
}

// wakeLocked wakes everyone in Until.
func (e *Editor) wakeLocked() {
	close(e.changed)
	e.changed = make(chan struct{})
}

func (e *Editor) breach(format string, args ...any) {
	e.change(func() { e.breaches = append(e.breaches, fmt.Sprintf(format, args...)) })
}

// Until waits until cond holds, looking at it again after each message; it ends
// the test when that takes too long. what says what is waited for.
func (e *Editor) Until(what string, cond func() bool) {
	e.t.Helper()
	e.until(what, cond, e.t.FailNow)
}

func (e *Editor) until(what string, cond func() bool, fail func()) {
	e.t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	ended := e.ended
	for {
		e.mu.Lock()
		changed := e.changed
		e.mu.Unlock()
		if cond() {
			return
		}
		select {
		case <-changed:
		case <-ended:
			ended = nil // look once more, then only at messages that were under way
		case <-timer.C:
			e.t.Errorf("waited in vain for %s; breaches so far: %q", what, e.Breaches())
			fail()
			return
		}
	}
}
