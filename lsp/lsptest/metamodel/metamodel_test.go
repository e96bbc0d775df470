package metamodel

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// trial is one message and what the check must say of it.
type trial struct {
	name string
	json string
	want string // part of the error, "" for a right message
}

func try(t *testing.T, check func(json.RawMessage) error, trials []trial) {
	t.Helper()
	for _, c := range trials {
		t.Run(c.name, func(t *testing.T) {
			err := check(json.RawMessage(c.json))
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && err == nil:
				t.Errorf("accepted, want an error with %q", c.want)
			case c.want != "" && !strings.Contains(err.Error(), c.want):
				t.Errorf("the error is %q, want one with %q", err, c.want)
			}
		})
	}
}

// TestModelIsWhole guards against a description that was read only in part.
func TestModelIsWhole(t *testing.T) {
	m := Load(t)
	if len(m.requests) < 60 || len(m.notifications) < 20 || len(m.structures) < 300 || len(m.enumerations) < 30 {
		t.Errorf("%d requests, %d notifications, %d structures, %d enumerations", len(m.requests), len(m.notifications), len(m.structures), len(m.enumerations))
	}
	for _, name := range []string{"initialize", "textDocument/inlineCompletion", "workspace/textDocumentContent", "$/progress"} {
		if !m.Knows(name) {
			t.Errorf("%s is not known", name)
		}
	}
	if m.Knows("rigrun/chat") {
		t.Error("a custom method is known")
	}
	if m.Request("rigrun/chat", nil) == nil || m.Result("rigrun/chat", nil) == nil || m.Notification("rigrun/chat", nil) == nil {
		t.Error("a custom method passes")
	}
}

// TestReferencesResolve follows every type expression of the description: a name
// that leads nowhere would be an error only when a message comes by.
func TestReferencesResolve(t *testing.T) {
	m := Load(t)
	var follow func(where string, ty *typ)
	follow = func(where string, ty *typ) {
		if ty == nil {
			return
		}
		if ty.kind == "reference" && m.structures[ty.name] == nil && m.enumerations[ty.name] == nil && m.aliases[ty.name] == nil {
			t.Errorf("%s: no type %s", where, ty.name)
		}
		follow(where, ty.element)
		follow(where, ty.key)
		for i := range ty.items {
			follow(where, &ty.items[i])
		}
		for i := range ty.properties {
			follow(where, &ty.properties[i].Type)
		}
	}
	for name, s := range m.structures {
		for i := range s.Properties {
			follow(name+"."+s.Properties[i].Name, &s.Properties[i].Type)
		}
	}
	for name, a := range m.aliases {
		follow(name, a)
	}
	for _, methods := range []map[string]*method{m.requests, m.notifications} {
		for name, of := range methods {
			for _, ty := range []*typ{of.Params, of.Result, of.PartialResult, of.RegistrationOptions} {
				follow(name, ty)
			}
		}
	}
}

const position = `{"line":0,"character":2}`

func TestRequest(t *testing.T) {
	m := Load(t)
	try(t, func(raw json.RawMessage) error { return m.Request("textDocument/hover", raw) }, []trial{
		{"right", `{"textDocument":{"uri":"file:///a.go"},"position":` + position + `}`, ""},
		{"with a token", `{"textDocument":{"uri":"file:///a.go"},"position":` + position + `,"workDoneToken":7}`, ""},
		{"token is an object", `{"textDocument":{"uri":"file:///a.go"},"position":` + position + `,"workDoneToken":{}}`, "workDoneToken"},
		{"no position", `{"textDocument":{"uri":"file:///a.go"}}`, `"position" is missing`},
		{"negative line", `{"textDocument":{"uri":"file:///a.go"},"position":{"line":-1,"character":0}}`, "position.line"},
		{"fraction", `{"textDocument":{"uri":"file:///a.go"},"position":{"line":1.5,"character":0}}`, "position.line"},
		{"beyond 31 bits", `{"textDocument":{"uri":"file:///a.go"},"position":{"line":2147483648,"character":0}}`, "position.line"},
		{"a line as a string", `{"textDocument":{"uri":"file:///a.go"},"position":{"line":"1","character":0}}`, "not a number"},
		{"path instead of URI", `{"textDocument":{"uri":"/a.go"},"position":` + position + `}`, "textDocument.uri"},
		{"unknown property", `{"textDocument":{"uri":"file:///a.go","version":1},"position":` + position + `}`, `"version" is unknown`},
		{"property twice", `{"textDocument":{"uri":"file:///a.go"},"position":` + position + `,"position":` + position + `}`, "given twice"},
		{"null for a structure", `{"textDocument":null,"position":` + position + `}`, "textDocument: null is not an object"},
		{"array", `[]`, "not an object"},
		{"absent", ``, "absent"},
		{"cut", `{"textDocument":`, "EOF"},
		{"followed by something", `{} {}`, "followed"},
	})
}

