package export

import (
	"fmt"
	"html"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// head is the page up to its title. The policy allows the style below and nothing else.
const head = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
p { white-space: pre-wrap; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid; border-radius: .25rem; }
section { border-top: 1px solid; }
.note { opacity: .7; font-size: .875rem; }
</style>
`

// HTML is the conversation as one page.
func HTML(c *chat.Conversation) string {
	var b strings.Builder
	title := escape(oneLine(c.Title))
	fmt.Fprintf(&b, "%s<title>%s</title>\n</head>\n<body>\n<h1>%s</h1>\n<p class=\"note\">%s</p>\n", head, title, title, escape(origin(c)))
	for i := range c.Messages {
		writeMessage(&b, &c.Messages[i])
	}
	b.WriteString("</body>\n</html>\n")
	return b.String()
}

func writeMessage(b *strings.Builder, m *chat.Message) {
	fmt.Fprintf(b, "<section>\n<h2>%s</h2>\n", escape(author(m)))
	if used := context(m); len(used) > 0 {
		fmt.Fprintf(b, "<p class=\"note\">Asked with %s.</p>\n", escape(strings.Join(used, ", ")))
	}
	for _, part := range blocks(m.Text) {
		if part.code {
			fmt.Fprintf(b, "<pre><code>%s</code></pre>\n", escape(part.text))
			continue
		}
		if text := strings.Trim(part.text, "\n"); text != "" {
			fmt.Fprintf(b, "<p>%s</p>\n", escape(text))
		}
	}
	if m.Interrupted {
		b.WriteString("<p class=\"note\">(interrupted)</p>\n")
	}
	b.WriteString("</section>\n")
}

// escape makes text of anything: what HTML takes for a sign of its own, what is no
// UTF-8, and control characters, which no page may have.
func escape(text string) string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return html.EscapeString(text)
}
