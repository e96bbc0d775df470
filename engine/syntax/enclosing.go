package syntax

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// Enclosing returns what stands around the bytes from start to end: the
// innermost function or method that has a name, else the innermost type, else
// false. A range on its doc comment or decorators is in it, one on the empty line
// before or after is not. In YAML, TOML, JSON and Markdown it is the innermost
// key or section.
func Enclosing(language, text string, start, end int) (Symbol, bool) {
	start = min(max(start, 0), len(text))
	end = min(max(end, start), len(text))
	if isData(language) {
		return innermost(keysAround(language, text, start, end), text, start, end, true)
	}
	if len(text) > wholeText {
		return windowed(language, text, start, end, wholeText)
	}
	return innermost(Symbols(language, text), text, start, end, false)
}

// keysAround lists the keys or sections of a text that may stand around a range.
func keysAround(language, text string, start, end int) []Symbol {
	from := 0
	if len(text) > wholeText {
		from = cleanStart(language, text, start)
	}
	list := keysOf(language, text[from:], around{text[from:], start - from, end - from})
	for i := range list {
		list[i].Start += from
		list[i].Code += from
		list[i].End += from
	}
	return list
}

// cleanStart is where reading a text of data can begin for what stands around a byte:
// at a line before it that closes all keys before itself, with its comments.
func cleanStart(language, text string, start int) int {
	clean := closesAll(language, text)
	if clean == nil {
		return 0
	}
	up, at := upward{text: text}, strings.LastIndexByte(text[:start], '\n')+1
	// A comment belongs to the key beneath it. One of YAML that is indented may be a
	// block's text.
	margin := tokens.Has(yaml, language)
	for found := false; at > 0; {
		found = found && !(margin && isBlank(text[at])) || clean(text[at:])
		above := up.previous(at)
		if found && !comments(language, text[above:at]) {
			return at
		}
		at = above
	}
	return 0
}

// comments reports whether a line of YAML or TOML is a comment.
func comments(language, row string) bool {
	row = strings.TrimLeft(row, " \t")
	return strings.HasPrefix(row, "#") || strings.HasPrefix(row, ";") && tokens.Has(toml, language)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// closesAll returns what tells whether a line begins with a key or a section that
// closes all before it; nil where no line tells that.
func closesAll(language, text string) func(rest string) bool {
	row := func(rest string) string { return rest[:lengthTo(rest, "\n")] }
	switch {
	case strings.IndexByte(text, '\r') >= 0:
		return nil
	case tokens.Has(yaml, language):
		return func(rest string) bool {
			if strings.IndexByte(" \t\n#-.", rest[0]) >= 0 {
				return false
			}
			_, _, ok := yamlKey(strings.TrimSpace(row(rest)))
			return ok
		}
	case tokens.Has(toml, language) && !strings.Contains(text, `"""`) && !strings.Contains(text, "'''"):
		return func(rest string) bool {
			return rest[0] == '[' && strings.Trim(row(rest), "[] \t\n") != "" && strings.HasSuffix(strings.TrimSpace(row(rest)), "]")
		}
	}
	return nil
}

// isData says whether a language has keys or sections instead of declarations.
func isData(language string) bool {
	return tokens.Has(json+" "+yaml+" "+toml+" "+markdown, language)
}

// innermost finds the symbol of a list that stands closest around a range.
func innermost(list []Symbol, text string, start, end int, data bool) (Symbol, bool) {
	var best Symbol
	rank := 0
	for _, s := range list {
		if s.Start > end {
			break
		}
		r := standing(s.Kind)
		if data {
			r = 1
		}
		if r < rank || r == 0 || lineHead(text, s.Start) > start || lineTail(text, s.End) < end {
			continue
		}
		if r > rank || s.Start >= best.Start {
			best, rank = s, r
		}
	}
	return best, rank > 0
}

// standing ranks kinds as what a question is about: 0 for never.
func standing(kind string) int {
	switch kind {
	case kindFunction, kindMethod:
		return 3
	case kindClass, kindStruct, kindInterface, kindEnum, kindType:
		return 2
	}
	return 0
}

// lineHead is where the white space before a byte on its line starts.
func lineHead(text string, at int) int {
	for at > 0 && (text[at-1] == ' ' || text[at-1] == '\t') {
		at--
	}
	return at
}

// lineTail passes the marks that may close a declaration on its line: the
// semicolon of "const f = () => {};".
func lineTail(text string, at int) int {
	for at < len(text) && strings.IndexByte(" \t;,)", text[at]) >= 0 {
		at++
	}
	return at
}
