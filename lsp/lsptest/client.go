package lsptest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// incoming is any message of the server's.
type incoming struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *WireError      `json:"error"`
}

// received takes one message from the server. It never waits.
func (e *Editor) received(body json.RawMessage) {
	if err := e.session.FromServer(body); err != nil {
		e.breach("%v in %.500s", err, body)
	}
	var m incoming
	if err := json.Unmarshal(body, &m); err != nil {
		e.breach("a message that is no JSON: %v", err)
		return
	}
	e.change(func() { e.log = append(e.log, Message{FromServer: true, Method: m.Method, ID: m.ID, Body: body}) })
	switch {
	case m.Method == "":
		e.response(m)
	case m.ID != nil:
		e.request(m)
	case m.Method == "$/progress":
		e.progress(body)
	case strings.HasPrefix(m.Method, "rigrun/"):
		if err := CheckParams(m.Method, m.Params); err != nil {
			e.breach("%v", err)
		}
	}
}

// response completes a call.
func (e *Editor) response(m incoming) {
	e.mu.Lock()
	c := e.calls[string(m.ID)]
	delete(e.calls, string(m.ID))
	e.mu.Unlock()
	if c == nil {
		return // the session has judged it already
	}
	if m.Error == nil {
		if err := checkAnswer(c, m.Result); err != nil {
			e.breach("%v", err)
		}
	}
	e.change(func() {
		c.result, c.err = m.Result, m.Error
		close(c.over)
	})
	if c.then != nil {
		c.then()
	}
}

// request answers a request of the server's as the client would.
func (e *Editor) request(m incoming) {
	if slices.Contains(e.opts.Mute, m.Method) || slices.Contains(e.opts.Loses, m.Method) && len(e.Received(m.Method)) == 1 {
		return
	}
	var able bool
	var result any = json.RawMessage("null")
	switch m.Method {
	case "workspace/configuration":
		able, result = e.able.Workspace.Configuration, e.configuration(m.Params)
	case "client/registerCapability", "client/unregisterCapability":
		able = e.registers(m.Params)
	case "window/workDoneProgress/create":
		able = e.able.Window.WorkDoneProgress
		e.createWork(m.Params)
	case "window/showDocument":
		able, result = e.able.Window.ShowDocument.Support, map[string]bool{"success": true}
		e.showDocument(m.Params)
	case "workspace/applyEdit":
		able, result = e.able.Workspace.ApplyEdit, e.applyEdit(m.Params)
	case "workspace/textDocumentContent/refresh":
		able = e.able.Workspace.TextDocumentContent != nil
		e.refresh(m.Params)
	default:
		e.breach("the client does not know the request %s", m.Method)
		e.reply(envelope{ID: m.ID, Error: &WireError{Code: -32601, Message: "unknown"}})
		return
	}
	if !able {
		e.breach("the client's capabilities do not announce %s", m.Method)
	}
	e.reply(envelope{ID: m.ID, Result: encode(result)})
}

// registers reports whether the client takes all of these registrations.
func (e *Editor) registers(params json.RawMessage) bool {
	type registration struct{ Method string }
	var p struct{ Registrations, Unregisterations []registration } // misspelt so in the protocol
	if json.Unmarshal(params, &p) != nil {
		return false
	}
	all := slices.Concat(p.Registrations, p.Unregisterations)
	for _, r := range all {
		switch r.Method {
		case "workspace/didChangeConfiguration":
			if !e.able.Workspace.DidChangeConfiguration.DynamicRegistration {
				return false
			}
		case "textDocument/inlineCompletion":
			if !e.able.TextDocument.InlineCompletion.DynamicRegistration {
				return false
			}
		case "textDocument/completion":
			if !e.able.TextDocument.Completion.DynamicRegistration {
				return false
			}
		default:
			return false
		}
	}
	return len(all) > 0
}

func (e *Editor) reply(m envelope) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.queueLocked(m)
}

// configuration answers for each section that is asked for.
func (e *Editor) configuration(params json.RawMessage) any {
	var p struct {
		Items []struct{ Section, ScopeURI string }
	}
	if err := json.Unmarshal(params, &p); err != nil {
		e.breach("workspace/configuration: %v", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	out := make([]any, len(p.Items))
	for i, item := range p.Items {
		switch {
		case item.Section != "rigrun":
		case item.ScopeURI != "" && e.opts.FolderSettings != nil:
			out[i] = e.opts.FolderSettings
		case e.settings != nil:
			out[i] = maps.Clone(e.settings)
		}
	}
	return out
}

// Configure changes the user's settings and tells the server as the client does:
// one that answers workspace/configuration says that something changed, any
// other sends the settings along.
func (e *Editor) Configure(settings map[string]any) {
	e.mu.Lock()
	e.settings = maps.Clone(settings)
	e.mu.Unlock()
	if e.able.Workspace.Configuration {
		e.Notify("workspace/didChangeConfiguration", map[string]any{"settings": nil})
		return
	}
	e.Notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"rigrun": settings}})
}

func (e *Editor) createWork(params json.RawMessage) {
	var p struct{ Token json.RawMessage }
	if err := json.Unmarshal(params, &p); err != nil {
		e.breach("window/workDoneProgress/create: %v", err)
	}
	e.change(func() {
		w := &Work{Token: p.Token}
		e.work[string(p.Token)] = w
		e.widgets = append(e.widgets, w)
	})
}

// showDocument notes what is shown; a document of our own scheme is read from
// the server.
func (e *Editor) showDocument(params json.RawMessage) {
	var p struct{ URI string }
	if err := json.Unmarshal(params, &p); err != nil {
		e.breach("window/showDocument: %v", err)
	}
	e.change(func() { e.shown = append(e.shown, p.URI) })
	if strings.HasPrefix(p.URI, "rigrun:") {
		e.readPage(p.URI)
	}
}

func (e *Editor) refresh(params json.RawMessage) {
	var p struct{ URI string }
	if err := json.Unmarshal(params, &p); err != nil {
		e.breach("workspace/textDocumentContent/refresh: %v", err)
	}
	e.readPage(p.URI)
}

// page is the text of a shown document, and the request that brought it.
type page struct {
	id   int
	text string
}

// readPage asks for a document of our own scheme, and keeps its text.
func (e *Editor) readPage(uri string) {
	e.change(func() { e.reading++ })
	var c *Call
	c = e.send("workspace/textDocumentContent", map[string]string{"uri": uri}, func() {
		defer e.change(func() { e.reading-- })
		var r struct{ Text string }
		if c.err != nil || json.Unmarshal(c.result, &r) != nil {
			if e.closing.Load() {
				return // it crossed the end of the session
			}
			e.breach("workspace/textDocumentContent %s: %v %.200s", uri, c.err, c.result)
			return
		}
		e.change(func() {
			// Responses may overtake each other; what was asked for last is the newest.
			if c.ID > e.pages[uri].id {
				e.pages[uri] = page{c.ID, r.Text}
			}
		})
	})
}

// Shown are the URIs of the documents the server had shown, in order.
func (e *Editor) Shown() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.shown)
}

// Page is the text of a shown document of our own scheme, once every reading of
// such documents that has begun is over.
func (e *Editor) Page(uri string) string {
	e.t.Helper()
	e.Until("the text of "+uri, func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.reading == 0
	})
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pages[uri].text
}
