package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// command is a row of the table that the dispatcher, the help, the shell
// completions and the man page are made of.
type command struct {
	name  string
	words []string // what may follow the name; the first line of forms that begins with one is about it
	forms []form
	flags []option
	run   func(ctx context.Context, args []string, std stdio, getenv func(string) string) error
}

// form is a way to call a command, and what it does.
type form struct{ arguments, about string }

// option is a flag.
type option struct {
	name   string
	value  string   // what stands for its value, "" for a switch
	values []string // all it may have, nil for anything
	file   bool     // its value is a file's name
	about  string
}

// dashes are the flag as it is typed: -n, --json.
func (o *option) dashes() string {
	if len(o.name) == 1 {
		return "-" + o.name
	}
	return "--" + o.name
}

// The flags that more than one command has.
func fileOption() option {
	return option{name: "file", value: "FILE", file: true, about: "the file that the question is about"}
}

func linesOption() option {
	return option{name: "lines", value: "A:B", about: "its lines A to B, from 1"}
}

func countOption() option { return option{name: "n", value: "N", about: "how many"} }

func jsonOption() option { return option{name: "json", about: "print JSON"} }

// serveOptions are the flags of what editors call.
func serveOptions() []option {
	return []option{
		{name: "stdio", about: "the same, said aloud"},
		{name: "acp", about: "speak the Agent Client Protocol instead of LSP"},
		{name: "pipe", value: "NAME", about: "over a named pipe or Unix socket that the editor opened"},
		{name: "socket", value: "PORT", about: "over a TCP port on 127.0.0.1 that the editor listens on"},
		{name: "log-file", value: "FILE", file: true, about: "write the log to FILE instead of stderr"},
		{name: "log-level", value: "LEVEL", values: []string{"debug", "info", "warn", "error"}, about: "debug, info, warn (default) or error"},
	}
}

func routeOptions() []option {
	return []option{
		fileOption(), linesOption(),
		{name: "action", value: "ACTION", values: actionNames(), about: "the action that it is asked for"},
		jsonOption(),
		{name: "batch", about: "read questions from stdin"},
	}
}

// commands are all of them, in the order of the help. The first has no name: it
// is what editors call.
func commands() []command { return slices.Concat(answering(), keeping(), telling()) }

// answering are those that answer questions, or say who would.
func answering() []command {
	return []command{
		{
			forms: []form{{"[FLAGS]", "serve an editor over stdin and stdout"}},
			flags: serveOptions(),
			run:   serve,
		},
		{
			name:  "demo",
			forms: []form{{"[--file FILE] [--lines A:B]", "explain a function as an editor would ask it, and watch it stream"}},
			flags: []option{fileOption(), linesOption()},
			run:   demo,
		},
		{
			name:  "ask",
			forms: []form{{`"QUESTION" [--file FILE] [--lines A:B] [--model NAME] [--json]`, "ask from the terminal"}},
			flags: []option{fileOption(), linesOption(), {name: "model", value: "NAME", about: "the model that is to answer"}, jsonOption()},
			run:   ask,
		},
		{
			name: "route",
			forms: []form{
				{`"QUESTION" [--file FILE] [--lines A:B] [--action ACTION] [--json]`, "say where a question would be answered, and why, without asking it"},
				{"--batch", "the same for each line of stdin, rigrun/chat's params as JSON;\na decision or {\"error\": \"…\"} a line on stdout"},
			},
			flags: routeOptions(),
			run:   route,
		},
	}
}

