package lsp_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/doctor"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// protocolFile documents the wire for authors of clients. Its form, as far as
// the tests here know it:
//
//	### `rigrun/chat`             one heading for each method and command of lsp/ext
//	<!-- exchange: rigrun/chat --> stands below it, before a fenced block of JSON:
//	```json
//	{"params": …, "progress": [ … ], "result": …}
//	```
//	<!-- settings -->             stands before a table with a row for each setting
//
// `go test ./lsp -run TestProtocolDocument -update` writes what stands below the
// markers anew: the exchanges from a live session, the table from the schema. A
// command's params are its one argument.
const protocolFile = "../docs/protocol.md"

// exchange is one recorded request: what was asked, what streamed, what came back.
type exchange struct {
	Params   json.RawMessage   `json:"params"`
	Progress []json.RawMessage `json:"progress,omitempty"`
	Result   json.RawMessage   `json:"result"` // not of a notification
}

// protocolText reads the document with "\n" line ends.
func protocolText(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile(protocolFile)
	if err != nil {
		t.Fatalf("the wire is not documented: %v", err)
	}
	return strings.ReplaceAll(string(raw), "\r\n", "\n")
}

// declaredNames reads the values of the constants in lsp/ext whose names begin
// with Method or Command.
func declaredNames(t *testing.T) []string {
	t.Helper()
	files, err := parser.ParseDir(token.NewFileSet(), "ext", nil, parser.SkipObjectResolution) //nolint:staticcheck // one folder without build tags
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files["ext"].Files {
		ast.Inspect(f, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != len(spec.Names) {
				return true
			}
			for i, name := range spec.Names {
				literal, ok := spec.Values[i].(*ast.BasicLit)
				if ok && (strings.HasPrefix(name.Name, "Method") || strings.HasPrefix(name.Name, "Command")) {
					value, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					names = append(names, value)
				}
			}
			return true
		})
	}
	slices.Sort(names)
	return names
}

// TestShapes keeps the table of shapes complete: without one, a method's contents
// would not be checked.
func TestShapes(t *testing.T) {
	names := declaredNames(t)
	if len(names) < 10 {
		t.Fatalf("only %q are declared in lsp/ext", names)
	}
	shapes := lsptest.Shapes()
	for _, name := range names {
		if _, ok := shapes[name]; !ok {
			t.Errorf("%s is declared in lsp/ext and has no shape in lsp/lsptest", name)
		}
		delete(shapes, name)
	}
	for name := range shapes {
		t.Errorf("%s has a shape in lsp/lsptest and is not declared in lsp/ext", name)
	}
}

var protocolHeading = regexp.MustCompile("(?m)^### `(rigrun[/.][^`]+)`")

// TestProtocolDocument holds the document against the code.
func TestProtocolDocument(t *testing.T) {
	noLeaks(t)
	live := record(t)
	if *update {
		text := writeSettings(writeExchanges(protocolText(t), live))
		if err := os.WriteFile(protocolFile, []byte(text), 0o644); err != nil { //nolint:gosec // a document for everyone
			t.Fatal(err)
		}
	}
	t.Run("headings", testHeadings)
	t.Run("exchanges", func(t *testing.T) { testExchanges(t, live) })
	t.Run("settings", testSettings)
}

// testHeadings holds the headings against the declarations, both ways.
func testHeadings(t *testing.T) {
	var headings []string
	for _, m := range protocolHeading.FindAllStringSubmatch(protocolText(t), -1) {
		if slices.Contains(headings, m[1]) {
			t.Errorf("%s has two headings", m[1])
		}
		headings = append(headings, m[1])
	}
	declared := declaredNames(t)
	for _, name := range declared {
		if !slices.Contains(headings, name) {
			t.Errorf("%s is declared in lsp/ext and has no heading \"### `%s`\"", name, name)
		}
	}
	for _, name := range headings {
		if !slices.Contains(declared, name) {
			t.Errorf("%s has a heading and is not declared in lsp/ext", name)
		}
	}
}

var protocolExchange = regexp.MustCompile("(?s)<!-- exchange: ([^ ]+) -->\n+```json\n(.*?)```\n")

