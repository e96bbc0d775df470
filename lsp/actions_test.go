package lsp_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// sumFile is what the actions are about.
const sumFile = `package sum

const mark = "🚀é"

func Add(a, b int) int {
	return a - b
}

func other() {}
`

// sumCode is the selection in it, and sumFixed a good answer about it.
const (
	sumCode  = "func Add(a, b int) int {\n\treturn a - b\n}"
	sumFixed = "It subtracted.\n\n```go\nfunc Add(a, b int) int {\n\treturn a + b\n}\n```\n"
)

// ability is what is expected of a profile, from what its client really does.
type ability struct {
	profile    string
	resolves   bool // edits come by codeAction/resolve
	annotates  bool
	creates    bool
	tagged     bool
	shows      string // how an answer is shown: a scheme, or "message"
	disables   bool
	honorsAsks bool // a resolved edit's imports can be confirmed
}

func abilitiesOf() []ability {
	return []ability{
		{profile: "vscode", resolves: true, annotates: true, creates: true, tagged: true, shows: "rigrun:", disables: true, honorsAsks: true},
		{profile: "neovim-0.10", resolves: true, creates: true, shows: "file:"},
		{profile: "neovim-0.12", resolves: true, annotates: true, creates: true, shows: "file:", disables: true, honorsAsks: true},
		{profile: "helix-25", creates: true, shows: "file:", disables: true},
		{profile: "eglot", shows: "message"},
		{profile: "eglot-30", shows: "file:"},
		{profile: "lsp-mode", creates: true, shows: "file:"},
		{profile: "sublime", resolves: true, annotates: true, shows: "file:", disables: true},
		{profile: "kakoune", annotates: true, creates: true, shows: "message", honorsAsks: true},
		{profile: "vim", creates: true, shows: "message", disables: true},
		{profile: "zed", resolves: true, creates: true, shows: "message"},
	}
}

// custom are two actions of the user's own, one of which edits.
func customActions() map[string]any {
	return map[string]any{"actions": map[string]any{
		"audit":    map[string]any{"title": "Audit this", "prompt": "Look for holes."},
		"simplify": map[string]any{"title": "Simplify this", "prompt": "Make it shorter.", "edits": true},
	}}
}

// desk is an editor with the file open and the function selected.
type desk struct {
	*lsptest.Editor
	t         *testing.T
	server    *backendtest.Server
	doc       *lsptest.Document
	selection lsptest.Range
}

// openDesk starts one. Answers are text, each for one question.
func openDesk(t *testing.T, o lsptest.Options, answers ...string) *desk {
	t.Helper()
	noLeaks(t)
	var script []backendtest.Answer
	for _, a := range answers {
		script = append(script, backendtest.Tokens(a))
	}
	return openDeskWith(t, o, script...)
}

func openDeskWith(t *testing.T, o lsptest.Options, answers ...backendtest.Answer) *desk {
	t.Helper()
	server := backendtest.Ollama(t, backendtest.Script{Answers: answers})
	o.URL = server.URL
	if o.Settings == nil {
		o.Settings = customActions()
	}
	e := lsptest.Start(t, o)
	e.Until("the configuration", func() bool { return e.Configurations() > 0 })
	d := &desk{Editor: e, t: t, server: server, doc: e.Open("sum.go", "go", sumFile)}
	at := strings.Index(sumFile, sumCode)
	d.selection = d.doc.Range(at, at+len(sumCode))
	return d
}

// item is one item of a menu, with everything the client was given.
type item struct {
	Title       string
	Kind        string
	Diagnostics []json.RawMessage
	Disabled    *struct{ Reason string }
	Tags        []int
	Data        json.RawMessage
	Command     json.RawMessage
	Edit        json.RawMessage

	raw json.RawMessage
}

// menu asks for code actions. context may be nil.
func (d *desk) menu(r lsptest.Range, context map[string]any) []item {
	d.t.Helper()
	if context == nil {
		context = map[string]any{}
	}
	if context["diagnostics"] == nil {
		context["diagnostics"] = []any{}
	}
	raw := d.Call("textDocument/codeAction", map[string]any{
		"textDocument": map[string]string{"uri": d.doc.URI}, "range": r, "context": context,
	})
	var raws []json.RawMessage
	if err := json.Unmarshal(raw, &raws); err != nil {
		d.t.Fatal(err)
	}
	items := make([]item, len(raws))
	for i := range raws {
		if err := json.Unmarshal(raws[i], &items[i]); err != nil {
			d.t.Fatal(err)
		}
		items[i].raw = raws[i]
	}
	return items
}

// choose finds an item by how its title begins.
func (d *desk) choose(items []item, title string) item {
	d.t.Helper()
	i := slices.IndexFunc(items, func(i item) bool { return strings.HasPrefix(i.Title, title) })
	if i < 0 {
		d.t.Fatalf("%q is not offered among %q", title, titles(items))
	}
	return items[i]
}

func titles(items []item) []string {
	out := make([]string, len(items))
	for i := range items {
		out[i] = items[i].Title
	}
	return out
}

// run runs an item's command and waits for the end of its work.
func (d *desk) run(i item) *lsptest.Work {
	d.t.Helper()
	w := d.begin(i)
	d.WaitWork(w)
	return w
}

