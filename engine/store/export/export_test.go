package export

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func conversation(texts ...string) *chat.Conversation {
	c := &chat.Conversation{Summary: chat.Summary{Title: "a title", Model: "m:1", CreatedAt: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}}
	for i, text := range texts {
		m := chat.Message{MessageID: "id", Role: chat.RoleUser, Text: text}
		if i%2 == 1 {
			m.Role, m.Route = chat.RoleAssistant, &chat.RouteDecision{Model: "m:1"}
		}
		c.Messages = append(c.Messages, m)
	}
	return c
}

func TestBlocks(t *testing.T) {
	for text, want := range map[string][]block{
		"plain":                              {{text: "plain"}},
		"a\n```go\nx := 1\n```\nb":           {{text: "a\n"}, {code: true, text: "x := 1\n"}, {text: "b"}},
		"````\n```\ninside\n```\n````\n":     {{code: true, text: "```\ninside\n```\n"}},
		"```\nnever closed":                  {{code: true, text: "never closed", open: "```"}},
		"~~~~\n```\n~~~\nx\n~~~~~\n":         {{code: true, text: "```\n~~~\nx\n"}},
		"    ```\nindented, so no fence\n":   {{text: "    ```\nindented, so no fence\n"}},
		"```not `a` fence\n":                 {{text: "```not `a` fence\n"}},
		"```\n```\n":                         {{code: true}},
		"":                                   nil,
		"``\nshort\n``":                      {{text: "``\nshort\n``"}},
		"```\n``` go\n```\n":                 {{code: true, text: "``` go\n"}},
		"one\n   ~~~\ncode\n  ~~~   \ntwo\n": {{text: "one\n"}, {code: true, text: "code\n"}, {text: "two\n"}},
	} {
		if diff := cmp.Diff(want, blocks(text), cmp.AllowUnexported(block{})); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
	}
}

func TestMarkdown(t *testing.T) {
	c := conversation("how?", "So:\n```go\nx := 1", "and?", "Done.")
	c.Classification = chat.CUI
	c.Messages[0].Context = []chat.ContextUse{{Kind: chat.ContextSelection, URI: "file:///w/a.go", FirstLine: 3, LastLine: 9}}
	c.Messages[1].Interrupted = true
	want := `# a title

2030-01-02T03:04:05Z · m:1 · CUI

## You

Asked with selection file:///w/a.go (lines 3 to 9).

how?

## m:1

So:
` + "```go\nx := 1\n```" + `

*(interrupted)*

## You

and?

## m:1

Done.
`
	if diff := cmp.Diff(want, Markdown(c)); diff != "" {
		t.Error(diff)
	}
}

func TestJSON(t *testing.T) {
	c := conversation("q", "a")
	var back chat.Conversation
	if err := json.Unmarshal([]byte(JSON(c)), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, &back); diff != "" {
		t.Error(diff)
	}
}

// hostile is text that must stay text.
func hostile() []string {
	return []string{
		"<script>alert(1)</script>", `<img src=x onerror="alert(1)">`, `"><svg/onload=alert(1)>`, "</code></pre><script>x</script>",
		"```html\n</code></pre><script>alert(1)</script>\n```", "```\n<!-- ", "]]>", "<iframe srcdoc='x'>", "javascript:alert(1)",
		"<meta http-equiv=refresh content='0;url=//evil'>", "<link rel=stylesheet href=//evil>", "![x](http://evil/x.png)", "&lt;script&gt;",
		"\x00\x1b[31m\x7f\u0085", "\xff\xfe<b>", "<style>@import url(//evil)</style>", "</section></body></html>", "<a href=data:text/html,x>y</a>",
	}
}

// TestHTMLIsText looks that a page has no element but its own, whatever is in the
// conversation, and loads nothing.
func TestHTMLIsText(t *testing.T) {
	for _, text := range hostile() {
		c := conversation(text, text)
		c.Title, c.Model, c.Messages[1].Route.Model = text, text, text
		c.Messages[0].Context = []chat.ContextUse{{Kind: chat.ContextKind(text), URI: text, Query: text}}
		page := HTML(c)
		checkElements(t, text, page)
		for _, never := range []string{"<script", "<img", "<svg", "<iframe", "<link", "<a ", "\x00", "\x1b"} {
			if strings.Contains(page, never) {
				t.Errorf("%q: the page has %q", text, never)
			}
		}
	}
}

// checkElements reads a page as XML, which its body is, and looks at every element
// and attribute.
func checkElements(t *testing.T, name, page string) {
	t.Helper()
	_, body, ok := strings.Cut(page, "</head>\n")
	if !ok || !strings.Contains(page[:len(page)-len(body)], "default-src 'none'") {
		t.Fatalf("%q: no head with a policy", name)
	}
	known := map[string]bool{"body": true, "h1": true, "h2": true, "p": true, "section": true, "pre": true, "code": true}
	d := xml.NewDecoder(strings.NewReader(strings.TrimSuffix(body, "</html>\n")))
	d.Entity = xml.HTMLEntity
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v\n%s", name, err, body)
		}
		if e, ok := tok.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if e.Name.Local != "p" || a.Name.Local != "class" || a.Value != "note" {
					t.Errorf("%q: <%s %s=%q>", name, e.Name.Local, a.Name.Local, a.Value)
				}
			}
			if !known[e.Name.Local] {
				t.Errorf("%q: <%s>", name, e.Name.Local)
			}
		}
	}
}

func TestHTMLKeepsCode(t *testing.T) {
	page := HTML(conversation("q", "see\n```go\nif a < b {\n\treturn\n}\n```\nso"))
	if !strings.Contains(page, "<p>see</p>\n<pre><code>if a &lt; b {\n\treturn\n}\n</code></pre>\n<p>so</p>") {
		t.Error(page)
	}
}

func FuzzHTML(f *testing.F) {
	for _, text := range hostile() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkElements(t, text, HTML(conversation(text, text)))
		md := blocks(Markdown(conversation("q", text)))
		if last := md[len(md)-1]; last.open != "" {
			t.Errorf("%q: a fence is open at the end: %q", text, last.text)
		}
	})
}
