package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/backend/outline"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// askFlags are the flags of ask.
type askFlags struct {
	question, file, lines, model string
	json                         bool
}

// parseAskFlags reads "QUESTION" and the flags, which may stand on either side of it.
func parseAskFlags(args []string) (askFlags, error) {
	var f askFlags
	set := flag.NewFlagSet("ask", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&f.file, "file", "", "")
	set.StringVar(&f.lines, "lines", "", "")
	set.StringVar(&f.model, "model", "", "")
	set.BoolVar(&f.json, "json", false, "")
	words, err := parseAround(set, args)
	if err != nil {
		return f, err
	}
	f.question = strings.Join(words, " ")
	switch {
	case f.question == "":
		return f, usageError{"ask: a question was expected"}
	case f.lines != "" && f.file == "":
		return f, usageError{"ask: --lines needs --file"}
	}
	return f, nil
}

// parseAround parses flags that may stand before, between and behind words, and
// returns the words.
func parseAround(set *flag.FlagSet, args []string) (words []string, err error) {
	for rest := args; len(rest) > 0; rest = set.Args() {
		if err := set.Parse(rest); err != nil {
			return nil, usageError{err.Error()}
		}
		if set.NArg() == 0 {
			break
		}
		words = append(words, set.Arg(0))
		if err := set.Parse(set.Args()[1:]); err != nil {
			return nil, usageError{err.Error()}
		}
	}
	return words, nil
}

// ask answers one question on the terminal.
func ask(ctx context.Context, args []string, std stdio, getenv func(string) string) error {
	f, err := parseAskFlags(args)
	if err != nil {
		return err
	}
	items, err := fileContext(f.file, f.lines)
	if err != nil {
		return err
	}
	c, err := settings(getenv, folderOf(items), std.err)
	if err != nil {
		return err
	}
	// Who reads only the beginning (ask … | head) must not end the process before what
	// was sent is on record: the next write fails instead.
	signal.Ignore(syscall.SIGPIPE)
	req := chat.Request{Message: f.question, Model: f.model, Context: items}
	house := assemble.Open(stateDir(getenv))
	house.Prompts = prompt.UserDir(config.UserFile(getenv))
	defer func() { _ = house.Close() }() // what it could not write is in Err, below
	e := house.Engine(c, outline.Disk())
	defer e.Close()
	to := std.out
	if f.json {
		to = io.Discard
	}
	t := &terminal{out: to}
	result, err := e.Chat(ctx, req, t)
	if err != nil {
		t.finish()
		switch {
		case errors.Is(err, context.Canceled):
			return errors.New("stopped by you")
		case errors.Is(err, syscall.EPIPE):
			return errors.New("nobody reads the answer any more")
		}
		return err
	}
	if f.json {
		return printJSON(std.out, result)
	}
	t.finish()
	_, err = fmt.Fprintln(std.err, summary(*result))
	return err
}

func printJSON(out io.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("print the answer: %w", err)
	}
	return nil
}

// summary stands under an answer: where it came from, how fast, and why there; and
// on a line for each, what the model was not sent.
func summary(r chat.Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s · %s · %s · first token %.0f ms", r.Route.Tier, r.Route.Backend, printable(r.Route.Model), r.Metrics.FirstTokenMs)
	if r.Metrics.TotalMs-r.Metrics.FirstTokenMs >= 200 { // what came at once has no speed
		fmt.Fprintf(&b, " · %.0f tok/s", r.Metrics.TokensPerSecond)
	}
	fmt.Fprintf(&b, " · %d tokens · %s", r.Usage.CompletionTokens, r.Route.Because())
	for _, l := range r.Left {
		b.WriteString("\nleft out: " + strings.TrimSpace(l.Name+" "+l.Reason))
	}
	return b.String()
}

// terminal is the listener of a person at a terminal. An answer is a stranger's text:
// what a terminal would take for a command is left out.
type terminal struct {
	out  io.Writer
	last byte   // the last byte printed
	rest string // the beginning of a character whose end has not come
}

func (t *terminal) Route(chat.RouteDecision, *chat.CacheInfo) error { return nil }

func (t *terminal) Write(c stream.Chunk) error {
	if c.Kind != stream.Text || len(c.Data) == 0 {
		return nil
	}
	return t.print(string(c.Data))
}

// print writes text. A character may come in pieces.
func (t *terminal) print(text string) error {
	text = t.rest + text
	whole := len(text)
	for i := max(whole-utf8.UTFMax, 0); i < whole; i++ {
		if utf8.RuneStart(text[i]) && !utf8.FullRuneInString(text[i:]) {
			whole = i
		}
	}
	t.rest = text[whole:]
	if text = plainText(text[:whole]); text == "" {
		return nil
	}
	t.last = text[len(text)-1]
	_, err := io.WriteString(t.out, text)
	return err
}

func (t *terminal) Close(stream.End) error { return nil }

// finish ends the last line, so that what follows starts on a new one.
func (t *terminal) finish() {
	if t.last != 0 && t.last != '\n' {
		_, _ = io.WriteString(t.out, "\n")
	}
}
