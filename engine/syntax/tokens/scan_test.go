package tokens

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkTokens checks what every reader of tokens relies on.
func checkTokens(t *testing.T, text string, toks []Token) {
	t.Helper()
	at := 0
	for i, tok := range toks {
		k := spot{tok, int(tok.Start), int(tok.End), int(tok.Line), int(tok.LastLine)}
		if k.Start < at || k.End <= k.Start || k.End > len(text) {
			t.Fatalf("token %d %q lies at %d–%d after %d", i, text[k.Start:k.End], k.Start, k.End, at)
		}
		if between := text[at:k.Start]; strings.TrimSpace(between) != "" {
			t.Fatalf("%q before token %d is in no token", between, i)
		}
		line := lineOf(text, k.Start)
		if k.Line != line || k.LastLine != lineOf(text, k.End) {
			t.Fatalf("token %d %q is said to be on lines %d–%d, it is on %d–%d", i, text[k.Start:k.End], k.Line, k.LastLine, line, lineOf(text, k.End))
		}
		start := strings.LastIndexAny(text[:k.Start], "\r\n") + 1
		if leads := strings.TrimSpace(text[start:k.Start]) == ""; k.Leads && !leads || !k.Leads && leads && k.Kind != String {
			t.Fatalf("token %d %q: leads is %v, after %q", i, text[k.Start:k.End], k.Leads, text[max(0, k.Start-30):k.Start])
		}
		at = k.End
	}
	if rest := text[at:]; strings.TrimSpace(rest) != "" {
		t.Fatalf("%q at the end is in no token", rest)
	}
}

// spot is a token with plain integers.
type spot struct {
	Token
	Start, End, Line, LastLine int
}

// lineOf counts lines as editors do.
func lineOf(text string, at int) int {
	text = text[:at]
	return 1 + strings.Count(text, "\n") + strings.Count(text, "\r") - strings.Count(text, "\r\n")
}

func TestDialects(t *testing.T) {
	odd := "a(\"x${1}y\", 'é\\n', 1.5) // c\n\t/* d\n e */ if (x) { y: z } # f\n\"\"\"doc\n\"\"\"\n=> :: -- g\n`q`\x00\r\nlast"
	files, err := filepath.Glob("../../backend/outline/testdata/lang/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no code to read:", err)
	}
	texts := []string{odd}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(data))
	}
	for _, name := range languages() {
		d, _ := Of(name)
		for _, text := range texts {
			toks := Scan(d, text)
			checkTokens(t, text, toks)
			NewCode(d, text, toks).Declarations()
		}
	}
}

func TestTables(t *testing.T) {
	for ext, lang := range extensions() {
		if _, ok := Of(lang); !ok {
			t.Errorf("%s means %s, which has no dialect", ext, lang)
		}
	}
	for from, to := range sameAs() {
		if _, ok := dialects()[to]; !ok {
			t.Errorf("%s means %s, which has no dialect", from, to)
		}
	}
}
