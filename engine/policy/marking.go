package policy

import "github.com/rigrun/rigrun-lsp/engine/chat"

// Marking is one classification marking in a text.
type Marking struct {
	Level chat.Level

	// Start and End are the marking's bytes in the text, End exclusive, without
	// the comment signs and rules around it. Line is 1-based; "\n", "\r\n" and
	// "\r" end lines.
	Start, End int
	Line       int

	Text string // the marking as it stands there
}

// Scan returns the markings of a text in the order of their lines, nil where it
// has none. Markings of the lowest level are among them.
func Scan(text string) []Marking {
	s := scanner{text: text, keep: true}
	s.run()
	return s.found
}

// Level returns the highest level that a marking in text gives, the lowest where
// there is none. It does not allocate.
func Level(text string) chat.Level {
	s := scanner{text: text}
	s.run()
	return s.level
}
