package document

import (
	"sort"
	"strings"
	"sync"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// Doc is one version of an open document. It is immutable and safe for concurrent use.
type Doc struct {
	URI      uri.URI
	Language string // the client's language identifier
	Version  int32
	Text     string

	encoding protocol.PositionEncodingKind
	touched  uint64 // counts the store's changes up to this one; set before anyone else sees the document

	once  sync.Once
	lines []int // offset of each line's start, made by lineStarts on first use
}

// NewDoc returns a document version whose positions use the given encoding.
func NewDoc(u uri.URI, language string, version int32, text string, enc protocol.PositionEncodingKind) *Doc {
	return &Doc{URI: u, Language: language, Version: version, Text: text, encoding: enc}
}

// lineStarts returns the offset of each line's start. LSP's line ends are
// "\n", "\r\n" and "\r".
func (d *Doc) lineStarts() []int {
	d.once.Do(func() { d.lines = scanLines(d.Text) })
	return d.lines
}

// scanLines finds the line starts by searching for "\n", and for a lone "\r"
// only within each piece between two of them: both searches are vectorised.
func scanLines(text string) []int {
	starts := make([]int, 1, 2+strings.Count(text, "\n"))
	for at := 0; at < len(text); {
		next := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		for {
			i := strings.IndexByte(text[at:next], '\r')
			if i < 0 || at+i+2 == next && text[next-1] == '\n' {
				break
			}
			at += i + 1
			starts = append(starts, at)
		}
		if next > at && text[next-1] == '\n' {
			starts = append(starts, next)
		}
		at = next
	}
	return starts
}

// LineCount returns the number of lines; an empty text has one.
func (d *Doc) LineCount() int { return len(d.lineStarts()) }

// Line returns the text of a line, 0-based, without its line end; "" beyond the last.
func (d *Doc) Line(n int) string {
	starts := d.lineStarts()
	if n < 0 || n >= len(starts) {
		return ""
	}
	end := len(d.Text)
	if n+1 < len(starts) {
		end = starts[n+1]
	}
	return strings.TrimRight(d.Text[starts[n]:end], "\r\n")
}

// Offset returns the byte offset of a position.
func (d *Doc) Offset(p protocol.Position) int {
	starts := d.lineStarts()
	if uint64(p.Line) >= uint64(len(starts)) {
		return len(d.Text)
	}
	n := int(p.Line)
	return starts[n] + unitsToBytes(d.Line(n), p.Character, d.encoding)
}

// Position returns the position of a byte offset.
func (d *Doc) Position(offset int) protocol.Position {
	offset = min(max(offset, 0), len(d.Text))
	starts := d.lineStarts()
	n := sort.SearchInts(starts, offset+1) - 1
	text := d.Line(n)
	return protocol.Position{
		Line:      uint32(n), //nolint:gosec // fewer lines than bytes, and the longest message is far below 4 GiB
		Character: bytesToUnits(text[:min(offset-starts[n], len(text))], d.encoding),
	}
}

// Span returns the byte offsets of a range. A range whose end lies before its
// start is taken as the same range the other way round.
func (d *Doc) Span(r protocol.Range) (start, end int) {
	start, end = d.Offset(r.Start), d.Offset(r.End)
	if end < start {
		return end, start
	}
	return start, end
}

// Range returns the range of a span of bytes.
func (d *Doc) Range(start, end int) protocol.Range {
	return protocol.Range{Start: d.Position(start), End: d.Position(end)}
}

// change returns the text after one content change.
func (d *Doc) change(c protocol.TextDocumentContentChangeEvent) string {
	switch c := c.(type) {
	case *protocol.TextDocumentContentChangeWholeDocument:
		return c.Text
	case *protocol.TextDocumentContentChangePartial:
		start, end := d.Span(c.Range)
		return d.Text[:start] + c.Text + d.Text[end:]
	}
	return d.Text
}
