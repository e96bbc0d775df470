package secret

import "strings"

// option judges what follows an option of a command without a sign between:
// "--password value". end is where its name ends.
func (s *scanner) option(at, end int) {
	from := at
	for from > 0 && at-from < mostName && (wordByte(s.text[from-1]) || s.text[from-1] == '.' || s.text[from-1] == '-') {
		from--
	}
	if s.text[from] != '-' {
		return
	}
	name := s.text[from:end]
	class := classOf(name)
	start := skipBlanks(s.text, end)
	if class == 0 || start >= len(s.text) {
		return
	}
	words := arguments{text: s.text[:min(len(s.text), start+mostQuoted)], at: start}
	from, to, ok := words.next()
	if !ok || from != start {
		return
	}
	from, to, quote := unquoted(s.text, from, to)
	value := s.text[from:to]
	if standsFor(value) || echoes(name, value) || variable(value, quote) || address(value) || quote == 0 && !data(value) {
		return
	}
	secret := len(value) >= leastCommand && mixed(value) && !dotted(value)
	if class == isCredential {
		secret = credential(value)
	}
	if secret && strings.Count(value, " ") <= 3 {
		s.report(kindOf(class, name, value), from, to)
	}
}

// data reports whether a bare argument is more than a word with its punctuation,
// a name in a sentence or a version.
func data(v string) bool {
	trimmed := strings.TrimRight(v, ".,:;?!)")
	return plain(v) && !words0(v) && (len(v) >= 6 && trimmed != "" && !words0(trimmed)) && !strings.HasPrefix(v, "-")
}
