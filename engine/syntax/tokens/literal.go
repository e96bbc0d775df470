package tokens

import "strings"

// here is a here-document whose body is still to come.
type here struct {
	word     string
	indented bool // its closing word may be indented
}

// here reads the mark of a here-document: "<<EOF", "<<-'EOF'", "<<~EOF" or
// PHP's "<<<EOF".
func (s *scanner) here() bool {
	i := s.at + len(s.d.heredoc)
	h := here{indented: s.d.Title == "PHP"}
	if i < len(s.text) && (s.text[i] == '-' || s.text[i] == '~') {
		h.indented = true
		i++
	}
	if s.d.Title == "Shell" || s.d.Title == "PHP" {
		i += len(s.text[i:]) - len(strings.TrimLeft(s.text[i:], " \t"))
	}
	quoted := byte(0)
	if i < len(s.text) && strings.IndexByte("\"'`\\", s.text[i]) >= 0 {
		quoted = s.text[i]
		i++
	}
	end := s.wordEnd(i)
	if end == i || isDigit(s.text[i]) || quoted == 0 && s.d.Title != "Shell" && s.text[i] >= 'a' && s.text[i] != '_' {
		return false
	}
	h.word = s.text[i:end]
	if quoted != 0 && quoted != '\\' {
		if end >= len(s.text) || s.text[end] != quoted {
			return false
		}
		end++
	}
	s.heres = append(s.heres, h)
	s.emit(String, end)
	return true
}

// hereBodies reads the bodies that start on this line.
func (s *scanner) hereBodies() {
	heres := s.heres
	s.heres = nil
	for _, h := range heres {
		end := s.hereEnd(h)
		s.seen = true
		s.emit(String, end)
	}
}

// hereEnd is the end of the line with the closing word, or of the text.
func (s *scanner) hereEnd(h here) int {
	for i := s.at; i < len(s.text); {
		end := s.lineEnd(i)
		line := s.text[i:end]
		if h.indented {
			line = strings.TrimLeft(line, " \t")
		}
		if line == h.word || s.d.Title == "PHP" && strings.HasPrefix(line, h.word) && s.wordEnd(end-len(line)+len(h.word)) == end-len(line)+len(h.word) {
			return end - len(line) + len(h.word)
		}
		i = end + 1
		if end < len(s.text) && s.text[end] == '\r' && i < len(s.text) && s.text[i] == '\n' {
			i++
		}
	}
	return len(s.text)
}

// prefixed reads a string after a prefix such as r, f, u8 or br#. What is no
// string after all is left to be read as a word.
func (s *scanner) prefixed(w string, i int) bool {
	raw := strings.ContainsAny(w, "rR@")
	if s.text[i] == '#' {
		return raw && s.d.Title == "Rust" && s.hashed(i)
	}
	if s.d.Title == "C++" && strings.HasSuffix(w, "R") {
		return s.delimited(i)
	}
	if s.d.Title == "Rust" && s.text[i] == '\'' {
		n := len(s.toks)
		at := s.at
		s.at = i
		if !s.character() {
			s.at = at
			return false
		}
		s.toks[n].Start = int32(at)
		return true
	}
	q := quote{raw: raw && s.d.Title != "Python", insert: ""}
	if s.d.Title == "Python" && strings.ContainsAny(w, "fFtT") || s.d.Title == "C#" && strings.Contains(w, "$") {
		q.insert = "{"
	}
	if s.d.Title == "Scala" {
		q.insert = "${"
	}
	q.open = s.text[i : i+1]
	q.lines = s.d.Title == "Rust" || s.d.Title == "C#" && raw
	if triple := strings.Repeat(q.open, 3); strings.HasPrefix(s.text[i:], triple) {
		q.open, q.lines = triple, true
	}
	q.end = q.open
	return s.quoted(&q, i+len(q.open))
}

