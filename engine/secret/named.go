package secret

import "strings"

// assignment is a value that is given to a name, in any notation.
type assignment struct {
	name       string
	start, end int  // the value's bytes, without quotes
	quote      byte // what the value is quoted with; 0: nothing
	operator   byte // '=', ':', '(' of a call, '>' of XML, ',' of an argument, ' ' of SQL
	spaced     bool // a blank stands next to the operator
	before     byte // the byte before the name; 0: the text begins there
	first      bool // the name is the first thing of its line
}

// named judges the value given to the name that holds a word of a named rule.
func (s *scanner) named(at, length int) {
	if at < s.nameEnd {
		return
	}
	end := nameEnd(s.text, at, length)
	s.nameEnd = end
	if end < len(s.text) && blank(s.text[end]) {
		s.option(at, end)
	}
	if !given(s.text, end) {
		return
	}
	a := readName(s.text, at, end)
	class := classOf(a.name)
	if class == 0 || !a.read(s.text, end) || a.operator == ' ' && class != isPassword {
		return
	}
	value := s.text[a.start:a.end]
	query := a.before == '?' || a.before == '&'
	if value == "" || query && a.quote != 0 || standsFor(value) || echoes(a.name, value) {
		return
	}
	if a.quote == 0 && !a.bare(s.text, class, value) {
		return
	}
	if class == isPassword && !password(value, a) || class == isCredential && !credential(value) {
		return
	}
	s.report(kindOf(class, a.name, value), a.start, a.end)
}

func kindOf(class int, name, value string) string {
	switch {
	case class == isPassword:
		return kindPassword
	case len(value) == 40 && hasFold(name, "aws"):
		return kindAWSSecret
	}
	return kindCredential
}

const mostName = 64

// nameEnd returns where the name ends that holds a word at at.
func nameEnd(text string, at, length int) int {
	end := at + length
	for end < len(text) && end-at < mostName && (wordByte(text[end]) || text[end] == '-' && end+1 < len(text) && wordByte(text[end+1])) {
		end++
	}
	return end
}

// given reports whether a value may follow a name that ends at i: most names in
// source code are followed by a point, a bracket or a comma, and no value.
func given(text string, i int) bool {
	i = closeName(text, i)
	i = skipBlanks(text, i)
	if i >= len(text) {
		return false
	}
	switch c := text[i]; c {
	case '(', ',':
		i = skipBlanks(text, i+1)
		for end := min(len(text), i+3); i < end; i++ {
			if quoteByte(text[i]) || text[i] == '\\' {
				return true
			}
		}
		return false
	case '=', ':', '>', '!', '?', '+', '|', '\'', '"', '*', '&', '[':
		return true
	default:
		return letter(c)
	}
}

// readName finds the whole name around a word of it.
func readName(text string, at, end int) assignment {
	from := at
	for from > 0 && at-from < mostName && (wordByte(text[from-1]) || text[from-1] == '.' || text[from-1] == '-') {
		from--
	}
	a := assignment{name: text[from:end]}
	if from > 0 {
		a.before = text[from-1]
	}
	i := from
	for i > 0 && from-i < mostName && (blank(text[i-1]) || text[i-1] == '-') {
		i--
	}
	line := strings.TrimLeft(text[max(0, i-8):i], " \t")
	a.first = i == 0 || text[i-1] == '\n' || strings.HasSuffix(line, "export") || strings.HasSuffix(line, "set") || strings.HasSuffix(line, "SET") || strings.HasSuffix(line, "#") || strings.HasSuffix(line, "ENV")
	return a
}

// read reads operator and value after the name. It reports whether there are both.
func (a *assignment) read(text string, i int) bool {
	i = closeName(text, i)
	j := skipBlanks(text, i)
	a.spaced = j > i
	i, ok := a.readOperator(text, j)
	if !ok {
		return false
	}
	j = skipBlanks(text, i)
	a.spaced = a.spaced || j > i
	return a.readValue(text, j)
}

// closeName skips what closes a quoted name: "name", \"name\", ["name"].
func closeName(text string, i int) int {
	if i+1 < len(text) && text[i] == '\\' {
		i++
	}
	if i < len(text) && quoteByte(text[i]) {
		i++
	}
	if i < len(text) && text[i] == ']' {
		i++
	}
	return i
}

func skipBlanks(text string, i int) int {
	const most = 64
	for end := min(len(text), i+most); i < end && blank(text[i]); {
		i++
	}
	return i
}

