package workspace

import "strings"

// maxSteps bounds the work of holding one pattern against one path: a hostile
// pattern of many stars would take exponential time.
const maxSteps = 20_000

// verdict is what wildmatch finds. The two kinds of giving up tell the caller how
// far back another try can make sense, which keeps ordinary patterns linear.
type verdict int

const (
	noMatch    verdict = iota
	match              // the whole text matches
	giveUp             // no later beginning of the text can match
	giveUpHere         // only a later beginning for a "**" can match
	tooMuch            // maxSteps were not enough
)

// wildmatch holds a text against a pattern as git's wildmatch.c does with
// WM_PATHNAME: "*" and "?" stop at a slash, "**" between slashes does not. It is
// written anew because go-git's package (filepath.Match for each element) knows
// neither "[!a]" nor "a**b" and gives up on what git accepts; a test holds it
// against git itself.
func wildmatch(pattern, text string) verdict {
	m := matcher{steps: maxSteps}
	return m.match(pattern, 0, text)
}

type matcher struct{ steps int }

// match holds text against pattern[p:]. What stands before p decides what a "**" means.
func (m *matcher) match(pattern string, p int, text string) verdict {
	if m.steps--; m.steps < 0 {
		return tooMuch
	}
	for ; p < len(pattern); p++ {
		c := pattern[p]
		if text == "" && c != '*' {
			return giveUp
		}
		switch c {
		case '*':
			v, at, rest, done := m.star(pattern, p, text)
			if done {
				return v
			}
			p, text = at, rest
			continue
		case '[':
			end, ok, malformed := class(pattern, p, text[0])
			if malformed {
				return giveUp
			}
			if !ok {
				return noMatch
			}
			p = end
		case '?':
			if text[0] == '/' {
				return noMatch
			}
		case '\\':
			if p++; p >= len(pattern) || pattern[p] != text[0] {
				return noMatch
			}
		default:
			if c != text[0] {
				return noMatch
			}
		}
		text = text[1:]
	}
	if text != "" {
		return noMatch
	}
	return match
}

// star matches from the star at pattern[p] on. Where one star stands right before
// a slash it only skips to that slash: done is false, and matching goes on after
// the slash at pattern[at] with rest.
func (m *matcher) star(pattern string, p int, text string) (v verdict, at int, rest string, done bool) {
	end := p
	for end < len(pattern) && pattern[end] == '*' {
		end++
	}
	after := pattern[end:]
	crosses := end-p > 1 && (p == 0 || pattern[p-1] == '/') &&
		(after == "" || after[0] == '/' || strings.HasPrefix(after, `\/`))
	if crosses && strings.HasPrefix(after, "/") && m.match(pattern, end+1, text) == match {
		return match, 0, "", true
	}
	if after == "" {
		if !crosses && strings.Contains(text, "/") {
			return giveUpHere, 0, "", true
		}
		return match, 0, "", true
	}
	if !crosses && after[0] == '/' {
		slash := strings.IndexByte(text, '/')
		if slash < 0 {
			return giveUp, 0, "", true
		}
		return noMatch, end, text[slash+1:], false
	}
	return m.anywhere(pattern, end, text, crosses), 0, "", true
}

// anywhere looks for a place in text from which the pattern after a star matches.
func (m *matcher) anywhere(pattern string, end int, text string, crosses bool) verdict {
	for ; text != ""; text = text[1:] {
		v := m.match(pattern, end, text)
		if v == tooMuch || v != noMatch && (!crosses || v != giveUpHere) {
			return v
		}
		if !crosses && text[0] == '/' {
			return giveUpHere
		}
	}
	return giveUp
}

// class holds a byte against the bracket expression at pattern[p] and returns
// where that ends.
func class(pattern string, p int, c byte) (end int, ok, malformed bool) {
	at := func(i int) byte {
		if i < len(pattern) {
			return pattern[i]
		}
		return 0
	}
	p++
	negated := at(p) == '!' || at(p) == '^'
	if negated {
		p++
	}
	matched, previous := false, byte(0)
	for first := true; first || at(p) != ']'; first, p = false, p+1 {
		this := at(p)
		switch {
		case this == 0:
			return 0, false, true
		case this == '\\':
			p++
			if this = at(p); this == 0 {
				return 0, false, true
			}
			matched = matched || c == this
		case this == '-' && previous != 0 && at(p+1) != 0 && at(p+1) != ']':
			p++
			if this = at(p); this == '\\' {
				p++
				if this = at(p); this == 0 {
					return 0, false, true
				}
			}
			matched = matched || previous <= c && c <= this
			this = 0 // a range's end begins no other
		case this == '[' && at(p+1) == ':':
			name, close, found := className(pattern, p)
			switch {
			case !found && close < 0:
				return 0, false, true
			case !found:
				matched = matched || c == '['
			default:
				in, known := inClass(name, c)
				if !known {
					return 0, false, true
				}
				matched, p, this = matched || in, close, 0
			}
		default:
			matched = matched || c == this
		}
		previous = this
	}
	return p, matched != negated && c != '/', false
}

// className reads "[:alpha:]" at pattern[p]. Without a "]" after it close is -1.
func className(pattern string, p int) (name string, close int, found bool) {
	length := strings.IndexByte(pattern[p+2:], ']')
	if length < 0 {
		return "", -1, false
	}
	inside := pattern[p+2 : p+2+length]
	name, found = strings.CutSuffix(inside, ":")
	return name, p + 2 + length, found
}

// inClass reports whether an ASCII byte is in one of POSIX's classes.
func inClass(name string, c byte) (in, known bool) {
	lower, upper, digit := 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9'
	graph := '!' <= c && c <= '~'
	switch name {
	case "alnum":
		return lower || upper || digit, true
	case "alpha":
		return lower || upper, true
	case "blank":
		return c == ' ' || c == '\t', true
	case "cntrl":
		return c < ' ' || c == 0x7F, true
	case "digit":
		return digit, true
	case "graph":
		return graph, true
	case "lower":
		return lower, true
	case "print":
		return graph || c == ' ', true
	case "punct":
		return graph && !lower && !upper && !digit, true
	case "space":
		return c == ' ' || '\t' <= c && c <= '\r', true
	case "upper":
		return upper, true
	case "xdigit":
		return digit || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F', true
	}
	return false, false
}
