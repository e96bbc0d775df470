package semantic

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// form tells what a piece of a question is written as.
type form uint8

const (
	plain  form = iota // a word of letters: compared by its lemma
	number             // digits, a version, a numeral: compared as written
	symbol             // an identifier, a flag, a path, an operator
	quoted             // text in quotes or backticks: compared byte for byte
)

// piece is one word of a question as it was written.
type piece struct {
	key    string // what it is compared by: folded, and reduced to its lemma if plain
	raw    string // as written, without the punctuation around it
	form   form
	opens  bool // a clause begins here: it is the first, or punctuation stands before it
	joined bool // a comma stands before it, and nothing else
}

// scanner cuts a question into pieces.
type scanner struct {
	lex    *lexicon
	pieces []piece
	opens  bool
	joined bool
	shouts bool // the text has no small letters: capitals mean nothing
}

// scan returns the pieces of text, at most maxPieces of them; more tells that
// there would have been more.
func (l *lexicon) scan(text string) (pieces []piece, more bool) {
	s := scanner{lex: l, opens: true, pieces: make([]piece, 0, 24)}
	s.shouts = !strings.ContainsFunc(text, unicode.IsLower)
	for len(text) > 0 && len(s.pieces) < maxPieces {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case unicode.IsSpace(r):
			text = text[size:]
		case closer(r) != 0:
			text = s.quote(text, r, size)
		default:
			end := strings.IndexFunc(text, unicode.IsSpace)
			if end < 0 {
				end = len(text)
			}
			s.word(text[:end], text[end:])
			text = text[end:]
		}
	}
	return s.pieces, strings.TrimSpace(text) != ""
}

// closer returns the mark that ends what r begins to quote, or 0.
func closer(r rune) rune {
	switch r {
	case '`', '"', '\'':
		return r
	case '“':
		return '”'
	case '‘':
		return '’'
	case '«':
		return '»'
	}
	return 0
}

// quote takes a quoted text off the front of text. A mark that is never closed
// quotes nothing.
func (s *scanner) quote(text string, mark rune, size int) string {
	mark = closer(mark)
	rest := text[size:]
	end := quoteEnd(rest, mark)
	if end < 0 {
		return rest
	}
	switch inner := rest[:end]; {
	case strings.Trim(inner, "`\"' \t\n") == "":
	case strings.ContainsFunc(inner, unicode.IsSpace):
		s.add(piece{key: inner, raw: inner, form: quoted})
	default:
		s.add(piece{key: inner, raw: inner, form: symbol})
	}
	return rest[end+utf8.RuneLen(mark):]
}

// quoteEnd finds the closing mark. A single quote closes only where a word ends,
// so that 'it's' and 'don't do' keep their apostrophes.
func quoteEnd(text string, mark rune) int {
	for from := 0; ; {
		i := strings.IndexRune(text[from:], mark)
		if i < 0 {
			return -1
		}
		i += from
		next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(mark):])
		if mark != '\'' && mark != '’' || !unicode.IsLetter(next) {
			return i
		}
		from = i + utf8.RuneLen(mark)
	}
}

// word takes one run of text without spaces, and looks at what follows it.
func (s *scanner) word(text, rest string) {
	if strings.IndexFunc(text, alphanumeric) < 0 {
		s.signs(text, rest)
		return
	}
	body := strings.TrimLeft(text, "([{,;¿¡…")
	if body != text {
		s.opens = true
	}
	trimmed := trimRight(body)
	if tail := body[len(trimmed):]; (tail == "?" || tail == "!") && goesOn(rest) {
		trimmed = body // "String? in Swift", "map! in Ruby": no question ends here
	}
	switch name, called := strings.CutSuffix(strings.TrimRight(body, ",;:!?."), "()"); {
	case trimmed == "":
	case called && name == trimmed && allLetters(name):
		s.symbol(name) // "sorted()" is not what "sort" is
	default:
		s.divide(trimmed)
	}
	switch tail := body[len(trimmed):]; {
	case tail == ",":
		s.opens, s.joined = true, true
	case tail != "" && tail != "\"" && tail != "'":
		s.opens = true
	}
}

