package syntax

import (
	"strings"
)

// maxKeys is how many keys or headings are listed of one text: more are data.
const maxKeys = 2000

// maxKeyDepth is how deep keys are followed: the top, and what stands in it.
const maxKeyDepth = 2

// line is one line of a text without its end.
type line struct {
	text       string
	start, end int
	indent     int
}

// linesOf splits a text at "\n", "\r\n" and lone "\r".
func linesOf(text string, yield func(line) bool) {
	for at := 0; at < len(text); {
		end, next := len(text), len(text)
		if n := strings.IndexAny(text[at:], "\r\n"); n >= 0 {
			end, next = at+n, at+n+1
			if text[end] == '\r' && next < len(text) && text[next] == '\n' {
				next++
			}
		}
		l := line{text: text[at:end], start: at, end: end}
		l.indent = len(l.text) - len(strings.TrimLeft(l.text, " \t"))
		if !yield(l) {
			return
		}
		at = next
	}
}

// nested collects symbols that end where the next one of their depth starts.
type nested struct {
	out  []Symbol
	open []int // indexes of out, the outer first
	ends []int // the depth of each in open
	last int   // the end of the last line that is not empty
}

// add opens a symbol at a depth and closes those that are as deep or deeper.
func (n *nested) add(name, kind string, depth, start, code int) {
	n.close(depth)
	s := Symbol{Name: name, Kind: kind, Start: start, Code: code, End: code}
	if len(n.open) > 0 {
		s.Container = n.out[n.open[len(n.open)-1]].Name
	}
	n.out = append(n.out, s)
	n.open, n.ends = append(n.open, len(n.out)-1), append(n.ends, depth)
}

func (n *nested) close(depth int) {
	for len(n.open) > 0 && n.ends[len(n.ends)-1] >= depth {
		s := &n.out[n.open[len(n.open)-1]]
		s.End = max(s.End, n.last)
		n.open, n.ends = n.open[:len(n.open)-1], n.ends[:len(n.ends)-1]
	}
}

// headings lists a Markdown text's headings; each reaches to the next one of its
// level. What stands in fences is none.
func headings(text string) []Symbol {
	var n nested
	fence := ""
	linesOf(text, func(l line) bool {
		body := strings.TrimSpace(l.text)
		switch {
		case fence != "":
			if strings.HasPrefix(body, fence) && strings.Trim(body, fence[:1]) == "" {
				fence = ""
			}
		case strings.HasPrefix(body, "```") || strings.HasPrefix(body, "~~~"):
			fence = body[:len(body)-len(strings.TrimLeft(body, body[:1]))]
		case l.indent < 4 && strings.HasPrefix(body, "#"):
			level := len(body) - len(strings.TrimLeft(body, "#"))
			title := strings.TrimSpace(strings.TrimRight(strings.TrimSpace(body[level:]), "#"))
			if level <= 6 && title != "" && (body[level] == ' ' || body[level] == '\t') {
				n.add(title, kindModule, level, l.start+l.indent, l.start+l.indent)
			}
		}
		if body != "" {
			n.last = l.end
		}
		return len(n.out) < maxKeys
	})
	n.close(0)
	return n.out
}

// yamlKeys lists a YAML text's keys, two deep.
func yamlKeys(text string) []Symbol {
	var n nested
	block := -1 // the indent of the key whose block of text this is
	comment := -1
	linesOf(text, func(l line) bool {
		body := strings.TrimSpace(l.text)
		switch {
		case body == "":
			comment = -1
			return true
		case block >= 0 && l.indent > block:
			n.last = l.end
			return true
		case strings.HasPrefix(body, "#"):
			if comment < 0 {
				comment = l.start + l.indent
			}
			return true
		}
		block = -1
		if name, value, ok := yamlKey(body); ok {
			n.close(l.indent)
			if len(n.open) < maxKeyDepth {
				start := l.start + l.indent
				code := start
				if comment >= 0 {
					start = comment
				}
				n.add(name, kindProperty, l.indent, start, code)
			}
			if strings.HasPrefix(value, "|") || strings.HasPrefix(value, ">") {
				block = l.indent
			}
		} else if l.indent == 0 && (body == "---" || body == "...") {
			n.close(0)
		}
		comment, n.last = -1, l.end
		return len(n.out) < maxKeys
	})
	n.close(0)
	return n.out
}

// yamlKey splits "key: value".
func yamlKey(body string) (name, value string, ok bool) {
	if strings.HasPrefix(body, "- ") || strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
		return "", "", false
	}
	if q := body[0]; q == '"' || q == '\'' {
		end := strings.IndexByte(body[1:], q)
		if end < 0 || !strings.HasPrefix(strings.TrimLeft(body[end+2:], " "), ":") {
			return "", "", false
		}
		return body[1 : end+1], "", end > 0
	}
	name, value, ok = strings.Cut(body, ": ")
	if !ok {
		name, ok = strings.CutSuffix(body, ":")
	}
	return strings.TrimSpace(name), strings.TrimSpace(value), ok && strings.TrimSpace(name) != ""
}

