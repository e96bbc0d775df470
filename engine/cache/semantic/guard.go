package semantic

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Verdict is the guard's answer.
type Verdict struct {
	OK  bool
	Why string // what the questions differ in, "" if OK; it may quote their words
}

// Compare tells whether the answer to the stored question answers the asked one.
// It is symmetric in OK, and agrees that a question is itself unless the question
// leans on what is around it. It takes some microseconds, keeps nothing, and is
// safe for concurrent use. Why may quote both questions and belongs where the
// questions belong: shown to who asked, never logged.
func Compare(stored, asked string) Verdict {
	l := english()
	a, long := l.scan(stored)
	b, longer := l.scan(asked)
	switch {
	case l.leans(a) || l.leans(b):
		return Verdict{Why: "leans on what is around it"}
	case stored == asked:
		return Verdict{OK: true}
	case long || longer:
		return Verdict{Why: "too long to compare"}
	}
	left, right := l.read(a), l.read(b)
	why := l.differ(&left, &right)
	return Verdict{OK: why == "", Why: why}
}

// differ returns the first difference that matters, the most telling first.
func (l *lexicon) differ(a, b *question) string {
	if a.merged || b.merged {
		return "synonyms in one question"
	}
	for _, look := range [...]func(a, b *question) string{
		l.missing, l.spelling, negation, conflict, exchange, preposition, order, agent, sides, asking, l.praise,
	} {
		if why := look(a, b); why != "" {
			return why
		}
	}
	return ""
}

// missing compares the terms as sets.
func (l *lexicon) missing(a, b *question) string {
	onlyA, onlyB := l.without(a, b), l.without(b, a)
	if len(onlyA) == 0 && len(onlyB) == 0 {
		if len(b.terms) == 0 {
			return "nothing to compare"
		}
		return weaker(a.weak, b.weak)
	}
	for _, x := range onlyA {
		for _, y := range onlyB {
			if l.opposites[[2]string{x.key, y.key}] {
				return x.raw + "/" + y.raw
			}
		}
	}
	return named(onlyA, onlyB)
}

// without returns the terms of a that b lacks and does not imply.
func (l *lexicon) without(a, b *question) []term {
	var only []term
	for i := range a.terms {
		t := &a.terms[i]
		if find(b, t) == nil && !l.implies(a, b, i) && !(l.light[t.key] && b.keywords()) {
			only = append(only, *t)
		}
	}
	return only
}

// keywords tells a row of keywords without a verb.
func (q *question) keywords() bool {
	return q.kinds == 0 && len(q.terms) > 1 && !slices.ContainsFunc(q.terms, func(t term) bool { return t.class == verb })
}

// implies tells whether term i of a, a name, goes without saying in b: pods are
// Kubernetes's. In a it must be said aside, "in Go", or right before the term that
// implies it: who installs Python with pip does not install pip.
func (l *lexicon) implies(a, b *question, i int) bool {
	t := &a.terms[i]
	if t.class != name || t.roles&^(bare|in|of|with|forRole) != 0 {
		return false
	}
	for j := range b.terms {
		if l.implied[b.terms[j].key] != t.key {
			continue
		}
		if t.roles&bare == 0 || i == 0 || i+1 < len(a.terms) && l.implied[a.terms[i+1].key] == t.key && a.terms[i+1].roles == t.roles {
			return true
		}
	}
	return false
}

// weaker lets one question leave out the kind of thing, but not name another.
func weaker(a, b []string) string {
	if subset(a, b) || subset(b, a) {
		return ""
	}
	return "word " + a[0] + "/" + b[0]
}

func subset(a, b []string) bool {
	for _, w := range a {
		found := false
		for _, x := range b {
			found = found || w == x
		}
		if !found {
			return false
		}
	}
	return true
}

// named writes what one side lacks as "number 3/4" or "word read/write".
func named(a, b []term) string {
	var left, right term
	if len(a) > 0 {
		left = a[0]
	}
	if len(b) > 0 {
		right = b[0]
	}
	for _, x := range a {
		for _, y := range b {
			if x.form == y.form && left.form != right.form {
				left, right = x, y
			}
		}
	}
	what := left
	if len(a) == 0 {
		what = right
	}
	return formName(what) + " " + orNothing(left.raw) + "/" + orNothing(right.raw)
}

