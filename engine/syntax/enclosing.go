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
	if len(text) > wholeText && !isData(language) {
		return windowed(language, text, start, end, wholeText)
	}
	return innermost(Symbols(language, text), text, start, end, isData(language))
}

// isData says whether a language has keys or sections instead of declarations.
func isData(language string) bool {
	return tokens.Has("json jsonc json5 yaml dockercompose github-actions-workflow toml ini properties markdown", language)
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