func TestRequestWithoutParams(t *testing.T) {
	m := Load(t)
	try(t, func(raw json.RawMessage) error { return m.Request("shutdown", raw) }, []trial{
		{"absent", ``, ""}, {"null", ` null `, ""}, {"empty", `{ }`, ""}, {"something", `{"now":true}`, "has no params"},
	})
}

// TestResult covers unions, enumerations open and closed, literals, maps and
// inherited properties.
func TestResult(t *testing.T) {
	m := Load(t)
	for method, trials := range map[string][]trial{
		"initialize": {
			{"small", `{"capabilities":{},"serverInfo":{"name":"x"}}`, ""},
			{"sync as a number", `{"capabilities":{"textDocumentSync":2}}`, ""},
			{"sync as an object", `{"capabilities":{"textDocumentSync":{"openClose":true,"change":2,"save":{"includeText":false}}}}`, ""},
			{"sync beyond its values", `{"capabilities":{"textDocumentSync":3}}`, "textDocumentSync"},
			{"own encoding", `{"capabilities":{"positionEncoding":"utf-7"}}`, ""},
			{"free experimental", `{"capabilities":{"experimental":{"rigrun":{"status":true}}}}`, ""},
			{"unknown provider", `{"capabilities":{"chatProvider":true}}`, `"chatProvider" is unknown`},
			{"inherited", `{"capabilities":{"executeCommandProvider":{"commands":["a"],"workDoneProgress":true}}}`, ""},
			{"deep in a union", `{"capabilities":{"executeCommandProvider":{"commands":[1]}}}`, "executeCommandProvider.commands.0"},
			{"name missing", `{"capabilities":{},"serverInfo":{"version":"1"}}`, `"name" is missing`},
		},
		"textDocument/codeAction": {
			{"none", `null`, ""},
			{"a command and an action", `[{"title":"a","command":"c","arguments":[{"free":[1]}]},{"title":"b","kind":"refactor.rewrite.own","tags":[1],"data":{"x":null}}]`, ""},
			{"tag beyond its values", `[{"title":"b","tags":[2]}]`, "0.tags.0"},
			{"an edit's text as a number", `[{"title":"b","edit":{"changes":{"file:///a":[{"range":{"start":` + position + `,"end":` + position + `},"newText":1}]}}}]`, "newText"},
			{"a map's key is no URI", `[{"title":"b","edit":{"changes":{"a.go":[]}}}]`, "edit.changes.a.go"},
			{"annotated", `[{"title":"b","edit":{"changeAnnotations":{"n":{"label":"l","needsConfirmation":true}},"documentChanges":[{"textDocument":{"uri":"file:///a","version":null},"edits":[{"range":{"start":` + position + `,"end":` + position + `},"newText":"","annotationId":"n"}]}]}}]`, ""},
			{"created and deleted", `[{"title":"b","edit":{"documentChanges":[{"kind":"create","uri":"file:///a"},{"kind":"delete","uri":"file:///b"}]}}]`, ""},
			{"unknown operation", `[{"title":"b","edit":{"documentChanges":[{"kind":"copy","uri":"file:///a"}]}}]`, "documentChanges.0"},
		},
		"textDocument/hover": {
			{"markup", `{"contents":{"kind":"markdown","value":"x"},"range":{"start":` + position + `,"end":` + position + `}}`, ""},
			{"marked string", `{"contents":{"language":"go","value":"x"}}`, ""},
			{"closed kind", `{"contents":{"kind":"html","value":"x"}}`, "contents"},
		},
	} {
		t.Run(method, func(t *testing.T) {
			try(t, func(raw json.RawMessage) error { return m.Result(method, raw) }, trials)
		})
	}
}

