package lsp_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// canary stands in files that must never be in a prompt.
const canary = "THE-CANARY-SINGS"

// gatherer is an editor in a workspace with files of every sort, and a model
// server that keeps what it was sent.
type gatherer struct {
	*lsptest.Editor
	t      *testing.T
	server *backendtest.Server
	folder string
}

func newGatherer(t *testing.T, profile string) *gatherer {
	t.Helper()
	noLeaks(t)
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	g := &gatherer{t: t, folder: filepath.Join(base, "work")}
	for name, text := range map[string]string{
		"main.go": "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(add(1, 2))\n}\n", "add.go": "package main\n\n// add adds.\nfunc add(a, b int) int { return a + b }\n",
		".gitignore": "ignored.txt\n", ".rigrunignore": "private.go\n", "ignored.txt": canary, "private.go": "package main // " + canary + "\n", ".env": canary,
		"../outside.txt": canary,
	} {
		file := filepath.Join(g.folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		writeFile(t, file, text)
	}
	g.server = backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{backendtest.Tokens("fine")}})
	g.Editor = lsptest.Start(t, lsptest.Options{
		Profile: profile, URL: g.server.URL, Folders: []string{g.folder},
		Layers: func() ([]config.Layer, []config.Problem) {
			return []config.Layer{{Source: "the test", Values: map[string]any{"actions": map[string]any{"shout": map[string]any{"prompt": "SHOUT ABOUT IT"}}}}}, nil
		},
	})
	return g
}

// sent asks and returns what the model server was sent for it.
func (g *gatherer) sent(params map[string]any) string {
	g.t.Helper()
	params["cache"] = "off"
	before := len(g.server.Requests())
	g.Call("rigrun/chat", params)
	var body strings.Builder
	for _, r := range g.server.Requests()[before:] {
		var turns struct {
			Messages []struct{ Content string }
		}
		if r.Path == "/api/chat" && json.Unmarshal(r.Body, &turns) == nil {
			for _, m := range turns.Messages {
				body.WriteString(m.Content + "\n")
			}
		}
	}
	return body.String()
}

func TestMentionsAreSent(t *testing.T) {
	g := newGatherer(t, "vscode")
	for message, want := range map[string]string{
		"what does @file:add.go do?":                            "return a + b",
		"explain @symbol:add please":                            "func add(a, b int) int",
		"who calls @search:Println":                             "6: fmt.Println(add(1, 2))",
		"what of a@b.c and @property":                           "what of a@b.c and @property",
		"@file:.env @file:ignored.txt @file:private.go":         "@file:.env",
		"@file:../outside.txt @file:/etc/passwd @search:CANARY": "@file:/etc/passwd",
		"/nothing like /explain":                                "/nothing like /explain",
		"/shout now @file:add.go":                               "SHOUT ABOUT IT",
		"/explain @file:add.go":                                 "Explain what this code does",
	} {
		sent := g.sent(map[string]any{"message": message})
		if !strings.Contains(sent, want) || strings.Contains(sent, canary) {
			t.Errorf("%s: sent was\n%s", message, sent)
		}
		if strings.HasPrefix(message, "/shout") && (strings.Contains(sent, "/shout") || !strings.Contains(sent, "now @file:add.go") || !strings.Contains(sent, "return a + b")) {
			t.Errorf("%s: sent was\n%s", message, sent)
		}
	}
}

// TestWhatIsLeftOutIsSaid looks for the reasons where a person reads them.
func TestWhatIsLeftOutIsSaid(t *testing.T) {
	g := newGatherer(t, "vscode")
	question := map[string]any{"message": "@file:.env @file:ignored.txt @diagnostics @git:--output=f @file:gone.go", "cache": "off"}
	const want = "left out: @file:.env is a file of secrets, @file:ignored.txt is ignored by .gitignore, @diagnostics were not sent by the editor and 2 more"
	var result struct{ Route struct{ Reason string } }
	if err := json.Unmarshal(g.Call("rigrun/chat", question), &result); err != nil || !strings.Contains(result.Route.Reason, want) {
		t.Errorf("%q, %v", result.Route.Reason, err)
	}
	var preview struct {
		Items []struct{ Kind, Cut string }
	}
	if err := json.Unmarshal(g.Call("rigrun/context/preview", question), &preview); err != nil || len(preview.Items) != 5 || preview.Items[0].Cut != "@file:.env is a file of secrets" {
		t.Errorf("%+v, %v", preview.Items, err)
	}
}