// goesOn tells whether a sentence goes on with rest, and no other begins there in
// small letters.
func goesOn(rest string) bool {
	for word := range strings.FieldsSeq(rest) {
		switch strings.TrimRight(word, ",;:.?!") {
		case "and", "or", "but", "so":
			continue
		case "i", "if", "how", "what", "why", "when", "where", "who", "which", "is", "are", "can", "could", "should", "would", "please", "thanks", "because", "since", "my":
			return false
		}
		r, _ := utf8.DecodeRuneInString(word)
		return unicode.IsLower(r)
	}
	return false
}

// signs takes a run of nothing but signs. What could be punctuation is, where the
// sentence ends with it; before another word "?" and "_" are what is asked about.
func (s *scanner) signs(text, rest string) {
	mark := operator(text)
	switch {
	case mark != "":
	case text == "&":
		s.add(piece{key: "and", raw: text, form: plain})
		return
	case strings.Trim(text, "-–—,") == "", !goesOn(rest) && strings.Trim(text, "?!.…:;,'\"’”)]}") == "":
		s.opens = true
		return
	default:
		mark = text
	}
	s.add(piece{key: mark, raw: mark, form: symbol})
	if strings.HasSuffix(text, ",") {
		s.opens, s.joined = true, true
	}
}

// trimRight takes off the punctuation that ends a clause, and the empty
// brackets of a call.
func trimRight(text string) string {
	for {
		cut := strings.TrimSuffix(strings.TrimRight(text, ",;:!?.…'\"’”"), "()")
		if !strings.Contains(cut, "(") {
			cut = strings.TrimRight(cut, ")")
		}
		if !strings.Contains(cut, "[") {
			cut = strings.TrimRight(cut, "]")
		}
		if !strings.Contains(cut, "{") {
			cut = strings.TrimRight(cut, "}")
		}
		if cut == text {
			return text
		}
		text = cut
	}
}

// operator returns text if a programmer would call it an operator, less the
// punctuation behind it, and nothing if it may be punctuation ("-", "…", "?!").
func operator(text string) string {
	bare := strings.TrimRight(text, ",;.?!)")
	if bare != "&" && strings.ContainsAny(bare, "=<>&|+*/%^~$#@\\") || bare == "--" || bare == "->" {
		return bare
	}
	return ""
}

func alphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// divide splits what people write together: contractions, hyphens and slashes
// between words. Everything else is one piece.
func (s *scanner) divide(text string) {
	if allLetters(text) {
		s.single(text)
		return
	}
	if lower := strings.ToLower(text); s.lex.whole[lower] {
		s.add(piece{key: lower, raw: text, form: plain})
		return
	}
	if left, right, ok := cutWords(text); ok {
		s.divide(left)
		s.divide(right)
		return
	}
	if base, rest, ok := contraction(text); ok {
		s.divide(base)
		if rest != "" {
			s.add(piece{key: rest, raw: rest, form: plain})
		}
		return
	}
	s.single(text)
}

// cutWords cuts at the first hyphen or slash if words stand on both sides.
func cutWords(text string) (left, right string, ok bool) {
	i := strings.IndexAny(text, "-/")
	if i <= 1 || i+2 >= len(text) {
		return "", "", false
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && r != '-' && r != '/' && r != '\'' {
			return "", "", false
		}
	}
	if text[i+1] == '-' || text[i+1] == '/' || strings.Count(text, "/") > 1 {
		return "", "", false
	}
	return text[:i], text[i+1:], true
}

// contraction opens what an apostrophe closed: "doesn't" is "does not", "Go's"
// is "Go", "what's" is "what is".
func contraction(text string) (base, rest string, ok bool) {
	i := strings.IndexAny(text, "'’")
	if i <= 0 {
		return "", "", false
	}
	_, size := utf8.DecodeRuneInString(text[i:])
	tail := strings.ToLower(text[i+size:])
	head := strings.ToLower(text[:i])
	switch tail {
	case "t":
		switch head {
		case "can":
			return "can", "not", true
		case "won":
			return "will", "not", true
		case "ain":
			return "is", "not", true
		}
		if strings.HasSuffix(head, "n") {
			return text[:i-1], "not", true
		}
	case "s":
		switch head {
		case "what", "how", "where", "who", "when", "why", "it", "that", "there", "here":
			return head, "is", true
		}
		return text[:i], "", true
	case "re":
		return text[:i], "are", true
	case "ve":
		return text[:i], "have", true
	case "ll":
		return text[:i], "will", true
	case "d":
		return text[:i], "would", true
	case "m":
		return text[:i], "am", true
	case "":
		return text[:i], "", true
	}
	return "", "", false
}