func (d *desk) begin(i item) *lsptest.Work {
	d.t.Helper()
	done := len(d.Widgets())
	var command struct {
		Command   string          `json:"command"`
		Arguments json.RawMessage `json:"arguments"`
	}
	if err := json.Unmarshal(i.Command, &command); err != nil {
		d.t.Fatal(err)
	}
	if got := d.Call("workspace/executeCommand", command); string(got) != "null" {
		d.t.Fatalf("the command answers %s", got)
	}
	d.Until("the work's progress", func() bool { return len(d.Widgets()) > done })
	return d.Widgets()[done]
}

// resolve resolves an item and returns its edit.
func (d *desk) resolve(i item) json.RawMessage {
	d.t.Helper()
	var got item
	if err := json.Unmarshal(d.Call("codeAction/resolve", i.raw), &got); err != nil {
		d.t.Fatal(err)
	}
	if got.Edit == nil || got.Title != i.Title {
		d.t.Fatalf("resolved to %+v", got)
	}
	return got.Edit
}

// take does what the profile's client does when the person takes an action, and
// returns the edit that came.
func (d *desk) take(i item) lsptest.WorkspaceEdit {
	d.t.Helper()
	raw := json.RawMessage(nil)
	if i.Command == nil {
		raw = d.resolve(i)
		if err := d.Apply(raw); err != nil {
			d.t.Fatalf("the edit is refused: %v", err)
		}
	} else {
		d.run(i)
		edits := d.Edits()
		if len(edits) == 0 {
			d.t.Fatalf("no edit came; messages: %q", d.WindowMessages())
		}
		raw = edits[len(edits)-1].Raw
	}
	var w lsptest.WorkspaceEdit
	if err := json.Unmarshal(raw, &w); err != nil {
		d.t.Fatal(err)
	}
	return w
}

func (d *desk) wantDoc(want string) {
	d.t.Helper()
	if got := d.doc.Now(); got != want {
		d.t.Errorf("the document is %q, want %q", got, want)
	}
}

// lastShown is the answer that was shown last, and how.
func (d *desk) lastShown() (how, text string) {
	d.t.Helper()
	shown := d.Shown()
	if len(shown) == 0 {
		messages := d.WindowMessages()
		if len(messages) == 0 {
			return "", ""
		}
		return "message", messages[len(messages)-1]
	}
	address := shown[len(shown)-1]
	how, _, _ = strings.Cut(address, ":")
	if path, ok := strings.CutPrefix(address, "file://"); ok {
		raw, err := os.ReadFile(path)
		if err != nil {
			d.t.Fatal(err)
		}
		return how + ":", string(raw)
	}
	return how + ":", d.Page(address)
}

// untilShown waits for an answer that is shown after the response.
func (d *desk) untilShown(how string) {
	d.t.Helper()
	d.Until("the answer", func() bool { return len(d.Shown()) > 0 || how == "message" && len(d.WindowMessages()) > 0 })
	if how == "rigrun:" {
		d.Until("the whole answer", func() bool { return len(d.Received("workspace/textDocumentContent/refresh")) > 0 })
	}
}

// problem is a diagnostic as an editor passes it on.
func problem(d *lsptest.Document, part, message string) map[string]any {
	at := strings.Index(d.Text, part)
	return map[string]any{
		"range": d.Range(at, at+len(part)), "severity": 1, "code": "SA4000", "source": "staticcheck", "message": message,
	}
}

// forEachProfile runs a test as every client.
func forEachProfile(t *testing.T, f func(t *testing.T, can ability)) {
	seen := []string{}
	for _, can := range abilitiesOf() {
		seen = append(seen, can.profile)
		t.Run(can.profile, func(t *testing.T) { f(t, can) })
	}
	if slices.Sort(seen); !slices.Equal(seen, lsptest.Profiles()) {
		t.Errorf("the table knows %q, there are %q", seen, lsptest.Profiles())
	}
}

// TestOffers holds the menu of each client against the wire contract.
func TestOffers(t *testing.T) {
	want := [][2]string{ // title, kind
		{"Fix with rigrun: subtracts", "quickfix"},
		{"Explain with rigrun", "rigrun.explain"},
		{"Refactor with rigrun", "refactor.rewrite.rigrun.refactor"},
		{"Document with rigrun", "refactor.rewrite.rigrun.document"},
		{"Generate tests with rigrun", "source.rigrun.tests"},
		{"Review with rigrun", "source.rigrun.review"},
		{"Audit this", "source.rigrun.audit"},
		{"Simplify this", "refactor.rewrite.rigrun.simplify"},
	}
	editing := []string{"Fix", "Refactor", "Document", "Simplify"}
	forEachProfile(t, func(t *testing.T, can ability) {
		d := openDesk(t, lsptest.Options{Profile: can.profile})
		items := d.menu(d.selection, map[string]any{"diagnostics": []any{problem(d.doc, "a - b", "subtracts")}})
		if len(items) != len(want) {
			t.Fatalf("offered %q", titles(items))
		}
		for i, got := range items {
			if got.Title != want[i][0] || got.Kind != want[i][1] {
				t.Errorf("offered %q of kind %q, want %q", got.Title, got.Kind, want[i])
			}
			edits := slices.ContainsFunc(editing, func(name string) bool { return strings.HasPrefix(got.Title, name) })
			if byResolve := edits && can.resolves; byResolve != (got.Data != nil) || byResolve == (got.Command != nil) {
				t.Errorf("%s: data %s, command %s", got.Title, got.Data, got.Command)
			}
			if got.Edit != nil || got.Disabled != nil || can.tagged != (len(got.Tags) == 1) {
				t.Errorf("%s: %s", got.Title, got.raw)
			}
			if (i == 0) != (len(got.Diagnostics) == 1) || strings.Contains(string(got.raw), "isPreferred") {
				t.Errorf("%s: %s", got.Title, got.raw)
			}
		}
		if asked := len(d.server.Chats()); asked != 0 {
			t.Errorf("the model was asked %d times", asked)
		}
	})
}

