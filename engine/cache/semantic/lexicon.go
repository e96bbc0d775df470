package semantic

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// lexiconText holds what the guard knows of English as developers write it. Its
// head explains its sections.
//
//go:embed lexicon.txt
var lexiconText string

// lexicon is lexicon.txt, read once. It is never written afterwards, so any
// number of goroutines may use it.
type lexicon struct {
	stop      map[string]bool
	whole     map[string]bool            // written with a hyphen or slash, and one word all the same
	weak      map[string]map[string]bool // kinds of things, said after the thing: may be missing in one question; with the names they are said after
	settings  map[string]bool            // likewise, after a name that a preposition leads to
	keywords  map[string]bool            // words of programming languages, after which a weak word is weak
	light     map[string]bool            // verbs that a row of keywords leaves out
	verbs     map[string]bool            // may stand anywhere in a question
	modifiers map[string]bool            // likewise
	names     map[string]bool            // languages, tools, systems: likewise
	units     map[string]bool            // written against their number: 100MB
	things    map[string]bool            // nouns that are verbs too: "to set" is no infinitive after "list"
	openers   map[string]bool            // words after which "to" begins an infinitive
	numerals  map[string]string          // word → digits
	irregular map[string]string          // inflected form → lemma; a word that maps to itself is left alone
	same      map[string]string          // lemma → the lemma that stands for its synonyms
	implied   map[string]string          // lemma → the name that goes without saying beside it
	unsaid    map[string]bool            // the names that do
	opposites map[[2]string]bool         // for explaining a refusal
	beside    map[string][]beside        // by the verb that is not said
	phrases   map[string][]phrase        // by the first word, longest first
}

// phrase is a run of lemmas that means another.
type phrase struct {
	from []string
	to   []piece
}

// beside says that a verb means another beside certain things.
type beside struct {
	verb   string
	things []string
}

// english returns the lexicon, which the first caller reads.
var english = sync.OnceValue(func() *lexicon {
	l, err := readLexicon(lexiconText)
	if err != nil {
		// The text is compiled in and a test reads it: this cannot be met in a
		// built program, and an empty lexicon only makes the guard stricter.
		return newLexicon()
	}
	return l
})

func newLexicon() *lexicon {
	return &lexicon{
		stop: map[string]bool{}, whole: map[string]bool{}, weak: map[string]map[string]bool{}, verbs: map[string]bool{},
		settings: map[string]bool{}, keywords: map[string]bool{}, light: map[string]bool{}, beside: map[string][]beside{},
		modifiers: map[string]bool{}, names: map[string]bool{}, units: map[string]bool{}, things: map[string]bool{},
		openers: map[string]bool{}, numerals: map[string]string{}, irregular: map[string]string{}, same: map[string]string{},
		implied: map[string]string{}, unsaid: map[string]bool{}, opposites: map[[2]string]bool{}, phrases: map[string][]phrase{},
	}
}

// readLexicon reads sections "[name]" of lines; "#" begins a comment line.
// Sections that hold words in their basic form are read as they stand; phrases
// are reduced to lemmas, so they must come after [irregular] and [stop].
func readLexicon(text string) (*lexicon, error) {
	l := newLexicon()
	section := ""
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
			continue
		case line[0] == '[' && line[len(line)-1] == ']':
			section = line[1 : len(line)-1]
			continue
		}
		if err := l.take(section, line); err != nil {
			return nil, fmt.Errorf("lexicon line %d: %w", n+1, err)
		}
	}
	return l, nil
}

func (l *lexicon) take(section, line string) error {
	words := strings.Fields(line)
	if set := l.set(section); set != nil {
		for _, w := range words {
			set[w] = true
		}
		return nil
	}
	switch section {
	case "irregular":
		for _, w := range words[1:] {
			l.irregular[w] = words[0]
		}
		l.irregular[words[0]] = words[0]
	case "same":
		return l.takeSame(words)
	case "implied":
		for _, w := range words[1:] {
			l.implied[w] = words[0]
		}
		l.unsaid[words[0]] = true
	case "numerals":
		for _, w := range words[1:] {
			l.numerals[w] = words[0]
		}
	case "weak":
		return l.takeWeak(line)
	case "opposites":
		if len(words) != 2 {
			return fmt.Errorf("opposites come in pairs: %q", line)
		}
		a, b := l.canon(l.lemma(words[0])), l.canon(l.lemma(words[1]))
		l.opposites[[2]string{a, b}], l.opposites[[2]string{b, a}] = true, true
	case "beside":
		return l.takeBeside(line)
	case "phrases":
		return l.takePhrase(line)
	default:
		return fmt.Errorf("no such section: %q", section)
	}
	return nil
}

// set returns the set that a section of plain words fills, or nil.
func (l *lexicon) set(section string) map[string]bool {
	switch section {
	case "stop":
		return l.stop
	case "whole":
		return l.whole
	case "settings":
		return l.settings
	case "keywords":
		return l.keywords
	case "light":
		return l.light
	case "verbs":
		return l.verbs
	case "modifiers":
		return l.modifiers
	case "names":
		return l.names
	case "units":
		return l.units
	case "things":
		return l.things
	case "openers":
		return l.openers
	}
	return nil
}

func (l *lexicon) takeSame(words []string) error {
	for _, w := range words {
		if to, taken := l.same[w]; taken && to != words[0] {
			return fmt.Errorf("%q is the same as %q and as %q", w, to, words[0])
		}
		l.same[w] = words[0]
	}
	return nil
}

func (l *lexicon) takeWeak(line string) error {
	kinds, names, listed := strings.Cut(line, "|")
	var of map[string]bool // nil after the words of a programming language
	if listed {
		of = map[string]bool{}
	}
	for n := range strings.FieldsSeq(names) {
		of[n] = true
	}
	for k := range strings.FieldsSeq(kinds) {
		if _, twice := l.weak[k]; twice {
			return fmt.Errorf("%q is a kind twice", k)
		}
		l.weak[k] = of
	}
	return nil
}

func (l *lexicon) takeBeside(line string) error {
	parts := strings.Split(line, "|")
	if len(parts) != 3 {
		return fmt.Errorf("a verb, things and verbs: %q", line)
	}
	b := beside{strings.TrimSpace(parts[0]), strings.Fields(parts[1])}
	for v := range strings.FieldsSeq(parts[2]) {
		l.beside[v] = append(l.beside[v], b)
		l.verbs[v], l.verbs[b.verb] = true, true
	}
	return nil
}

func (l *lexicon) takePhrase(line string) error {
	left, right, ok := strings.Cut(line, " =")
	if !ok {
		return fmt.Errorf("a phrase needs a meaning: %q", line)
	}
	var p phrase
	for w := range strings.FieldsSeq(right) {
		p.to = append(p.to, piece{key: l.lemma(w), raw: w})
	}
	for w := range strings.FieldsSeq(left) {
		w = l.lemma(w)
		if digits, ok := l.numerals[w]; ok {
			w = digits
		}
		p.from = append(p.from, w)
	}
	if len(p.from) == 0 || len(p.to) > len(p.from) {
		return fmt.Errorf("a phrase stands for no more words than it has: %q", line)
	}
	list := l.phrases[p.from[0]]
	at := 0
	for at < len(list) && len(list[at].from) >= len(p.from) {
		at++
	}
	list = append(list, phrase{})
	copy(list[at+1:], list[at:])
	list[at] = p
	l.phrases[p.from[0]] = list
	return nil
}

// canon returns the lemma that stands for all synonyms of lemma.
func (l *lexicon) canon(lemma string) string {
	if to, ok := l.same[lemma]; ok {
		return to
	}
	return lemma
}
