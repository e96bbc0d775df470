package edit

import (
	"strings"
)

// elided matches what a comment says that stands for code left out.
var elided = pattern(`(?i)^(?:the )?(?:rest|remainder) of\b.*|\bremains? (?:the )?(?:same|unchanged|as is)|^(?:everything else )?(?:is )?unchanged$|\b(?:existing|previous|original|remaining) (?:code|methods?|implementation|logic|body|content|functions?|fields?|imports?|lines?)\b(?:.*(?:here|same|unchanged|above|below|goes|stays))?\W*$|\bsame as (?:before|above|(?:the )?original)|^(?:your|implementation|more|other) (?:[\w ]{0,20})?(?:code|logic|implementation|methods?|functions?|goes)?\s*here\W*$|\b(?:omitted|unchanged|unmodified|elided|not shown|truncated|as before|as is|stays? the same)\W*$|^implementation here|^(?:code )?unchanged\W*$`)

// dotted matches what may stand beside three dots in such a comment.
var dotted = pattern(`(?i)\b(?:existing|rest|remain\w*|other|previous|unchanged|same|omit\w*|above|below|original|code|before|methods?|implementation|logic|truncated|snip|stays?|as is|fields?|lines?|more|etc)\b`)

// elision reports whether a line stands for code that was left out. A line that
// the document has is code.
func (r *reader) elision(line string) bool {
	said := strings.TrimSpace(line)
	if said == "" || r.stands[said] {
		return false
	}
	words, comment := r.uncomment(said)
	dots := strings.Contains(words, "...") || strings.Contains(words, "…")
	if !comment && !dots {
		return false
	}
	words = strings.Trim(words, " .…-<>[](){}*/#")
	switch {
	case words == "":
		return dots
	case !comment:
		return false
	}
	return dots && dotted().MatchString(words) || elided().MatchString(words)
}

// uncomment takes the marks of a comment off a line.
func (r *reader) uncomment(said string) (words string, comment bool) {
	for _, marks := range [...][2]string{{"//", ""}, {"/*", "*/"}, {"#", ""}, {"--", ""}, {"<!--", "-->"}, {"{/*", "*/}"}, {";", ""}} {
		if strings.HasPrefix(said, marks[0]) && strings.HasSuffix(said, marks[1]) {
			return strings.TrimSpace(strings.TrimSuffix(strings.TrimLeft(said, marks[0]), marks[1])), true
		}
	}
	return said, false
}

// expand puts the code back that marks stand for. Each stretch between marks
// replaces the lines it begins and ends with; what it does not name stays.
func (r *reader) expand(lines []string) ([]change, error) {
	stretches := [][]string{{}}
	for _, line := range lines {
		if r.elision(line) {
			stretches = append(stretches, []string{})
			continue
		}
		stretches[len(stretches)-1] = append(stretches[len(stretches)-1], line)
	}
	var out []change
	at := 0
	for i, stretch := range stretches {
		stretch = trimBlank(stretch)
		if len(stretch) == 0 {
			continue
		}
		from, to, ok := r.anchor(stretch, at, i > 0, i < len(stretches)-1)
		if !ok {
			return nil, errElided
		}
		out = append(out, change{r.a + from, r.a + to, stretch})
		at = to
	}
	return out, nil
}

// anchor finds the range's lines, from one on, that a stretch replaces. Beside a
// mark it must be equal to them; at the ends it must begin and end as the range does.
func (r *reader) anchor(stretch []string, at int, before, after bool) (from, to int, ok bool) {
	rest := r.old[at:]
	if before {
		if from, ok = prefixOf(rest, stretch); !ok && !after {
			from, ok = endsWith(rest, stretch)
		}
	} else {
		ok = at == 0 && (r.begins(stretch) || same(stretch[:1], rest[:1]))
	}
	if !ok {
		return 0, 0, false
	}
	if after {
		to, ok = suffixOf(rest[from:], stretch)
		if !ok && r.begins(stretch) && !before && r.headOnly(stretch) {
			to, ok = r.firstCode(r.old)+1, true
		}
		return at + from, at + from + to, ok
	}
	return at + from, len(r.old), same(stretch[len(stretch)-1:], rest[len(rest)-1:])
}

// endsWith finds a stretch of closing brackets at the end of the lines.
func endsWith(lines, stretch []string) (int, bool) {
	from := len(lines) - len(stretch)
	return from, from >= 0 && same(lines[from:], stretch)
}

// headOnly reports whether a stretch is a declaration's one line and what is above it.
func (r *reader) headOnly(stretch []string) bool {
	return r.firstCode(stretch) == len(stretch)-1 && len(r.decls) == 1
}
