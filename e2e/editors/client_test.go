package editors

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// client plays an editor by the capabilities of its client, with the code open.
type client struct {
	*lsptest.Editor
	t   *testing.T
	doc *lsptest.Document
}

// action is an item of the menu of code actions.
type action struct {
	raw     json.RawMessage
	Title   string
	Edit    json.RawMessage
	Command *struct {
		Command   string            `json:"command"`
		Arguments []json.RawMessage `json:"arguments"`
	}
}

// openClient starts the binary with the settings of a page's configuration.
func openClient(t *testing.T, r reader, url string) client {
	t.Helper()
	s := r.read(t)
	e := lsptest.Spawn(t, filepath.Join(programs(t), s.command[0]), lsptest.Options{Profile: r.profile, URL: url, InitializationOptions: s.options})
	return client{e, t, e.Open("sum.go", "go", code)}
}

// menu asks for the actions on Add, about which another server has complained.
func (c client) menu() []action {
	c.t.Helper()
	at := strings.Index(code, mistake)
	raw := c.Call("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": c.doc.URI},
		"range":        c.doc.Range(strings.Index(code, "func Add"), strings.Index(code, "\n\nfunc Twice")),
		"context": map[string]any{"diagnostics": []any{map[string]any{
			"range": c.doc.Range(at, at+len(mistake)), "severity": 1, "source": "compiler", "message": findings,
		}}},
	})
	var raws []json.RawMessage
	if err := json.Unmarshal(raw, &raws); err != nil {
		c.t.Fatalf("the menu is %s: %v", raw, err)
	}
	list := make([]action, len(raws))
	for i := range raws {
		list[i].raw = raws[i]
		if err := json.Unmarshal(raws[i], &list[i]); err != nil {
			c.t.Fatalf("the menu has %s: %v", raws[i], err)
		}
	}
	return list
}

// take does with an action of the menu what the client does: it resolves it where
// it is neither an edit nor a command, applies the edit and runs the command. It
// returns when the work is over.
func (c client) take(menu []action, title string) {
	c.t.Helper()
	for _, a := range menu {
		if !strings.HasPrefix(a.Title, title) {
			continue
		}
		if a.Edit == nil && a.Command == nil {
			if err := json.Unmarshal(c.Call("codeAction/resolve", a.raw), &a); err != nil {
				c.t.Fatal(err)
			}
			if err := c.Apply(a.Edit); err != nil {
				c.t.Fatalf("%s: %v", a.Title, err)
			}
			return
		}
		before := len(c.Widgets())
		c.Call("workspace/executeCommand", a.Command)
		c.Until("the work", func() bool { return len(c.Widgets()) > before })
		c.WaitWork(c.Widgets()[before])
		return
	}
	c.t.Fatal("the menu has no ", title)
}

// answer is what the client shows of the last answer: a file, or a message.
func (c client) answer() string {
	c.t.Helper()
	if shown := c.Shown(); len(shown) > 0 {
		u, err := url.Parse(shown[len(shown)-1])
		if err != nil || u.Scheme != "file" {
			c.t.Fatalf("the document %s is shown: %v", shown, err)
		}
		raw, err := os.ReadFile(u.Path)
		if err != nil {
			c.t.Fatal(err)
		}
		return string(raw)
	}
	messages := c.WindowMessages()
	if len(messages) == 0 {
		c.t.Fatal("no answer is shown")
	}
	return messages[len(messages)-1]
}

// hover is what the client shows beside the code.
func (c client) hover(part string) string {
	c.t.Helper()
	var h struct{ Contents struct{ Value string } }
	raw := c.Call("textDocument/hover", map[string]any{
		"textDocument": map[string]any{"uri": c.doc.URI}, "position": c.doc.Position(strings.Index(c.doc.Now(), part)),
	})
	if err := json.Unmarshal(raw, &h); err != nil {
		c.t.Fatalf("the hover is %s: %v", raw, err)
	}
	return h.Contents.Value
}

// TestClients does for each editor what its page says, with the page's settings
// and the editor's capabilities: it explains, shows that again beside the code,
// and fixes what another server reports.
func TestClients(t *testing.T) {
	programs(t)
	for name, r := range readers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := scripted(t, backendtest.Tokens(explained), backendtest.Tokens(fixed))
			c := openClient(t, r, server.URL)
			menu := c.menu()
			titles := make([]string, len(menu))
			for i := range menu {
				titles[i] = menu[i].Title
			}
			c.take(menu, "Explain")
			answer := c.answer()
			holds(t, "the answer", answer, explained, model)
			holds(t, "the hover", c.hover("return"), explained)
			c.take(menu, "Fix")
			if want := strings.Replace(code, mistake, "return a + b", 1); c.doc.Now() != want {
				t.Errorf("fixed to\n%s", c.doc.Now())
			}
			for _, chat := range server.Chats() {
				holds(t, "the question", string(chat.Body), `"model":"`+model+`"`)
			}
			if r.page != "" {
				shows(t, r.page, "menu", strings.Join(titles, "\n"))
				shows(t, r.page, "answer", answer)
				shows(t, r.page, "fix", c.doc.Now())
			}
		})
	}
}
