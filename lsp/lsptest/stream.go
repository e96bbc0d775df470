package lsptest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Partial is one value of a streamed answer, as the wire contract has it. A
// pointer tells an absent member from an empty one.
type Partial struct {
	Seq   int                 `json:"seq"`
	Route *chat.RouteDecision `json:"route,omitzero"`
	Cache *chat.CacheInfo     `json:"cache,omitzero"`

	ConversationID string `json:"conversationId,omitzero"`

	Text     *string    `json:"text,omitzero"`
	Thinking *string    `json:"thinking,omitzero"`
	Step     *chat.Step `json:"step,omitzero"`
}

// Stream is a streamed answer as it comes in.
type Stream struct {
	call *Call

	// Guarded by the editor's mu.
	values         []Partial
	text, thinking strings.Builder
}

// Text is the answer so far.
func (s *Stream) Text() string {
	s.call.e.mu.Lock()
	defer s.call.e.mu.Unlock()
	return s.text.String()
}

// Values are the partial results so far.
func (s *Stream) Values() []Partial {
	s.call.e.mu.Lock()
	defer s.call.e.mu.Unlock()
	return append([]Partial(nil), s.values...)
}

// addLocked holds a value against the streaming rule and takes it.
func (s *Stream) addLocked(raw json.RawMessage) error {
	var p Partial
	if err := Strict(raw, &p); err != nil {
		return fmt.Errorf("partial result %.300s: %w", raw, err)
	}
	before := len(s.values)
	s.values = append(s.values, p)
	switch {
	case s.call.Over():
		return fmt.Errorf("partial result after the response: %.300s", raw)
	case p.Seq != before:
		return fmt.Errorf("partial result %d has the seq %d", before, p.Seq)
	case before == 0 && (p.Route == nil || p.Cache == nil):
		return fmt.Errorf("the first partial result has no route or no cache: %.300s", raw)
	case before > 0 && p.ConversationID != "":
		return fmt.Errorf("partial result %d names the conversation: %.300s", before, raw)
	case before > 0 && p.Cache != nil:
		return fmt.Errorf("partial result %d has a cache: %.300s", before, raw)
	case p.Route != nil && s.text.Len()+s.thinking.Len() > 0:
		return fmt.Errorf("partial result %d changes the route after text", before)
	}
	return s.pieceLocked(p)
}

// pieceLocked takes a value's one piece.
func (s *Stream) pieceLocked(p Partial) error {
	pieces := 0
	for _, has := range []bool{p.Route != nil, p.Text != nil, p.Thinking != nil, p.Step != nil} {
		if has {
			pieces++
		}
	}
	if pieces != 1 {
		return fmt.Errorf("partial result %d has %d of route, text, thinking and step", p.Seq, pieces)
	}
	if p.Text != nil {
		s.text.WriteString(*p.Text)
	}
	if p.Thinking != nil {
		s.thinking.WriteString(*p.Thinking)
	}
	return nil
}

// Work is one work-done progress.
type Work struct {
	Token  json.RawMessage
	Values []Report // guarded by the editor's mu until the end is among them
}

// Report is one value of a work-done progress.
type Report struct {
	Kind        string `json:"kind"`
	Title       string `json:"title"`
	Message     string `json:"message"`
	Cancellable bool   `json:"cancellable"`
}

// endedLocked reports whether the work is over.
func (w *Work) endedLocked() bool {
	return len(w.Values) > 0 && w.Values[len(w.Values)-1].Kind == "end"
}

// Widgets returns the progress widgets that the server created so far, in order.
func (e *Editor) Widgets() []*Work {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.widgets)
}

// WaitWork waits until a widget has been told that its work is over.
func (e *Editor) WaitWork(w *Work) {
	e.t.Helper()
	e.Until("the end of the progress "+string(w.Token), func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return w.endedLocked()
	})
}

// CancelWork presses a widget's cancel button, which is there once the work has begun.
func (e *Editor) CancelWork(w *Work) {
	e.t.Helper()
	e.Until("the begin of the progress "+string(w.Token), func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return len(w.Values) > 0
	})
	e.Notify("window/workDoneProgress/cancel", map[string]json.RawMessage{"token": w.Token})
}

// progress takes one $/progress.
func (e *Editor) progress(body json.RawMessage) {
	var m struct {
		Params struct{ Token, Value json.RawMessage }
	}
	if err := json.Unmarshal(body, &m); err != nil {
		e.breach("$/progress: %v", err)
		return
	}
	e.change(func() {
		if s := e.streams[string(m.Params.Token)]; s != nil {
			if err := s.addLocked(m.Params.Value); err != nil {
				e.breaches = append(e.breaches, err.Error())
			}
			return
		}
		if w := e.work[string(m.Params.Token)]; w != nil {
			var r Report
			if err := json.Unmarshal(m.Params.Value, &r); err != nil {
				e.breaches = append(e.breaches, err.Error())
			}
			w.Values = append(w.Values, r)
		}
	})
}
