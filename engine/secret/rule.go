package secret

import (
	"math"
	"regexp"
	"strings"
	"sync"
)

// form says how a rule is tried where one of its words stands.
type form uint8

const (
	token       form = iota // the expression, at the word
	assigned                // the expression, at the word, if an operator and a value follow
	nearby                  // the expression, on the bytes around the word
	named                   // no expression: a value is given to a name that holds the word
	pemBlock                // no expression: a key block begins
	urlUser                 // no expression: the part of a URL before the host
	commandLine             // no expression: the arguments of a program
)

// target says what an allowance is held against.
type target uint8

const (
	ofSecret target = iota
	ofMatch
	ofLine
)

// allowance is what is no secret although a rule says so.
type allowance struct {
	of        target
	pattern   string
	stopWords string // in lower case, parted by spaces; a secret that holds one is none
}

// rule finds one kind of secret.
type rule struct {
	kind    string
	form    form
	pattern string

	// words are what a text must hold for the rule to be tried, at least three
	// bytes each; in lower case where fold is set, and case does not matter then.
	words []string
	fold  bool

	before, after int      // bytes around a word for nearby
	with          []string // one of which a window must hold as well; none: anything
	group         int      // of the expression that is the secret; 0: the first that is not empty
	entropy       float64  // least Shannon entropy of the secret, in bits per byte
	allow         []allowance
}

// engine is a compiled rule.
type engine struct {
	once  sync.Once
	re    *regexp.Regexp
	allow []filter
	left  bool // the expression wants a word's edge at its beginning
}

// filter is a compiled allowance.
type filter struct {
	of    target
	re    *regexp.Regexp // nil: none
	stops []string
}

// engines are filled one by one, when a rule is first tried: compiling all takes
// longer than the program may take to start.
var engines [len(gitleaksRules) + len(ownRules)]engine

var globalFilters = sync.OnceValue(func() []filter { return compileFilters(gitleaksAllowed[:]) })

// ruleAt returns the rule with a number: gitleaks' come first.
func ruleAt(n int) *rule {
	if n < len(gitleaksRules) {
		return &gitleaksRules[n]
	}
	return &ownRules[n-len(gitleaksRules)]
}

func engineAt(n int) *engine {
	e := &engines[n]
	e.once.Do(func() {
		r := ruleAt(n)
		pattern := r.pattern
		e.left = strings.HasPrefix(strings.TrimPrefix(pattern, "(?i)"), `\b`)
		if r.form != nearby {
			pattern = "^(?:" + pattern + ")"
		}
		e.re = regexp.MustCompile(pattern)
		e.allow = compileFilters(r.allow)
	})
	return e
}

func compileFilters(all []allowance) []filter {
	var out []filter
	for _, a := range all {
		f := filter{of: a.of, stops: strings.Fields(a.stopWords)}
		if a.pattern != "" {
			f.re = regexp.MustCompile(a.pattern)
		}
		out = append(out, f)
	}
	return out
}

// match is what a rule's expression found, in bytes of the text.
type match struct{ from, to, start, end int }

// allowed reports whether a filter says that a match is no secret.
func allowed(filters []filter, text string, m match) bool {
	for _, f := range filters {
		subject := text[m.start:m.end]
		switch f.of {
		case ofMatch:
			subject = text[m.from:m.to]
		case ofLine:
			subject = linesOf(text, m.from, m.to)
		}
		if f.re != nil && f.re.MatchString(subject) || f.stopped(text[m.start:m.end]) {
			return true
		}
	}
	return false
}

func (f filter) stopped(secret string) bool {
	if len(f.stops) == 0 {
		return false
	}
	lower := strings.ToLower(secret)
	for _, word := range f.stops {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// linesOf returns the lines that hold the bytes from a to b, of each at most the
// 512 bytes next to them.
func linesOf(text string, a, b int) string {
	const most = 512
	from := max(0, a-most)
	from += strings.LastIndexByte(text[from:a], '\n') + 1
	to := min(len(text), b+most)
	if n := strings.IndexByte(text[b:to], '\n'); n >= 0 {
		to = b + n
	}
	return text[from:to]
}

// entropy is Shannon's, in bits per byte.
func entropy(s string) float64 {
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	sum := 0.0
	for i := range counts {
		if counts[i] > 0 {
			p := float64(counts[i]) / float64(len(s))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}