// keeping are those that look after what is kept, and what an answer needs.
func keeping() []command {
	return []command{
		{
			name: "audit", words: []string{"verify", "show"},
			forms: []form{
				{"verify [--json]", "say whether the record of what was sent is as it was written"},
				{"show [-n N] [--json]", "print its newest N events (20)"},
			},
			flags: []option{countOption(), jsonOption()},
			run:   withoutContext(auditCommand),
		},
		{
			name:  "doctor",
			forms: []form{{"[--json]", "check what an answer needs, and what to do about what is missing"}},
			flags: []option{jsonOption()},
			run:   doctorCommand,
		},
		{
			name: "cache", words: []string{"stats", "clear"},
			forms: []form{{"stats|clear [--json]", "count the kept answers, or remove them"}},
			flags: []option{jsonOption()},
			run:   cacheCommand,
		},
		{
			name: "conversations", words: []string{"list", "show", "export"},
			forms: []form{
				{"list [-n N] [--json]", "list the N conversations used last (20)"},
				{"show ID [--json]", "print a conversation"},
				{"export ID [--format markdown|json|html]", "write it as a document to stdout"},
			},
			flags: []option{
				countOption(), jsonOption(),
				{name: "format", value: "FORMAT", values: []string{"markdown", "json", "html"}, about: "of the document"},
			},
			run: withoutContext(conversationsCommand),
		},
	}
}

// telling are those that tell of the program.
func telling() []command {
	return []command{
		{
			name: "completion", words: shells(),
			forms: []form{{strings.Join(shells(), "|"), "print a completion script for a shell"}},
			run:   withoutContext(completion),
		},
		{
			name:  "man",
			forms: []form{{"", "print the manual page (rigrun-lsp man | man -l -)"}},
			run:   withoutContext(manual),
		},
		{
			name:  "version",
			forms: []form{{"", "print the version"}},
			run:   withoutContext(printVersion),
		},
	}
}

// withoutContext is the command of a function that waits for nothing.
func withoutContext(run func(args []string, std stdio, getenv func(string) string) error) func(context.Context, []string, stdio, func(string) string) error {
	return func(_ context.Context, args []string, std stdio, getenv func(string) string) error {
		return run(args, std, getenv)
	}
}

// helpColumn is where the help says what a command does.
const helpColumn = 37

// help is the text of --help.
func help() string {
	var b strings.Builder
	b.WriteString("rigrun-lsp answers questions about code, in any LSP editor.\n\n")
	for _, c := range commands() {
		c.describe(&b)
		if c.name == "" {
			b.WriteString("\n")
		}
	}
	b.WriteString("\nSettings come from $XDG_CONFIG_HOME/rigrun/config.toml and the editor; docs/protocol.md lists them.\n")
	return b.String()
}

// helpOn is what helps with a command line that makes no sense, or asks for help: the
// command that it names, all of them only where it names none, so that a mistake
// stays in sight.
func helpOn(args []string) string {
	if len(args) > 1 && args[0] == "help" {
		args = args[1:]
	}
	for _, c := range commands() {
		if named := len(args) > 0 && c.name == args[0]; named || c.name == "" && flagged(args) {
			var b strings.Builder
			c.describe(&b)
			b.WriteString("\nrigrun-lsp --help has the other commands.\n")
			return b.String()
		}
	}
	return help()
}

// flagged reports whether a command line is one of flags alone, and not of the one for help.
func flagged(args []string) bool {
	return len(args) > 0 && isFlag(args[0]) && !asksForHelp(args[:1])
}

// describe writes each way to call the command, and what it does.
func (c *command) describe(b *strings.Builder) {
	for _, f := range c.forms {
		describe(b, "  "+strings.TrimSpace("rigrun-lsp "+strings.TrimSpace(c.name+" "+f.arguments)), f.about)
	}
	if c.name != "" {
		return // its flags stand in its forms
	}
	for _, o := range c.flags {
		flag := o.dashes()
		if o.value != "" {
			flag += "=" + o.value
		}
		describe(b, "      "+flag, o.about)
	}
}

// describe writes a call and, beside or below it, what it does.
func describe(b *strings.Builder, call, about string) {
	if len(call) >= helpColumn-1 {
		b.WriteString(call + "\n")
		call = ""
	}
	for line := range strings.Lines(about) {
		fmt.Fprintf(b, "%-*s%s\n", helpColumn, call, strings.TrimSuffix(line, "\n"))
		call = ""
	}
}

// actionNames are the actions as flags have them.
func actionNames() []string {
	all := make([]string, 0, len(chat.Actions()))
	for _, a := range chat.Actions() {
		all = append(all, string(a))
	}
	return all
}