// TestTheBufferIsTheLastTouched changes documents and asks about @buffer.
func TestTheBufferIsTheLastTouched(t *testing.T) {
	g := newGatherer(t, "vscode")
	if sent := g.sent(map[string]any{"message": "what is in @buffer?"}); strings.Contains(sent, "package") {
		t.Errorf("without a document: %s", sent)
	}
	one := g.Open("one.go", "go", "package one\n")
	g.Open("two.go", "go", "package two\n")
	chat := g.Open("talk.rigrun.md", "markdown", "package chat\n")
	if sent := g.sent(map[string]any{"message": "what is in @buffer?"}); !strings.Contains(sent, "package two") || strings.Contains(sent, "package chat") {
		t.Errorf("after two were opened: %s", sent)
	}
	one.Change(0, 0, "// new\n")
	chat.Change(0, 0, "\n")
	if sent := g.sent(map[string]any{"message": "what is in @buffer?"}); !strings.Contains(sent, "// new\npackage one") {
		t.Errorf("after one was changed: %s", sent)
	}
	if sent := g.sent(map[string]any{"message": "/review"}); !strings.Contains(sent, "// new\npackage one") {
		t.Errorf("a command without context: %s", sent)
	}
	for _, name := range []string{".env", "private.go"} {
		g.Open(name, "go", "package "+canary+"\n")
		if sent := g.sent(map[string]any{"message": "what is in @buffer?"}); strings.Contains(sent, canary) {
			t.Errorf("%s is the buffer: %s", name, sent)
		}
	}
}

// TestAClosedDocumentIsItsFileAgain asks about a file while it is open with other text than
// on the disk, and when it was closed without saving.
func TestAClosedDocumentIsItsFileAgain(t *testing.T) {
	g := newGatherer(t, "vscode")
	question := func() map[string]any { return map[string]any{"message": "what does @file:add.go do?"} }
	doc := g.Open("add.go", "go", "package main\n\n// unsaved\n")
	if sent := g.sent(question()); !strings.Contains(sent, "// unsaved") || strings.Contains(sent, "return a + b") {
		t.Errorf("while it is open: %s", sent)
	}
	g.Notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": doc.URI}})
	if sent := g.sent(question()); strings.Contains(sent, "// unsaved") || !strings.Contains(sent, "return a + b") {
		t.Errorf("when it was closed: %s", sent)
	}
}

// TestWhatAPersonOpened may be asked about though git ignores it, and may not
// where .rigrunignore says so. What is not open is held against every rule, and
// the person is told.
func TestWhatAPersonOpened(t *testing.T) {
	g := newGatherer(t, "vscode")
	writeFile(t, filepath.Join(g.Folders[0], "picture.bin"), canary+"\x00\xff")
	for name, c := range map[string]struct {
		reason string // why it is left out where it is not open
		open   bool   // whether it is sent once it is
	}{
		"ignored.txt": {"is ignored by .gitignore", true},
		"private.go":  {"is ignored by .rigrunignore", false},
		".env":        {"is a file of secrets", true}, // to this machine's model alone
		"picture.bin": {"is no UTF-8 text", true},
	} {
		params := map[string]any{"message": "why?", "context": []any{map[string]any{"kind": "file", "uri": g.URI(name)}}}
		if sent := g.sent(params); strings.Contains(sent, canary) {
			t.Errorf("%s, which is not open: %s", name, sent)
		}
		var result struct {
			Left []struct{ Name, Reason string }
		}
		if err := json.Unmarshal(g.Call("rigrun/chat", params), &result); err != nil || len(result.Left) != 1 || result.Left[0].Name != name || result.Left[0].Reason != c.reason {
			t.Errorf("%s: left out %+v, %v; want %q", name, result.Left, err, c.reason)
		}
		if name == "picture.bin" {
			continue
		}
		g.Open(name, "go", canary+"\n")
		if sent := g.sent(params); strings.Contains(sent, canary) != c.open {
			t.Errorf("%s, which is open: %s", name, sent)
		}
	}
}

