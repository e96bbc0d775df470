package document

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

const file = uri.URI("file:///w/a.go")

var encodings = []protocol.PositionEncodingKind{
	protocol.PositionEncodingKindUTF8, protocol.PositionEncodingKindUTF16, protocol.PositionEncodingKindUTF32,
}

func TestLines(t *testing.T) {
	for text, want := range map[string][]string{
		"":                 {""},
		"a":                {"a"},
		"a\n":              {"a", ""},
		"a\r\nb":           {"a", "b"},
		"a\rb":             {"a", "b"},
		"a\r":              {"a", ""},
		"\r\r\n\n":         {"", "", "", ""},
		"a\rb\nc\r\nd\n\n": {"a", "b", "c", "d", "", ""},
		"x\r\ry":           {"x", "", "y"},
	} {
		d := NewDoc(file, "go", 1, text, protocol.PositionEncodingKindUTF16)
		var got []string
		for i := range d.LineCount() {
			got = append(got, d.Line(i))
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%q: lines %q, want %q", text, got, want)
		}
	}
}

func TestOffsets(t *testing.T) {
	const text = "aé😀\u0301z\r\n世界\n"
	for _, tc := range []struct {
		enc        protocol.PositionEncodingKind
		line, char uint32
		want       string // the text from the position on, up to 3 bytes
	}{
		{"utf-8", 0, 1, "é"},
		{"utf-16", 0, 1, "é"},
		{"utf-32", 0, 1, "é"},
		{"utf-8", 0, 3, "😀"},
		{"utf-16", 0, 2, "😀"},
		{"utf-32", 0, 2, "😀"},
		{"utf-8", 0, 2, "é"},  // inside é: its start
		{"utf-16", 0, 3, "😀"}, // between the surrogates: the character's start
		{"utf-8", 0, 9, "z"},
		{"utf-16", 0, 5, "z"},
		{"utf-32", 0, 4, "z"},
		{"utf-16", 0, 99, "\r\n"}, // beyond the line: before its end
		{"utf-16", 1, 1, "界"},
		{"utf-8", 1, 3, "界"},
		{"utf-16", 9, 0, ""},
		{"utf-16", 2, 7, ""},
		{"utf-16", 4294967295, 4294967295, ""},
		{"utf-8", 1, 4294967295, "\n"},
	} {
		d := NewDoc(file, "go", 1, text, tc.enc)
		at := d.Offset(protocol.Position{Line: tc.line, Character: tc.char})
		if !strings.HasPrefix(text[at:], tc.want) || tc.want == "" && at != len(text) {
			t.Errorf("%s %d:%d is %q, want %q", tc.enc, tc.line, tc.char, text[at:], tc.want)
		}
	}
}

// naive is the protocol's own definition of a position, by code units and lines.
func naive(text string, enc protocol.PositionEncodingKind, offset int) protocol.Position {
	var p protocol.Position
	for i, r := range text[:offset] {
		ends := r == '\n' || r == '\r' && !strings.HasPrefix(text[i+1:], "\n")
		switch {
		case ends:
			p = protocol.Position{Line: p.Line + 1}
		case r == '\r':
		case enc == protocol.PositionEncodingKindUTF8:
			p.Character += uint32(utf8.RuneLen(r))
		case enc == protocol.PositionEncodingKindUTF16:
			p.Character += uint32(len(utf16.Encode([]rune{r})))
		default:
			p.Character++
		}
	}
	return p
}

func randomText(r *rand.Rand, n int) string {
	pieces := []string{"a", "bc", "é", "世", "😀", "\n", "\r\n", "\r", "\t", "👩‍👩‍👧", "\u2028"}
	var b strings.Builder
	for range r.IntN(n) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func TestPositionsAgreeWithDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		text := randomText(r, 40)
		for _, enc := range encodings {
			d := NewDoc(file, "go", 1, text, enc)
			for at := range text {
				if at > 0 && text[at] == '\n' && text[at-1] == '\r' {
					continue // between the two bytes of a line end no position points
				}
				want := naive(text, enc, at)
				if got := d.Position(at); got != want {
					t.Fatalf("%s %q: offset %d is %v, want %v", enc, text, at, got, want)
				}
				if back := d.Offset(want); back != at {
					t.Fatalf("%s %q: position %v is offset %d, want %d", enc, text, want, back, at)
				}
			}
		}
	}
}

