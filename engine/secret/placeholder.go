package secret

import (
	"strings"
	"sync"
)

// A placeholder is mark, the kind in capitals, an underscore and hexadecimal digits.
const (
	mark        = "REDACTED_"
	fewDigits   = 10
	mostDigits  = 24
	mostMarking = 64 // bytes of the longest kind, and more
)

// kindName writes a kind as a placeholder does.
func kindName(kind string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, kind)
}

// kindNames are all that a placeholder may have: anything else after the mark is
// text like any other, and hides nothing.
var kindNames = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for n := range len(engines) {
		all[kindName(ruleAt(n).kind)] = true
	}
	return all
})

// placeholderAt returns the length of the text at i that has a placeholder's
// form, which begins with the mark; 0 where there is none.
func placeholderAt(text string, i int) int {
	window := text[i:min(len(text), i+len(mark)+mostMarking+mostDigits)]
	for n := len(mark); n < len(window) && wordByte(window[n]); n++ {
		if window[n] != '_' || !kindNames()[window[len(mark):n]] {
			continue
		}
		digits := n + 1
		for digits < len(window) && digits-n <= mostDigits && (digit(window[digits]) || window[digits]-'a' < 6) {
			digits++
		}
		if digits-n > fewDigits {
			return digits
		}
	}
	return 0
}

// span is a range of bytes.
type span struct{ start, end int }

// covers returns the places of all texts with a placeholder's form.
func covers(text string) []span {
	var out []span
	for i := 0; ; {
		n := strings.Index(text[i:], mark)
		if n < 0 {
			return out
		}
		i += n
		if length := placeholderAt(text, i); length > 0 {
			out = append(out, span{i, i + length})
			i += length
		} else {
			i += len(mark)
		}
	}
}

// Replaced reports whether a text holds a placeholder, in whose place a secret
// stood: in this process, or in the one that kept the text.
func Replaced(text string) bool { return covers(text) != nil }

// uncovered leaves of the findings what lies outside all placeholders. A rest
// next to one counts only if it can be a secret of its own.
func uncovered(text string, found []Finding) []Finding {
	covered := covers(text)
	if len(covered) == 0 {
		return found
	}
	var out []Finding
	for _, f := range found {
		for len(covered) > 0 && covered[0].end <= f.Start {
			covered = covered[1:]
		}
		whole := true
		for _, c := range covered {
			if c.start >= f.End {
				break
			}
			whole = false
			out = rest(out, text, f.Kind, f.Start, c.start)
			f.Start = c.end
		}
		if whole {
			out = append(out, f)
		} else {
			out = rest(out, text, f.Kind, f.Start, f.End)
		}
	}
	return out
}

// leastRest is the shortest piece beside a placeholder that is taken for a secret.
const leastRest = 8

func rest(out []Finding, text, kind string, start, end int) []Finding {
	if end-start < leastRest || bodyBytes(text[start:end]) < leastRest {
		return out
	}
	return append(out, Finding{kind, start, end})
}