func TestNotification(t *testing.T) {
	m := Load(t)
	for method, trials := range map[string][]trial{
		"$/progress": {
			{"free value", `{"token":"t","value":{"seq":0,"route":{}}}`, ""},
			{"begin", `{"token":1,"value":{"kind":"begin","title":"x","cancellable":true,"percentage":100}}`, ""},
			{"begin without title", `{"token":1,"value":{"kind":"begin"}}`, `"title" is missing`},
			{"own kind", `{"token":1,"value":{"kind":"token","text":"x"}}`, "value"},
			{"report with a title", `{"token":1,"value":{"kind":"report","title":"x"}}`, `"title" is unknown`},
			{"no value", `{"token":1}`, `"value" is missing`},
			{"token null", `{"token":null,"value":1}`, "token"},
		},
		"textDocument/didChange": {
			{"part", `{"textDocument":{"uri":"file:///a","version":2},"contentChanges":[{"range":{"start":` + position + `,"end":` + position + `},"text":"x"}]}`, ""},
			{"whole", `{"textDocument":{"uri":"file:///a","version":2},"contentChanges":[{"text":"x"}]}`, ""},
			{"text missing", `{"textDocument":{"uri":"file:///a","version":2},"contentChanges":[{"range":{"start":` + position + `,"end":` + position + `}}]}`, "contentChanges.0"},
		},
		"window/showMessage": {
			{"right", `{"type":1,"message":"x"}`, ""},
			{"type beyond its values", `{"type":9,"message":"x"}`, "type"},
		},
	} {
		t.Run(method, func(t *testing.T) {
			try(t, func(raw json.RawMessage) error { return m.Notification(method, raw) }, trials)
		})
	}
}

func TestError(t *testing.T) {
	m := Load(t)
	try(t, m.Error, []trial{
		{"right", `{"code":-32803,"message":"m","data":{"kind":"timeout"}}`, ""},
		{"code as a string", `{"code":"x","message":"m"}`, "code"},
		{"no message", `{"code":1}`, `"message" is missing`},
		{"extra", `{"code":1,"message":"m","hint":"h"}`, `"hint" is unknown`},
	})
}

func TestRegistrations(t *testing.T) {
	m := Load(t)
	register := func(raw json.RawMessage) error {
		return m.Request("client/registerCapability", fmt.Appendf(nil, `{"registrations":[%s]}`, raw))
	}
	try(t, register, []trial{
		{"right", `{"id":"1","method":"workspace/didChangeWatchedFiles","registerOptions":{"watchers":[{"globPattern":"**/*.go"}]}}`, ""},
		{"configuration", `{"id":"1","method":"workspace/didChangeConfiguration","registerOptions":{"section":"rigrun"}}`, ""},
		{"options misspelt", `{"id":"1","method":"workspace/didChangeWatchedFiles","registerOptions":{"watcher":[]}}`, "registration of"},
		{"unknown method", `{"id":"1","method":"rigrun/chat"}`, "cannot be registered"},
	})
}

// step is one message of a conversation: "c" from the client, "s" from the server.
type step struct{ from, json string }

