package semantic

import (
	"slices"
	"strings"
	"unicode"
)

// Leans tells whether a question leans on what is around it: the selection, an
// earlier answer, a line. Such a question has no meaning of its own, so it may
// match exactly or not at all. Leans is safe for concurrent use.
func Leans(text string) bool {
	l := english()
	pieces, _ := l.scan(text)
	return l.leans(pieces)
}

func (l *lexicon) leans(pieces []piece) bool {
	if l.commands(pieces) {
		return true
	}
	said := 0
	for i, p := range pieces {
		if p.form != plain {
			if lineNumber(p.raw) {
				return true
			}
			said++
			continue
		}
		if l.points(pieces, i, said) {
			return true
		}
		if !l.stop[p.key] && roleOf(p.key) == 0 && p.key != "to" && kindOf(p.key) == 0 && (!asksOnly(p.key) && !asksForMore(p.key) || p.raw == "Go") {
			said++
		}
	}
	return said == 0
}

// asksOnly tells words that ask, and say nothing about what.
func asksOnly(key string) bool {
	switch key {
	case "how", "what", "when", "where", "who", "which", "explain", "describe", "and", "or", "but", "not", "no", "yes", "more", "continue", "work", "fix", "help", "go", "on", "example",
		"shorter", "longer", "simpler", "better", "faster", "again", "translate", "rewrite", "summarize", "summarise", "improve", "change":
		return true
	}
	return false
}

// asksForMore tells words that say nothing where no other word does: "add comments",
// "any bugs?", "are you sure?".
func asksForMore(key string) bool {
	switch key {
	case "come", "tell", "give", "further", "detail", "elaborate", "simplify", "refactor", "clean", "up", "sure", "really", "wrong", "add", "comment", "write", "test", "bug", "document", "optimize", "optimise", "docstring":
		return true
	}
	return false
}

// commands tells an order about what is at hand: "rename the variable to n", and
// one that says in which language alone: "rewrite in Go", "in Rust please".
func (l *lexicon) commands(pieces []piece) bool {
	if len(pieces) == 0 {
		return false
	}
	switch pieces[0].key {
	case "rename", "rewrite", "refactor", "translate", "convert", "port", "turn", "change", "make", "move", "extract", "split", "simplify", "optimize", "optimise", "document", "in", "to":
	default:
		return false
	}
	names := 0
	for i, p := range pieces[1:] {
		switch {
		case p.form == plain && l.names[l.canon(p.key)]:
			names++
		case p.form == plain && i > 0 && pieces[i].key == "the" && generic(p.key) && (i+2 >= len(pieces) || roleOf(pieces[i+2].key) != of):
			return true
		case p.form != plain || !l.stop[p.key] && roleOf(p.key) == 0 && p.key != "to" && p.key != "the":
			names = -len(pieces)
		}
	}
	return names > 0
}

// lineNumber tells "L42" and "L10-L20" from L1 and L2, which are caches.
func lineNumber(raw string) bool {
	digits, ok := strings.CutPrefix(strings.ToUpper(raw), "L")
	return ok && len(digits) > 1 && digits[0] >= '0' && digits[0] <= '9' && strings.Trim(digits, "0123456789-:L") == ""
}

// points tells whether piece i points out of the question; said counts what was
// said before it, that it may point to instead.
func (l *lexicon) points(pieces []piece, i, said int) bool {
	next := ""
	if i+1 < len(pieces) && pieces[i+1].form == plain {
		next = pieces[i+1].key
	}
	switch pieces[i].raw {
	case "following", "selected", "highlighted":
		return next == "" || generic(next) || i > 0 && pieces[i-1].key == "the"
	}
	switch pieces[i].key {
	case "this", "these", "those", "here", "above", "below", "previous", "previously", "earlier", "selection", "snippet":
		return true
	case "it", "they", "them", "its", "their", "itself":
		named := said > 1 || said == 1 && slices.ContainsFunc(pieces[:i], func(p piece) bool { return p.key == "and" })
		return !(named && l.anything(pieces, i)) && !dummy(pieces, i)
	case "again":
		return said < 2
	case "that":
		return i == 0 || demonstrative(pieces[i-1].key) || generic(next)
	case "line", "step", "option":
		return i+1 < len(pieces) && pieces[i+1].form != plain && unicode.IsDigit(rune(pieces[i+1].raw[0])) && !pieces[i+1].opens &&
			(pieces[i].key == "line" || alone(pieces, i+2))
	case "the":
		return generic(next) && alone(pieces, i+2) || ordinal(next) && alone(pieces, i+3) && i+2 < len(pieces) && offered(pieces[i+2].key)
	case "my", "our", "your":
		return generic(next) && alone(pieces, i+2) || pieces[i].key == "your" && ordinal(next) && i+2 < len(pieces) && offered(pieces[i+2].key)
	case "instead":
		return said == 0 || i == 0 || i+1 == len(pieces)
	case "same", "another", "other", "also":
		return said == 0 && pieces[i].key != "also" || i == 0
	case "and", "but", "so", "now", "then", "or":
		return i == 0
	}
	return pieces[i].key == "what" && next == "about" && i == 0
}

