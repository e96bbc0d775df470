package secret

import "strings"

// The form "name operator value" of gitleaks' expressions, read by hand: where
// no value can follow, the expression need not be tried.
const (
	restOfName        = 64 // bytes of a name after the rule's word
	leastValue        = 8
	genericValueLeast = 10
	mostValue         = 150
)

// pastName skips the rest of a name after a rule's word, blanks and quotes, and
// returns the place of an operator, or -1.
func pastName(text string, i int) int {
	for end := min(len(text), i+restOfName); i < end && (wordByte(text[i]) || blank(text[i]) || text[i] == '.' || text[i] == '-'); {
		i++
	}
	for end := min(len(text), i+3); i < end && (text[i] == '"' || text[i] == '\'' || space(text[i])); {
		i++
	}
	if i >= len(text) {
		return -1
	}
	switch text[i] {
	case '=', '>', ':', '|', '?', ',':
		return i
	}
	return -1
}

func space(c byte) bool { return c == ' ' || c-'\t' < 5 }

// pastOperator skips an operator, quotes and blanks.
func pastOperator(text string, i int) int {
	for end := min(len(text), i+3); i < end && strings.IndexByte("=>:|?,", text[i]) >= 0; {
		i++
	}
	for end := min(len(text), i+5); i < end && (strings.IndexByte("`'\"=", text[i]) >= 0 || space(text[i])); {
		i++
	}
	return i
}

// valueAfter reports whether an operator and a value follow the name that goes on at i.
func valueAfter(text string, i int) bool {
	i = pastName(text, i)
	if i < 0 {
		return false
	}
	i = pastOperator(text, i)
	for n := range leastValue {
		if i+n >= len(text) || space(text[i+n]) || strings.IndexByte("`'\";", text[i+n]) >= 0 {
			return false
		}
	}
	return true
}

// genericValue returns where the value begins that follows the name which holds
// a word at i, and whether it is long enough and has a digit.
func genericValue(text string, i int) (int, bool) {
	i = pastName(text, i)
	if i < 0 {
		return 0, false
	}
	start := pastOperator(text, i)
	n, digits := 0, 0
	for ; start+n < len(text) && n < mostValue && genericByte(text[start+n]); n++ {
		if digit(text[start+n]) {
			digits++
		}
	}
	return start, n >= genericValueLeast && digits > 0
}

func genericByte(c byte) bool {
	return wordByte(c) || c == '.' || c == '=' || c == '-' || c == '+' || c == '/'
}
