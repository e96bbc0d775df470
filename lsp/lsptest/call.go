package lsptest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// WireError is the error member of a response.
type WireError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Error gives the code and the message.
func (e *WireError) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Message) }

// Call is a request of the editor's.
type Call struct {
	ID     int
	Method string

	// Stream and Work follow the tokens the request gave out, nil without.
	Stream *Stream
	Work   *Work

	e    *Editor
	sent time.Time
	then func() // run by the reader when the response has come, nil for nothing

	// Guarded by e.mu until over is closed.
	over   chan struct{}
	result json.RawMessage
	err    *WireError
}

// tokens are what a request may give out.
type tokens struct {
	PartialResultToken json.RawMessage `json:"partialResultToken"`
	WorkDoneToken      json.RawMessage `json:"workDoneToken"`
}

// Send sends a request and returns at once. params may be raw JSON.
func (e *Editor) Send(method string, params any) *Call { return e.send(method, params, nil) }

func (e *Editor) send(method string, params any, then func()) *Call {
	raw := encode(params)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lastID++
	c := &Call{ID: e.lastID, Method: method, e: e, sent: time.Now(), then: then, over: make(chan struct{})}
	e.calls[strconv.Itoa(c.ID)] = c
	var given tokens
	if json.Unmarshal(raw, &given) == nil {
		c.Stream, c.Work = e.followLocked(c, given)
	}
	e.queueLocked(envelope{ID: json.RawMessage(strconv.Itoa(c.ID)), Method: method, Params: raw})
	return c
}

// followLocked begins to follow the tokens of a request.
func (e *Editor) followLocked(c *Call, given tokens) (s *Stream, w *Work) {
	if given.PartialResultToken != nil {
		s = &Stream{call: c}
		e.streams[string(given.PartialResultToken)] = s
	}
	if given.WorkDoneToken != nil {
		w = &Work{Token: given.WorkDoneToken}
		e.work[string(given.WorkDoneToken)] = w
	}
	return s, w
}

// envelope is any message of the editor's.
type envelope struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *WireError      `json:"error,omitempty"`
}

// queueLocked records and checks a message and queues it for the writer.
func (e *Editor) queueLocked(m envelope) {
	m.Version = "2.0"
	body := encode(m)
	e.log = append(e.log, Message{Method: m.Method, ID: m.ID, Body: body})
	if err := e.session.FromClient(body); err != nil {
		e.breaches = append(e.breaches, "the editor's own message: "+err.Error())
	}
	e.out.add(frame(body))
}

func encode(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	if raw, ok := v.(json.RawMessage); ok {
		return raw
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // a test's own values
	}
	return raw
}

// Notify sends a notification. params may be raw JSON.
func (e *Editor) Notify(method string, params any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.queueLocked(envelope{Method: method, Params: encode(params)})
}

// Call sends a request, waits for its response and returns the result; an error
// response ends the test.
func (e *Editor) Call(method string, params any) json.RawMessage {
	e.t.Helper()
	result, err := e.Send(method, params).Wait()
	if err != nil {
		e.t.Fatalf("%s: %v %s", method, err, err.Data)
	}
	return result
}

// Refuse sends a request that must fail and returns the error.
func (e *Editor) Refuse(method string, params any) *WireError {
	e.t.Helper()
	result, err := e.Send(method, params).Wait()
	if err == nil {
		e.t.Fatalf("%s succeeded with %.300s", method, result)
	}
	return err
}

// Over reports whether the response has come.
func (c *Call) Over() bool {
	select {
	case <-c.over:
		return true
	default:
		return false
	}
}

// Wait waits for the response. A server that ends without one ends the test.
func (c *Call) Wait() (json.RawMessage, *WireError) {
	c.e.t.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-c.over:
	case <-timer.C:
		c.e.t.Fatalf("%s (id %d) was not answered within %v; breaches: %q", c.Method, c.ID, patience, c.e.Breaches())
	}
	return c.result, c.err
}

// Cancel sends $/cancelRequest for the request.
func (c *Call) Cancel() { c.e.Notify("$/cancelRequest", map[string]int{"id": c.ID}) }
