package edit

import (
	"fmt"
	"strings"
	"testing"
)

// longAnswer is a range of about 500 lines and an answer that changes ten of them.
func longAnswer() (string, Target) {
	var b strings.Builder
	b.WriteString("package p\n\nimport \"fmt\"\n\n")
	start := b.Len()
	for i := range 62 {
		fmt.Fprintf(&b, "// F%d prints its argument.\nfunc F%d(n int) {\n\tfor i := range n {\n\t\tfmt.Println(\"value\", i, %d)\n\t}\n\tfmt.Println(\"done\")\n}\n\n", i, i, i)
	}
	text := b.String()
	t := Target{Path: "p.go", Language: "go", Text: text + "var last = 1\n", Start: start, End: len(text), Action: "refactor"}
	return "Here:\n```go\n" + strings.ReplaceAll(text[start:], "5)\n", "5+0)\n") + "```\n", t
}

func BenchmarkPropose(b *testing.B) {
	answer, t := longAnswer()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Propose(answer, t); err != nil {
			b.Fatal(err)
		}
	}
}
