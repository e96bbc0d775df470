package main

import (
	"fmt"
	"io"
	"strings"
)

// manual prints the manual page, in the roff of man(7).
func manual(args []string, std stdio, _ func(string) string) error {
	if len(args) > 0 {
		return usageError{fmt.Sprintf("man: unexpected argument %q", args[0])}
	}
	var b strings.Builder
	fmt.Fprintf(&b, ".TH RIGRUN-LSP 1 \"\" \"rigrun-lsp %s\" \"User Commands\"\n", roff(version()))
	b.WriteString(".SH NAME\nrigrun\\-lsp \\- a language server that answers questions about code\n.SH SYNOPSIS\n")
	for _, c := range commands() {
		for _, f := range c.forms {
			fmt.Fprintf(&b, ".B rigrun\\-lsp %s\n", roff(c.name))
			if f.arguments != "" {
				b.WriteString(roff(f.arguments) + "\n")
			}
			b.WriteString(".br\n")
		}
	}
	b.WriteString(manualHead)
	for _, c := range commands() {
		for _, f := range c.forms {
			fmt.Fprintf(&b, ".TP\n.B rigrun\\-lsp %s\n%s.\n", roff(strings.TrimSpace(c.name+" "+f.arguments)), roff(f.about))
		}
		for _, o := range c.flags {
			fmt.Fprintf(&b, ".RS\n.TP\n.B %s\n%s.\n.RE\n", roff(strings.TrimSpace(o.dashes()+" "+o.value)), roff(o.about))
		}
	}
	b.WriteString(manualTail)
	_, err := io.WriteString(std.out, b.String())
	return err
}

// roff is text that roff takes for text.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

const manualHead = `.SH DESCRIPTION
rigrun\-lsp answers questions about code in any editor that speaks the Language Server Protocol: select, ask, and the answer streams in.
It asks the model server on this machine (Ollama, llama\-server, LM Studio, vLLM) and the cloud only where that is configured and allowed.
Without a command it serves one editor over stdin and stdout.
.SH COMMANDS
`

const manualTail = `.SH FILES
.TP
.I $XDG_CONFIG_HOME/rigrun/config.toml
the user's settings
.TP
.I .rigrun.toml
a repository's own settings, which can only tighten the user's
.TP
.I $XDG_STATE_HOME/rigrun/
kept answers, conversations, and the record of what was sent
.SH ENVIRONMENT
.TP
.B RIGRUN_CLOUD_API_KEY
the key of the cloud's model server
.TP
.B OLLAMA_HOST
where Ollama listens
.SH EXIT STATUS
0 where it did what was asked, 1 where it failed, 2 for a command line that it does not understand.
`