func TestRandomEditsInAnyEncoding(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, enc := range encodings {
		s := NewStore()
		s.SetEncoding(enc)
		want := randomText(r, 60)
		s.Open(protocol.TextDocumentItem{URI: file, LanguageID: "go", Version: 1, Text: want})
		for version := int32(2); version < 800; version++ {
			start, end := boundary(r, want), boundary(r, want)
			if end < start {
				start, end = end, start
			}
			insert := randomText(r, 6)
			change := &protocol.TextDocumentContentChangePartial{Text: insert}
			change.Range.Start, change.Range.End = naive(want, enc, start), naive(want, enc, end)
			want = want[:start] + insert + want[end:]
			id := protocol.VersionedTextDocumentIdentifier{Version: version}
			id.URI = file
			if _, err := s.Change(id, []protocol.TextDocumentContentChangeEvent{change}); err != nil {
				t.Fatal(err)
			}
			d, _ := s.Snapshot().Get(file)
			if d.Text != want || d.Version != version {
				t.Fatalf("%s version %d: %q, want %q", enc, d.Version, d.Text, want)
			}
		}
	}
}

// boundary picks an offset that a position can name.
func boundary(r *rand.Rand, s string) int {
	var at []int
	for i := range s {
		if i == 0 || s[i-1] != '\r' || s[i] != '\n' {
			at = append(at, i)
		}
	}
	at = append(at, len(s))
	return at[r.IntN(len(at))]
}

// TestARangeBackwards: some clients send the cursor's end of a selection first.
func TestARangeBackwards(t *testing.T) {
	d := NewDoc(file, "go", 1, "one\ntwo\n", protocol.PositionEncodingKindUTF16)
	backwards := protocol.Range{Start: protocol.Position{Line: 1, Character: 1}, End: protocol.Position{Character: 2}}
	if start, end := d.Span(backwards); start != 2 || end != 5 {
		t.Errorf("it spans %d to %d, want 2 to 5", start, end)
	}
	if got := d.change(&protocol.TextDocumentContentChangePartial{Range: backwards, Text: "-"}); got != "on-wo\n" {
		t.Errorf("an edit of it gives %q", got)
	}
}

func TestSnapshotKeepsShowingItsMoment(t *testing.T) {
	s := NewStore()
	s.Open(protocol.TextDocumentItem{URI: file, Version: 1, Text: "one"})
	before := s.Snapshot()
	id := protocol.VersionedTextDocumentIdentifier{Version: 2}
	id.URI = file
	if _, err := s.Change(id, []protocol.TextDocumentContentChangeEvent{&protocol.TextDocumentContentChangeWholeDocument{Text: "two"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(file); err != nil {
		t.Fatal(err)
	}
	if d, ok := before.Get(file); !ok || d.Text != "one" {
		t.Errorf("the snapshot shows %v, want the text of its moment", d)
	}
	if _, ok := s.Snapshot().Get(file); ok {
		t.Error("a closed document is still open")
	}
}

func TestChangesToUnknownDocumentsAreErrors(t *testing.T) {
	s := NewStore()
	id := protocol.VersionedTextDocumentIdentifier{Version: 2}
	id.URI = file
	if _, err := s.Change(id, nil); err == nil || s.Close(file) == nil {
		t.Error("a document that is not open could be changed or closed")
	}
}

func TestChooseEncoding(t *testing.T) {
	for want, offered := range map[protocol.PositionEncodingKind][]protocol.PositionEncodingKind{
		"utf-16": nil,
		"utf-8":  {"utf-8", "utf-16"},
		"utf-32": {"utf-7", "utf-32", "utf-8"},
	} {
		if got := ChooseEncoding(offered); got != want {
			t.Errorf("of %v chose %s, want %s", offered, got, want)
		}
	}
}

func FuzzChange(f *testing.F) {
	f.Add("a\r\nb😀", uint32(0), uint32(1), uint32(1), uint32(3), "x")
	f.Fuzz(func(t *testing.T, text string, sl, sc, el, ec uint32, insert string) {
		for _, enc := range encodings {
			d := NewDoc(file, "go", 1, text, enc)
			got := d.change(&protocol.TextDocumentContentChangePartial{
				Range: protocol.Range{Start: protocol.Position{Line: sl, Character: sc}, End: protocol.Position{Line: el, Character: ec}},
				Text:  insert,
			})
			if utf8.ValidString(text) && utf8.ValidString(insert) && !utf8.ValidString(got) {
				t.Fatalf("an edit split a character: %q", got)
			}
			d.Range(-1, len(text)+1)
		}
	})
}