func orNothing(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func formName(t term) string {
	switch {
	case t.form == number:
		return "number"
	case t.form == symbol:
		return "identifier"
	case t.form == quoted:
		return "quoted text"
	case t.class == name:
		return "name"
	}
	return "word"
}

// spelling compares identifiers as they were written; who writes small letters
// only may mean any. Java's Collections is not its Collection, and Mb are
// not MB.
func (l *lexicon) spelling(a, b *question) string {
	for i := range a.terms {
		t := &a.terms[i]
		if t.form != symbol {
			if o := find(b, t); o != nil && t.proper && o.proper && o.said == t.said && (l.units[t.said] || !strings.EqualFold(t.raw, o.raw)) && t.raw != o.raw {
				return "identifier " + t.raw + "/" + o.raw
			}
			continue
		}
		for j := range b.terms {
			o := &b.terms[j]
			if o.form == symbol && o.key == t.key && o.raw != t.raw && o.raw != o.key && t.raw != t.key {
				return "identifier " + t.raw + "/" + o.raw
			}
		}
	}
	return ""
}

func negation(a, b *question) string {
	if a.negated != b.negated || a.nots != b.nots {
		return "negation"
	}
	if a.or != b.or {
		return "and/or"
	}
	return ""
}

// find returns the term of q that t is.
func find(q *question, t *term) *term {
	for i := range q.terms {
		if q.terms[i].key == t.key {
			return &q.terms[i]
		}
	}
	return nil
}

// conflict refuses a term that comes from somewhere in one question and goes
// there in the other.
func conflict(a, b *question) string {
	for i := range a.terms {
		t := &a.terms[i]
		o := find(b, t)
		if o == nil || t.roles&strict == o.roles&strict {
			continue
		}
		if (t.roles|o.roles)&not != 0 && (t.roles^o.roles)&not != 0 {
			return "negation of " + t.raw
		}
		return "direction " + t.raw + ": " + roleNames(t.roles) + "/" + roleNames(o.roles)
	}
	return ""
}

// exchange refuses two terms that have changed their roles with each other:
// "call C from Go", "an array of structs", "for Windows on Linux".
func exchange(a, b *question) string {
	for i := range a.terms {
		x := &a.terms[i]
		xb := find(b, x)
		if xb == nil || xb.roles == x.roles {
			continue
		}
		for j := range a.terms {
			y := &a.terms[j]
			yb := find(b, y)
			if yb == nil || x.roles == y.roles || y.roles == yb.roles {
				continue
			}
			if x.roles == yb.roles && y.roles == xb.roles {
				return "direction " + x.raw + "/" + y.raw
			}
		}
	}
	return ""
}

// preposition refuses a word that stands after another preposition, or after one
// where it stood after none, unless both mean the same. What keywords leave out
// means anything, and so do prepositions before names: "in Go", "with Go".
func preposition(a, b *question) string {
	for i := range a.terms {
		t := &a.terms[i]
		o := find(b, t)
		if o == nil || o.roles == t.roles || t.class == verb && o.class == verb || t.form == symbol {
			continue
		}
		if t.class == name {
			if t.roles|o.roles == in|forRole { // a parser for C, a parser in C
				return "preposition of " + t.raw + ": " + roleNames(t.roles) + "/" + roleNames(o.roles)
			}
			continue
		}
		either := t.roles | o.roles
		switch {
		case either&^(bare|in|of|between) == 0, either&^(bare|of|forRole) == 0, either == of|about:
		case t.roles == bare && a.kinds == 0, o.roles == bare && b.kinds == 0:
		default:
			return "preposition of " + t.raw + ": " + roleNames(t.roles) + "/" + roleNames(o.roles)
		}
	}
	return ""
}

// order compares the order of the terms that have the same role in both
// questions, less those that may stand anywhere.
func order(a, b *question) string {
	for r := bare; r <= between; r <<= 1 {
		left, right := fixed(a, b, r), fixed(b, a, r)
		for i := range min(len(left), len(right)) {
			if left[i].key != right[i].key {
				return "order " + left[i].raw + "/" + right[i].raw
			}
		}
	}
	return ""
}

// agent refuses a name and another thing that change their places around what one
// does to the other: "can Go call C", "can C call Go". A name may stand anywhere
// else.
func agent(a, b *question) string {
	for i := range a.terms {
		x := &a.terms[i]
		if x.class != name || x.roles != bare {
			continue
		}
		for j := range a.terms {
			y := &a.terms[j]
			left, right := index(b, x), index(b, y)
			if i == j || y.class == verb || left < 0 || right < 0 || y.roles != bare || b.terms[left].roles != bare || b.terms[right].roles != bare {
				continue
			}
			if (i < j) != (left < right) && acts(a, i, j) && acts(b, left, right) {
				return "order " + x.raw + "/" + y.raw
			}
		}
	}
	return ""
}

// acts tells whether a verb stands between two terms.
func acts(q *question, i, j int) bool {
	return slices.ContainsFunc(q.terms[min(i, j):max(i, j)], func(t term) bool { return t.class == verb })
}

// index returns the place of the term of q that t is, or -1.
func index(q *question, t *term) int {
	return slices.IndexFunc(q.terms, func(o term) bool { return o.key == t.key })
}

// fixed returns the terms of a in role r whose order counts, those that "and"
// joins sorted.
func fixed(a, b *question, r role) []term {
	free := freeClasses(a)
	var seq []term
	for _, t := range a.terms {
		if o := find(b, &t); o == nil || t.roles != r || o.roles != r || free&(1<<t.place) != 0 {
			continue
		}
		at := len(seq)
		for t.joined && r != by && at > 0 && seq[at-1].key > t.key {
			at--
			if !seq[at].joined {
				break
			}
		}
		seq = append(seq, term{})
		copy(seq[at+1:], seq[at:])
		seq[at] = t
		if at+1 < len(seq) {
			seq[at].joined, seq[at+1].joined = seq[at+1].joined, true
		}
	}
	return seq
}

// freeClasses returns the classes of which only one term stands in q.
func freeClasses(q *question) uint {
	var n [name + 1]int
	for i := range q.terms {
		n[q.terms[i].place]++
	}
	var free uint
	for _, c := range [...]class{verb, modifier, name} {
		if n[c] <= 1 {
			free |= 1 << c
		}
	}
	return free
}

// sides refuses differences whose sides have exchanged something: "Go's map and
// Rust's set" is not "Rust's map and Go's set". What stands behind the second side
// may be said of both, "in Go", so that one that has changed sides says nothing.
func sides(a, b *question) string {
	var moved [2][2]string // by whether the sides are turned round, by the side in a
	for i := range a.terms {
		t := &a.terms[i]
		o := find(b, t)
		if o == nil || t.side == 0 || o.side == 0 {
			continue
		}
		turned := 0
		if t.side == o.side {
			turned = 1
		}
		moved[turned][t.side-1] = t.raw
	}
	for _, m := range moved {
		if m[0] == "" || m[1] == "" {
			return ""
		}
	}
	return "sides " + moved[0][0] + "/" + moved[0][1]
}

// praise tells "is it good" from "is it the best", where the answer is yes or no.
func (l *lexicon) praise(a, b *question) string {
	if a.kinds&(kindHow|kindWhat) != 0 || b.kinds&(kindHow|kindWhat) != 0 || a.kinds|b.kinds == 0 {
		return ""
	}
	for i := range a.terms {
		t := &a.terms[i]
		if o := find(b, t); o != nil && t.key == "best" && o.said != t.said {
			return "word " + t.raw + "/" + o.raw
		}
	}
	return ""
}

// asking compares how is asked. Keywords without a question word may ask for a
// recipe, a definition or an explanation.
func asking(a, b *question) string {
	left, right := a.kinds, b.kinds
	if a.modal|b.modal == allowed|asked && a.modal&b.modal == 0 && (left|right)&kindHow == 0 {
		return "question can/should"
	}
	if left == right || left == 0 && silent(right) || right == 0 && silent(left) {
		return ""
	}
	return "question " + left.String() + "/" + right.String()
}

func silent(k kind) bool {
	return k&^(kindHow|kindWhat|kindWorks) == 0 && bits.OnesCount32(uint32(k)) == 1
}

// String returns the question words of k.
func (k kind) String() string {
	names := [...]string{
		"how", "how does", "what", "why", "when", "where", "who", "yes or no", "can", "should", "difference", "how many",
		"how much", "how long", "how often", "how old", "how far", "how fast", "how big", "what kind",
	}
	var all []string
	for i, n := range names {
		if k&(1<<i) != 0 {
			all = append(all, n)
		}
	}
	if len(all) == 0 {
		return "keywords"
	}
	return strings.Join(all, "+")
}

func roleNames(r role) string {
	names := [...]string{"none", "from", "to", "than", "before", "after", "without", "instead of", "not", "against", "in", "of", "for", "with", "by", "as", "about", "between"}
	if bits.OnesCount32(uint32(r)) == 1 {
		return names[bits.TrailingZeros32(uint32(r))]
	}
	for i, n := range names {
		if r&(1<<i)&strict != 0 {
			return n
		}
	}
	return strconv.Itoa(bits.OnesCount32(uint32(r))) + " roles"
}