// hashed reads Rust's r#"…"#, whose marks stand at i.
func (s *scanner) hashed(i int) bool {
	j := i
	for j < len(s.text) && s.text[j] == '#' {
		j++
	}
	if j >= len(s.text) || s.text[j] != '"' {
		return false
	}
	end := strings.Index(s.text[j+1:], `"`+s.text[i:j])
	if end < 0 {
		s.emit(String, len(s.text))
		return true
	}
	s.emit(String, j+1+end+1+j-i)
	return true
}

// delimited reads C++'s R"x(…)x", whose quotation mark stands at i.
func (s *scanner) delimited(i int) bool {
	open := strings.IndexByte(s.text[i:min(len(s.text), i+20)], '(')
	if open < 0 {
		return false
	}
	end := strings.Index(s.text[i+open:], ")"+s.text[i+1:i+open]+`"`)
	if end < 0 {
		s.emit(String, len(s.text))
		return true
	}
	s.emit(String, i+open+end+open+1)
	return true
}

// longBracket reads Lua's "[==[…]==]", and the comment "--[[…]]".
func (s *scanner) longBracket(rest string) bool {
	kind, i := String, 0
	if strings.HasPrefix(rest, "--") {
		kind, i = Comment, 2
	}
	if i >= len(rest) || rest[i] != '[' {
		return false
	}
	level := len(rest[i+1:]) - len(strings.TrimLeft(rest[i+1:], "="))
	if i+1+level >= len(rest) || rest[i+1+level] != '[' {
		return false
	}
	end := strings.Index(rest, "]"+strings.Repeat("=", level)+"]")
	if end < 0 {
		s.emit(kind, len(s.text))
		return true
	}
	s.emit(kind, s.at+end+level+2)
	return true
}

// percentLiteral reads Ruby's and Crystal's %w[…], %q(…), %(…).
func (s *scanner) percentLiteral() bool {
	if p := s.previous(); p != nil && s.at > 0 && (p.Kind == Word || p.Kind == String || strings.IndexByte(")]}0123456789", s.text[p.Start]) >= 0) && int(p.End) == s.at {
		return false
	}
	i := s.at + 1
	if i < len(s.text) && strings.IndexByte("wWiIqQrxs", s.text[i]) >= 0 {
		i++
	}
	return s.d.Title != "Perl" && s.bracketed(i)
}

// perlQuote reads Perl's q(…), qq{…}, qw(…), m{…} and s{…}{…}.
func (s *scanner) perlQuote(w string, end int) bool {
	return s.d.Title == "Perl" && Has("q qq qw qr m", w) && s.bracketed(end)
}

// bracketed reads a literal in brackets of any kind from an opening one on.
func (s *scanner) bracketed(i int) bool {
	if i >= len(s.text) || i < s.noBracket {
		return false
	}
	n := strings.IndexByte("([{<|!/", s.text[i])
	if n < 0 {
		return false
	}
	open, end := s.text[i], ")]}>|!/"[n]
	depth := 0
	for j := i; j < min(len(s.text), i+maxLiteral); j++ {
		switch c := s.text[j]; {
		case c == '\\':
			j++
		case c == end && (j > i || open != end):
			if depth--; depth <= 0 {
				s.emit(String, j+1)
				return true
			}
		case c == open:
			depth++
		}
	}
	s.noBracket = i + maxLiteral
	return false
}

// preamble reads what stands before the code: an interpreter's line, and the
// text around PHP's code.
func (s *scanner) preamble() {
	if strings.HasPrefix(s.text, "#!") && s.d.Title != "Rust" {
		s.emit(Directive, s.lineEnd(0))
	}
	if s.d.Title == "PHP" {
		if i := strings.Index(s.text, "<?"); i > 0 {
			s.emit(String, i)
		}
	}
}

// template passes the text from PHP's "?>" to the next "<?".
func (s *scanner) template() {
	end := strings.Index(s.text[s.at:], "<?")
	if end < 0 {
		end = len(s.text) - s.at
	}
	s.seen = true
	s.emit(String, s.at+end)
}