// single takes a piece that is not to be divided and finds its form.
func (s *scanner) single(text string) {
	switch {
	case allLetters(text) && !mixedCase(text):
		s.letters(text)
	case text[0] >= '0' && text[0] <= '9' || text[0] == '.' && len(text) > 1:
		s.number(text)
	case text[0] == '-':
		s.add(piece{key: text, raw: text, form: symbol})
	default:
		s.symbol(text)
	}
}

// letters takes a word. A word that is only grammar in small letters is a thing
// in capitals: "HAVING", "in the US", "vitamin A".
func (s *scanner) letters(text string) {
	lower := strings.ToLower(text)
	capitals := text != lower && !s.shouts && text == strings.ToUpper(text)
	if capitals && (len(text) > 1 || text == "A" && !s.opens) && s.lex.grammar(lower) {
		s.add(piece{key: lower, raw: text, form: symbol})
		return
	}
	if len(text) == 1 && text != lower && !s.shouts && !strings.Contains("AICR", text) {
		lower = text
	}
	s.add(piece{key: lower, raw: text, form: plain})
}

// number takes what begins with a digit: "3", "1.22", "5,000", "100MB", "2>&1".
func (s *scanner) number(text string) {
	digits := strings.TrimLeftFunc(text, func(r rune) bool { return r >= '0' && r <= '9' || r == '.' || r == ',' })
	value := strings.ReplaceAll(text[:len(text)-len(digits)], ",", "")
	switch unit := strings.ToLower(digits); {
	case unit == "":
		s.add(piece{key: value, raw: text, form: number})
	case unit == "st" || unit == "nd" || unit == "rd" || unit == "th":
		s.add(piece{key: value + "th", raw: text, form: number})
	case s.lex.units[unit]:
		s.add(piece{key: value, raw: value, form: number})
		s.add(piece{key: unit, raw: digits, form: plain})
	default:
		s.add(piece{key: strings.ToLower(text), raw: text, form: symbol})
	}
}

// symbol takes an identifier. It is looked for by its folded form, so that
// "configmap" finds "ConfigMap"; agree then looks at how both were written.
func (s *scanner) symbol(text string) {
	lower := strings.ToLower(text)
	if rest := lower[1:]; lower[0] == 'v' && rest != "" && strings.Trim(rest, "0123456789.") == "" {
		s.add(piece{key: rest, raw: rest, form: number})
		return
	}
	if _, known := s.lex.same[lower]; known || s.lex.names[lower] {
		s.add(piece{key: lower, raw: lower, form: plain})
		return
	}
	if len(lower) < 4 || strings.ContainsFunc(lower, func(r rune) bool { return !unicode.IsLetter(r) && r != '.' && r != '_' }) {
		lower = text
	}
	s.add(piece{key: lower, raw: text, form: symbol})
}

func (s *scanner) add(p piece) {
	p.opens, p.joined = s.opens, s.joined
	s.opens, s.joined = false, false
	if p.form == plain {
		p.key = s.lex.lemma(p.key)
		if value, ok := s.lex.numerals[p.key]; ok {
			p.key, p.form = value, number
		}
	}
	s.pieces = append(s.pieces, p)
}

func allLetters(text string) bool {
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return false
		}
	}
	return true
}

// mixedCase tells camelCase and PascalCase from words: a capital follows a small letter.
func mixedCase(text string) bool {
	small := false
	for _, r := range text {
		if unicode.IsUpper(r) && small {
			return true
		}
		small = unicode.IsLower(r)
	}
	return false
}