// TestEdits takes each action that edits as each client does.
func TestEdits(t *testing.T) {
	forEachProfile(t, func(t *testing.T, can ability) {
		for _, title := range []string{"Fix", "Refactor", "Simplify"} {
			t.Run(title, func(t *testing.T) { testEdit(t, can, title) })
		}
	})
}

func testEdit(t *testing.T, can ability, title string) {
	d := openDesk(t, lsptest.Options{Profile: can.profile}, sumFixed)
	items := d.menu(d.selection, map[string]any{"diagnostics": []any{problem(d.doc, "a - b", "subtracts")}})
	w := d.take(d.choose(items, title))
	d.wantDoc(strings.Replace(sumFile, "a - b", "a + b", 1))
	if len(w.DocumentChanges) != 1 || w.Changes != nil {
		t.Fatalf("the edit is %+v", w)
	}
	change := w.DocumentChanges[0]
	if change.TextDocument.Version == nil || *change.TextDocument.Version != 1 || len(change.Edits) != 1 {
		t.Errorf("the change is %+v", change)
	}
	if got := change.Edits[0].NewText; strings.Contains(got, "func") {
		t.Errorf("the edit replaces more than it must: %q", got)
	}
	for _, a := range w.ChangeAnnotations {
		if !a.NeedsConfirmation || !strings.Contains(a.Label, "sum.go:5-7") || !strings.Contains(a.Description, "tiny") {
			t.Errorf("annotation %+v", a)
		}
	}
	if (len(w.ChangeAnnotations) == 1) != can.annotates {
		t.Errorf("annotations %+v", w.ChangeAnnotations)
	}
	if how, text := d.lastShown(); how != "" {
		t.Errorf("shown by %s: %s", how, text)
	}
	d.wantHover("a + b", "It subtracted.")
}

// wantHover hovers over a part of the document.
func (d *desk) wantHover(part, want string) {
	d.t.Helper()
	at := strings.Index(d.doc.Now(), part)
	raw := d.Call("textDocument/hover", map[string]any{
		"textDocument": map[string]string{"uri": d.doc.URI}, "position": d.doc.Position(at),
	})
	if !strings.Contains(string(raw), want) {
		d.t.Errorf("the hover over %q is %s, want %q", part, raw, want)
	}
}

// TestFixSaysWhatIsWrong wants the diagnostic in the question, with its code.
func TestFixSaysWhatIsWrong(t *testing.T) {
	d := openDesk(t, lsptest.Options{Profile: "eglot"}, sumFixed)
	items := d.menu(d.selection, map[string]any{"diagnostics": []any{problem(d.doc, "a - b", "subtracts")}})
	d.take(d.choose(items, "Fix"))
	body := string(d.server.Chats()[0].Body)
	if !strings.Contains(body, "line 6: error: subtracts (staticcheck SA4000)") {
		t.Errorf("the model was asked %s", body)
	}
}

// TestDocument adds a comment and nothing else.
func TestDocument(t *testing.T) {
	d := openDesk(t, lsptest.Options{}, "```go\n// other does nothing.\nfunc other() {}\n```\n")
	at := strings.Index(sumFile, "func other")
	d.take(d.choose(d.menu(d.doc.Range(at+6, at+6), nil), "Document function other with rigrun"))
	d.wantDoc(strings.Replace(sumFile, "func other", "// other does nothing.\nfunc other", 1))
}

// TestShows takes each action whose answer is shown.
func TestShows(t *testing.T) {
	forEachProfile(t, func(t *testing.T, can ability) {
		for _, title := range []string{"Explain", "Review", "Audit"} {
			t.Run(title, func(t *testing.T) {
				d := openDesk(t, lsptest.Options{Profile: can.profile}, "It "+title+"s. 🚀")
				w := d.run(d.choose(d.menu(d.selection, nil), title))
				how, text := d.lastShown()
				if how != can.shows || !strings.Contains(text, "It "+title+"s. 🚀") || !strings.Contains(text, "*local · ollama · tiny:latest") {
					t.Errorf("shown by %q: %q, want %s", how, text, can.shows)
				}
				if last := w.Values[len(w.Values)-1]; !strings.Contains(last.Message, "tiny:latest") || !w.Values[0].Cancellable {
					t.Errorf("the widget said %+v", w.Values)
				}
				d.wantDoc(sumFile)
				d.wantHover("a - b", "It "+title+"s. 🚀")
			})
		}
	})
}

