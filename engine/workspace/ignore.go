package workspace

import (
	"path"
	"strings"
)

// The files that say what is left out.
const (
	gitIgnore    = ".gitignore"
	rigrunIgnore = ".rigrunignore"
)

// Limits on what a repository can make this package do by its ignore files.
const (
	maxIgnoreBytes  = 256 << 10 // of one ignore file; what follows is not read
	maxPatternBytes = 1 << 10   // a longer pattern matches nothing
)

// rule is one line of an ignore file, as gitignore(5) has it.
type rule struct {
	pattern  string
	literal  int  // how many bytes at the pattern's beginning have no special meaning
	include  bool // "!": what matches is not left out
	dirOnly  bool // a slash at the end: matches directories alone
	nameOnly bool // no slash inside: matches a name in any directory
	suffix   bool // "*" and then nothing special: matches names that end so
}

// rules are the lines of one ignore file; the last that matches counts. base is
// the directory of the file, relative to where paths begin, "" for that itself.
type rules struct {
	base string
	list []rule
}

// parseRules reads an ignore file. fold is true where the file system takes
// upper and lower case for the same, as git's core.ignoreCase is there.
func parseRules(base, text string, fold bool) *rules {
	text = strings.TrimPrefix(text, "\uFEFF")
	if fold {
		text, base = strings.ToLower(text), strings.ToLower(base)
	}
	rs := &rules{base: base}
	for line := range strings.SplitSeq(text, "\n") {
		if r, ok := parseRule(strings.TrimSuffix(line, "\r")); ok {
			rs.list = append(rs.list, r)
		}
	}
	if len(rs.list) == 0 {
		return nil
	}
	return rs
}

// parseRule reads one line, false for one that says nothing.
func parseRule(line string) (rule, bool) {
	if line == "" || line[0] == '#' || len(line) > maxPatternBytes {
		return rule{}, false
	}
	var r rule
	p := trimBlanks(line)
	p, r.include = strings.CutPrefix(p, "!")
	p, r.dirOnly = strings.CutSuffix(p, "/")
	if p == "" {
		return rule{}, false
	}
	r.nameOnly = !strings.Contains(p, "/")
	if r.literal = strings.IndexAny(p, `*?[\`); r.literal < 0 {
		r.literal = len(p)
	}
	r.suffix = p[0] == '*' && !strings.ContainsAny(p[1:], `*?[\`)
	if !r.nameOnly && p[0] == '/' {
		p = p[1:]
		r.literal = max(r.literal-1, 0)
	}
	r.pattern = p
	return r, true
}

// trimBlanks removes the blanks at a line's end that no backslash keeps.
func trimBlanks(line string) string {
	end := 0 // what lies behind it is blanks
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			continue
		case '\\':
			i++
		}
		end = min(i+1, len(line))
	}
	return line[:end]
}

// judge returns what the file says of a path below its directory: left out or
// not, and whether it says anything.
func (rs *rules) judge(name string, isDir bool) (out, said bool) {
	if rs == nil {
		return false, false
	}
	rest := name
	if rs.base != "" {
		var below bool
		if rest, below = strings.CutPrefix(name, rs.base+"/"); !below {
			return false, false
		}
	}
	base := path.Base(rest)
	for i := len(rs.list) - 1; i >= 0; i-- {
		r := &rs.list[i]
		if r.dirOnly && !isDir {
			continue
		}
		if r.nameOnly && r.matchName(base) || !r.nameOnly && r.matchPath(rest) {
			return !r.include, true
		}
	}
	return false, false
}

func (r *rule) matchName(base string) bool {
	switch {
	case r.literal == len(r.pattern):
		return base == r.pattern
	case r.suffix:
		return strings.HasSuffix(base, r.pattern[1:])
	}
	return r.matches(r.pattern, base)
}

func (r *rule) matchPath(name string) bool {
	rest, ok := strings.CutPrefix(name, r.pattern[:r.literal])
	if !ok {
		return false
	}
	if r.literal == len(r.pattern) {
		return rest == ""
	}
	return r.matches(r.pattern[r.literal:], rest)
}

// matches holds a pattern against a name. One that takes too much work leaves
// out: when in doubt, nothing is sent.
func (r *rule) matches(pattern, name string) bool {
	v := wildmatch(pattern, name)
	return v == match || v == tooMuch && !r.include
}