// TestItemsAreLookedUp has clients that send a query instead of a text.
func TestItemsAreLookedUp(t *testing.T) {
	g := newGatherer(t, "vscode")
	for kind, query := range map[string]string{"file": "add.go", "symbol": "add", "search": "adds"} {
		sent := g.sent(map[string]any{"message": "why?", "context": []any{map[string]any{"kind": kind, "query": query}}})
		if !strings.Contains(sent, "add adds") {
			t.Errorf("%s: %s", kind, sent)
		}
		sent = g.sent(map[string]any{"message": "why?", "context": []any{map[string]any{"kind": kind, "query": "../outside.txt"}, map[string]any{"kind": kind, "query": ".env"}}})
		if strings.Contains(sent, canary) {
			t.Errorf("%s: %s", kind, sent)
		}
	}
}

// TestSurroundingsOfASelection asks with an action and without one.
func TestSurroundingsOfASelection(t *testing.T) {
	g := newGatherer(t, "vscode")
	doc := g.Open("main.go", "go", "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(add(1, 2))\n\tprintln()\n}\n")
	selection := map[string]any{"kind": "selection", "uri": doc.URI, "range": doc.Lines(6, 6)}
	sent := g.sent(map[string]any{"message": "", "action": "explain", "context": []any{selection}})
	for _, want := range []string{"func main() {", "import \"fmt\"", "// add adds.\nfunc add(a, b int) int { return a + b }"} {
		if !strings.Contains(sent, want) {
			t.Errorf("%q is missing in\n%s", want, sent)
		}
	}
	if sent := g.sent(map[string]any{"message": "why?", "context": []any{selection}}); strings.Contains(sent, "func add") || strings.Contains(sent, "import") {
		t.Errorf("a free question brings in more than its selection:\n%s", sent)
	}
}

// TestCompletionInAMessage counts the offset in each of the encodings.
func TestCompletionInAMessage(t *testing.T) {
	const before = "é😀 what is @file:ad"
	for profile, offset := range map[string]int{"vscode": 20, "neovim-0.12": 24, "eglot": 19} {
		g := newGatherer(t, profile)
		var result struct {
			Items []struct{ Label, InsertText, Detail string }
		}
		if err := json.Unmarshal(g.Call("rigrun/context/complete", map[string]any{"text": before + "d later", "offset": offset}), &result); err != nil {
			t.Fatal(err)
		}
		if len(result.Items) == 0 || result.Items[0].InsertText != "@file:add.go" {
			t.Errorf("%s: %+v", profile, result.Items)
		}
		if err := json.Unmarshal(g.Call("rigrun/context/complete", map[string]any{"text": "/sh", "offset": 3}), &result); err != nil || len(result.Items) != 1 || result.Items[0].InsertText != "/shout" {
			t.Errorf("%s: %+v, %v", profile, result.Items, err)
		}
		raw := g.Call("rigrun/context/complete", map[string]any{"text": "nothing", "offset": 4_000_000_000})
		if string(raw) != `{"items":[]}` {
			t.Errorf("%s: %s", profile, raw)
		}
		for field, bad := range map[string]map[string]any{"text": {"offset": 1}, "offset": {"text": "x"}} {
			if err := g.Refuse("rigrun/context/complete", bad); err.Code != -32602 || !strings.Contains(err.Message, field) {
				t.Errorf("%v", err)
			}
		}
	}
}

