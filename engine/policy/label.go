package policy

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// The words of labels. qualifiers stand before "CLASSIFICATION", subjects behind it.
var (
	qualifiers = [...]string{"SECURITY", "OVERALL", "DOCUMENT", "FILE", "PAGE", "HIGHEST", "DERIVED", "DATA"}
	subjects   = [...]string{"LEVEL", "MARKING", "MARKINGS", "OF THIS DOCUMENT", "OF THIS FILE", "OF THIS PAGE"}
	sentences  = [...]string{
		"THIS DOCUMENT IS CLASSIFIED", "THIS FILE IS CLASSIFIED", "THIS PAGE IS CLASSIFIED", "THIS BRIEFING IS CLASSIFIED",
		"THE OVERALL CLASSIFICATION OF THIS DOCUMENT IS", "THE OVERALL CLASSIFICATION OF THIS FILE IS",
		"THE OVERALL CLASSIFICATION OF THIS BRIEFING IS", "THE OVERALL CLASSIFICATION OF THIS PRESENTATION IS",
	}
	categoryLabels  = [...]string{"CUI CATEGORY", "CUI CATEGORIES"}
	authorityLabels = [...]string{"DECLASSIFY ON"}
	controlLabels   = [...]string{
		"DISSEMINATION CONTROLS", "DISSEMINATION CONTROL", "DISSEMINATION", "DISTRIBUTION/DISSEMINATION CONTROL",
		"DISTRIBUTION", "HANDLING", "CAVEATS", "LIMITED DISSEMINATION CONTROL", "LDC",
	}
)

// label finds a line that names its classification, or something that only
// documents of a certain level have.
func (s *scanner) label(l lead, line string) bool {
	switch line[l.at] | 0x20 {
	case 'c', 's', 'o', 'd', 'p', 'f', 'h', 'l':
		return s.classification(l, line) || s.designation(l, line)
	case 't':
		return s.sentence(l, line)
	}
	return false
}

// phrase reads one of the phrases at i.
func phrase(line string, i int, phrases ...string) (end int, ok bool) {
	if i >= len(line) {
		return i, false
	}
	for _, p := range phrases {
		if p[0] != line[i]&^0x20 {
			continue
		}
		if end, _, ok := matchFold(line, i, p); ok {
			return end, true
		}
	}
	return i, false
}

// classification finds "Classification: SECRET" and its like.
func (s *scanner) classification(l lead, line string) bool {
	at := l.at
	for range 2 {
		at = qualified(line, at)
	}
	at, ok := phrase(line, at, "CLASSIFICATION", "CLASSIFICATION_LEVEL", "CLASSIFICATIONLEVEL")
	if !ok {
		return false
	}
	if end, ok := phrase(line, skipBlanks(line, at), subjects[:]...); ok {
		at = end
	}
	value, quoted, ok := afterColon(line, at)
	if !ok {
		return false
	}
	level, end, ok := s.value(line, value)
	if !ok {
		return false
	}
	rest := strings.TrimLeft(line[end:], "\"'*` \t")
	if quoted {
		rest = strings.TrimPrefix(rest, ",")
	}
	if !l.closes(line, len(line)-len(rest)) && !remark(rest) {
		return false
	}
	s.emit(level, l.at, end)
	return true
}

// qualified skips a qualifier, as a word of its own or as a part of a name:
// "security_", "security-", "security" of "securityClassification".
func qualified(line string, at int) int {
	for _, q := range qualifiers {
		end := at + len(q)
		if end >= len(line) || !strings.EqualFold(line[at:end], q) {
			continue
		}
		if line[end] == '_' || line[end] == '-' {
			return end + 1
		}
		return skipBlanks(line, end)
	}
	return at
}

// remark reports whether s begins a remark on what stands before it.
func remark(s string) bool {
	return s == "." || strings.HasPrefix(s, "(") || strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "// ") || strings.HasPrefix(s, "# ")
}

