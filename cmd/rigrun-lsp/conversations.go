package main

import (
	"flag"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/store"
	"github.com/rigrun/rigrun-lsp/engine/store/export"
)

// conversationsFlags are the flags of conversations list, show and export.
type conversationsFlags struct {
	command, id string
	n           int
	json        bool
	format      string
}

func parseConversationsFlags(args []string) (conversationsFlags, error) {
	var f conversationsFlags
	set := flag.NewFlagSet("conversations", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.IntVar(&f.n, "n", 20, "")
	set.BoolVar(&f.json, "json", false, "")
	set.StringVar(&f.format, "format", "markdown", "")
	words, err := parseAround(set, args)
	_, known := export.For(f.format)
	switch {
	case err != nil:
		return f, err
	case f.n < 1:
		return f, usageError{fmt.Sprintf("-n: a number from 1 was expected, not %d", f.n)}
	case !known:
		return f, usageError{fmt.Sprintf("--format: markdown, json or html was expected, not %q", f.format)}
	case len(words) == 1 && words[0] == "list":
	case len(words) == 2 && (words[0] == "show" || words[0] == "export"):
		f.id = words[1]
	default:
		return f, usageError{"conversations: list, show ID or export ID was expected"}
	}
	f.command = words[0]
	return f, nil
}

// conversationsCommand shows what the editors' conversations were.
func conversationsCommand(args []string, std stdio, getenv func(string) string) error {
	f, err := parseConversationsFlags(args)
	if err != nil {
		return err
	}
	c, err := settings(getenv, folderOf(nil), std.err)
	if err != nil {
		return err
	}
	house := assemble.Open(stateDir(getenv))
	defer func() { _ = house.Close() }() // nothing was put there to keep
	talks := house.Conversations(c)
	switch f.command {
	case "list":
		err = listConversations(talks, f, std.out)
	case "show":
		err = showConversation(talks, f, std.out)
	case "export":
		err = exportConversation(talks, f, std.out)
	}
	if err != nil {
		return fmt.Errorf("conversations %s: %w", f.command, err)
	}
	return nil
}

func listConversations(talks *store.Conversations, f conversationsFlags, out io.Writer) error {
	items, _, err := talks.List("", f.n)
	if err == nil {
		err = talks.Err()
	}
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(out, map[string]any{"items": items})
	}
	for _, c := range items {
		if _, err := fmt.Fprintf(out, "%s  %s  %3d  %s\n", c.ConversationID, c.UpdatedAt.Local().Format("2006-01-02 15:04"), c.MessageCount, printable(c.Title)); err != nil {
			return err
		}
	}
	return nil
}

func showConversation(talks *store.Conversations, f conversationsFlags, out io.Writer) error {
	c, err := talks.Get(f.id)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(out, c)
	}
	_, err = fmt.Fprintf(out, "%s\n", printable(c.Title))
	for i := range c.Messages {
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "\n%s\n\n%s\n", heading(&c.Messages[i]), plainText(strings.TrimRight(c.Messages[i].Text, "\n")))
	}
	return err
}

// heading says who wrote a message, and when.
func heading(m *chat.Message) string {
	who := "you"
	if m.Role == chat.RoleAssistant {
		who = "answer"
		if m.Route != nil {
			who = printable(m.Route.Model)
		}
	}
	at := m.CreatedAt.Local().Format("2006-01-02 15:04")
	if m.Interrupted {
		return "--- " + who + ", " + at + ", interrupted"
	}
	return "--- " + who + ", " + at
}

func exportConversation(talks *store.Conversations, f conversationsFlags, out io.Writer) error {
	content, err := talks.Export(f.id, f.format)
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, content)
	return err
}

// plainText leaves out what a terminal would take for a command.
func plainText(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}
