package secret

import (
	"slices"
	"strings"
)

// program is a command that takes a password as an argument.
type program struct {
	names   string // as they stand on the command line, subcommands included, parted by commas
	options string // that the password follows, parted by blanks
	glued   bool   // nothing may stand between option and password: "mysql -p shop" asks for one
	after   string // what of the argument is in front of the password: "user:"
	words   bool   // the password may be a plain word
}

// programs are those whose options say less than "--password", which every program's
// may be called: see option. Their names are the words of a rule.
var programs = [...]program{
	{names: "sshpass", options: "-p", words: true},
	{names: "curl", options: "-u --user -U --proxy-user", after: ":", words: true},
	{names: "openssl", options: "-pass -passin -passout", after: "pass:", words: true},
	{names: "redis-cli", options: "-a", words: true},
	{names: "smbclient", options: "-U", after: "%"},
	{names: "sqlcmd", options: "-P"},
	{names: "mysql,mysqldump,mysqladmin,mariadb,mariadb-dump", options: "-p", glued: true},
	{names: "docker login,podman login,nerdctl login,buildah login,helm registry login,az login", options: "-p", words: true},
	{names: "mongo,mongosh,mongodump,mongorestore,mongoexport,mongoimport", options: "-p"},
	{names: "ldapsearch,ldapmodify,ldapadd,ldapdelete,ldapwhoami,ldappasswd", options: "-w"},
}

// The longest command line that is read, and its shortest passwords: of any kind,
// and of letters or digits only.
const (
	mostCommand  = 1024
	leastCommand = 4
	leastWord    = 6
)

// command looks for a password among the arguments of the program whose name
// stands at at. A line is a shell's, or a list of strings in a program.
func (s *scanner) command(at, length int) {
	end := at + length
	if at < s.commandEnd || end >= len(s.text) || !blank(s.text[end]) && !quoteByte(s.text[end]) {
		return
	}
	if at > 0 && (wordByte(s.text[at-1]) || strings.IndexByte("-.$@", s.text[at-1]) >= 0) {
		return
	}
	p := programNamed(s.text[at:end])
	if quoteByte(s.text[end]) {
		end++
	}
	words := arguments{text: s.text[:min(len(s.text), end+mostCommand)], at: end}
	waiting, list := false, false
	for start, stop, ok := words.next(); ok; start, stop, ok = words.next() {
		from, to, quote := unquoted(s.text, start, stop)
		if waiting && (!list || quote != 0) {
			s.argument(p, start, stop)
		}
		if list = quote != 0; list {
			start, stop = from, to
		}
		option := p.option(s.text[start:stop])
		waiting = option == stop-start && option > 0 && !p.glued
		if option > 0 && option < stop-start {
			s.argument(p, start+option, stop)
		}
	}
	s.commandEnd = words.at
}

func programNamed(name string) *program {
	for i := range programs {
		if slices.Contains(strings.Split(programs[i].names, ","), name) {
			return &programs[i]
		}
	}
	return &program{}
}

// option returns the length of the option that an argument is or begins with, 0
// where it is none that a password follows. A long one ends with "=", then.
func (p *program) option(argument string) int {
	for option := range strings.FieldsSeq(p.options) {
		rest, ok := strings.CutPrefix(argument, option)
		switch {
		case !ok:
		case rest == "" || len(option) == 2:
			return len(option)
		case rest[0] == '=':
			return len(option) + 1
		}
	}
	return 0
}

// argument judges the text from start to end as the program's password.
func (s *scanner) argument(p *program, start, end int) {
	start, end, quote := unquoted(s.text, start, end)
	value := s.text[start:end]
	if p.after != "" {
		user, password, ok := strings.Cut(value, p.after)
		if !ok || p.after == "pass:" && user != "" || password == user || strings.ContainsAny(user, "/ ") || strings.HasPrefix(password, "//") {
			return
		}
		start = end - len(password)
		value = password
	}
	if len(value) < leastCommand || standsFor(value) || echoes("", value) || variable(value, quote) || address(value) {
		return
	}
	if mixed(value) || len(value) >= leastWord && (numeric(value) || p.words && allLetters(value)) {
		s.report(kindPassword, start, end)
	}
}

func allLetters(v string) bool {
	for i := range len(v) {
		if !letter(v[i]) {
			return false
		}
	}
	return true
}

// unquoted takes the quotes off what stands between start and end.
func unquoted(text string, start, end int) (from, to int, quote byte) {
	if end-start >= 2 && quoteByte(text[start]) && text[end-1] == text[start] {
		return start + 1, end - 1, text[start]
	}
	return start, end, 0
}

// variable reports whether a shell, a template or a format puts something else in
// the value's place.
func variable(v string, quote byte) bool {
	for i := range len(v) {
		next := byte(0)
		if i+1 < len(v) {
			next = v[i+1]
		}
		switch v[i] {
		case '$':
			if quote != '\'' && (letter(next) || next == '{' || next == '(' || next == '_' || digit(next)) {
				return true
			}
		case '%':
			if next == 's' || next == 'v' || next == 'q' || next == '(' {
				return true
			}
		case '`', '<', '{', '[':
			if i == 0 || v[i] == '`' || letter(next) {
				return true
			}
		}
	}
	return false
}

// arguments reads the words of a command line.
type arguments struct {
	text string
	at   int
}

// next returns the next word with its quotes; ok is false at the command's end.
func (a *arguments) next() (start, end int, ok bool) {
	a.skip()
	start = a.at
	for a.at < len(a.text) && !a.stops(start) {
		c := a.text[a.at]
		a.at++
		if !quoteByte(c) {
			continue
		}
		n := strings.IndexByte(a.text[a.at:], c)
		if line := strings.IndexByte(a.text[a.at:], '\n'); n < 0 || line >= 0 && line < n {
			a.text = a.text[:a.at-1] // the end of the string that the command is in
			break
		}
		a.at += n + 1
		if a.at-start == n+2 {
			break
		}
	}
	a.at = min(a.at, len(a.text))
	return start, a.at, a.at > start
}

// skip passes what parts words: blanks, a line's end behind a backslash, the
// commas of a list.
func (a *arguments) skip() {
	for a.at < len(a.text) {
		switch {
		case blank(a.text[a.at]), a.text[a.at] == ',':
			a.at++
		case strings.HasPrefix(a.text[a.at:], "\\\n"):
			a.at += 2
		case strings.HasPrefix(a.text[a.at:], "\\\r\n"):
			a.at += 3
		default:
			return
		}
	}
}

// stops reports whether the word that began at start ends here. A quote begins
// within a word only behind an option or a sign: -p"x", --user='x', u:"x".
func (a *arguments) stops(start int) bool {
	c, next := a.text[a.at], byte(' ')
	if a.at+1 < len(a.text) {
		next = a.text[a.at+1]
	}
	if quoteByte(c) {
		return a.at > start && a.at != start+2 && strings.IndexByte("=:%", a.text[a.at-1]) < 0
	}
	return space(c) || c == '|' || c == ';' || c == ')' || (c == '&' || c == '\\') && (space(next) || next == '&')
}