// sentence finds the two sentences that pages and briefings begin with: "This
// document is classified SECRET", "The overall classification of this briefing
// is: SECRET".
func (s *scanner) sentence(l lead, line string) bool {
	at, ok := phrase(line, l.at, sentences[:]...)
	if !ok {
		return false
	}
	if as, ok := phrase(line, skipBlanks(line, at), "AS"); ok {
		at = as
	}
	at = skipBlanks(line, at)
	if at < len(line) && line[at] == ':' {
		at = skipBlanks(line, at+1)
	}
	level, end, upper, ok := levelAt(line, at)
	if !ok || !upper {
		return false
	}
	if c := caveatsAt(line, end, level == chat.CUI); c.count > 0 && c.slashes > 0 {
		level, end = withCaveats(level), c.end
	}
	if line[end:] != "." && !l.closes(line, end) {
		return false
	}
	s.emit(level, l.at, end)
	return true
}

// value reads the level after a label, in any case, or as a portion mark.
func (s *scanner) value(line string, at int) (chat.Level, int, bool) {
	level, end, _, ok := levelAt(line, at)
	if !ok {
		level, end, ok = shortAt(line, at)
	}
	if !ok {
		return 0, 0, false
	}
	if c := caveatsAt(line, end, level == chat.CUI); c.count > 0 && c.slashes > 0 {
		return withCaveats(level), c.end, true
	}
	return level, end, true
}

// afterColon returns where the value begins that follows a label ending at i.
func afterColon(line string, i int) (at int, quoted, ok bool) {
	const around = "\"'*`"
	for i < len(line) && (isBlank(line[i]) || strings.IndexByte(around, line[i]) >= 0) {
		i++
	}
	if i >= len(line) || line[i] != ':' {
		return 0, false, false
	}
	for i++; i < len(line) && (isBlank(line[i]) || strings.IndexByte(around, line[i]) >= 0); i++ {
		quoted = quoted || line[i] == '"' || line[i] == '\''
	}
	return i, quoted, i < len(line)
}

func skipBlanks(line string, i int) int {
	for i < len(line) && isBlank(line[i]) {
		i++
	}
	return i
}

// designation finds lines of the CUI designation indicator (32 CFR 2002.20(d),
// DoDI 5200.48) and of the classification authority block (32 CFR 2001.21 and
// 2001.22), whose "Declassify On" is required on what is classified at any level
// and so means CONFIDENTIAL at least.
func (s *scanner) designation(l lead, line string) bool {
	if at, ok := phrase(line, l.at, categoryLabels[:]...); ok {
		if value, _, ok := afterColon(line, at); ok && isLetter(line[value]) {
			s.emit(chat.CUI, l.at, len(line))
			return true
		}
	}
	if at, ok := phrase(line, l.at, authorityLabels[:]...); ok {
		if value, _, ok := afterColon(line, at); ok && declassifies(line[value:]) {
			s.emit(chat.Confidential, l.at, len(line))
			return true
		}
	}
	at, ok := phrase(line, l.at, controlLabels[:]...)
	if !ok {
		return false
	}
	value, _, ok := afterColon(line, at)
	if !ok {
		return false
	}
	c := caveatsAt(line, value, false)
	if c.count == 0 || !c.upper || c.level == never || !l.closes(line, c.end) && strings.TrimLeft(line[c.end:], "\"'*` \t") != "" {
		return false
	}
	s.emit(c.level, l.at, c.end)
	return true
}

// declassifies reports whether s is what a "Declassify On" line can say: a date,
// an exemption such as 25X1, or one of the older instructions.
func declassifies(s string) bool {
	if strings.HasPrefix(s, "OADR") || strings.HasPrefix(s, "MR") || len(s) >= 6 && strings.EqualFold(s[:6], "source") {
		return true
	}
	return strings.ContainsAny(s, "0123456789")
}

// attribute finds the ISM attributes of an XML line (the intelligence
// community's XML data encoding for information security markings).
func (s *scanner) attribute(first, end int) {
	const name = `ism:classification="`
	for at := first; at < end; {
		i := strings.Index(s.text[at:end], name)
		if i < 0 {
			return
		}
		value := at + i + len(name)
		if level, stop, ok := shortAt(s.text[:end], value); ok && stop < end && s.text[stop] == '"' {
			s.emit(level, at+i, stop+1)
		}
		at = value
	}
}
