package workspace

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// selectionOf is what an editor sends for the first occurrence of a text in a file.
func selectionOf(t testing.TB, dir, name, language, selected string) chat.ContextItem {
	t.Helper()
	w := New(Options{Folders: []string{dir}})
	e, err := w.Read(t.Context(), name, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	start := strings.Index(e.Document, selected)
	if start < 0 {
		t.Fatalf("%q is not in %s", selected, name)
	}
	return chat.ContextItem{
		Kind: chat.ContextSelection, URI: fileURI(e.File), Path: e.File, Folder: dir, Language: language, Document: e.Document,
		Text: selected, Span: chat.Span{Start: start, End: start + len(selected), FirstLine: lineAt(e.Document, start), LastLine: lineAt(e.Document, start+len(selected)-1)},
	}
}

func TestAbout(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, ".gitignore", "gen/\n")
	write(t, dir, "shop/cart.go", `package shop

import (
	"fmt"

	"example.com/money"
)

// Limit is the most of one thing.
const Limit = 10

// Cart is what somebody buys.
type Cart struct{ lines []Line }

// Add puts a line in.
func (c *Cart) Add(l Line) error {
	if l.Count > Limit {
		return fmt.Errorf("too many")
	}
	c.lines = append(c.lines, l)
	round := money.Round(l.Price)
	return check(l, round)
}
`)
	write(t, dir, "shop/line.go", "package shop\n\n// Line is one thing.\ntype Line struct{ Count, Price int }\n\nfunc check(l Line, n int) error { return nil }\n")
	write(t, dir, "money/round.go", "package money\n\n// Round rounds.\nfunc Round(n int) int { return n }\n")
	write(t, dir, "other/check.go", "package other\n\nfunc check() {}\n")
	write(t, dir, "gen/line.go", "package shop\n\ntype Line struct{ "+"Generated bool }\n")
	w := New(Options{Folders: []string{dir}})
	selection := selectionOf(t, dir, "shop/cart.go", "go", "\tc.lines = append(c.lines, l)\n\tround := money.Round(l.Price)\n\treturn check(l, round)\n")
	items := w.About(t.Context(), selection)
	var got []string
	for _, i := range items {
		name, _ := filepath.Rel(dir, i.Path)
		got = append(got, fmt.Sprintf("%s %s %s %d-%d", i.Part, i.Kind, filepath.ToSlash(name), i.Span.FirstLine, i.Span.LastLine))
		if i.Document == "" || i.Folder != dir {
			t.Errorf("%s without its document or folder", i.Part)
		}
		if i.Span.FirstLine > 0 && i.Document[i.Span.Start:i.Span.End] != i.Text {
			t.Errorf("%s: the text is not where it is said to be", i.Part)
		}
	}
	want := []string{
		"enclosing symbol shop/cart.go 15-23", "imports file shop/cart.go 3-7", "outline file shop/cart.go 0-0",
		"definition symbol money/round.go 3-4", "definition symbol shop/line.go 6-6",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want\n%q", got, want)
	}
	if outline := items[2].Text; outline != "10: const Limit = 10\n13: type Cart struct{ lines []Line }\n16: func (c *Cart) Add(l Line) error {\n" {
		t.Errorf("the outline:\n%s", outline)
	}
	if again := w.About(t.Context(), selection); !slices.Equal(again, items) {
		t.Error("the same selection gets something else")
	}
}

func TestAboutNothing(t *testing.T) {
	w := New(Options{})
	for _, i := range []chat.ContextItem{
		{},
		{Document: "x", Span: chat.Span{End: 1}},
		{Document: "x", Span: chat.Span{Start: 5, End: 9}},
		{Document: "x y", Language: "go", Span: chat.Span{Start: 2, End: 1}},
		{Document: "free text", Language: "plaintext", Span: chat.Span{End: 4}},
	} {
		if items := w.About(t.Context(), i); len(items) > 0 {
			t.Errorf("%+v gets %+v", i, items)
		}
	}
}

// TestAboutIsSized has everything too large.
func TestAboutIsSized(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	b.WriteString("package big\n\nimport (\n")
	for i := range 200 {
		fmt.Fprintf(&b, "\t\"example.com/a/long/path/%d\"\n", i)
	}
	b.WriteString(")\n")
	for i := range 200 {
		fmt.Fprintf(&b, "\nfunc used%d() {\n%s}\n", i, strings.Repeat("\tprintln(\"some line of code\")\n", 100))
	}
	b.WriteString("\nfunc huge() {\n" + strings.Repeat("\tprintln(\"line\")\n", 3000) + "\tused1(used2(used3(used4(used5(used6(used7()))))))\n" + strings.Repeat("\tprintln(\"line\")\n", 3000) + "}\n")
	write(t, dir, "big.go", b.String())
	w := New(Options{Folders: []string{dir}})
	items := w.About(t.Context(), selectionOf(t, dir, "big.go", "go", "\tused1(used2(used3(used4(used5(used6(used7()))))))\n"))
	most := map[chat.Part]int{chat.PartEnclosing: maxEnclosing, chat.PartImports: maxImportBytes, chat.PartOutline: maxOutline * (maxOutlineLine + 10), chat.PartDefinition: maxDefinition}
	count := map[chat.Part]int{}
	for _, i := range items {
		count[i.Part]++
		if len(i.Text) > most[i.Part] || len(i.Text) == 0 {
			t.Errorf("%s has %d bytes", i.Part, len(i.Text))
		}
		if i.Part == chat.PartEnclosing && !strings.Contains(i.Text, "used1(") {
			t.Error("the selection is not in what encloses it")
		}
	}
	if count[chat.PartDefinition] != maxDefinitions || count[chat.PartEnclosing] != 1 || count[chat.PartImports] != 1 || count[chat.PartOutline] != 1 {
		t.Errorf("%v", count)
	}
}
