package metamodel

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Session checks one connection's messages as they pass. It may be used from
// several goroutines; each side's messages are handed in in the order in which
// they were sent.
type Session struct {
	model  *Model
	custom []string // prefixes of methods beyond the specification

	mu      sync.Mutex
	pending map[string]string   // by side and id: the method that waits for a response
	partial map[string]string   // by token: the method whose parts the progress carries
	work    map[string]workDone // by token: how far a piece of work is reported
}

// workDone is the state of one work-done progress.
type workDone int

const (
	given workDone = iota
	begun
	ended
)

// NewSession returns a Session for a new connection. Methods that start with one
// of the prefixes ("rigrun/") are the caller's own: their JSON-RPC frame is
// checked, their contents are not.
func NewSession(m *Model, prefixes ...string) *Session {
	return &Session{
		model:   m,
		custom:  prefixes,
		pending: map[string]string{},
		partial: map[string]string{},
		work:    map[string]workDone{},
	}
}

// message is any JSON-RPC message. A pointer tells an absent member from null.
type message struct {
	Version string           `json:"jsonrpc"`
	ID      json.RawMessage  `json:"id"`
	Method  *string          `json:"method"`
	Params  json.RawMessage  `json:"params"`
	Result  *json.RawMessage `json:"result"`
	Error   *json.RawMessage `json:"error"`
}

// FromClient checks a message that the client sent, without its header.
func (s *Session) FromClient(raw []byte) error { return s.from(clientToServer, raw) }

// FromServer checks a message that the server sent, without its header.
func (s *Session) FromServer(raw []byte) error { return s.from(serverToClient, raw) }

func (s *Session) from(dir direction, raw []byte) error {
	var msg message
	if err := json.Unmarshal(raw, &msg); err != nil {
		return fmt.Errorf("message: %w", err)
	}
	if msg.Version != "2.0" {
		return fmt.Errorf("message: jsonrpc is %q, not \"2.0\"", msg.Version)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case msg.Method == nil:
		return s.response(dir, msg, raw)
	case msg.ID == nil:
		return s.notification(dir, *msg.Method, msg.Params)
	}
	return s.request(dir, *msg.Method, msg)
}

func (s *Session) request(dir direction, name string, msg message) error {
	if err := checkID(msg.ID); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	key := string(dir) + string(msg.ID)
	if other, twice := s.pending[key]; twice {
		return fmt.Errorf("%s: the id %s still belongs to %s", name, msg.ID, other)
	}
	s.pending[key] = name
	s.noteTokens(name, msg.Params)
	if s.isCustom(name) {
		return nil
	}
	if of := s.model.requests[name]; of != nil && !of.allows(dir) {
		return fmt.Errorf("%s: sent %s", name, dir)
	}
	return s.model.Request(name, msg.Params)
}

// response is checked against the request of the other side that has its id.
func (s *Session) response(dir direction, msg message, raw []byte) error {
	key := string(dir.opposite()) + string(msg.ID)
	name, asked := s.pending[key]
	if !asked {
		if string(msg.ID) == "null" && msg.Error != nil {
			return s.model.Error(*msg.Error) // the answer to a message that could not be read
		}
		return fmt.Errorf("response: nothing was asked with the id %s", msg.ID)
	}
	delete(s.pending, key)
	hasResult := json.Valid(raw) && hasMember(raw, "result")
	switch {
	case msg.Error != nil && hasResult:
		return fmt.Errorf("%s: the response has a result and an error", name)
	case msg.Error != nil:
		return s.model.Error(*msg.Error)
	case !hasResult:
		return fmt.Errorf("%s: the response has neither result nor error", name)
	case s.isCustom(name):
		return nil
	case msg.Result == nil:
		return s.model.Result(name, json.RawMessage("null"))
	}
	return s.model.Result(name, *msg.Result)
}

func (s *Session) notification(dir direction, name string, params json.RawMessage) error {
	if name == "$/progress" {
		return s.progress(params)
	}
	if s.isCustom(name) {
		return nil
	}
	if of := s.model.notifications[name]; of != nil && !of.allows(dir) {
		return fmt.Errorf("%s: sent %s", name, dir)
	}
	return s.model.Notification(name, params)
}

// progress checks a value by what its token was given out for.
func (s *Session) progress(params json.RawMessage) error {
	if err := s.model.Notification("$/progress", params); err != nil {
		return err
	}
	var p struct{ Token, Value json.RawMessage }
	if err := json.Unmarshal(params, &p); err != nil {
		return fmt.Errorf("$/progress: %w", err)
	}
	token := string(p.Token)
	if name, ok := s.partial[token]; ok {
		if s.isCustom(name) {
			return nil
		}
		return s.model.PartialResult(name, p.Value)
	}
	state, ok := s.work[token]
	if !ok {
		return fmt.Errorf("$/progress: nobody gave out the token %s", token)
	}
	if err := s.model.WorkDone(p.Value); err != nil {
		return err
	}
	next, err := state.after(p.Value)
	s.work[token] = next
	return err
}

// after holds reports to their order: one begin, reports, one end.
func (w workDone) after(value json.RawMessage) (workDone, error) {
	var report struct{ Kind string }
	if err := json.Unmarshal(value, &report); err != nil {
		return w, fmt.Errorf("$/progress value: %w", err)
	}
	switch {
	case report.Kind == "begin" && w == given:
		return begun, nil
	case report.Kind == "report" && w == begun:
		return begun, nil
	case report.Kind == "end" && w == begun:
		return ended, nil
	}
	return w, fmt.Errorf("$/progress: %q comes out of order", report.Kind)
}

// noteTokens remembers the tokens that a request gives out.
func (s *Session) noteTokens(name string, params json.RawMessage) {
	var tokens struct {
		PartialResultToken json.RawMessage `json:"partialResultToken"`
		WorkDoneToken      json.RawMessage `json:"workDoneToken"`
		Token              json.RawMessage `json:"token"`
	}
	if json.Unmarshal(params, &tokens) != nil {
		return // no object: the check of the params says so
	}
	if tokens.PartialResultToken != nil {
		s.partial[string(tokens.PartialResultToken)] = name
	}
	if tokens.WorkDoneToken != nil {
		s.work[string(tokens.WorkDoneToken)] = given
	}
	if name == "window/workDoneProgress/create" && tokens.Token != nil {
		s.work[string(tokens.Token)] = given
	}
}

// Unanswered lists the methods of the client's requests that have no response
// yet, in no particular order.
func (s *Session) Unanswered() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for key, name := range s.pending {
		if strings.HasPrefix(key, string(clientToServer)) {
			names = append(names, name)
		}
	}
	return names
}

func (s *Session) isCustom(name string) bool {
	for _, prefix := range s.custom {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func (of *method) allows(dir direction) bool { return of.Direction == "both" || of.Direction == dir }

func (d direction) opposite() direction {
	if d == clientToServer {
		return serverToClient
	}
	return clientToServer
}

// checkID accepts what LSP allows as an id: a string or an integer, not null.
func checkID(raw json.RawMessage) error {
	v, err := decode(raw)
	if err != nil {
		return fmt.Errorf("id: %w", err)
	}
	if _, ok := v.(string); ok {
		return nil
	}
	if bad := base(at{"id"}, "integer", v); bad != nil {
		return errors.New(bad.Error())
	}
	return nil
}

// hasMember tells an absent member from one that is null.
func hasMember(raw []byte, name string) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return false
	}
	_, ok := members[name]
	return ok
}