const sumTests = "Here:\n\n```go\npackage sum\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) {}\n```\n"

// TestTestsBecomeAFile wants generated tests shown, and in a file of their own
// where the client creates files and there is none.
func TestTestsBecomeAFile(t *testing.T) {
	forEachProfile(t, func(t *testing.T, can ability) {
		d := openDesk(t, lsptest.Options{Profile: can.profile}, sumTests, sumTests)
		d.run(d.choose(d.menu(d.selection, nil), "Generate tests"))
		if how, text := d.lastShown(); how != can.shows || !strings.Contains(text, "TestAdd") {
			t.Errorf("shown by %q: %q", how, text)
		}
		file := filepath.Join(d.Folders[0], "sum_test.go")
		got, err := os.ReadFile(file)
		if can.creates != (err == nil) || can.creates && string(got) != "package sum\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) {}\n" {
			t.Errorf("the new file holds %q, %v", got, err)
		}
		if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
		before := len(d.Edits())
		d.run(d.choose(d.menu(d.selection, nil), "Generate tests"))
		if got, _ := os.ReadFile(file); string(got) != "mine" || len(d.Edits()) != before {
			t.Errorf("a file that was there holds %q", got)
		}
	})
}

// TestRefusedAnswerIsShown wants an answer without code shown, with the reason,
// and the document left alone.
func TestRefusedAnswerIsShown(t *testing.T) {
	forEachProfile(t, func(t *testing.T, can ability) {
		d := openDesk(t, lsptest.Options{Profile: can.profile}, "I would rather not.")
		i := d.choose(d.menu(d.selection, nil), "Refactor")
		if can.resolves {
			err := d.Refuse("codeAction/resolve", i.raw)
			if err.Code != -32803 || !strings.Contains(err.Message, "not applied") || !strings.Contains(string(err.Data), `"bad_response"`) {
				t.Errorf("resolving fails with %v %s", err, err.Data)
			}
			d.untilShown(can.shows)
		} else {
			w := d.run(i)
			if last := w.Values[len(w.Values)-1]; !strings.Contains(last.Message, "not applied") {
				t.Errorf("the widget ends with %q", last.Message)
			}
		}
		d.Until("the reason", func() bool {
			how, text := d.lastShown()
			return how == can.shows && strings.Contains(text, "I would rather not.") && strings.Contains(text, "**Not applied: ")
		})
		d.wantDoc(sumFile)
		if len(d.Edits()) != 0 {
			t.Errorf("edits came: %+v", d.Edits())
		}
	})
}

// TestRefusedAnswerIsNotGivenAgain asks again for an edit that an answer did not
// make: a kept answer would never make it.
func TestRefusedAnswerIsNotGivenAgain(t *testing.T) {
	forEachProfile(t, func(t *testing.T, can ability) {
		d := openDesk(t, lsptest.Options{Profile: can.profile}, "I would rather not.", sumFixed)
		i := d.choose(d.menu(d.selection, nil), "Refactor")
		if can.resolves {
			_ = d.Refuse("codeAction/resolve", i.raw)
		} else {
			d.run(i)
		}
		d.wantDoc(sumFile)
		d.take(d.choose(d.menu(d.selection, nil), "Refactor"))
		d.wantDoc(strings.Replace(sumFile, "a - b", "a + b", 1))
	})
}

// held is an answer that waits for release before its last token.
func held(release chan struct{}, tokens ...string) backendtest.Answer {
	a := backendtest.Tokens(tokens[:len(tokens)-1]...)
	return append(a, backendtest.Hold(release), backendtest.Text(tokens[len(tokens)-1]))
}

// TestTypingMeanwhile wants an edit moved where the person typed elsewhere, and
// refused where they typed in the code itself.
func TestTypingMeanwhile(t *testing.T) {
	for _, profile := range []string{"vscode", "eglot"} {
		for _, inside := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s inside %v", profile, inside), func(t *testing.T) { testTyping(t, profile, inside) })
		}
	}
}