func quoteByte(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// operators are the longest first.
func operators() [14]string {
	return [14]string{"===", "!==", ":=", "==", "!=", "=>", "?=", "+=", "||=", "=", ":", "(", ">", ","}
}

// readOperator returns the place after the operator. A type may stand before or
// behind it: "password string =", "password: string =".
func (a *assignment) readOperator(text string, i int) (int, bool) {
	n := operatorAt(text, i)
	if n == 0 {
		j := skipWord(text, i)
		if k := skipBlanks(text, j); j > i && operatorAt(text, k) > 0 && text[k] != ',' && text[k] != '(' && text[k] != '>' {
			i, n = k, operatorAt(text, k)
		} else if i < len(text) && a.spaced && (text[i] == '\'' || text[i] == '"' && strings.ToUpper(a.name) == a.name) {
			// SQL: PASSWORD 'x'; C: #define PASSWORD "x"
			a.operator = ' '
			return i, true
		} else {
			return 0, false
		}
	}
	a.operator = text[i+n-1]
	if text[i:i+n] == "=>" {
		a.operator = '='
	}
	i += n
	if a.operator == ':' {
		j := skipWord(text, skipBlanks(text, i))
		if k := skipBlanks(text, j); k < len(text) && text[k] == '=' {
			a.operator = '='
			return k + 1, true
		}
	}
	return i, true
}

func operatorAt(text string, i int) int {
	for _, op := range operators() {
		if strings.HasPrefix(text[min(i, len(text)):], op) {
			return len(op)
		}
	}
	return 0
}

// skipWord skips a type's name.
func skipWord(text string, i int) int {
	const most = 40
	for end := min(len(text), i+most); i < end && (wordByte(text[i]) || strings.IndexByte("*&.<>[]?|", text[i]) >= 0); {
		i++
	}
	return i
}

// The longest values that are read.
const (
	mostQuoted = 1024
	mostBare   = 256
)

// readValue finds the value's end.
func (a *assignment) readValue(text string, i int) bool {
	if i+1 < len(text) && text[i] == '\\' && quoteByte(text[i+1]) {
		return a.readEscaped(text, i+2)
	}
	for n := range 3 { // a prefix of a literal: b"…", @"…", rb'…'
		if i+n < len(text) && quoteByte(text[i+n]) {
			return a.readQuoted(text, i+n)
		}
		if i+n >= len(text) || !letter(text[i+n]) && text[i+n] != '@' {
			break
		}
	}
	a.start, a.end = i, i
	stop := a.stops()
	for end := min(len(text), i+mostBare); a.end < end && !space(text[a.end]) && strings.IndexByte(stop, text[a.end]) < 0; {
		a.end++
	}
	for a.end > a.start && strings.IndexByte(",;", text[a.end-1]) >= 0 {
		a.end--
	}
	return a.end > a.start
}

// stops are the bytes that end a bare value besides white space.
func (a *assignment) stops() string {
	switch {
	case a.operator == '>':
		return "<"
	case a.before == '?' || a.before == '&':
		return "&\"'`<>"
	case a.before == ';':
		return ";\"'`"
	}
	return "\"'`"
}

func (a *assignment) readQuoted(text string, i int) bool {
	q := text[i]
	a.quote = q
	i++
	if strings.HasPrefix(text[i:], string([]byte{q, q})) {
		i += 2 // a text block
	}
	for j, end := i, min(len(text), i+mostQuoted); j < end; j++ {
		switch text[j] {
		case q:
			a.start, a.end = i, j
			return true
		case '\\':
			j++
		case '\n':
			return false
		}
	}
	a.start, a.end = i, len(text) // the text was cut within the value
	return len(text)-i < mostQuoted
}

// readEscaped reads a value within a string literal: \"value\".
func (a *assignment) readEscaped(text string, i int) bool {
	a.quote = text[i-1]
	window := text[i:min(len(text), i+mostQuoted)]
	n := strings.Index(window, text[i-2:i])
	if n < 0 || strings.IndexByte(window[:n], '\n') >= 0 {
		return false
	}
	a.start, a.end = i, i+n
	return true
}

// bare reports whether an unquoted value is data and not code: an assignment in
// an environment file, a configuration, a connection string, a URL's query, an
// option of a command, XML.
func (a *assignment) bare(text string, class int, value string) bool {
	switch {
	case a.operator == '(' || a.operator == ',' || a.operator == ' ':
		return false
	case a.operator == '>':
		return a.before == '<' && strings.HasPrefix(text[a.end:], "</")
	case a.before == '?' || a.before == '&' || a.before == ';':
		return a.operator == '=' && plain(value)
	case strings.HasPrefix(a.name, "--"):
		return a.operator == '=' && plain(value)
	case !plain(value):
		return false
	}
	upper := strings.ToUpper(a.name) == a.name
	if a.operator == '=' && !a.spaced && upper {
		return true
	}
	rest := restOfLine(text, a.end)
	if rest != "" && rest[0] != '#' && !(a.operator == ':' && rest[0] == ',' && numeric(value)) {
		return a.operator == '=' && !a.spaced && mixed(value) && blank(text[a.end])
	}
	if a.operator == ':' && !a.spaced && a.before != 0 && letter(a.before) {
		return false
	}
	if numeric(value) || mixed(value) {
		return !dotted(value) && (a.first || a.operator == ':' || a.before == '"' || a.before == '=')
	}
	return a.first && class == isPassword && !codeWord(value) && lowerWord(value) && (a.operator == ':' || !a.spaced)
}

// restOfLine returns what follows on the line, without blanks at its beginning.
func restOfLine(text string, i int) string {
	const most = 32
	rest := text[i:min(len(text), i+most)]
	if n := strings.IndexByte(rest, '\n'); n >= 0 {
		rest = rest[:n]
	}
	return strings.Trim(rest, " \t\r")
}
