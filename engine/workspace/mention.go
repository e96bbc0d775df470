package workspace

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMentions is how many mentions of one message are followed.
const maxMentions = 32

// The kinds of mentions, as they are written after the "@".
const (
	mentionFile        = "file"
	mentionSelection   = "selection"
	mentionDiagnostics = "diagnostics"
	mentionGit         = "git"
	mentionSymbol      = "symbol"
	mentionSearch      = "search"
	mentionBuffer      = "buffer"
)

// valued tells the kinds of mentions, and whether each takes a value: never, or
// may, or must.
func valued(kind string) (may, must, known bool) {
	switch kind {
	case mentionSelection, mentionDiagnostics, mentionBuffer:
		return false, false, true
	case mentionGit:
		return true, false, true
	case mentionFile, mentionSymbol, mentionSearch:
		return true, true, true
	}
	return false, false, false
}

// Mention is a piece of context that a message names.
type Mention struct {
	Kind, Value string
	Start, End  int // bytes of the message
}

// String is the mention as it can be written.
func (m Mention) String() string {
	if m.Value == "" {
		return "@" + m.Kind
	}
	return "@" + m.Kind + ":" + quoted(m.Value)
}

// quoted writes a value so that it is read back: in quotation marks where it has
// blanks, marks of its own, or an end that would be taken for punctuation.
func quoted(value string) string {
	plain := !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || r == '"' || r == '\\' || r == '`' }) &&
		trimPunctuation(value) == value
	if plain {
		return value
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

// Mentions finds the mentions in a message: @file:path, @symbol:name,
// @search:words, @git, @git:range, @selection, @diagnostics and @buffer. A value
// ends at a blank, or stands in quotation marks; punctuation at its end is the
// sentence's. Code between backticks has no mentions, and anything else with an
// "@" is text: an address, a decorator, a kind nobody knows.
func Mentions(message string) (found []Mention) {
	code := codeSpans(message)
	for i := 0; i < len(message); {
		at := strings.IndexByte(message[i:], '@')
		if at < 0 {
			break
		}
		at += i
		for len(code) > 0 && code[0][1] <= at {
			code = code[1:]
		}
		if len(code) > 0 && code[0][0] <= at {
			i = code[0][1]
			continue
		}
		m, ok := mentionAt(message, at)
		if !ok {
			i = afterWord(message, at)
			continue
		}
		found = append(found, m)
		i = m.End
	}
	return found
}

// mentionAt reads the mention that begins at an "@".
func mentionAt(message string, at int) (Mention, bool) {
	before, _ := utf8.DecodeLastRuneInString(message[:at])
	if at > 0 && !unicode.IsSpace(before) && !strings.ContainsRune("([{<,;\"'“„«—–", before) {
		return Mention{}, false
	}
	end := at + 1
	for end < len(message) && 'a' <= message[end] && message[end] <= 'z' {
		end++
	}
	m := Mention{Kind: message[at+1 : end], Start: at, End: end}
	may, must, known := valued(m.Kind)
	rest := message[end:]
	if !known {
		return m, false
	}
	if may && strings.HasPrefix(rest, ":") {
		value, length, ok := readValue(rest[1:])
		m.Value, m.End = value, end+1+length
		return m, ok || !must && value == "" && length == 0
	}
	return m, !must && endsWord(rest)
}

// endsWord reports whether a mention without a value may end before rest.
func endsWord(rest string) bool {
	next, size := utf8.DecodeRuneInString(rest)
	if size == 0 || unicode.IsSpace(next) {
		return true
	}
	if strings.ContainsRune("-_@/\\(=:", next) || unicode.IsLetter(next) || unicode.IsDigit(next) {
		return false
	}
	after, size := utf8.DecodeRuneInString(rest[size:])
	return next != '.' || size == 0 || !unicode.IsLetter(after) // "@buffer.name" is somebody's code
}

// readValue reads the value after a colon and returns how long it is as written.
func readValue(rest string) (value string, length int, ok bool) {
	if strings.HasPrefix(rest, `"`) {
		return readQuoted(rest)
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '`' })
	if end < 0 {
		end = len(rest)
	}
	value = trimPunctuation(rest[:end])
	return value, len(value), value != ""
}

// trimPunctuation removes what ends a sentence or closes a bracket around the
// mention. Two dots at the end are git's.
func trimPunctuation(value string) string {
	for {
		cut := strings.TrimRight(value, `,;:!?"'”“»`)
		if strings.HasSuffix(cut, ".") && !strings.HasSuffix(cut, "..") {
			cut = cut[:len(cut)-1]
		}
		for _, pair := range []string{"()", "[]", "{}", "<>"} {
			if strings.HasSuffix(cut, pair[1:]) && strings.Count(cut, pair[1:]) > strings.Count(cut, pair[:1]) {
				cut = cut[:len(cut)-1]
			}
		}
		if cut == value {
			return value
		}
		value = cut
	}
}

// readQuoted reads a value in quotation marks, within one line.
func readQuoted(rest string) (value string, length int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; c {
		case '"':
			return b.String(), i + 1, b.Len() > 0
		case '\n', '\r':
			return "", 0, false
		case '\\':
			if i+1 < len(rest) && (rest[i+1] == '"' || rest[i+1] == '\\') {
				i++
			}
			b.WriteByte(rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, false
}

// afterWord is where the word that an "@" stands in ends, so that what looks like
// a mention later in the same word is none.
func afterWord(message string, at int) int {
	if i := strings.IndexFunc(message[at:], unicode.IsSpace); i >= 0 {
		return at + i
	}
	return len(message)
}

// codeSpans are the pieces of a message between backticks: fences of three or
// more at a line's beginning, and spans within a line.
func codeSpans(message string) (spans [][2]int) {
	fence, start, at := "", 0, 0
	for line := range strings.Lines(message) {
		begins := strings.TrimLeft(line, " ")
		marks := begins[:len(begins)-len(strings.TrimLeft(begins, "`"))]
		switch {
		case fence != "":
			if strings.HasPrefix(marks, fence) && strings.TrimSpace(begins) == marks {
				spans, fence = append(spans, [2]int{start, at + len(line)}), ""
			}
		case len(marks) >= 3:
			fence, start = marks, at
		default:
			spans = append(spans, inlineSpans(line, at)...)
		}
		at += len(line)
	}
	if fence != "" {
		spans = append(spans, [2]int{start, len(message)})
	}
	return spans
}

func inlineSpans(line string, at int) (spans [][2]int) {
	for i := 0; ; {
		open := strings.IndexByte(line[i:], '`')
		if open < 0 {
			return spans
		}
		open += i
		end := strings.IndexByte(line[open+1:], '`')
		if end < 0 {
			return spans
		}
		i = open + 1 + end + 1
		spans = append(spans, [2]int{at + open, at + i})
	}
}