// anything tells whether what was said before piece i, at the end of a question and
// after a preposition, names anything: "tests for it" does not.
func (l *lexicon) anything(pieces []piece, i int) bool {
	if i+1 < len(pieces) || i == 0 || roleOf(pieces[i-1].key) == 0 {
		return true
	}
	return slices.ContainsFunc(pieces[:i], func(p piece) bool {
		return p.form != plain || !generic(p.key) && !l.grammar(p.key) && !l.verbs[p.key] && !asksOnly(p.key) && !asksForMore(p.key)
	})
}

func ordinal(key string) bool {
	switch key {
	case "first", "second", "third", "fourth", "last", "latest", "previous", "other", "1th", "2th", "3th", "4th":
		return true
	}
	return false
}

// offered tells what an answer, or the code at hand, has several of.
func offered(key string) bool {
	switch key {
	case "option", "answer", "suggestion", "one", "1", "function", "func", "method", "argument", "loop", "test", "alternative", "example", "approach", "solution":
		return true
	}
	return false
}

// dummy tells the "it" that points nowhere: "is it possible", "does it matter if".
func dummy(pieces []piece, i int) bool {
	if i == 0 || i+1 >= len(pieces) || pieces[i-1].key != "be" && pieces[i-1].key != "do" && pieces[i-1].key != "have" && pieces[i-1].key != "would" && pieces[i-1].key != "will" {
		return false
	}
	switch pieces[i+1].key {
	case "to", "too", "that",
		"possible", "mean", "matter", "better", "safe", "bad", "good", "ok", "okay", "worth", "necessary", "legal", "true", "normal", "wrong", "take", "make", "hard", "difficult", "easy", "like", "important", "possibly", "feel", "cost", "be":
		return true
	}
	return false
}

// demonstrative tells the words after which "that" points: "fix that", "does that".
func demonstrative(key string) bool {
	switch key {
	case "explain", "fix", "do", "be", "why", "what", "like", "of", "for", "with", "after", "before", "about", "than", "in", "to", "use", "undo", "change", "make", "simplify", "rewrite", "refactor", "improve", "describe", "from", "how":
		return true
	}
	return false
}

// generic tells nouns that name nothing without what is around them.
func generic(key string) bool {
	switch key {
	case "code", "function", "func", "method", "class", "struct", "interface", "type", "error", "bug", "issue", "problem", "file", "test", "loop", "variable", "line", "block",
		"query", "output", "result", "answer", "rest", "comment", "crash", "warning", "failure", "condition", "statement", "expression", "one", "1", "example", "module", "package", "script", "program",
		"project", "change", "diff", "commit", "log", "message", "text", "part", "section", "approach", "solution", "implementation", "first", "second", "last", "latter", "former", "next", "thing", "trace", "build", "regex", "parameter", "argument", "value", "field", "table", "page", "component", "document":
		return true
	}
	return false
}

// alone tells whether nothing after piece i-1 says which one is meant.
func alone(pieces []piece, i int) bool {
	if i >= len(pieces) || pieces[i].opens {
		return true
	}
	p := pieces[i]
	if p.form != plain {
		return false
	}
	if generic(p.key) && pieces[i-1].key != p.key && i+1 < len(pieces) {
		return alone(pieces, i+1) // "the error message means"
	}
	switch p.key {
	case "be", "do", "have", "and", "or", "not", "so", "work", "fail", "return", "please", "again", "here", "correct", "wrong", "slow", "fast", "crash", "run", "good", "bad", "safe", "mean", "panic", "leak", "say", "compile", "hang", "deadlock", "end", "need", "take", "faster", "can", "should", "will", "would", "could", "more", "better", "happen":
		return true
	}
	return false
}