// testExchanges holds each exchange in the document against the Go types and
// against what a live session says now.
func testExchanges(t *testing.T, live map[string]string) {
	for _, name := range declaredNames(t) {
		if _, ok := live[name]; !ok {
			t.Errorf("%s is never exchanged by the recorded session: extend record", name)
		}
	}
	text := protocolText(t)
	seen := map[string]bool{}
	for _, m := range protocolExchange.FindAllStringSubmatch(text, -1) {
		name, block := m[1], m[2]
		seen[name] = true
		checkExchange(t, name, block)
		if recorded, ok := live[name]; ok && block != recorded {
			t.Errorf("%s: the document's exchange is not what is exchanged now:\n%s\nrun: go test ./lsp -run TestProtocolDocument -update", name, recorded)
		}
	}
	for _, name := range declaredNames(t) {
		if !seen[name] {
			t.Errorf("%s: no exchange below a marker \"<!-- exchange: %s -->\"", name, name)
		}
	}
}

// checkExchange holds one block against the types of its method.
func checkExchange(t *testing.T, name, block string) {
	t.Helper()
	var x exchange
	d := json.NewDecoder(strings.NewReader(block))
	d.DisallowUnknownFields()
	if err := d.Decode(&x); err != nil {
		t.Errorf("%s: the exchange: %v", name, err)
		return
	}
	if err := lsptest.CheckParams(name, x.Params); err != nil {
		t.Error(err)
	}
	if err := lsptest.CheckResult(name, x.Result); err != nil {
		t.Error(err)
	}
	for i, raw := range x.Progress {
		var p lsptest.Partial
		if err := lsptest.Strict(raw, &p); err != nil || p.Seq != i {
			t.Errorf("%s: partial result %d: %v", name, i, err)
		}
	}
}

// writeExchanges returns the text with the recorded blocks below their markers. A
// marker without a block gets one.
func writeExchanges(text string, live map[string]string) string {
	bare := regexp.MustCompile("(<!-- exchange: [^ ]+ -->\n)\n*(```json\n)?")
	text = bare.ReplaceAllStringFunc(text, func(m string) string {
		if strings.HasSuffix(m, "```json\n") {
			return m
		}
		return bare.FindStringSubmatch(m)[1] + "```json\n```\n\n"
	})
	return protocolExchange.ReplaceAllStringFunc(text, func(m string) string {
		name := protocolExchange.FindStringSubmatch(m)[1]
		if live[name] == "" {
			return m
		}
		return "<!-- exchange: " + name + " -->\n```json\n" + live[name] + "```\n"
	})
}

var protocolSettings = regexp.MustCompile("<!-- settings -->\n+((?:\\|.*\n)*)")

// writeSettings returns the text with the table of settings below its marker.
func writeSettings(text string) string {
	return protocolSettings.ReplaceAllLiteralString(text, "<!-- settings -->\n"+settingsTable())
}

// settingsTable is the schema as a table.
func settingsTable() string {
	var b strings.Builder
	b.WriteString("| key | type | default | what it does |\n|---|---|---|---|\n")
	for _, k := range config.Schema() {
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | %s |\n", k.Name, strings.ReplaceAll(k.Type, "|", `\|`), k.Default, k.Doc)
	}
	return b.String()
}

// testSettings wants the table of settings to be the schema's.
func testSettings(t *testing.T) {
	m := protocolSettings.FindStringSubmatch(protocolText(t))
	if m == nil {
		t.Fatal("no marker \"<!-- settings -->\"")
	}
	if m[1] != settingsTable() {
		t.Errorf("the table of settings is not the schema's; run: go test ./lsp -run TestProtocolDocument -update\n%s", settingsTable())
	}
}

