package store

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Bounds of what is searched for. What is beyond them is not looked at.
const (
	maxQuery  = 1000 // bytes
	maxWords  = 16
	minPrefix = 2 // characters; a shorter word is looked for as it is, since too many begin with it
)

// A phrase is a word of a query as a person wrote it: the words of the index that
// stand in it, which must follow each other, the last one as a beginning.
type phrase []string

// phrases takes a query apart. Nothing in it but letters, digits and the low line
// means anything.
func phrases(query string) (all []phrase) {
	if len(query) > maxQuery {
		query = strings.ToValidUTF8(query[:maxQuery], "")
	}
	for _, word := range strings.Fields(query) {
		var p phrase
		for t := range tokens(word) {
			p = append(p, fold(word[t.start:t.end]))
		}
		if len(p) > 0 && len(all) < maxWords {
			all = append(all, p)
		}
	}
	return all
}

// isPrefix reports whether the last word of a phrase is looked for as a beginning.
func (p phrase) isPrefix() bool {
	return utf8.RuneCountInString(p[len(p)-1]) >= minPrefix
}

// match is the query that the index understands. The last so many of the phrases
// are looked for as beginnings.
func match(all []phrase, beginnings int) string {
	var b strings.Builder
	for i, p := range all {
		b.WriteString(`"` + strings.Join(p, " ") + `"`)
		if p.isPrefix() && len(all)-i <= beginnings {
			b.WriteByte('*')
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// token is a word's place in a text.
type token struct{ start, end int }

// tokens finds the words of a text as the index does: letters, digits and the low
// line belong to a word, and so do marks over a letter.
func tokens(text string) func(yield func(token) bool) {
	return func(yield func(token) bool) {
		start := -1
		for i, r := range text {
			inside := inWord(r) || start >= 0 && unicode.IsMark(r)
			if inside && start < 0 {
				start = i
			}
			if !inside && start >= 0 {
				if !yield(token{start, i}) {
					return
				}
				start = -1
			}
		}
		if start >= 0 {
			yield(token{start, len(text)})
		}
	}
}

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}

// fold makes one of words that differ in case or in marks alone.
func fold(word string) string {
	plain := true
	for i := range len(word) {
		plain = plain && word[i] < utf8.RuneSelf
	}
	if plain {
		return strings.ToLower(word)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsMark(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(word))
}

// searched is a text with its words, for phrases to be found in.
type searched struct {
	text   string
	places []token
	words  []string
}

func read(text string) *searched {
	s := &searched{text: text}
	for t := range tokens(text) {
		s.places = append(s.places, t)
		s.words = append(s.words, fold(text[t.start:t.end]))
	}
	return s
}

// find returns where a phrase begins, -1 where it is not in the text.
func (s *searched) find(p phrase) int {
	last := len(p) - 1
	for i := 0; i+last < len(s.words); i++ {
		ok := s.words[i+last] == p[last] || p.isPrefix() && strings.HasPrefix(s.words[i+last], p[last])
		for j := 0; ok && j < last; j++ {
			ok = s.words[i+j] == p[j]
		}
		if ok {
			return s.places[i].start
		}
	}
	return -1
}

// has reports whether all phrases are in the text.
func (s *searched) has(all []phrase) bool {
	for _, p := range all {
		if s.find(p) < 0 {
			return false
		}
	}
	return true
}

// How much of a text a snippet shows, in bytes, before and after where the first
// phrase begins.
const (
	snippetBefore = 40
	snippetAfter  = 120
)

// snippet is the passage around the first place where one of the phrases stands,
// on one line.
func (s *searched) snippet(all []phrase) string {
	at := len(s.text)
	for _, p := range all {
		if i := s.find(p); i >= 0 {
			at = min(at, i)
		}
	}
	if at == len(s.text) {
		at = 0
	}
	start, end := at-snippetBefore, at+snippetAfter
	before, after := "…", "…"
	if start <= 0 {
		start, before = 0, ""
	}
	if end >= len(s.text) {
		end, after = len(s.text), ""
	}
	passage := strings.ToValidUTF8(s.text[start:end], "")
	return before + strings.Join(strings.Fields(passage), " ") + after
}
