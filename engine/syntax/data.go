package syntax

import (
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// maxKeys is how many keys or headings are listed of one text: more are data. What
// stands around a range is found beyond it, too.
const maxKeys = 2000

// maxKeyDepth is how deep keys are followed: the top, and what stands in it.
const maxKeyDepth = 2

// The languages that have keys or sections instead of declarations.
const (
	json     = "json jsonc json5"
	yaml     = "yaml dockercompose github-actions-workflow"
	toml     = "toml ini properties"
	markdown = "markdown"
)

// keysOf lists the keys or sections of a text, or those around a range of it.
func keysOf(language, text string, a around) []Symbol {
	switch {
	case tokens.Has(json, language):
		return jsonKeys(text, a)
	case tokens.Has(yaml, language):
		return yamlKeys(text, a)
	case tokens.Has(toml, language):
		return tomlKeys(text, a)
	}
	return headings(text, a)
}

// line is one line of a text without its end.
type line struct {
	text       string
	start, end int
	indent     int
}

// linesOf splits a text at "\n", "\r\n" and lone "\r".
func linesOf(text string, yield func(line) bool) {
	lineEnd := func(rest string) int { return strings.IndexAny(rest, "\r\n") }
	if strings.IndexByte(text, '\r') < 0 { // much faster
		lineEnd = func(rest string) int { return strings.IndexByte(rest, '\n') }
	}
	for at := 0; at < len(text); {
		end, next := len(text), len(text)
		if n := lineEnd(text[at:]); n >= 0 {
			end, next = at+n, at+n+1
			if text[end] == '\r' && next < len(text) && text[next] == '\n' {
				next++
			}
		}
		l := line{text: text[at:end], start: at, end: end}
		for l.indent < len(l.text) && (l.text[l.indent] == ' ' || l.text[l.indent] == '\t') {
			l.indent++
		}
		if !yield(l) {
			return
		}
		at = next
	}
}

// around is the range of a text around which keys are looked for. The zero value has
// all of them listed.
type around struct {
	text       string
	start, end int
}

// drop takes from the end of a list what ends before the range. open is the last
// one that has not ended.
func (a *around) drop(list []Symbol, open int) []Symbol {
	for n := len(list) - 1; a.text != "" && n > open && lineTail(a.text, list[n].End) < a.start; n-- {
		list = list[:n]
	}
	return list
}

// begins reports whether a symbol begins where the range does, or before it.
func (a *around) begins(s *Symbol) bool {
	return s.Start <= a.end && lineHead(a.text, s.Start) <= a.start
}

// holds reports whether a symbol that has ended, and begins before the range, ends
// after it: what stands around it need not be read to its end.
func (a *around) holds(s *Symbol) bool { return lineTail(a.text, s.End) >= a.end }

// nested collects symbols that end where the next one of their depth starts.
type nested struct {
	around
	inner int // the innermost symbol around the beginning of the range that was open at its end
	out   []Symbol
	open  []int // indexes of out, the outer first
	ends  []int // the depth of each in open
	last  int   // the end of the last line that is not empty
}

// add opens a symbol at a depth and closes those that are as deep or deeper.
func (n *nested) add(name, kind string, depth, start, code int) {
	n.close(depth)
	if code <= n.end {
		n.out = n.drop(n.out, append([]int{-1}, n.open...)[len(n.open)])
	}
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

// more reports whether anything is wanted of what follows a line.
func (n *nested) more(l line) bool {
	switch {
	case len(n.out) >= maxKeys:
		return false
	case n.text == "":
		return true
	case l.start <= n.end:
		n.inner = n.innermost()
		return true
	}
	n.inner = max(n.inner, n.innermost()) // a key begins with its comments
	switch {
	case n.inner < 0:
		return false
	case slices.Contains(n.open, n.inner):
		return true
	case n.holds(&n.out[n.inner]):
		return false
	}
	n.inner = n.innermost()
	return n.inner >= 0
}

// innermost is the last symbol that is open and begins before the range, -1 for none.
func (n *nested) innermost() int {
	for _, i := range slices.Backward(n.open) {
		if n.begins(&n.out[i]) {
			return i
		}
	}
	return -1
}

// headings lists a Markdown text's headings; each reaches to the next one of its
// level. What stands in fences is none.
func headings(text string, a around) []Symbol {
	n := nested{around: a, inner: -1}
	fence := ""
	linesOf(text, func(l line) bool {
		if fence == "" && l.indent < len(l.text) && prose(l.text[l.indent]) {
			n.last = l.end
			return n.more(l)
		}
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
		return n.more(l)
	})
	n.close(0)
	return n.out
}

// prose reports whether a line that begins with this is neither empty nor a heading
// nor a fence.
func prose(first byte) bool {
	return first > ' ' && first < 0x7f && first != '#' && first != '`' && first != '~'
}

// yamlKeys lists a YAML text's keys, two deep.
func yamlKeys(text string, a around) []Symbol {
	n := nested{around: a, inner: -1}
	block := -1 // the indent of the key whose block of text this is
	comment := -1
	linesOf(text, func(l line) bool {
		if n.within(l) && (block < 0 || l.indent <= block) {
			block, comment, n.last = -1, -1, l.end
			return n.more(l)
		}
		body := strings.TrimSpace(l.text)
		switch {
		case body == "":
			comment = -1
			return true
		case block >= 0 && l.indent > block:
			comment, n.last = -1, l.end
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
		return n.more(l)
	})
	n.close(0)
	return n.out
}

// within reports whether a line of YAML is plainly a part of the innermost key that
// is listed: most are, and are passed by this alone.
func (n *nested) within(l line) bool {
	return len(n.open) >= maxKeyDepth && l.indent > n.ends[len(n.ends)-1] && l.indent < len(l.text) &&
		l.text[l.indent] > ' ' && l.text[l.indent] < 0x7f && l.text[l.indent] != '#' &&
		strings.IndexByte(l.text, '|') < 0 && strings.IndexByte(l.text, '>') < 0
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
func tomlKeys(text string, a around) []Symbol {
	n := nested{around: a, inner: -1}
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
		return n.more(l)
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
func jsonKeys(text string, a around) []Symbol {
	k := keys{around: a, inner: undecided, key: -1}
	for at := 0; at < len(text); {
		at = passBlank(text, at)
		if at == len(text) || !k.more(text, at) {
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
	around
	inner int // as nested has it, undecided before the end of the range
	out   []Symbol
	open  []int // for each bracket that is open: the key it belongs to, -1 for none
	key   int   // the key whose value this is, -1 for none
	last  int   // where the last piece ended
}

const undecided = -2

// more reports whether anything is wanted from a piece on.
func (k *keys) more(text string, at int) bool {
	if k.text == "" || at <= k.around.end {
		return true
	}
	if k.inner == undecided {
		k.inner = k.innermost()
	}
	if k.inner >= 0 && strings.IndexByte(",}]", text[at]) < 0 && k.key != k.inner && !slices.Contains(k.open, k.inner) {
		if k.holds(&k.out[k.inner]) {
			return false
		}
		k.inner = k.innermost()
	}
	return k.inner >= 0
}

// innermost is the innermost key that is open and begins before the range, -1 for none.
func (k *keys) innermost() int {
	for _, i := range slices.Backward(append(slices.Clone(k.open), k.key)) {
		if i >= 0 && k.begins(&k.out[i]) {
			return i
		}
	}
	return -1
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
	if at <= k.around.end {
		k.out = k.drop(k.out, slices.Max(k.open))
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
