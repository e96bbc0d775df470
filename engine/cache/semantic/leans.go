package semantic

import "slices"

// Leans tells whether a question leans on what is around it: the selection, an
// earlier answer, a line. Such a question has no meaning of its own, so it may
// match exactly or not at all. Leans is safe for concurrent use.
func Leans(text string) bool {
	l := english()
	pieces, _ := l.scan(text)
	return l.leans(pieces)
}

func (l *lexicon) leans(pieces []piece) bool {
	said := 0
	for i, p := range pieces {
		if p.form != plain {
			said++
			continue
		}
		if l.points(pieces, i, said) {
			return true
		}
		if !l.stop[p.key] && roleOf(p.key) == 0 && p.key != "to" && kindOf(p.key) == 0 && (!asksOnly(p.key) || p.raw == "Go") {
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
		return !named && !dummy(pieces, i)
	case "again":
		return said < 2
	case "that":
		return i == 0 || demonstrative(pieces[i-1].key) || generic(next)
	case "line":
		return i+1 < len(pieces) && pieces[i+1].form == number && !pieces[i+1].opens
	case "the":
		return generic(next) && alone(pieces, i+2)
	case "my", "our", "your":
		return generic(next) && alone(pieces, i+2)
	case "same", "another", "other", "instead", "also":
		return said == 0 && pieces[i].key != "also" || i == 0
	case "and", "but", "so", "now", "then", "or":
		return i == 0
	}
	return pieces[i].key == "what" && next == "about" && i == 0
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
	switch p.key {
	case "be", "do", "have", "and", "or", "not", "so", "work", "fail", "return", "please", "again", "here", "correct", "wrong", "slow", "fast", "crash", "run", "good", "bad", "safe", "faster", "can", "should", "will", "would", "could", "more", "better", "happen":
		return true
	}
	return false
}
