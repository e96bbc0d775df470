package lsptest

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"go.lsp.dev/uri"
)

// Document is an open document as the editor sees it. It is for one goroutine,
// but for the server's own edits: a test waits for these before it looks.
type Document struct {
	URI     string
	Text    string
	Version int

	e *Editor
}

// Position is a place in a document, in the units agreed with the server.
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// Range is a part of a document.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Open opens a document. name is relative to the first folder, unless it is a
// path from the root or a URI.
func (e *Editor) Open(name, language, text string) *Document {
	d := &Document{URI: e.URI(name), Text: text, Version: 1, e: e}
	e.change(func() { e.open[d.URI] = d })
	e.Notify("textDocument/didOpen", map[string]any{
		"textDocument": map[string]any{"uri": d.URI, "languageId": language, "version": 1, "text": text},
	})
	return d
}

// URI is the address of a file by its name.
func (e *Editor) URI(name string) string {
	if strings.Contains(name, ":") && !filepath.IsAbs(name) {
		return name
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(e.Folders[0], filepath.FromSlash(name))
	}
	return string(uri.File(name))
}

// Change replaces the bytes from start to end by text.
func (d *Document) Change(start, end int, text string) {
	d.e.mu.Lock()
	defer d.e.mu.Unlock()
	d.changeLocked(start, end, text)
}

// Type puts text before the first occurrence of a part of the document, which
// may be changing under the server's edits.
func (d *Document) Type(text, before string) {
	d.e.mu.Lock()
	defer d.e.mu.Unlock()
	at := strings.Index(d.Text, before)
	if at < 0 {
		d.e.breaches = append(d.e.breaches, fmt.Sprintf("the document holds no %q to type before", before))
		return
	}
	d.changeLocked(at, at, text)
}

// Now is the document's text at this moment.
func (d *Document) Now() string {
	d.e.mu.Lock()
	defer d.e.mu.Unlock()
	return d.Text
}

func (d *Document) changeLocked(start, end int, text string) {
	r := Range{d.positionLocked(start), d.positionLocked(end)}
	d.Text = d.Text[:start] + text + d.Text[end:]
	d.Version++
	d.e.queueLocked(envelope{Method: "textDocument/didChange", Params: encode(map[string]any{
		"textDocument":   map[string]any{"uri": d.URI, "version": d.Version},
		"contentChanges": []any{map[string]any{"range": r, "text": text}},
	})})
}

// Range is the range of a span of bytes.
func (d *Document) Range(start, end int) Range {
	return Range{d.Position(start), d.Position(end)}
}

// Position is the position of a byte.
func (d *Document) Position(offset int) Position {
	d.e.mu.Lock()
	defer d.e.mu.Unlock()
	return d.positionLocked(offset)
}

func (d *Document) positionLocked(offset int) Position {
	before := d.Text[:offset]
	line := strings.Count(before, "\n")
	before = before[strings.LastIndexByte(before, '\n')+1:]
	switch d.e.encoding {
	case "utf-8":
		return Position{line, len(before)}
	case "utf-32":
		return Position{line, utf8.RuneCountInString(before)}
	}
	return Position{line, len(utf16.Encode([]rune(before)))}
}

// Lines is the range from the start of line first to the end of line last, both
// counted from 1.
func (d *Document) Lines(first, last int) Range {
	start, end := 0, len(d.Text)
	line := 1
	for i := range len(d.Text) {
		if d.Text[i] != '\n' {
			continue
		}
		if line == last {
			end = i
		}
		line++
		if line == first {
			start = i + 1
		}
	}
	return d.Range(start, end)
}
