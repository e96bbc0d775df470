package edit

import (
	"path"
	"strings"
)

// Whose a block is.
const (
	unnamed = iota
	ours
	anothers
)

// named matches a file's name with an extension, or one of the names without.
var named = pattern(`(?:[\w@~.-]*[/\\])*[\w@.+-]*\w\.[A-Za-z]\w{0,9}\b|\b(?:Makefile|Dockerfile|Jenkinsfile|Gemfile|Rakefile)\b`)

// version matches what looks like a file's name and is none.
var version = pattern(`^(?:e\.g|i\.e|v?\d+\.\d|[\w]+\.(?:com|org|io|dev|net)\b)|^Node\.js$|^Vue\.js$`)

// owner tells whose a block is, by the name beside its language, in the line
// above it or in a comment that is its first line. It cuts that comment off.
func (r *reader) owner(b *block) int {
	_, rest, _ := strings.Cut(b.info, " ")
	if lang, after, ok := strings.Cut(b.info, ":"); ok && !strings.Contains(lang, " ") {
		rest = after
	}
	if grammars[words[strings.ToLower(b.info)]] == nil && r.whose(b.info) != unnamed {
		rest = b.info
	}
	if who := r.whose(rest); who != unnamed {
		return who
	}
	if len(b.lines) > 0 && !strings.HasPrefix(b.lines[0], "--- ") {
		words, comment := r.uncomment(strings.TrimSpace(b.lines[0]))
		words = strings.TrimPrefix(strings.TrimPrefix(words, "File: "), "file: ")
		if who := r.whose(words); comment && who != unnamed && !strings.Contains(words, " ") && !r.knows(b.lines[0]) {
			b.lines = b.lines[1:]
			return who
		}
	}
	return r.whoseAbove(b.above)
}

// whoseAbove reads the line above a block, which names a file where it is little
// more than that name, or where it ends with it.
func (r *reader) whoseAbove(line string) int {
	bare := strings.Trim(line, "*#`:_ \t")
	bare = strings.Trim(strings.TrimPrefix(strings.TrimPrefix(bare, "File"), "file"), ":` *")
	if !strings.Contains(bare, " ") {
		return r.whose(bare)
	}
	names := named().FindAllString(line, -1)
	if len(names) != 1 || !strings.HasSuffix(strings.TrimRight(line, "*`:_) \t"), names[0]) {
		return unnamed
	}
	return r.whose(names[0])
}

// whose compares a file's name with the target's.
func (r *reader) whose(name string) int {
	name = strings.Trim(strings.TrimSpace(name), "`'\"()[]{}")
	if _, after, ok := strings.Cut(name, "="); ok {
		name = strings.Trim(after, "\"'")
	}
	if name == "" || r.Path == "" || named().FindString(name) != name || version().MatchString(name) {
		return unnamed
	}
	name, own := strings.ReplaceAll(name, `\`, "/"), strings.ReplaceAll(r.Path, `\`, "/")
	if path.Base(name) != path.Base(own) {
		return anothers
	}
	name = strings.TrimPrefix(path.Clean("/"+strings.TrimPrefix(name, "./")), "/")
	own = strings.TrimPrefix(own, "/")
	short, long := name, own
	if len(short) > len(long) {
		short, long = long, short
	}
	if long == short || strings.HasSuffix(long, "/"+short) {
		return ours
	}
	return anothers
}

// speaks reports whether a block may be in the target's language.
func (r *reader) speaks(info string) bool {
	word := strings.ToLower(info)
	if i := strings.IndexAny(word, " :,{("); i >= 0 {
		word = word[:i]
	}
	name, known := words[word]
	switch {
	case !known || name == "text":
		return true
	case name == "jsonc" || name == "json":
		return r.name == "json" || r.name == "jsonc" || r.name == "text"
	}
	if kin(name) == kin(words[strings.ToLower(r.Language)]) {
		return true
	}
	return r.name == "text" && words[strings.ToLower(r.Language)] == ""
}

// kin is what models take a language for: C and its relatives are one to them.
func kin(name string) string {
	if name == "cpp" || name == "objc" {
		return "c"
	}
	return name
}