func play(t *testing.T, steps []step) error {
	t.Helper()
	s := NewSession(Load(t), "rigrun/")
	for i, st := range steps {
		check := s.FromClient
		if st.from == "s" {
			check = s.FromServer
		}
		if err := check([]byte(st.json)); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

// TestSession plays whole conversations, right and wrong.
func TestSession(t *testing.T) {
	const (
		chat     = `{"jsonrpc":"2.0","id":1,"method":"rigrun/chat","params":{"message":"x","partialResultToken":"p","workDoneToken":"w"}}`
		part     = `{"jsonrpc":"2.0","method":"$/progress","params":{"token":"p","value":{"seq":0}}}`
		begin    = `{"jsonrpc":"2.0","method":"$/progress","params":{"token":"w","value":{"kind":"begin","title":"x"}}}`
		end      = `{"jsonrpc":"2.0","method":"$/progress","params":{"token":"w","value":{"kind":"end"}}}`
		answer   = `{"jsonrpc":"2.0","id":1,"result":{"finishReason":"stop"}}`
		shutdown = `{"jsonrpc":"2.0","id":2,"method":"shutdown"}`
	)
	for name, c := range map[string]struct {
		steps []step
		want  string
	}{
		"a chat":                 {[]step{{"c", chat}, {"s", begin}, {"s", part}, {"s", end}, {"s", answer}, {"c", shutdown}, {"s", `{"jsonrpc":"2.0","id":2,"result":null}`}}, ""},
		"ids may come again":     {[]step{{"c", chat}, {"s", answer}, {"c", chat}, {"s", answer}}, ""},
		"both sides use one id":  {[]step{{"c", shutdown}, {"s", `{"jsonrpc":"2.0","id":2,"method":"workspace/workspaceFolders"}`}, {"c", `{"jsonrpc":"2.0","id":2,"result":null}`}, {"s", `{"jsonrpc":"2.0","id":2,"result":null}`}}, ""},
		"id in use":              {[]step{{"c", chat}, {"c", chat}}, "still belongs"},
		"id null":                {[]step{{"c", `{"jsonrpc":"2.0","id":null,"method":"shutdown"}`}}, "id"},
		"unreadable answered":    {[]step{{"s", `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}`}}, ""},
		"answer to nothing":      {[]step{{"s", answer}}, "nothing was asked"},
		"answered twice":         {[]step{{"c", chat}, {"s", answer}, {"s", answer}}, "nothing was asked"},
		"empty response":         {[]step{{"c", chat}, {"s", `{"jsonrpc":"2.0","id":1}`}}, "neither result nor error"},
		"result and error":       {[]step{{"c", chat}, {"s", `{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":"m"}}`}}, "a result and an error"},
		"bad result":             {[]step{{"c", shutdown}, {"s", `{"jsonrpc":"2.0","id":2,"result":true}`}}, "shutdown result"},
		"no version":             {[]step{{"c", `{"id":2,"method":"shutdown"}`}}, "jsonrpc"},
		"wrong direction":        {[]step{{"s", `{"jsonrpc":"2.0","id":2,"method":"shutdown"}`}}, "sent serverToClient"},
		"unknown method":         {[]step{{"s", `{"jsonrpc":"2.0","method":"window/beep"}`}}, "no such notification"},
		"token from nowhere":     {[]step{{"s", part}}, "nobody gave out"},
		"end before begin":       {[]step{{"c", chat}, {"s", end}}, "out of order"},
		"begun twice":            {[]step{{"c", chat}, {"s", begin}, {"s", begin}}, "out of order"},
		"reported after its end": {[]step{{"c", chat}, {"s", begin}, {"s", end}, {"s", end}}, "out of order"},
		"free value as work":     {[]step{{"c", chat}, {"s", strings.Replace(part, `"p"`, `"w"`, 1)}}, "value"},
		"created token":          {[]step{{"s", `{"jsonrpc":"2.0","id":9,"method":"window/workDoneProgress/create","params":{"token":"w"}}`}, {"s", begin}}, ""},
		"partial of the spec":    {[]step{{"c", `{"jsonrpc":"2.0","id":3,"method":"workspace/symbol","params":{"query":"","partialResultToken":"p"}}`}, {"s", part}}, "partial result"},
		"not JSON":               {[]step{{"c", `{`}}, "message"},
	} {
		t.Run(name, func(t *testing.T) {
			err := play(t, c.steps)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestUnanswered lists what a server owes.
func TestUnanswered(t *testing.T) {
	s := NewSession(Load(t))
	if err := s.FromClient([]byte(`{"jsonrpc":"2.0","id":"a","method":"shutdown"}`)); err != nil {
		t.Fatal(err)
	}
	if got := s.Unanswered(); len(got) != 1 || got[0] != "shutdown" {
		t.Errorf("%v, want shutdown", got)
	}
}

func FuzzSession(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`))
	f.Add([]byte(`{"jsonrpc":"2.0","method":"$/progress","params":{"token":1,"value":{"kind":"begin"}}}`))
	m := Load(f)
	f.Fuzz(func(_ *testing.T, raw []byte) {
		s := NewSession(m)
		_ = s.FromClient(raw) // any answer is fine; a crash is not
		_ = s.FromServer(raw)
	})
}