// record plays a session that exchanges every method and command, and returns
// each exchange as the document shows it: the same bytes every time.
func record(t *testing.T) map[string]string {
	t.Helper()
	model := backendtest.Ollama(t, backendtest.Script{
		Answers: []backendtest.Answer{{
			backendtest.Think("A sum."), backendtest.Text("It adds two numbers."), backendtest.End("stop", 142, 7),
		}},
		Models: []backendtest.Model{{Name: "qwen2.5-coder:7b", Size: 4683087332, Context: 32768, Loaded: true, Capabilities: []string{"completion", "insert"}}},
	})
	r := &recorder{t: t, e: lsptest.Start(t, lsptest.Options{URL: model.URL, Settings: customActions()}), blocks: map[string]string{}}
	r.write("sum.go", "package sum\n")
	r.write("sub/subtract.go", "package sub\n")
	doc := r.e.Open("sum.go", "go", "package sum\n\nfunc add(a, b int) int {\n\treturn a + b\n}\n")
	selection := map[string]any{"kind": "selection", "uri": doc.URI, "range": doc.Lines(3, 5)}
	question := map[string]any{"message": "What does it do?", "action": "explain", "context": []any{selection}}

	r.exchange("rigrun/route", question)
	r.exchange("rigrun/context/preview", question)
	question["partialResultToken"], question["workDoneToken"] = "answer-1", "work-1"
	chatted := r.exchange("rigrun/chat", question)
	r.exchange("rigrun/models", map[string]any{})
	r.exchange("rigrun/stats", map[string]any{})
	r.exchange("rigrun/context/complete", map[string]any{"text": "what calls @file:su", "offset": 19})
	r.exchange("rigrun/feedback", map[string]any{"messageId": chatted["messageId"], "rating": "good"})
	r.exchange("rigrun/cache/clear", map[string]any{})
	r.exchange("rigrun/edit/propose", map[string]any{
		"uri": doc.URI, "range": doc.Lines(3, 5), "text": "```go\nfunc add(a, b int) int {\n\treturn b + a\n}\n```\n",
	})
	r.exchange("rigrun/doctor", map[string]any{})
	id := map[string]any{"conversationId": chatted["conversationId"]}
	r.exchange("rigrun/conversations/list", map[string]any{"limit": 20})
	r.exchange("rigrun/conversations/get", id)
	r.exchange("rigrun/conversations/search", map[string]any{"query": "two numb", "limit": 5})
	r.exchange("rigrun/conversations/export", map[string]any{"conversationId": chatted["conversationId"], "format": "markdown"})
	r.exchange("rigrun/conversations/branch", map[string]any{
		"conversationId": chatted["conversationId"], "messageId": chatted["messageId"],
	})
	r.exchange("rigrun/conversations/rename", map[string]any{"conversationId": chatted["conversationId"], "title": "Adding"})
	r.exchange("rigrun/conversations/delete", id)
	place := map[string]any{"uri": doc.URI, "range": doc.Lines(3, 5)}
	for _, name := range []string{"rigrun.explain", "rigrun.refactor", "rigrun.document", "rigrun.tests", "rigrun.review"} {
		r.command(name, place)
	}
	r.command("rigrun.fix", map[string]any{"uri": doc.URI, "range": doc.Lines(3, 5), "diagnostics": []any{map[string]any{
		"range": doc.Lines(4, 4), "severity": 2, "source": "vet", "message": "the sum may overflow",
	}}})
	r.command("rigrun.action", map[string]any{"action": "simplify", "uri": doc.URI, "range": doc.Lines(3, 5)})
	r.command("rigrun.send", map[string]any{"uri": r.e.Open("notes.rigrun.md", "markdown", "What is a goroutine?\n").URI})
	r.command("rigrun.ask", map[string]any{"message": "What is a goroutine?"})
	r.status()
	r.entry(model.URL)
	return r.blocks
}

// status keeps what a client that asks for it is told while an answer is written.
func (r *recorder) status() {
	r.t.Helper()
	more := make(chan struct{})
	model := backendtest.Ollama(r.t, backendtest.Script{
		Answers: []backendtest.Answer{{backendtest.Text("A light "), backendtest.Hold(more), backendtest.Text("thread."), backendtest.End("stop", 31, 4)}},
		Models:  []backendtest.Model{{Name: "qwen2.5-coder:7b", Context: 32768, Loaded: true}},
	})
	e := lsptest.Start(r.t, lsptest.Options{URL: model.URL, Status: true})
	answer := e.Send("rigrun/chat", map[string]any{"message": "What is a goroutine?"})
	var streaming json.RawMessage
	e.Until("a speed", func() bool {
		for _, m := range e.Received("rigrun/status") {
			var p json.RawMessage
			if m.Params(&p) == nil && strings.Contains(string(p), `"tokensPerSecond"`) {
				streaming = p
				return true
			}
		}
		return false
	})
	close(more)
	answered(r.t, answer)
	r.keep("rigrun/status", streaming, nil, nil)
}

// recorder keeps exchanges as the document shows them.
type recorder struct {
	t      *testing.T
	e      *lsptest.Editor
	blocks map[string]string
	ids    []string
}

// write puts a file into the workspace.
func (r *recorder) write(name, text string) {
	r.t.Helper()
	file := filepath.Join(r.e.Folders[0], filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		r.t.Fatal(err)
	}
	writeFile(r.t, file, text)
}

