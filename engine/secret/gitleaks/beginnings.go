package main

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

const (
	shortestWord = 3  // what engine/secret's scanner can look for
	wantedWord   = 4  // what it looks for without many false hits
	longestWord  = 24 // more tells it nothing
	mostWords    = 64
)

// beginnings returns texts with which every match of the expression begins, each
// of at least shortestWord bytes, and whether case matters not. It returns none
// where there are too many or the expression begins with anything at all.
func beginnings(pattern string) (words []string, fold bool) {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, false
	}
	w := walker{words: []string{""}}
	w.walk(tree)
	for _, word := range w.words {
		if len(word) < shortestWord {
			return nil, false
		}
	}
	slices.Sort(w.words)
	for _, word := range slices.Compact(w.words) {
		if len(words) == 0 || !strings.HasPrefix(word, words[len(words)-1]) {
			words = append(words, word)
		}
	}
	return words, w.fold
}

// walker spells out what an expression begins with.
type walker struct {
	words []string
	fold  bool // a part whose case does not matter was met: words are in lower case
	done  bool // nothing can be added any more
}

func (w *walker) walk(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpWordBoundary, syntax.OpBeginText, syntax.OpBeginLine:
	case syntax.OpLiteral:
		w.literal(re)
	case syntax.OpCapture:
		w.walk(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if !w.done {
				w.walk(sub)
			}
		}
	case syntax.OpAlternate:
		w.alternate(re.Sub)
	case syntax.OpQuest:
		w.alternate([]*syntax.Regexp{re.Sub[0], {Op: syntax.OpEmptyMatch}})
	case syntax.OpCharClass:
		w.class(re)
	case syntax.OpRepeat:
		if re.Min > 0 && w.short() {
			w.walk(re.Sub[0])
		}
		w.done = true
	default:
		w.done = true
	}
}

func (w *walker) short() bool {
	return slices.ContainsFunc(w.words, func(s string) bool { return len(s) < wantedWord })
}

func (w *walker) literal(re *syntax.Regexp) {
	text := string(re.Rune)
	if re.Flags&syntax.FoldCase != 0 && strings.ToLower(text) != strings.ToUpper(text) {
		text, w.fold = strings.ToLower(text), true
	}
	for i := range w.words {
		w.words[i] += text
		w.done = w.done || len(w.words[i]) >= longestWord
	}
}

func (w *walker) alternate(subs []*syntax.Regexp) {
	var all []string
	for _, sub := range subs {
		branch := walker{words: slices.Clone(w.words)}
		branch.walk(sub)
		all = append(all, branch.words...)
		w.done = w.done || branch.done
		w.fold = w.fold || branch.fold
	}
	// What follows an alternative is not spelled out: it is long enough, or it is
	// of no use.
	w.words, w.done = all, w.done || !w.short()
}

func (w *walker) class(re *syntax.Regexp) {
	var runes []rune
	for i := 0; i < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1] && len(runes) <= mostWords; r++ {
			if r < unicode.MaxASCII {
				runes = append(runes, r)
			}
		}
	}
	if !w.short() || len(runes)*len(w.words) > mostWords {
		w.done = true
		return
	}
	var all []string
	for _, word := range w.words {
		for _, r := range runes {
			all = append(all, word+string(r))
		}
	}
	w.words = all
}
