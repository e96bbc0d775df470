package route

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// widestLine is how many bytes count as one line where code has no line ends.
const widestLine = 120

// shape is what can be seen of the code of a question without reading it as a language.
type shape struct {
	lines, bytes int
	depth        int // the deepest indentation, in levels
	items        int
	diagnostics  int // items that are a compiler's or linter's words
}

// shapeOf measures the context of a question.
func shapeOf(items []chat.ContextItem) shape {
	var s shape
	for i := range items {
		item := &items[i]
		if item.Text == "" {
			continue
		}
		s.bytes += len(item.Text)
		if item.Part != "" {
			continue // what the server added does not make the question harder
		}
		s.items++
		if item.Kind == chat.ContextDiagnostics {
			s.diagnostics++
			continue
		}
		s.lines += max(strings.Count(item.Text, "\n")+1, len(item.Text)/widestLine)
		s.depth = max(s.depth, depth(item.Text))
	}
	return s
}

// depth is the deepest indentation of a text: a tab, or four spaces, is a level.
func depth(text string) int {
	deepest := 0
	for line := range strings.SplitSeq(text, "\n") {
		code := strings.TrimLeft(line, " \t")
		if code == "" || code == "\r" {
			continue
		}
		margin := line[:len(line)-len(code)]
		tabs := strings.Count(margin, "\t")
		deepest = max(deepest, tabs+(len(margin)-tabs)/4)
	}
	return deepest
}