// tomlKeys lists a TOML text's tables and their keys; INI's sections likewise.
func tomlKeys(text string) []Symbol {
	var n nested
	comment, long := -1, ""
	linesOf(text, func(l line) bool {
		body := strings.TrimSpace(l.text)
		start := l.start + l.indent
		switch {
		case long != "":
			if strings.Contains(body, long) {
				long = ""
			}
		case body == "":
			comment = -1
			return true
		case strings.HasPrefix(body, "#") || strings.HasPrefix(body, ";"):
			if comment < 0 {
				comment = start
			}
			return true
		case strings.HasPrefix(body, "[") && strings.Contains(body, "]") && l.indent == 0:
			name := strings.TrimSpace(strings.Trim(body[:strings.LastIndexByte(body, ']')], "[]"))
			if name != "" {
				n.add(name, kindModule, 0, tomlStart(comment, start), start)
			}
		default:
			name, value, ok := strings.Cut(body, "=")
			if name = strings.Trim(strings.TrimSpace(name), `"'`); ok && name != "" && !strings.ContainsAny(name, " {[,") {
				n.add(name, kindProperty, 1, tomlStart(comment, start), start)
				long = openString(value)
			}
		}
		comment, n.last = -1, l.end
		return len(n.out) < maxKeys
	})
	n.close(0)
	return n.out
}

func tomlStart(comment, start int) int {
	if comment >= 0 {
		return comment
	}
	return start
}

// openString returns the mark of a string over several lines that a value opens.
func openString(value string) string {
	for _, mark := range []string{`"""`, "'''"} {
		if strings.Count(value, mark)%2 == 1 {
			return mark
		}
	}
	return ""
}

// jsonKeys lists a JSON text's keys, two deep. Comments are passed.
func jsonKeys(text string) []Symbol {
	k := keys{key: -1}
	for at := 0; at < len(text); {
		at = passBlank(text, at)
		if at == len(text) {
			break
		}
		next := pieceEnd(text, at)
		k.take(text, at, next)
		at, k.last = next, next
	}
	k.end()
	return k.out
}

// keys collects the keys of a JSON text from its pieces.
type keys struct {
	out  []Symbol
	open []int // for each bracket that is open: the key it belongs to, -1 for none
	key  int   // the key whose value this is, -1 for none
	last int   // where the last piece ended
}

// take takes the next piece, which is a bracket, a comma, a colon or a value.
func (k *keys) take(text string, at, next int) {
	switch text[at] {
	case '{', '[':
		k.open = append(k.open, k.key)
		k.key = -1
	case '}', ']':
		k.end()
		k.key = -1
		if n := len(k.open); n > 0 {
			k.key, k.open = k.open[n-1], k.open[:n-1]
		}
	case ',':
		k.end()
		k.key = -1
	default:
		if k.key < 0 && 0 < len(k.open) && len(k.open) <= maxKeyDepth && len(k.out) < maxKeys {
			k.add(text, at, next)
		}
	}
}

// add opens a key where a colon follows it.
func (k *keys) add(text string, at, next int) {
	colon := passBlank(text, next)
	s := Symbol{Name: strings.Trim(text[at:next], `"'`), Kind: kindProperty, Start: at, Code: at, End: next}
	if s.Name == "" || colon == len(text) || text[colon] != ':' {
		return
	}
	if outer := k.open[len(k.open)-1]; outer >= 0 {
		s.Container = k.out[outer].Name
	}
	k.out = append(k.out, s)
	k.key = len(k.out) - 1
}

// end ends the key that is open with the last piece.
func (k *keys) end() {
	if k.key >= 0 {
		k.out[k.key].End = max(k.out[k.key].End, k.last)
	}
}

// passBlank goes on to what is neither blank nor comment.
func passBlank(text string, at int) int {
	for at < len(text) {
		rest := text[at:]
		switch {
		case rest[0] <= ' ':
			at++
		case rest[0] != '/':
			return at
		case strings.HasPrefix(rest, "//"):
			at += lengthTo(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			at += 2 + lengthTo(rest[2:], "*/")
		default:
			return at
		}
	}
	return at
}

// lengthTo is how far a text goes with the end of a mark, all of it without one.
func lengthTo(text, mark string) int {
	if n := strings.Index(text, mark); n >= 0 {
		return n + len(mark)
	}
	return len(text)
}

// pieceEnd returns where the piece that begins at a byte ends: a sign, a string,
// which ends with its line at the latest, or a word.
func pieceEnd(text string, at int) int {
	first := text[at]
	at++
	switch first {
	case '{', '}', '[', ']', ',', ':':
		return at
	case '"', '\'':
		return stringEnd(text, at, first)
	}
	for ; at < len(text); at++ {
		switch c := text[at]; c {
		case '{', '}', '[', ']', ',', ':', '"', '\'', '/':
			return at
		default:
			if c <= ' ' {
				return at
			}
		}
	}
	return at
}

// stringEnd returns where a string ends whose content begins at a byte.
func stringEnd(text string, at int, quote byte) int {
	for ; at < len(text); at++ {
		switch text[at] {
		case quote:
			return at + 1
		case '\n':
			return at
		case '\\':
			at++
		}
	}
	return len(text)
}
