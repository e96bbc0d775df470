package syntax

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// dataText is a text of so many lines that are now and then nonsense, with comments,
// blocks of text, lists and things one level too deep.
func dataText(r *rand.Rand, language string, lines int) string {
	pieces := map[string][]string{
		"yaml": {
			"key%d:\n", "key%d: |\n", "other%d: value\n", "# comment %d\n", "  # deeper %d\n", "\n", "---\n",
			"  sub%d:\n", "  sub%d: >-\n", "  sub%d: [a, b]\n", "    deep%d: x\n", "    deep%d: |\n", "      text: %d\n",
			"  - item%d: a\n", "- item%d\n", "      # a text of %d\n", "\"quoted%d\": 1\n", "    very: %d\n",
		},
		"toml": {
			"[table%d]\n", "[[list.of%d]]\n", "name%d = \"x\"\n", "  name%d = 3\n", "# comment %d\n", "; comment %d\n", "\n",
			"many%d = [\n", "  \"a%d\",\n", "]\n", "[]\n", "  [odd%d]\n", "'quoted%d' = 1\n", "[not%d\n",
		},
		"json": {
			"\"key%d\": {\n", "\"key%d\": [\n", "\"key%d\": \"v{]\",\n", "},\n", "],\n", "}\n", "]\n", "{ \"in%d\": 1 },\n",
			"// comment %d\n", "\"un%dended\n", "%d, ", "\n", "  ", "\"a%d\": true,",
		},
		"markdown": {"# Head %d\n", "## Part %d\n", "### Piece %d\n", "text %d\n", "\n", "```go\n", "```\n", "- item %d\n"},
	}[language]
	var b strings.Builder
	if language == "json" {
		b.WriteString("{\n")
	}
	for i := range lines {
		piece := pieces[r.IntN(len(pieces))]
		if strings.Contains(piece, "%d") {
			piece = fmt.Sprintf(piece, i)
		}
		b.WriteString(piece)
	}
	return b.String()
}

// TestAroundIsAsListed holds what is found around a range, which is read from a clean
// line on and to its end only, against the list of all keys.
func TestAroundIsAsListed(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, language := range []string{"yaml", "toml", "json", "markdown"} {
		found := 0
		for range 60 {
			text := dataText(r, language, 20+r.IntN(1500))
			if r.IntN(8) == 0 {
				text = strings.ReplaceAll(text, "\n", "\r\n")
			}
			all := Symbols(language, text)
			for range 60 {
				start := r.IntN(len(text) + 1)
				end := start
				if r.IntN(3) == 0 {
					end = min(start+r.IntN(200), len(text))
				}
				want, ok := innermost(all, text, start, end, true)
				got, here := Enclosing(language, text, start, end)
				if got != want || ok != here {
					t.Fatalf("%s, %d bytes, %d to %d: %+v %v, want %+v %v\n%s", language, len(text), start, end, got, here, want, ok, text[max(start-300, 0):start]+"⟦"+text[start:end]+"⟧"+text[end:min(end+100, len(text))])
				}
				if ok {
					found++
				}
			}
		}
		if found < 500 {
			t.Errorf("%s: only %d times something stands around", language, found)
		}
	}
}

// longData are texts of some 20,000 lines with more keys than are listed.
func longData() map[string]string {
	unit := map[string]string{
		"json":     "    \"node_modules/package%d\": {\n      \"version\": \"1.0.0\",\n      \"engines\": [\"node\", \"bun\"]\n    },\n",
		"yaml":     "  /package%d@1.0.0:\n    resolution: {integrity: sha512-abc==}\n    dependencies:\n      other: 2.0.0\n\n",
		"toml":     "[[package]]\nname = \"package%d\"\nversion = \"1.0.0\"\nsource = \"registry+https://example.test/index\"\n\n",
		"markdown": "## Part %d\n\nIt is about this.\n\n",
	}
	head := map[string]string{"json": "{\n  \"packages\": {\n", "yaml": "lockfileVersion: 6\n\npackages:\n\n", "markdown": "# All\n\n"}
	out := map[string]string{}
	for language, text := range unit {
		var b strings.Builder
		b.WriteString(head[language])
		for i := range 20_000 / strings.Count(text, "\n") {
			fmt.Fprintf(&b, text, i)
		}
		out[language] = b.String()
	}
	out["json"] += "    \"last\": {}\n  }\n}\n"
	return out
}

// TestFarDown wants what stands around a line at the end of a long text.
func TestFarDown(t *testing.T) {
	for language, text := range longData() {
		at := strings.LastIndex(text, "1.0.0") + 1
		if language == "markdown" {
			at = strings.LastIndex(text, "about")
		}
		began := time.Now()
		s, ok := Enclosing(language, text, at, at)
		t.Logf("%s: %d lines, %d bytes, %v", language, strings.Count(text, "\n"), len(text), time.Since(began))
		if !ok || s.Start > at || s.End < at || s.End-s.Start > 300 {
			t.Errorf("%s: %+v, %v", language, s, ok)
		}
	}
}

// BenchmarkFarDown asks there.
func BenchmarkFarDown(b *testing.B) {
	for language, text := range longData() {
		b.Run(language, func(b *testing.B) {
			at := len(text) - 40
			for b.Loop() {
				Enclosing(language, text, at, at)
			}
		})
	}
}
