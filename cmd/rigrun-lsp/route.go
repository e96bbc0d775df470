package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/backend/outline"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp"
)

// routeFlags are the flags of route.
type routeFlags struct {
	question, file, lines, action string
	json, batch                   bool
}

func parseRouteFlags(args []string) (routeFlags, error) {
	var f routeFlags
	set := flag.NewFlagSet("route", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&f.file, "file", "", "")
	set.StringVar(&f.lines, "lines", "", "")
	set.StringVar(&f.action, "action", "", "")
	set.BoolVar(&f.json, "json", false, "")
	set.BoolVar(&f.batch, "batch", false, "")
	words, err := parseAround(set, args)
	if err != nil {
		return f, err
	}
	f.question = strings.Join(words, " ")
	switch {
	case f.batch && (f.question != "" || f.file != "" || f.lines != "" || f.action != ""):
		return f, usageError{"route: --batch reads every question from stdin"}
	case !f.batch && f.question == "" && f.action == "":
		return f, usageError{"route: a question was expected, or --action"}
	case f.lines != "" && f.file == "":
		return f, usageError{"route: --lines needs --file"}
	case f.action != "" && !slices.Contains(chat.Actions(), chat.Action(f.action)):
		return f, usageError{fmt.Sprintf("--action: one of %q was expected, not %q", chat.Actions(), f.action)}
	}
	return f, nil
}

// route says where questions would be answered, and why. It asks no model.
func route(ctx context.Context, args []string, std stdio, getenv func(string) string) error {
	f, err := parseRouteFlags(args)
	if err != nil {
		return err
	}
	req, err := f.request()
	if err != nil {
		return err
	}
	e, err := router(getenv, folderOf(req.Context), std.err)
	if err != nil {
		return err
	}
	defer e.Close()
	if f.batch {
		return routeBatch(ctx, e, std)
	}
	d, err := e.Route(ctx, req)
	if err != nil {
		return err
	}
	if f.json {
		return printJSON(std.out, d)
	}
	return printDecision(std.out, d)
}

// request is the question of the command line.
func (f routeFlags) request() (chat.Request, error) {
	items, err := fileContext(f.file, f.lines)
	return chat.Request{Message: f.question, Action: chat.Action(f.action), Context: items}, err
}

// router makes an engine that looks for the model server once.
func router(getenv func(string) string, folder string, warn io.Writer) (*engine.Engine, error) {
	c, err := settings(getenv, folder, warn)
	if err != nil {
		return nil, err
	}
	setup := assemble.Open(stateDir(getenv)).Setup(c) // deciding keeps nothing, so there is nothing to close
	setup.Local = &foundOnce{Local: setup.Local, picked: map[string]pick{}}
	return engine.New(engine.Options{
		Setup: setup, Outline: outline.New(outline.Disk()), OutlineModel: outline.Model, Now: time.Now,
	}), nil
}

// foundOnce is a local server that is asked once for each model, and never again
// after none was found: a batch is decided as of one moment. It belongs to one
// goroutine.
type foundOnce struct {
	engine.Local
	picked  map[string]pick
	missing error // that no server was found
}

// pick is what the server said about a model.
type pick struct {
	target local.Target
	err    error
}

// Pick returns what the first call for the model returned.
func (l *foundOnce) Pick(ctx context.Context, model string) (local.Target, error) {
	if l.missing != nil {
		return local.Target{}, l.missing
	}
	p, ok := l.picked[model]
	if ok {
		return p.target, p.err
	}
	p.target, p.err = l.Local.Pick(ctx, model)
	switch kind := chat.KindOf(p.err); {
	case ctx.Err() != nil: // what a person stopped says nothing about the server
	case kind == chat.NoBackend, kind == chat.Unreachable:
		l.missing = p.err
	default:
		l.picked[model] = p
	}
	return p.target, p.err
}

// maxBatchLine is the longest line of a batch in bytes.
const maxBatchLine = 16 << 20

// batchLine is a line of a batch. It is cut where it is too long.
type batchLine struct {
	text []byte
	long bool
}

// routeBatch reads a question's parameters from each line of stdin and prints
// the decision, or {"error": …}, as a line. Empty lines are passed over.
func routeBatch(ctx context.Context, e *engine.Engine, std stdio) error {
	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the current folder: %w", err)
	}
	inside := projectOf(filepath.Join(here, "a file"))
	lines := make(chan batchLine)
	read := make(chan error, 1)
	go func() { // ends with stdin, or with the process where a person stops it before
		defer close(lines)
		read <- readBatch(ctx, std.in, lines)
	}()
	for {
		select {
		case <-ctx.Done():
			return errors.New("stopped by you")
		case line, more := <-lines:
			if !more {
				return <-read
			}
			if err := printJSON(std.out, decideLine(ctx, e, line, inside)); err != nil {
				return err
			}
		}
	}
}

// readBatch sends the lines of r that are not empty.
func readBatch(ctx context.Context, r io.Reader, lines chan<- batchLine) error {
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := readBatchLine(in)
		if len(bytes.TrimSpace(line.text)) > 0 {
			select {
			case lines <- line:
			case <-ctx.Done():
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read stdin: %w", err)
		}
	}
}

// readBatchLine reads a line to its end and keeps no more of it than is allowed.
func readBatchLine(in *bufio.Reader) (line batchLine, err error) {
	for {
		part, err := in.ReadSlice('\n')
		if len(line.text)+len(part) <= maxBatchLine {
			line.text = append(line.text, part...)
		} else {
			line.long = true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// lineError is what is printed for a line that cannot be decided.
type lineError struct {
	Error string `json:"error"`
}

// decideLine decides a line: the result is a decision or a [lineError].
func decideLine(ctx context.Context, e *engine.Engine, line batchLine, inside string) any {
	if line.long {
		return lineError{fmt.Sprintf("params: the line is longer than %d MiB", maxBatchLine>>20)}
	}
	req, err := lsp.ReadChat(line.text, inside)
	if err != nil {
		return lineError{err.Error()}
	}
	d, err := e.Route(ctx, req)
	if err != nil {
		return lineError{oneLine(err)}
	}
	return d
}

// printDecision prints a decision for a person.
func printDecision(out io.Writer, d chat.RouteDecision) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, format string, values ...any) {
		_, _ = fmt.Fprintf(t, name+"\t"+format+"\n", values...) // Flush returns what went wrong
	}
	row("tier", "%s", d.Tier)
	row("backend", "%s", d.Backend)
	row("model", "%s", d.Model)
	row("score", "%.2f (%s)", d.Score, d.Complexity)
	row("query type", "%s", d.QueryType)
	row("classification", "%v", d.Classification)
	if d.ForcedBy != "" {
		row("forced by", "%s", d.ForcedBy)
	}
	if d.FallbackFrom != "" {
		row("fallback from", "%s", d.FallbackFrom)
	}
	row("estimated cost", "%.4g cents", d.EstimatedCostCents)
	row("reason", "%s", d.Reason)
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print the decision: %w", err)
	}
	return nil
}
