package complete

import (
	"strings"
	"unicode"
)

// maxLines is the longest block that is suggested: more is hard to judge at a glance.
const maxLines = 12

// fence begins a block of code in Markdown.
const fence = "```"

// Trim cuts what a model wrote between before and after down to a suggestion: one
// line where something follows on the cursor's own, else the line or block that
// begins there. "" is nothing worth showing.
func Trim(raw, before, after string) string {
	raw = strings.ReplaceAll(raw, "\r\n", "\n")
	rest, _, _ := strings.Cut(after, "\n")
	rest = strings.TrimRight(rest, " \t\r")
	if rest != "" {
		raw, _, _ = strings.Cut(raw, "\n")
		return worth(unrepeated(raw, rest), before)
	}
	return worth(unfollowed(block(raw, before), after), before)
}

// worth is a suggestion without its trailing space, "" where nothing is left.
func worth(s, before string) string {
	s = strings.TrimRightFunc(s, unicode.IsSpace)
	if strings.TrimSpace(s) == "" || strings.ContainsRune(s, '\x00') {
		return ""
	}
	if strings.HasPrefix(strings.TrimSpace(s), fence) && !strings.Contains(before, fence) {
		return "" // an answer in a chat's form: the model does not fill in
	}
	if line := before[strings.LastIndexByte(before, '\n')+1:]; strings.TrimSpace(line) == "" && strings.HasPrefix(s, line) {
		s = s[len(line):] // the indentation that stands there already
	}
	return s
}

// unrepeated cuts off the end of a line what follows the cursor anyway.
func unrepeated(line, rest string) string {
	line = strings.TrimRight(line, " \t")
	for n := min(len(line), len(rest)); n > 0; n-- {
		if strings.HasSuffix(line, rest[:n]) && closes(rest[:n]) {
			return line[:len(line)-n]
		}
	}
	return line
}

// closes reports whether a text is long enough, or made of nothing but what ends
// things, to be the rest of the line and not a chance.
func closes(s string) bool {
	return len(s) > 3 || strings.Trim(s, `)]}>;,:"'`+"`") == ""
}

// block is the line that begins at the cursor and, where that opens something,
// the lines below it that are deeper, with the line that ends it.
func block(raw, before string) string {
	lines := strings.SplitAfter(raw, "\n")
	own := indent(before[strings.LastIndexByte(before, '\n')+1:])
	if strings.TrimSpace(before[strings.LastIndexByte(before, '\n')+1:]) == "" && len(lines) > 0 {
		own = max(own, indent(lines[0]))
	}
	var out strings.Builder
	for i, line := range lines {
		blank := strings.TrimSpace(line) == ""
		deeper := indent(line) > own
		switch {
		case i == maxLines, i > 0 && blank:
			return out.String()
		case i > 0 && !deeper:
			if indent(line) == own && ends(line) {
				out.WriteString(line)
			}
			return out.String()
		}
		out.WriteString(line)
	}
	return out.String()
}

// indent is the width of a line's leading space; a tab counts as four.
func indent(line string) (n int) {
	for _, c := range line {
		switch c {
		case ' ':
			n++
		case '\t':
			n += 4
		default:
			return n
		}
	}
	return n
}

// ends reports whether a line does nothing but end a block.
func ends(line string) bool {
	line = strings.TrimSpace(line)
	return line == "end" || line != "" && strings.Trim(line, ")]};,") == ""
}

// unfollowed cuts off the last lines of a suggestion those that stand below the
// cursor already.
func unfollowed(s, after string) string {
	_, below, _ := strings.Cut(after, "\n")
	next := ""
	for line := range strings.Lines(below) {
		if next = strings.TrimRightFunc(line, unicode.IsSpace); next != "" {
			break
		}
	}
	if next == "" {
		return s
	}
	lines := strings.SplitAfter(s, "\n")
	for i, line := range lines {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		// The first line's indentation stands before the cursor.
		if i > 0 && line == next || i == 0 && len(line) > 3 && strings.TrimSpace(line) == strings.TrimSpace(next) {
			return strings.Join(lines[:i], "")
		}
	}
	return s
}