func testTyping(t *testing.T, profile string, inside bool) {
	noLeaks(t)
	release := make(chan struct{})
	half := len(sumFixed) / 2
	d := openDeskWith(t, lsptest.Options{Profile: profile}, held(release, sumFixed[:half], sumFixed[half:]))
	i := d.choose(d.menu(d.selection, nil), "Refactor")
	var resolving *lsptest.Call
	var working *lsptest.Work
	if i.Command == nil {
		resolving = d.Send("codeAction/resolve", i.raw)
	} else {
		working = d.begin(i)
	}
	<-d.server.Started()
	d.doc.Type("// typed\n", "const")
	if inside {
		d.doc.Type("1 + ", "a - b")
	}
	typed := d.doc.Now()
	d.Call("rigrun/stats", map[string]any{}) // whose answer says that the edit has arrived
	release <- struct{}{}
	if resolving == nil {
		d.WaitWork(working)
	} else {
		result, err := resolving.Wait()
		switch {
		case inside && (err == nil || err.Code != -32801):
			t.Fatalf("resolving answers %s, %v, want -32801", result, err)
		case !inside && err != nil:
			t.Fatal(err)
		case !inside:
			var got item
			if err := json.Unmarshal(result, &got); err != nil {
				t.Fatal(err)
			}
			if err := d.Apply(got.Edit); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !inside {
		d.wantDoc(strings.Replace(typed, "a - b", "a + b", 1))
		return
	}
	d.wantDoc(typed)
	if resolving != nil {
		d.untilShown("rigrun:")
	}
	d.Until("the reason", func() bool {
		_, text := d.lastShown()
		return strings.Contains(text, "It subtracted.") && strings.Contains(text, "the code was changed in the meantime")
	})
}

// TestOldActionIsRefused wants an action that was offered for an older version
// refused before a model is asked: its range may mean other code now.
func TestOldActionIsRefused(t *testing.T) {
	d := openDesk(t, lsptest.Options{}, sumFixed)
	i := d.choose(d.menu(d.selection, nil), "Refactor")
	d.doc.Type("// typed\n", "const")
	if err := d.Refuse("codeAction/resolve", i.raw); err.Code != -32801 {
		t.Errorf("resolving fails with %v", err)
	}
	if len(d.server.Chats()) != 0 {
		t.Error("a model was asked")
	}
}

// TestTypingWhileTheEditIsUnderWay wants an edit made anew when the client
// refuses it for a version that it no longer has, whether it says so or not.
func TestTypingWhileTheEditIsUnderWay(t *testing.T) {
	for _, silent := range []bool{false, true} {
		t.Run(fmt.Sprintf("silent %v", silent), func(t *testing.T) {
			var d *desk
			tries := 0
			before := func(lsptest.AppliedEdit) string {
				if tries++; tries > 1 {
					return ""
				}
				d.doc.Type("// typed\n", "const")
				if silent {
					return lsptest.Ignored
				}
				return ""
			}
			d = openDesk(t, lsptest.Options{Profile: "eglot", BeforeEdit: before}, sumFixed)
			d.run(d.choose(d.menu(d.selection, nil), "Refactor"))
			d.wantDoc(strings.Replace(strings.Replace(sumFile, "const", "// typed\nconst", 1), "a - b", "a + b", 1))
			if tries != 2 {
				t.Errorf("the edit was sent %d times", tries)
			}
		})
	}
}

// TestUndoneAtOnce wants an edit left alone that was undone before the client told
// of it: Eglot collects changes for half a second.
func TestUndoneAtOnce(t *testing.T) {
	var d *desk
	tries := 0
	before := func(lsptest.AppliedEdit) string {
		tries++
		d.doc.Change(0, 0, "")
		return lsptest.Ignored
	}
	d = openDesk(t, lsptest.Options{Profile: "eglot", BeforeEdit: before}, sumFixed)
	d.run(d.choose(d.menu(d.selection, nil), "Refactor"))
	d.wantDoc(sumFile)
	if tries != 1 {
		t.Errorf("the edit was sent %d times", tries)
	}
}

// TestEditorRefuses wants the reason told and the answer shown.
func TestEditorRefuses(t *testing.T) {
	refuse := func(lsptest.AppliedEdit) string { return "the buffer is read-only" }
	d := openDesk(t, lsptest.Options{Profile: "eglot", BeforeEdit: refuse}, sumFixed)
	w := d.run(d.choose(d.menu(d.selection, nil), "Refactor"))
	messages := d.WindowMessages()
	if len(messages) != 2 || !strings.Contains(messages[0], "was not applied: the buffer is read-only") || !strings.Contains(messages[1], "It subtracted.") {
		t.Errorf("the person was told %q", messages)
	}
	if last := w.Values[len(w.Values)-1]; !strings.Contains(last.Message, "read-only") {
		t.Errorf("the widget ends with %q", last.Message)
	}
	d.wantDoc(sumFile)
}

// TestResolveIsCancelled wants the model's work over within 100 ms.
func TestResolveIsCancelled(t *testing.T) {
	noLeaks(t)
	d := openDeskWith(t, lsptest.Options{}, backendtest.Answer{backendtest.Text("It "), backendtest.Stall()})
	call := d.Send("codeAction/resolve", d.choose(d.menu(d.selection, nil), "Refactor").raw)
	<-d.server.Started()
	begun := time.Now()
	call.Cancel()
	if _, err := call.Wait(); err == nil || err.Code != -32800 {
		t.Errorf("the response is %v", err)
	}
	if took := (<-d.server.Closed()).Sub(begun); took > 100*time.Millisecond {
		t.Errorf("it took %v", took)
	}
	d.wantDoc(sumFile)
}

// TestResolveUnderProgress wants the widget's cancel button to work.
func TestResolveUnderProgress(t *testing.T) {
	noLeaks(t)
	d := openDeskWith(t, lsptest.Options{}, backendtest.Answer{backendtest.Stall()})
	call := d.Send("codeAction/resolve", d.choose(d.menu(d.selection, nil), "Refactor").raw)
	d.Until("the widget", func() bool { return len(d.Widgets()) == 1 })
	d.CancelWork(d.Widgets()[0])
	if _, err := call.Wait(); err == nil || err.Code != -32800 {
		t.Errorf("the response is %v", err)
	}
	d.WaitWork(d.Widgets()[0])
}

// TestResolveNeedsNoWidget wants no response to wait for a client that does
// nothing else while it waits for it.
func TestResolveNeedsNoWidget(t *testing.T) {
	d := openDesk(t, lsptest.Options{Profile: "zed", Mute: []string{"window/workDoneProgress/create"}}, sumFixed, "No code.")
	if err := d.Apply(d.resolve(d.choose(d.menu(d.selection, nil), "Refactor"))); err != nil {
		t.Fatal(err)
	}
	if err := d.Refuse("codeAction/resolve", d.choose(d.menu(d.selection, nil), "Refactor").raw); err.Code != -32803 {
		t.Errorf("an answer without code: %v", err)
	}
}

// TestResolveOfOthers wants what needs no resolving given back, and what is not
// ours refused.
func TestResolveOfOthers(t *testing.T) {
	d := openDesk(t, lsptest.Options{Profile: "neovim-0.10"})
	i := d.choose(d.menu(d.selection, nil), "Explain")
	if got := d.Call("codeAction/resolve", i.raw); string(got) != string(i.raw) {
		t.Errorf("%s became %s", i.raw, got)
	}
	for _, data := range []string{`5`, `{"action":"explain"}`, `{"action":"refactor","uri":"file:///etc/passwd","range":{"start":{"line":0,"character":0},"end":{"line":1,"character":0}},"version":0}`, `{"action":"refactor","version":1}`} {
		if err := d.Refuse("codeAction/resolve", json.RawMessage(`{"title":"x","data":`+data+`}`)); err.Code != -32602 {
			t.Errorf("%s: %v", data, err)
		}
	}
}

// TestWhereNothingIsSelected wants the function around the cursor taken, and a
// word taken for the cursor.
func TestWhereNothingIsSelected(t *testing.T) {
	d := openDesk(t, lsptest.Options{Profile: "eglot"}, "ok")
	in := strings.Index(sumFile, "a - b")
	for _, r := range []lsptest.Range{d.doc.Range(in, in), d.doc.Range(in, in+1), d.doc.Range(in-7, in-1)} {
		i := d.choose(d.menu(r, nil), "Explain")
		if i.Title != "Explain function Add with rigrun" {
			t.Errorf("offered %q", i.Title)
		}
	}
	if i := d.choose(d.menu(d.doc.Range(in, in), nil), "Generate"); i.Title != "Generate tests for function Add with rigrun" {
		t.Errorf("offered %q", i.Title)
	}
	// The command's own range may be empty, too.
	d.run(item{Command: json.RawMessage(fmt.Sprintf(`{"command":"rigrun.explain","arguments":[{"uri":%q,"range":%s}]}`, d.doc.URI, encode(t, d.doc.Range(in, in))))})
	if body := string(d.server.Chats()[0].Body); !strings.Contains(body, "sum.go, lines 5 to 7") || !strings.Contains(body, "func Add(a, b int) int") {
		t.Errorf("the model was asked %s", body)
	}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestWhatIsNotOffered holds the cases in which a menu is shorter.
func TestWhatIsNotOffered(t *testing.T) {
	forEachProfile(t, func(t *testing.T, can ability) {
		d := openDesk(t, lsptest.Options{Profile: can.profile})
		in := strings.Index(sumFile, "a - b")
		wrong := []any{problem(d.doc, "a - b", "subtracts")}
		cursor := d.doc.Range(in, in)
		for _, c := range []struct {
			r       lsptest.Range
			context map[string]any
			want    string
		}{
			{cursor, map[string]any{"triggerKind": 2}, ""},
			{cursor, map[string]any{"triggerKind": 2, "diagnostics": wrong}, "Fix"},
			{cursor, map[string]any{"triggerKind": 1, "only": []string{"rigrun"}}, "Explain"},
			{d.selection, map[string]any{"triggerKind": 2, "only": []string{"refactor"}}, "Refactor Document Simplify"},
			{cursor, map[string]any{"only": []string{"source"}}, "Generate Review Audit"},
			{cursor, map[string]any{"only": []string{"source.organizeImports", "refactor.extract"}}, ""},
			{cursor, map[string]any{"only": []string{"quickfix"}, "diagnostics": wrong}, "Fix"},
			{d.doc.Range(0, 0), map[string]any{"only": []string{"quickfix"}, "diagnostics": wrong}, ""},
		} {
			var got []string
			for _, i := range d.menu(c.r, c.context) {
				first, _, _ := strings.Cut(i.Title, " ")
				got = append(got, first)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%v: offered %q, want %q", c.context, got, c.want)
			}
		}
	})
}

// TestDisabled wants what cannot be done said with its reason where the client
// shows reasons, and left out elsewhere.
func TestDisabled(t *testing.T) {
	forEachProfile(t, func(t *testing.T, can ability) {
		d := openDesk(t, lsptest.Options{Profile: can.profile})
		for name, want := range map[string]string{".env": "a file of secrets", "empty.go": "the document is empty", "gap.go": "no function around the cursor"} {
			text := map[string]string{".env": "TOKEN=1 2\n", "gap.go": "\n\nvar x = 1\n"}[name]
			d.doc = d.Open(name, "go", text)
			items := d.menu(d.doc.Range(0, 0), nil)
			if !can.disables {
				if len(items) != 0 {
					t.Errorf("%s: offered %q", name, titles(items))
				}
				continue
			}
			for _, i := range items {
				if i.Disabled == nil || !strings.Contains(i.Disabled.Reason, want) || i.Command != nil || i.Data != nil {
					t.Errorf("%s: %s, want %q", name, i.raw, want)
				}
			}
			if len(items) < 5 {
				t.Errorf("%s: offered %q", name, titles(items))
			}
		}
	})
}

// TestOwnMarkingsAreNotFixed: a classification marking is no mistake.
func TestOwnMarkingsAreNotFixed(t *testing.T) {
	d := openDesk(t, lsptest.Options{})
	marking := problem(d.doc, "a - b", "SECRET")
	marking["source"] = "rigrun"
	if items := d.menu(d.selection, map[string]any{"only": []string{"quickfix"}, "diagnostics": []any{marking}}); len(items) != 0 {
		t.Errorf("offered %q", titles(items))
	}
}

// TestWhatIsNoEdit holds answers that must not be applied although they may have code.
func TestWhatIsNoEdit(t *testing.T) {
	t.Run("cut", func(t *testing.T) {
		noLeaks(t)
		d := openDeskWith(t, lsptest.Options{Profile: "eglot"}, append(backendtest.Tokens(sumFixed), backendtest.End("length", 10, 10)))
		d.run(d.choose(d.menu(d.selection, nil), "Refactor"))
		d.wantDoc(sumFile)
		if _, text := d.lastShown(); !strings.Contains(text, "cut off") {
			t.Errorf("shown %q", text)
		}
	})
	t.Run("outline", func(t *testing.T) {
		noLeaks(t)
		e := lsptest.Start(t, lsptest.Options{Profile: "eglot", URL: lsptest.Refused(t)})
		d := &desk{Editor: e, t: t, doc: e.Open("sum.go", "go", sumFile)}
		d.selection = d.doc.Lines(5, 7)
		d.run(d.choose(d.menu(d.selection, nil), "Refactor"))
		d.wantDoc(sumFile)
		if _, text := d.lastShown(); !strings.Contains(text, "no model answered") {
			t.Errorf("shown %q", text)
		}
	})
}

// TestCommandsRefuse holds commands to their arguments.
func TestCommandsRefuse(t *testing.T) {
	d := openDesk(t, lsptest.Options{})
	zero := `{"start":{"line":0,"character":0},"end":{"line":0,"character":0}}`
	for arguments, want := range map[string]string{
		`{"command":"rigrun.refactor","arguments":[{}]}`:                                                             "arguments.0.uri",
		`{"command":"rigrun.fix","arguments":[{"uri":"` + d.doc.URI + `"}]}`:                                         "arguments.0.range",
		`{"command":"rigrun.tests","arguments":[{"uri":"` + d.doc.URI + `","range":` + zero + `}]}`:                  "arguments.0.range: some code",
		`{"command":"rigrun.review","arguments":[{"uri":"file:///etc/passwd","range":` + zero + `}]}`:                "arguments.0: uri",
		`{"command":"rigrun.action","arguments":[{"action":"none","uri":"` + d.doc.URI + `","range":` + zero + `}]}`: "arguments.0.action",
		`{"command":"rigrun.send","arguments":[{"uri":"` + d.doc.URI + `"}]}`:                                        "arguments.0.uri",
		`{"command":"rigrun.send","arguments":[{"uri":""}]}`:                                                         "arguments.0.uri",
		`{"command":"rigrun.ask","arguments":[{"message":" \n"}]}`:                                                   "arguments.0.message",
		`{"command":"rigrun.nothing","arguments":[]}`:                                                                "command",
		`{"command":"rigrun.document","arguments":["x"]}`:                                                            "arguments.0",
		`{"command":"rigrun.document","arguments":[{"uri":"` + d.doc.URI + `","range":{"start":5}}]}`:                "",
	} {
		err := d.Refuse("workspace/executeCommand", json.RawMessage(arguments))
		if err.Code != -32602 || !strings.Contains(err.Message, want) {
			t.Errorf("%s: %v", arguments, err)
		}
	}
}

// TestEditInsideALine wants the place of an edit right in each client's position
// encoding, behind characters of several units.
func TestEditInsideALine(t *testing.T) {
	forEachProfile(t, func(t *testing.T, can ability) {
		d := openDesk(t, lsptest.Options{Profile: can.profile}, "```go\nAdd(3, 4)\n```\n")
		before := "package sum\n\nvar x, y = \"🚀é\", Add(1, 2) // 🚀\n"
		d.doc = d.Open("line.go", "go", before)
		at := strings.Index(before, "Add")
		d.take(d.choose(d.menu(d.doc.Range(at, at+len("Add(1, 2)")), nil), "Refactor"))
		d.wantDoc(strings.Replace(before, "1, 2", "3, 4", 1))
	})
}

// TestImportsAreAskedFor wants the imports of new code as a change of their own
// where the client can ask, and told where it cannot.
func TestImportsAreAskedFor(t *testing.T) {
	forEachProfile(t, func(t *testing.T, can ability) {
		answer := "```go\nimport \"fmt\"\n\nfunc Add(a, b int) int {\n\tfmt.Println(a, b)\n\treturn a + b\n}\n```\n"
		d := openDesk(t, lsptest.Options{Profile: can.profile}, answer)
		w := d.take(d.choose(d.menu(d.selection, nil), "Refactor"))
		code := strings.Replace(sumFile, "\treturn a - b", "\tfmt.Println(a, b)\n\treturn a + b", 1)
		if !can.honorsAsks {
			d.wantDoc(code)
			if m := d.WindowMessages(); len(m) != 1 || !strings.Contains(m[0], `"fmt"`) {
				t.Errorf("the person was told %q", m)
			}
			return
		}
		if !strings.Contains(d.doc.Now(), `import "fmt"`) || len(w.ChangeAnnotations) != 2 || !w.ChangeAnnotations["rigrun.imports"].NeedsConfirmation {
			t.Errorf("the document is %q after %+v", d.doc.Now(), w)
		}
	})
}

// echo is a cloud that answers with the code it was sent, stand-ins and all.
func echo(t *testing.T, sent *string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost {
			http.NotFound(w, r)
			return
		}
		*sent = string(body)
		key := regexp.MustCompile(`REDACTED_\w+`).FindString(*sent)
		chunk, err := json.Marshal(map[string]any{"choices": []any{map[string]any{
			"index": 0, "delta": map[string]string{"content": "```go\nfunc Key() string {\n\tconst key = \"" + key + "\"\n\treturn key\n}\n```\n"},
		}}})
		if err != nil {
			panic(err)
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = fmt.Fprintf(w, "data: %s\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n", chunk)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestSecretsComeBack wants a secret that never left in the edit again.
func TestSecretsComeBack(t *testing.T) {
	noLeaks(t)
	const secret = "AKIA" + "Q3EGRZQF5XYZ7ABC"
	before := "package sum\n\nfunc Key() string { return \"" + secret + "\" }\n"
	var sent string
	url := echo(t, &sent)
	e := lsptest.Start(t, lsptest.Options{
		Profile: "eglot", Settings: map[string]any{"routing": map[string]any{"mode": "cloud"}},
		Layers: func() ([]config.Layer, []config.Problem) {
			return []config.Layer{{Source: "the test", CloudKey: "sk-test", Values: map[string]any{"cloud.url": url, "cloud.model": "big"}}}, nil
		},
	})
	d := &desk{Editor: e, t: t, doc: e.Open("key.go", "go", before)}
	d.take(d.choose(d.menu(d.doc.Range(20, 20), nil), "Refactor"))
	d.wantDoc("package sum\n\nfunc Key() string {\n\tconst key = \"" + secret + "\"\n\treturn key\n}\n")
	if strings.Contains(sent, secret) || !strings.Contains(sent, "REDACTED_") {
		t.Errorf("the cloud was sent %s", sent)
	}
}

// TestWhatWasLeftOutIsSaid wants a mention that brings nothing in named under the answer.
func TestWhatWasLeftOutIsSaid(t *testing.T) {
	d := openDesk(t, lsptest.Options{Profile: "eglot"}, "Yes.")
	if err := os.WriteFile(filepath.Join(d.Folders[0], ".env"), []byte("A=1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run(item{Command: json.RawMessage(`{"command":"rigrun.ask","arguments":[{"message":"Is it right? @file:.env"}]}`)})
	if _, text := d.lastShown(); !strings.Contains(text, "*Left out: @file:.env (") || strings.Contains(text, "; left out") {
		t.Errorf("shown %q", text)
	}
}

// TestWhatDidNotFitIsSaid wants what a model's window cut off named under the
// answer, once, and in chat's result.
func TestWhatDidNotFitIsSaid(t *testing.T) {
	noLeaks(t)
	server := backendtest.Ollama(t, backendtest.Script{
		Models:  []backendtest.Model{{Name: "small:latest", Context: 2048, Loaded: true}},
		Answers: []backendtest.Answer{backendtest.Tokens("Yes."), backendtest.Tokens("Yes, too.")},
	})
	e := lsptest.Start(t, lsptest.Options{Profile: "eglot", URL: server.URL})
	long := strings.Repeat("one more line of a long file\n", 1000)
	if err := os.WriteFile(filepath.Join(e.Folders[0], "long.txt"), []byte(long), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &desk{Editor: e, t: t, server: server}
	d.run(item{Command: json.RawMessage(`{"command":"rigrun.ask","arguments":[{"message":"Is it right? @file:long.txt"}]}`)})
	if _, text := d.lastShown(); !strings.Contains(text, "*Left out: long.txt after its first ") || strings.Count(text, "2,048 tokens") != 1 {
		t.Errorf("shown %q", text)
	}
	left := answered(t, e.Send("rigrun/chat", ask("Is it good? @file:long.txt", nil))).Left
	if len(left) != 1 || left[0].URI != e.URI("long.txt") || left[0].Reason != "did not fit into 2,048 tokens" {
		t.Errorf("the result has left out %+v", left)
	}
}