// TestCompletionWaitsForTheSettings types a command of the configuration's before the
// server knows the configuration.
func TestCompletionWaitsForTheSettings(t *testing.T) {
	noLeaks(t)
	known := make(chan struct{})
	e := lsptest.Start(t, lsptest.Options{
		Profile: "vscode", Backend: &enginetest.Backend{Label: "scripted"},
		Layers: func() ([]config.Layer, []config.Problem) {
			<-known
			return []config.Layer{{Source: "the test", Values: map[string]any{"actions": map[string]any{"shout": map[string]any{"prompt": "SHOUT"}}}}}, nil
		},
	})
	doc := e.Open("talk.rigrun.md", "markdown", "/sh")
	calls := []*lsptest.Call{
		e.Send("rigrun/context/complete", map[string]any{"text": "/sh", "offset": 3}),
		e.Send("textDocument/completion", map[string]any{
			"textDocument": map[string]any{"uri": doc.URI}, "position": map[string]any{"line": 0, "character": 3},
		}),
	}
	e.Call("textDocument/hover", map[string]any{
		"textDocument": map[string]any{"uri": doc.URI}, "position": map[string]any{"line": 0, "character": 0},
	})
	for _, c := range calls {
		if c.Over() {
			t.Error("answered before the settings were known")
		}
	}
	close(known)
	for _, c := range calls {
		if raw, err := c.Wait(); err != nil || !strings.Contains(string(raw), "/shout") {
			t.Errorf("%s, %v", raw, err)
		}
	}
}

// TestCompletionInDocuments completes in chats and in nothing else.
func TestCompletionInDocuments(t *testing.T) {
	for _, profile := range lsptest.Profiles() {
		t.Run(profile, func(t *testing.T) {
			g := newGatherer(t, profile)
			const text = "# A chat\n\nwhat is 😀 @file:ad\n/ex"
			complete := func(name, language string, line, character int) (list struct {
				IsIncomplete bool
				Items        []struct {
					Label    string
					TextEdit struct {
						NewText string
						Range   lsptest.Range
					}
				}
			},
			) {
				doc := g.Open(name, language, text)
				raw := g.Call("textDocument/completion", map[string]any{
					"textDocument": map[string]any{"uri": doc.URI}, "position": map[string]any{"line": line, "character": character},
				})
				if err := json.Unmarshal(raw, &list); err != nil {
					t.Fatal(err)
				}
				if len(list.Items) == 0 {
					return list
				}
				at := list.Items[0].TextEdit.Range
				if at.Start.Line != at.End.Line || at.End.Character != character {
					t.Errorf("%s: the edit is at %+v", name, at)
				}
				return list
			}
			end := map[string]int{"neovim-0.12": 21, "eglot": 18, "eglot-30": 18, "lsp-mode": 18, "vim": 18, "helix-25": 21, "kakoune": 21}[profile]
			if end == 0 {
				end = 19
			}
			list := complete("talk.rigrun.md", "markdown", 2, end)
			if len(list.Items) == 0 || list.Items[0].TextEdit.NewText != "@file:add.go" || !list.IsIncomplete {
				t.Errorf("in a chat: %+v", list)
			}
			if list := complete("untitled:talk", "rigrun", 3, 3); len(list.Items) != 1 || list.Items[0].TextEdit.NewText != "/explain" {
				t.Errorf("a command in a chat: %+v", list)
			}
			if list := complete("notes.md", "markdown", 2, end); len(list.Items) != 0 {
				t.Errorf("in another document: %+v", list)
			}
			registered := func() bool {
				for _, m := range g.Received("client/registerCapability") {
					if strings.Contains(string(m.Body), `"textDocument/completion"`) {
						return true
					}
				}
				return false
			}
			if static := strings.Contains(initializeResult(t, g), "completionProvider"); !static {
				g.Until("the registration of completion", registered) // the server asks for it beside its answers
			} else if registered() {
				t.Error("completion is announced in initialize and registered, too")
			}
		})
	}
}

// initializeResult is what the server answered to initialize.
func initializeResult(t *testing.T, g *gatherer) (text string) {
	t.Helper()
	for _, m := range g.Messages() {
		var whole struct {
			Result struct{ Capabilities json.RawMessage }
		}
		if json.Unmarshal(m.Body, &whole) == nil && len(whole.Result.Capabilities) > 0 {
			return string(whole.Result.Capabilities)
		}
	}
	t.Fatal("initialize was not answered")
	return ""
}
