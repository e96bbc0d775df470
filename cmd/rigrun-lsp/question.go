package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/document"
)

// maxFileBytes is the largest file a question can be about.
const maxFileBytes = 4 << 20

// source is a file, and the lines of it that a question is about.
type source struct {
	path        string // absolute
	folder      string // the project it belongs to
	text        string
	first, last int // 1-based, inclusive
}

// readSource reads a file and finds the lines "A:B" in it. Without lines it is
// the whole file.
func readSource(file, lines string) (*source, error) {
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", file, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("--file: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxFileBytes {
		return nil, fmt.Errorf("--file: %s is no regular file of at most %d MiB", file, maxFileBytes>>20)
	}
	text, err := os.ReadFile(path) //nolint:gosec // the person named this file
	if err != nil {
		return nil, fmt.Errorf("--file: %w", err)
	}
	s := &source{path: path, folder: projectOf(path), text: string(text)}
	count := s.doc().LineCount()
	s.first, s.last = 1, count
	if lines != "" {
		if s.first, s.last, err = parseLines(lines, count); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// parseLines reads "A:B" or "A".
func parseLines(lines string, count int) (first, last int, err error) {
	a, b, ranged := strings.Cut(lines, ":")
	first, errA := strconv.Atoi(a)
	last = first
	var errB error
	if ranged {
		last, errB = strconv.Atoi(b)
	}
	if errA != nil || errB != nil || first < 1 || last < first {
		return 0, 0, usageError{fmt.Sprintf("--lines: A:B with 1 ≤ A ≤ B was expected, not %q", lines)}
	}
	if first > count {
		return 0, 0, usageError{fmt.Sprintf("--lines: the file has %d lines", count)}
	}
	return first, min(last, count), nil
}

// doc is the file as a document with byte positions.
func (s *source) doc() *document.Doc {
	return document.NewDoc("", s.language(), 0, s.text, protocol.PositionEncodingKindUTF8)
}

// language is the editor's identifier, as far as the extension tells; a
// backend knows the rest from the path.
func (s *source) language() string { return strings.TrimPrefix(filepath.Ext(s.path), ".") }

// selection is the range of the lines, from the first one's start to the last one's end.
func (s *source) selection() protocol.Range {
	end := s.doc().Line(s.last - 1)
	return protocol.Range{
		Start: protocol.Position{Line: uint32(s.first - 1)},                             //nolint:gosec // lines are counted from 1
		End:   protocol.Position{Line: uint32(s.last - 1), Character: uint32(len(end))}, //nolint:gosec // within a file of a few MiB
	}
}

// utf16Selection is the same range in the positions every client and server know.
func (s *source) utf16Selection() protocol.Range {
	d := s.doc()
	start, end := d.Span(s.selection())
	return document.NewDoc("", s.language(), 0, s.text, protocol.PositionEncodingKindUTF16).Range(start, end)
}

// item is the selection as context for a question.
func (s *source) item() chat.ContextItem {
	start, end := s.doc().Span(s.selection())
	return chat.ContextItem{
		Kind: chat.ContextSelection, Path: s.path, Folder: s.folder, Language: s.language(),
		Document: s.text, Text: s.text[start:end],
		Span: chat.Span{Start: start, End: end, FirstLine: s.first, LastLine: s.last},
	}
}

// fileContext is the context of a question about lines of a file, none without a file.
func fileContext(file, lines string) ([]chat.ContextItem, error) {
	if file == "" {
		return nil, nil
	}
	src, err := readSource(file, lines)
	if err != nil {
		return nil, err
	}
	return []chat.ContextItem{src.item()}, nil
}

// projectOf returns the nearest folder above a file that looks like a project's
// root, else the file's own folder.
func projectOf(path string) string {
	own := filepath.Dir(path)
	for dir := own; ; dir = filepath.Dir(dir) {
		for _, mark := range []string{".git", "go.mod", "package.json", "Cargo.toml", "pyproject.toml"} {
			if _, err := os.Stat(filepath.Join(dir, mark)); err == nil {
				return dir
			}
		}
		if dir == filepath.Dir(dir) {
			return own
		}
	}
}

// folderOf is the project that a question's context belongs to, else the one
// that the current folder belongs to.
func folderOf(items []chat.ContextItem) string {
	if len(items) > 0 {
		return items[0].Folder
	}
	here, err := os.Getwd()
	if err != nil {
		return "."
	}
	return projectOf(filepath.Join(here, "a file"))
}
