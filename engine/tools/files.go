package tools

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// How much one call returns.
const (
	maxNames   = 200
	maxLines   = 50 // of a search
	maxSymbols = 20
	maxWidth   = 200 // bytes of a line of a search

	// readBytes leaves room in a result for the line above the text and the one below.
	readBytes = MaxResult - 512
)

// readFile gives lines of a file.
func (s *Session) readFile(ctx context.Context, args arguments) (outcome, error) {
	name, err := args.required("path")
	if err != nil {
		return outcome{}, err
	}
	out := outcome{about: name}
	first, err := args.number("first_line")
	if err != nil {
		return out, err
	}
	last, err := args.number("last_line")
	if err != nil {
		return out, err
	}
	d, err := s.workspace.Document(ctx, name)
	if err != nil {
		return out, err
	}
	span, count := lines(d.Text, first, last, min(readBytes, s.room-leastRoom/2))
	if span.FirstLine > count {
		return out, fmt.Errorf("it has %d lines", count)
	}
	if err := s.admit(d.item(chat.ContextFile, span)); err != nil {
		return out, err
	}
	out.about = fmt.Sprintf("%s, lines %d to %d", d.Name, span.FirstLine, span.LastLine)
	out.text = fmt.Sprintf("%s of %d:\n%s", out.about, count, d.Text[span.Start:span.End])
	if span.LastLine < count {
		out.text += fmt.Sprintf("\n(more follows: ask with first_line %d)", span.LastLine+1)
	}
	return out, nil
}

// lines finds the lines first to last of a text, as many as have at most so many
// bytes together, the first of them cut where it alone has more. 0 stands for the
// text's first and last line. count is how many the text has.
func lines(text string, first, last, most int) (span chat.Span, count int) {
	first = max(first, 1)
	span = chat.Span{Start: len(text), End: len(text), FirstLine: first, LastLine: first}
	at, full := 0, false
	for line := range strings.Lines(text) {
		count++
		switch {
		case count < first || full || last > 0 && count > max(last, first):
		case count == first:
			span.Start, span.End = at, at+within(line, most)
			full = len(line) > most
		case at+len(line)-span.Start > most:
			full = true
		default:
			span.End, span.LastLine = at+len(line), count
		}
		at += len(line)
	}
	return span, count
}

// item is a piece of a document as what it is: a part of a question's context.
func (d *Document) item(kind chat.ContextKind, span chat.Span) chat.ContextItem {
	return chat.ContextItem{
		Kind: kind, URI: fileURI(d.Path), Path: d.Path, Folder: d.Folder, Language: d.Language,
		Document: d.Text, Text: d.Text[span.Start:span.End], Span: span,
	}
}

// fileURI is a path as a URI.
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// listFiles gives the names in a folder.
func (s *Session) listFiles(ctx context.Context, args arguments) (outcome, error) {
	folder, err := args.text("folder")
	if err != nil {
		return outcome{}, err
	}
	out := outcome{about: named(folder, "the top")}
	found, more, err := s.workspace.List(ctx, folder, maxNames)
	if err != nil {
		return out, err
	}
	out.text = strings.Join(found, "\n")
	if err := s.admit(chat.ContextItem{Kind: chat.ContextText, Text: out.text}); err != nil {
		return out, err
	}
	out.about = fmt.Sprintf("%s (%d)", out.about, len(found))
	if len(found) == 0 {
		out.text = "(the folder is empty)"
	}
	if more {
		out.text += "\n(there are more names)"
	}
	return out, nil
}

func named(name, none string) string {
	if name == "" {
		return none
	}
	return name
}

// search gives the lines that hold words.
func (s *Session) search(ctx context.Context, args arguments) (outcome, error) {
	words, err := args.required("words")
	if err != nil {
		return outcome{}, err
	}
	out := outcome{about: `"` + words + `"`}
	found, more, err := s.workspace.Search(ctx, words, maxLines)
	if err != nil {
		return out, err
	}
	out.text, err = s.quote(found)
	out.about += fmt.Sprintf(" (%d)", len(found))
	if more {
		out.text += "\n(there are more lines: search for more words)"
	}
	return out, err
}

// symbols gives where a name is declared.
func (s *Session) symbols(ctx context.Context, args arguments) (outcome, error) {
	name, err := args.required("name")
	if err != nil {
		return outcome{}, err
	}
	out := outcome{about: name}
	found, err := s.workspace.Symbols(ctx, name, maxSymbols)
	if err != nil {
		return out, err
	}
	out.text, err = s.quote(found)
	out.about += fmt.Sprintf(" (%d)", len(found))
	return out, err
}

// quote writes lines with their places, each judged with its document. Where none
// could be shown, the error says why.
func (s *Session) quote(found []Line) (string, error) {
	var b strings.Builder
	var refused error
	for i := range found {
		l := &found[i]
		span, count := lines(l.Text, l.Number, l.Number, len(l.Text))
		if l.Number < 1 || l.Number > count {
			continue
		}
		if err := s.admit(l.item(chat.ContextSearch, span)); err != nil {
			refused = err
			continue
		}
		text := strings.TrimSpace(l.Text[span.Start:span.End])
		fmt.Fprintf(&b, "%s:%d: %s%s\n", l.Name, l.Number, l.Label, cut(text, maxWidth))
	}
	switch {
	case b.Len() > 0 && refused != nil:
		return b.String() + "(some lines are withheld: " + refused.Error() + ")", nil
	case b.Len() > 0:
		return strings.TrimSuffix(b.String(), "\n"), nil
	case refused != nil:
		return "", refused
	}
	return "(nothing was found)", nil
}
