package secret

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Finding is one secret in a text.
type Finding struct {
	Kind string // the rule's name, as "github-pat" or "password"

	// Start and End are the bytes of the secret itself, without its name and
	// quotes; End is the first byte after it.
	Start, End int
}

// Find returns the secrets of a text in their order, none within another; nil
// where there are none.
func Find(text string) []Finding {
	s := scanner{text: text, index: words()}
	s.scan()
	if len(s.found) == 0 {
		return nil
	}
	return uncovered(text, merged(s.found))
}

// Has reports whether Find finds anything. On text without secrets it does not
// allocate.
func Has(text string) bool { return Find(text) != nil }

// scanner is one pass over a text.
type scanner struct {
	text  string
	index *index
	found []Finding // in no order, some within others

	// only, where it is not nil, is the one rule that is tried.
	only *rule

	nameEnd int // where the last name ended that was judged
	keyed   int // where the last value began that the generic rule judged
	urlEnd  int // where the last URL's host began
	pemEnd  int // where the last key block ended

	commandEnd int // where the last command line ended

	// For each rule: words before done lie in what it found or searched already;
	// words before grown lie in what it searched with a larger window.
	done, grown [len(engines)]int
}

func (s *scanner) scan() {
	for i := s.index.next(s.text, 0); i < len(s.text); i = s.index.next(s.text, i+2) {
		list := s.index.entries(s.text, i)
		for k := range list {
			e := &list[k]
			if at := e.start(s.text, i); at >= 0 {
				for _, n := range e.rules {
					s.try(int(n), at, len(e.word))
				}
			}
		}
	}
}

// try holds a rule against the text where a word of it stands.
func (s *scanner) try(n, at, length int) {
	r := ruleAt(n)
	if s.only != nil && s.only != r {
		return
	}
	switch r.form {
	case token:
		s.token(n, at)
	case assigned:
		if r.kind == kindGeneric {
			s.generic(n, at)
		} else if valueAfter(s.text, at+length) {
			s.token(n, at)
		}
	case nearby:
		s.nearby(n, at)
	case named:
		s.named(at, length)
	case pemBlock:
		s.pem(at)
	case urlUser:
		s.urlUser(at)
	case commandLine:
		s.command(at, length)
	}
}

// The window of a rule that is tried at a word. Most secrets are far shorter; the
// window grows while a secret reaches its end.
const (
	tokenWindow  = 512
	largestToken = 64 << 10
)

// token tries a rule's expression at a word.
func (s *scanner) token(n, at int) {
	e := engineAt(n)
	if e.left && at > 0 && wordByte(s.text[at-1]) && wordByte(s.text[at]) {
		return
	}
	if at < s.done[n] {
		return
	}
	for size := tokenWindow; ; size *= 4 {
		window := s.text[at:min(len(s.text), at+size)]
		loc := e.re.FindStringSubmatchIndex(window)
		if len(loc) > 0 && (loc[1] < len(window) || at+size >= len(s.text) || size >= largestToken) {
			s.done[n] = at + loc[1]
			s.add(n, at, loc)
			return
		}
		if loc == nil && (len(window) < size || at < s.grown[n] || strings.ContainsAny(window, " \t\n\"'")) {
			return
		}
		s.grown[n] = at + size
		if size >= largestToken {
			return
		}
	}
}

// nearChunk is how far the words of a nearby rule are covered by one window where
// they stand close together. Windows overlap by what the rule wants before and
// after a word.
const nearChunk = 2048

// nearby tries a rule's expression on the bytes around a word.
func (s *scanner) nearby(n, at int) {
	if at < s.done[n] {
		return
	}
	r := ruleAt(n)
	chunk := 0
	if s.done[n] > 0 && at-s.done[n] < nearChunk {
		chunk = nearChunk
	}
	s.done[n] = at + chunk + 1
	from := max(0, at-r.before)
	window := s.text[from:min(len(s.text), at+chunk+r.after)]
	if !holdsAny(window, r.with) {
		return
	}
	for _, loc := range engineAt(n).re.FindAllStringSubmatchIndex(window, -1) {
		s.add(n, from, loc)
	}
}

func holdsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return len(parts) == 0
}

// add takes what an expression found, unless the rule's entropy or an allowance
// says that it is no secret. loc are places in the text after from.
func (s *scanner) add(n, from int, loc []int) {
	r := ruleAt(n)
	m := match{from: from + loc[0], to: from + loc[1]}
	m.start, m.end = m.from, m.to
	for g := 1; g < len(loc)/2; g++ {
		if (r.group == 0 && loc[2*g+1] > loc[2*g]) || r.group == g {
			m.start, m.end = from+loc[2*g], from+loc[2*g+1]
			break
		}
	}
	s.take(n, m)
}

func (s *scanner) take(n int, m match) {
	r := ruleAt(n)
	for m.start < m.end && s.text[m.end-1] == '\n' {
		m.end--
	}
	secret := s.text[m.start:m.end]
	if secret == "" || r.entropy > 0 && entropy(secret) <= r.entropy {
		return
	}
	if allowed(globalFilters(), s.text, m) || allowed(engineAt(n).allow, s.text, m) || standsFor(secret) {
		return
	}
	s.report(r.kind, m.start, m.end)
}

// report adds a finding, widened to whole characters.
func (s *scanner) report(kind string, start, end int) {
	for start > 0 && !utf8.RuneStart(s.text[start]) {
		start--
	}
	for end < len(s.text) && !utf8.RuneStart(s.text[end]) {
		end++
	}
	if start < end {
		s.found = append(s.found, Finding{kind, start, end})
	}
}

// generic tries gitleaks' rule for any name with key, token, secret and the like.
// The words stand in every text, so what follows is looked at first.
func (s *scanner) generic(n, at int) {
	start, ok := genericValue(s.text, at)
	if !ok || start == s.keyed {
		return
	}
	s.keyed = start
	window := s.text[at:min(len(s.text), at+tokenWindow)]
	loc := engineAt(n).re.FindStringSubmatchIndex(window)
	if loc == nil {
		return
	}
	// The names that are none of a secret's, as primaryKey, begin before the word.
	from := at
	for from > 0 && at-from < 50 && (wordByte(s.text[from-1]) || s.text[from-1] == '.' || s.text[from-1] == '-') {
		from--
	}
	s.take(n, match{from: from, to: at + loc[1], start: at + loc[2], end: at + loc[3]})
}

// merged orders the findings and makes one of those that overlap. It has the kind
// of the first rule that found it, but a rule for one service before one for any.
func merged(found []Finding) []Finding {
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	out := found[:1]
	for _, f := range found[1:] {
		last := &out[len(out)-1]
		if f.Start >= last.End {
			out = append(out, f)
			continue
		}
		last.End = max(last.End, f.End)
		if general(last.Kind) > general(f.Kind) {
			last.Kind = f.Kind
		}
	}
	return out
}

// general ranks kinds by how little they say.
func general(kind string) int {
	switch kind {
	case kindGeneric:
		return 3
	case kindCredential, "sk-key", "bearer-token", "authorization-header", "github-token", "slack-token":
		return 2
	case kindPassword, "json-web-token", "aws-access-key-id", "huggingface-token":
		return 1
	}
	return 0
}

func wordByte(c byte) bool {
	return c-'a' < 26 || c-'A' < 26 || c-'0' < 10 || c == '_'
}

func digit(c byte) bool { return c-'0' < 10 }

func letter(c byte) bool { return c|0x20-'a' < 26 }

func blank(c byte) bool { return c == ' ' || c == '\t' }