// exchange sends a request, keeps it and returns the result's members.
func (r *recorder) exchange(method string, params any) map[string]any {
	r.t.Helper()
	call := r.e.Send(method, params)
	result, err := call.Wait()
	if err != nil {
		r.t.Fatalf("%s: %v", method, err)
	}
	var progress []any
	if call.Stream != nil {
		for _, v := range call.Stream.Values() {
			progress = append(progress, v)
		}
	}
	if method == ext.MethodDoctor {
		result = everywhere(r.t, result)
	}
	r.keep(method, params, progress, result)
	var members map[string]any
	if json.Unmarshal(result, &members) != nil {
		return nil // a result that is no object has no members
	}
	return members
}

// entry keeps what is said of the answer that the cache gives to other words.
func (r *recorder) entry(url string) {
	r.t.Helper()
	e := lsptest.Start(r.t, lsptest.Options{URL: url})
	var again chat.Result
	for _, message := range []string{"How do I reverse a slice in Go?", "How can I reverse a slice in Go?"} {
		if err := json.Unmarshal(e.Call("rigrun/chat", map[string]any{"message": message}), &again); err != nil {
			r.t.Fatal(err)
		}
	}
	asked := map[string]any{"entryId": again.Cache.EntryID}
	r.keep("rigrun/cache/entry", asked, nil, e.Call("rigrun/cache/entry", asked))
}

// scrubEntry matches what names a kept answer.
var scrubEntry = regexp.MustCompile(`"entryId": "[0-9a-f]{32}-[0-9a-z]+"`)

// everywhere leaves those of the doctor's checks that say the same on every machine.
func everywhere(t *testing.T, raw json.RawMessage) json.RawMessage {
	t.Helper()
	var r ext.DoctorResult
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	r.Checks = slices.DeleteFunc(r.Checks, func(c doctor.Check) bool {
		return !slices.Contains([]string{"version", "model server", "model", "cloud", "editor"}, c.Name)
	})
	left, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// command runs a command to its end and keeps it.
func (r *recorder) command(name string, argument any) {
	r.t.Helper()
	done := len(r.e.Widgets())
	result := r.e.Call("workspace/executeCommand", map[string]any{"command": name, "arguments": []any{argument}})
	r.e.Until("the progress of "+name, func() bool { return len(r.e.Widgets()) > done })
	r.e.WaitWork(r.e.Widgets()[done])
	r.keep(name, argument, nil, result)
}

// keep writes one exchange as an indented block in which nothing depends on the
// run, the machine or the moment.
func (r *recorder) keep(name string, params any, progress []any, result json.RawMessage) {
	r.t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	members := map[string]any{"params": params}
	if progress != nil {
		members["progress"] = progress
	}
	if result != nil {
		members["result"] = result
	}
	if err := encoder.Encode(members); err != nil {
		r.t.Fatal(err)
	}
	r.blocks[name] = r.normal(b.String())
}

// normal replaces ids, moments, measurements and addresses by fixed ones of the
// same form.
func (r *recorder) normal(text string) string {
	text = scrubID.ReplaceAllStringFunc(text, func(id string) string {
		i := slices.Index(r.ids, id)
		if i < 0 {
			i, r.ids = len(r.ids), append(r.ids, id)
		}
		return fmt.Sprintf("%sEXAMPLE", strings.Repeat(string(rune('A'+i)), 19))
	})
	text = scrubEntry.ReplaceAllString(text, `"entryId": "0123456789abcdef0123456789abcdef-ha8cq07ybs"`)
	text = scrubTime.ReplaceAllString(text, `"2026-03-14T15:09:26.535Z"`)
	text = scrubSecond.ReplaceAllString(text, "2026-03-14T15:09:26Z")
	text = scrubServer.ReplaceAllString(text, "127.0.0.1:11434")
	for name, value := range map[string]string{
		"firstTokenMs": "182.4", "totalMs": "431.9", "tokensPerSecond": "28.1", "p50": "182.4", "p95": "182.4",
		"goroutines": "14", "heapBytes": "9437184", "uptimeSeconds": "61.5",
	} {
		text = regexp.MustCompile(`"`+name+`": [0-9.e+-]+`).ReplaceAllString(text, `"`+name+`": `+value)
	}
	return strings.ReplaceAll(text, r.e.Folders[0], "/home/me/project")
}
