package semantic

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPieces bounds what one comparison costs: a longer question is not a
// question but a text, and a text is the same only as itself.
const maxPieces = 96

// kind is the set of ways in which a question asks.
type kind uint32

const (
	kindHow   kind = 1 << iota // how do I, is there a way to
	kindWorks                  // how does it
	kindWhat
	kindWhy
	kindWhen
	kindWhere
	kindWho
	kindYesNo
	kindCan
	kindShould
	kindDifference
	kindHowMany
	kindHowMuch
	kindHowLong
	kindHowOften
	kindHowOld
	kindHowFar
	kindHowFast
	kindHowBig
	kindWhatKind
)

// kindOf reads the markers that lexicon.txt's phrases stand for.
func kindOf(marker string) kind {
	switch marker {
	case "<how>":
		return kindHow
	case "<works>":
		return kindWorks
	case "<what>", "mean":
		return kindWhat
	case "<why>", "why":
		return kindWhy
	case "<when>":
		return kindWhen
	case "<difference>", "difference":
		return kindDifference
	case "<howmany>":
		return kindHowMany
	case "<howmuch>":
		return kindHowMuch
	case "<howlong>":
		return kindHowLong
	case "<howoften>":
		return kindHowOften
	case "<howold>":
		return kindHowOld
	case "<howfar>":
		return kindHowFar
	case "<howfast>":
		return kindHowFast
	case "<howbig>":
		return kindHowBig
	case "<whatkind>":
		return kindWhatKind
	}
	return 0
}

// role is the set of parts that a term plays in its question: what the
// preposition before it makes of it.
type role uint32

const (
	bare role = 1 << iota // no preposition: subject, object, verb
	from
	to
	than
	before
	after
	without
	instead
	not
	against
	in
	of
	forRole
	with
	by
	as
	about
	between
)

// strict holds the roles that may not be missing on one side.
const strict = from | to | than | before | after | without | instead | not | against

// roleOf returns the role that a preposition opens.
func roleOf(word string) role {
	switch word {
	case "from":
		return from
	case "into", "onto", "towards", "toward":
		return to
	case "than":
		return than
	case "before":
		return before
	case "after":
		return after
	case "without", "except", "excluding", "exclude":
		return without
	case "against":
		return against
	case "in", "inside", "within", "on", "at", "upon":
		return in
	case "of":
		return of
	case "for":
		return forRole
	case "with", "via", "through":
		return with
	case "by":
		return by
	case "as":
		return as
	case "about", "regarding":
		return about
	case "between", "among", "amongst":
		return between
	}
	return 0
}

// class tells which terms may change their place without changing the question.
type class uint8

const (
	noun class = iota // everything not known better
	verb
	modifier
	name
)

// term is one thing a question says.
type term struct {
	key    string // what it is compared by
	said   string // its own lemma, of which key may be a synonym
	raw    string
	form   form
	class  class // what it is here: "list" after "a" is a noun
	place  class // what it may be, which says whether it may stand anywhere
	roles  role
	joined bool // "and", "or" or a comma joins it to the term before
	proper bool // a capital where no clause begins: a name, perhaps
	side   int8 // of a difference: 1 is what stands first, 2 what is set against it, 0 outside of one
}

// question is what the guard compares: how is asked, about what, and in what roles.
type question struct {
	kinds   kind
	terms   []term
	weak    []string
	negated bool // as a whole: "why does it not work"
	nots    int  // how often something is denied
	or      bool
	merged  bool // two different words of it count as one: it may be about their difference
	split   int  // in a difference, the term with which its second side begins; 0 where that is not said
	modal   modal
}

// modal is how strongly something is asked for.
type modal uint8

const (
	allowed modal = 1 << iota // can, may
	asked                     // should, must, need
)

// reader reads pieces into a question, from the first to the last.
type reader struct {
	lex    *lexicon
	pieces []piece
	at     int
	role   role
	joined bool
	aux    bool // an auxiliary verb was met: a "not" that comes is the sentence's
	q      question
}

func (l *lexicon) read(pieces []piece) question {
	r := reader{lex: l, pieces: l.rephrase(pieces), role: bare}
	r.q.terms = make([]term, 0, len(pieces))
	for r.at = 0; r.at < len(r.pieces); r.at++ {
		r.piece(r.pieces[r.at])
	}
	if n := len(r.pieces); n > 0 && r.pieces[n-1].key == "<why>" || n > 0 && r.pieces[n-1].key == "why" {
		r.q.dropWhy()
	}
	r.q.settle(l)
	return r.q
}

// rephrase puts for every phrase what stands for it, in place: no phrase stands
// for more words than it has.
func (l *lexicon) rephrase(pieces []piece) []piece {
	out := pieces[:0]
	for i := 0; i < len(pieces); {
		p, ok := l.phraseAt(pieces[i:])
		if !ok {
			out = append(out, pieces[i])
			i++
			continue
		}
		opens, joined := pieces[i].opens, pieces[i].joined
		for n, put := range p.to {
			put.opens, put.joined = n == 0 && opens, n == 0 && joined
			out = append(out, put)
		}
		i += len(p.from)
	}
	return out
}

// phraseAt finds the longest phrase that pieces begin with. A phrase does not
// reach over punctuation.
func (l *lexicon) phraseAt(pieces []piece) (phrase, bool) {
	if pieces[0].form == quoted {
		return phrase{}, false
	}
	for _, p := range l.phrases[pieces[0].key] {
		if len(p.from) > len(pieces) {
			continue
		}
		matches := true
		for i, w := range p.from[1:] {
			next := pieces[i+1]
			if next.key != w || next.form == quoted || next.opens {
				matches = false
				break
			}
		}
		if matches {
			return p, true
		}
	}
	return phrase{}, false
}

// peek returns the key of the piece n after this one, or "".
func (r *reader) peek(n int) string {
	if i := r.at + n; i >= 0 && i < len(r.pieces) && r.pieces[i].form != quoted {
		return r.pieces[i].key
	}
	return ""
}

func (r *reader) piece(p piece) {
	if p.opens && !p.joined {
		r.role, r.joined = bare, false
	}
	if p.joined {
		r.joined = true
		if n := len(r.q.terms); n > 0 && r.q.terms[n-1].class == name {
			r.role, r.joined = bare, false
		}
	}
	if p.form == plain && (r.inflected(p) || r.variable(p)) {
		p = piece{key: strings.ToLower(p.raw), raw: strings.ToLower(p.raw), form: symbol}
	}
	if p.form != plain {
		if p.raw != "one" || !auxiliaryVerb(r.peek(-1)) {
			r.term(p, noun)
		}
		return
	}
	if r.mentioned(p) {
		p = piece{key: strings.ToLower(p.raw), raw: strings.ToLower(p.raw), form: symbol}
		r.term(p, noun)
		return
	}
	if r.asks(p) || r.denies(p) || r.relates(p) {
		return
	}
	switch {
	case p.key == "and" || p.key == "or" || p.key == "but" || p.key == "nor":
		r.q.or = r.q.or || p.key == "or"
		r.joined = true
	case r.lex.stop[p.key] && !r.used(p) && !r.liked(p):
		r.auxiliary(p)
		if p.key == "then" { // "build and then deploy" has an order
			r.joined = false
		}
	case r.weak(p.key):
		r.q.weak = append(r.q.weak, p.key)
	default:
		r.word(p)
	}
}

// mentioned tells whether a word of grammar is not used but spoken of: "what does
// if do", "for or while", "the with statement".
func (r *reader) mentioned(p piece) bool {
	before, next := r.peek(-1), r.peek(1)
	if !r.lex.grammar(p.key) {
		return false
	}
	if p.key != "it" && (before == "do" && next == "do" || before == "do" && next == "mean" && p.key != "you" || before == "the" && next == "operator" || before == "<what>" && roleOf(next) == in) {
		return !pronoun(p.key)
	}
	if article(p.key) || pronoun(p.key) || p.key == "it" || p.key == "to" || p.key == "and" || p.key == "or" {
		return false
	}
	if r.spokenOf(p.key, before, next) {
		return true
	}
	switch next {
	case "keyword", "statement", "operator", "clause", "loop", "block", "<difference>", "difference", "differ":
		return !asksOnly(p.key) && p.key != "be" && p.key != "do" || next == "keyword" || next == "operator"
	}
	if r.peek(-2) == "what" && (before == "do" || before == "be") || before == "<what>" {
		return next == "do" || next == "mean" || p.key != "some" && p.key != "there" && (next == "" || before != "do" && roleOf(next) == in)
	}
	if r.q.kinds&kindDifference == 0 && before != "between" {
		return false
	}
	alone := next == "" || next == "and" || next == "or" || roleOf(next) == in
	return alone && (before == "<difference>" || before == "between" || before == "and" || before == "or" || before == "from" || next == "and" || next == "or")
}

// used tells "the used memory" from "used for" and "is used".
func (r *reader) used(p piece) bool {
	next := r.peek(1)
	return p.key == "used" && (article(r.peek(-1)) || r.peek(-1) == "all" || r.lex.verbs[r.peek(-1)]) &&
		next != "" && next != "to" && next != "and" && roleOf(next) == 0
}

// liked tells "a like query" and "the like button" from "what is it like".
func (r *reader) liked(p piece) bool {
	if p.key != "like" {
		return false
	}
	switch next := r.peek(1); next {
	case "query", "clause", "operator", "condition", "pattern", "search", "filter", "button", "count", "statement", "expression", "keyword":
		return true
	default:
		return article(r.peek(-1)) && next != "" && !r.lex.grammar(next)
	}
}

// spokenOf tells a word of grammar by its place: "how do I use as in Python", "how
// does for work", "write an if".
func (r *reader) spokenOf(key, before, next string) bool {
	if key == "not" || key == "no" || asksOnly(key) {
		return false
	}
	alone := next == "" || next == "and" || next == "or" || next == "with" || roleOf(next) == in
	switch before {
	case "use":
		return alone
	case "a", "an":
		return alone && key != "be" && key != "do"
	case "do":
		switch next {
		case "work", "fail", "behave", "return", "not":
			return key != "there" && key != "people" && key != "some"
		}
	}
	return false
}

// variable tells "assign a to b" from an article, which something follows.
func (r *reader) variable(p piece) bool {
	next := r.peek(1)
	return p.raw == "a" && (next == "to" || next == "and" || next == "or" || roleOf(next) != 0 || next == "" && r.at > 0 && r.at+1 == len(r.pieces))
}

// inflected tells a form that may be a name of its own by its place: "what does
// sorted do" does not ask about sort.
func (r *reader) inflected(p piece) bool {
	raw := strings.ToLower(p.raw)
	if raw == p.key || r.lex.grammar(raw) || !hasAny(raw, "ed", "ing") {
		return false
	}
	switch next := r.peek(1); r.peek(-1) {
	case "do":
		return (next == "do" || next == "mean" || next == "work" || next == "return") && r.pieces[r.at-1].raw != "do"
	case "use", "<what>":
		return next == "" || roleOf(next) == in
	case "be":
		return r.peek(-2) == "what" && (next == "" || roleOf(next) == in)
	case "the":
		return next == "operator" || next == "keyword" || next == "function"
	}
	return false
}

// weak tells whether a word only says what kind of thing the word before it is:
// "the static keyword", "the Go language", but not "a Git hook".
func (r *reader) weak(key string) bool {
	if len(r.q.terms) == 0 {
		return false
	}
	last := &r.q.terms[len(r.q.terms)-1]
	if last.raw != "" && r.peek(-1) != last.key && last.form == plain {
		return false
	}
	if of, ok := r.lex.weak[key]; ok {
		switch {
		case last.form == symbol || last.form == quoted:
			return true
		case last.class == name:
			return of[last.key]
		}
		return of == nil && r.lex.keywords[last.key]
	}
	return r.lex.settings[key] && last.class == name && last.roles&(in|of|with|forRole) != 0
}

// auxiliary notes a verb that asks yes or no when it opens the question.
func (r *reader) auxiliary(p piece) {
	switch p.key {
	case "be", "do", "have", "will", "would", "should", "shall", "can", "could", "may", "might", "must":
	default:
		return
	}
	r.aux = true
	switch p.key {
	case "can", "could", "may", "might":
		r.q.modal |= allowed
	case "should", "shall", "must":
		r.q.modal |= asked
	}
	if p.key == "should" && r.q.kinds&kindHow == 0 {
		r.q.kinds |= kindShould
	}
	if !p.opens || r.q.kinds&^kindShould != 0 || len(r.q.terms) > 0 {
		return
	}
	if p.key == "can" || p.key == "could" || p.key == "may" || p.key == "might" {
		r.q.kinds |= kindCan
	} else if p.key != "should" && p.raw != "do" && p.raw != "Do" || pronoun(r.peek(1)) {
		r.q.kinds |= kindYesNo
	}
}

// asks takes question words and the markers of phrases.
func (r *reader) asks(p piece) bool {
	switch p.key {
	case "how":
		r.how()
		return true
	case "what":
		if !r.wayAhead() {
			r.q.kinds |= kindWhat
		}
		return true
	case "good", "best", "better", "easiest", "simplest", "right", "correct", "proper", "easy", "simple", "way", "method", "approach":
		return r.wayAhead()
	case "which", "when", "where", "who":
		r.asksWhich(p)
		return true
	}
	k := kindOf(p.key)
	if k == 0 {
		k = kindOf(r.lex.canon(p.key))
	}
	r.q.kinds |= k
	if k == kindDifference && r.q.split == 0 {
		r.q.split = len(r.q.terms)
	}
	if k != 0 {
		r.role, r.joined = bare, false
	}
	return k != 0
}

// asksWhich takes the words that ask at a clause's beginning and only join elsewhere.
func (r *reader) asksWhich(p piece) {
	r.role = bare
	if !p.opens && len(r.q.terms) > 0 {
		return
	}
	switch p.key {
	case "which":
		r.q.kinds |= kindWhat
	case "when":
		r.q.kinds |= kindWhen
	case "where":
		r.q.kinds |= kindWhere
	case "who":
		r.q.kinds |= kindWho
	}
}

// wayAhead tells "what is the safe way to" from other questions for things: the
// words up to "way" then say how, not what.
func (r *reader) wayAhead() bool {
	for n := range 6 {
		switch r.peek(n) {
		case "<how>":
			return true
		case "way", "method", "approach":
			return r.peek(n+1) == "to" || r.peek(n+1) == "of"
		}
	}
	return false
}

// how tells "how do I" (a recipe) from "how does it" (an explanation).
func (r *reader) how() {
	r.role = bare
	if auxiliaryVerb(r.peek(1)) && !pronoun(r.peek(2)) && r.peek(1) != "can" && r.peek(1) != "could" && r.peek(1) != "should" {
		r.q.kinds |= kindWorks
		return
	}
	if next := r.peek(1); !auxiliaryVerb(next) && !pronoun(next) && !r.lex.stop[next] && !r.lex.verbs[r.lex.canon(next)] {
		r.q.kinds |= kindWorks
		return
	}
	r.q.kinds |= kindHow
}

// grammar tells words that read takes for something else than a term.
func (l *lexicon) grammar(word string) bool {
	key := l.lemma(word)
	switch key {
	case "to", "and", "or", "but", "not", "no", "how", "what", "which", "when", "where", "who", "why", "instead":
		return true
	}
	return l.stop[key] || roleOf(key) != 0
}

func auxiliaryVerb(key string) bool {
	switch key {
	case "be", "do", "have", "will", "would", "should", "can", "could":
		return true
	}
	return false
}

func pronoun(key string) bool {
	switch key {
	case "i", "you", "we", "one", "they", "someone", "anyone", "people", "he", "she", "me", "1", "person", "somebody", "anybody", "everyone":
		return true
	}
	return false
}

// denies takes negations. After an auxiliary verb they deny the sentence, after
// "but", "and" or a comma only what follows.
func (r *reader) denies(p piece) bool {
	switch p.key {
	case "not", "no", "never", "cannot", "none", "nothing", "nobody", "neither":
		r.q.nots++
	case "non":
		r.q.nots++
		r.role = not
		return true
	default:
		return false
	}
	if r.aux && !r.joined {
		r.q.negated = !r.q.negated
	} else {
		r.role = not
	}
	return true
}

// relates takes prepositions.
func (r *reader) relates(p piece) bool {
	switch {
	case p.key == "to":
		if !r.infinitive() {
			r.set(to)
		} else {
			r.role = bare
		}
		return true
	case p.key == "instead":
		r.set(instead)
		if r.peek(1) == "of" {
			r.at++
		}
		return true
	case p.key == "use" && p.raw != "use" && p.raw != "Use" && len(r.q.terms) > 0:
		r.set(with)
		return true
	}
	opened := roleOf(p.key)
	if opened == 0 {
		return false
	}
	r.set(opened)
	return true
}

func (r *reader) set(opened role) { r.role, r.joined = opened, false }

// infinitive tells "how to parse" from "to a string".
func (r *reader) infinitive() bool {
	next := r.peek(1)
	if r.at == 0 || r.lex.openers[r.peek(-1)] || r.lex.stop[r.peek(-1)] && !article(next) {
		return true
	}
	return r.lex.verbs[r.lex.canon(next)] && !r.lex.things[next]
}

func article(key string) bool {
	switch key {
	case "a", "an", "the", "my", "your", "our", "their", "its", "this", "that", "these", "those":
		return true
	}
	return false
}

// named tells that a word which may be a verb is a thing's name here: "a list",
// "to set", "list to set".
func (r *reader) named(said string) bool {
	if article(r.peek(-1)) {
		return true
	}
	next := r.peek(1)
	return r.lex.things[said] && (r.role != bare || next == "to" || next == "into" || next == "from")
}

// word takes a plain word that says something.
func (r *reader) word(p piece) {
	said := p.key
	p.key = r.lex.canon(p.key)
	place := noun
	switch {
	case p.key == "all" || p.key == "every" || p.key == "each":
		place = modifier
		if p.key = "all"; r.role == before || r.role == after {
			p.key = said
		}
	case r.lex.names[p.key]:
		place = name
	case r.lex.verbs[p.key]:
		place = verb
	case r.lex.modifiers[p.key], hasAny(p.key, "able", "ible"):
		place = modifier
	}
	class := place
	if place == verb && r.named(said) {
		class = noun
	}
	r.termSaid(p, said, class, place)
	if class == verb && r.role&strict == 0 && strings.HasSuffix(p.raw, "ing") {
		r.role = bare // "by playing games": the games are played, not a means
	}
}

// term adds a term, or its role to the same term said before. Numbers and quoted
// texts count as often as they stand. No two terms of a question have one key.
func (r *reader) term(p piece, c class) { r.termSaid(p, p.key, c, c) }

// termSaid is term for a word that was said as another, its synonym.
func (r *reader) termSaid(p piece, said string, c, place class) {
	if p.form == quoted {
		p.key = `"` + p.key // the text "defer" is not the word
	}
	for i := range r.q.terms {
		t := &r.q.terms[i]
		if t.key != p.key {
			continue
		}
		if p.form == plain || p.form == symbol {
			r.q.merged = r.q.merged || t.said != said || t.raw != p.raw && inner(t.raw) && inner(p.raw)
			t.roles |= r.role
			return
		}
		p.key += "+" // keys stay unique, and the count counts
	}
	capital, _ := utf8.DecodeRuneInString(p.raw)
	r.q.terms = append(r.q.terms, term{
		key: p.key, said: said, raw: p.raw, form: p.form, class: c, place: place, roles: r.role, joined: r.joined,
		proper: !p.opens && unicode.IsUpper(capital),
	})
	r.joined = false
}

// inner tells whether a word has capitals that no sentence gives it: Mb is not MB.
func inner(raw string) bool { return raw != strings.ToLower(raw) }

// settle brings what is said in several ways to one of them.
func (q *question) settle(l *lexicon) {
	if q.kinds&kindDifference != 0 {
		q.settleDifference()
	}
	if q.kinds&(kindHow|kindWhat|kindWhen|kindWhere) != 0 {
		q.kinds &^= kindShould
	}
	if q.kinds&(kindHow|kindWorks|kindWhen|kindWhy|kindWhere|kindWho|kindHowMany|kindHowMuch|kindHowLong|kindHowOften|kindHowOld|kindHowFar|kindHowFast|kindHowBig|kindWhatKind) != 0 {
		q.kinds &^= kindYesNo | kindCan
	}
	if q.has("create") || q.has("add") || q.has("generate") || q.has("make") {
		q.drop("new")
		q.drop("existing")
	}
	if q.has("copy") || q.has("backup") {
		q.drop("make")
	}
	q.settleVerbs(l)
	q.settleContainment()
	q.settleConversion()
	q.settleSources()
}

// dropWhy: who asks "which is best, and why?" is answered as who asks which is best.
func (q *question) dropWhy() {
	if other := q.kinds &^ kindWhy; other != 0 {
		q.kinds = other
	}
}

// settleDifference: a difference has no direction and no order.
func (q *question) settleDifference() {
	q.kinds, q.or = kindDifference, false
	q.takeSides()
	if q.anyRole(to) {
		return
	}
	for i := range q.terms {
		t := &q.terms[i]
		t.joined = true
		if t.roles&^(from|of|between|in|with|bare|than) == 0 {
			t.roles = bare
		}
	}
}

// takeSides notes which terms stand on which side of a difference.
func (q *question) takeSides() {
	if q.split == 0 {
		q.split = slices.IndexFunc(q.terms, func(t term) bool { return t.joined })
	}
	for i := range q.terms {
		q.terms[i].side = 1
		if q.split > 0 && i >= q.split {
			q.terms[i].side = 2
		}
	}
}

// settleVerbs puts for a verb what it means beside the things it is said of.
func (q *question) settleVerbs(l *lexicon) {
	for i := range q.terms {
		t := &q.terms[i]
		for _, b := range l.beside[t.key] {
			if t.form == plain && slices.ContainsFunc(b.things, q.has) {
				q.merged = q.merged || q.has(b.verb)
				t.key, t.class, t.place = b.verb, verb, verb
				break
			}
		}
	}
}

// settleContainment makes "the map contains the key" of "the key exists in the map".
func (q *question) settleContainment() {
	at := slices.IndexFunc(q.terms, func(t term) bool { return t.key == "contain" })
	if at >= 0 {
		for i := range q.terms[:at] {
			if t := &q.terms[i]; t.class == noun && t.roles == bare {
				t.roles = in
			}
		}
	} else if at = slices.IndexFunc(q.terms, func(t term) bool { return t.key == "exist" }); at < 0 || !q.anyRole(in) {
		return
	}
	t := q.terms[at]
	t.key, t.class, t.place = "contain", verb, verb
	q.terms = append(slices.Delete(q.terms, at, at+1), t)
}

// settleConversion gives "parse an int from a string", "convert a string to an
// int" and "string to int" the same verb and the same two roles.
func (q *question) settleConversion() {
	hasFrom, hasTo := q.anyRole(from), q.anyRole(to)
	if !hasFrom && !hasTo {
		return
	}
	verbs := 0
	for i := range q.terms {
		t := &q.terms[i]
		if t.class != verb {
			continue
		}
		switch t.key {
		case "parse", "turn", "transform", "cast":
			q.merged = q.merged || q.has("convert")
			t.key = "convert"
		}
		if t.key != "convert" {
			return
		}
		verbs++
	}
	if verbs == 0 {
		if !hasTo || q.kinds != 0 {
			return
		}
		q.terms = append(q.terms, term{key: "convert", said: "convert", raw: "convert", class: verb, place: verb, roles: bare})
	}
	other := from
	if !hasTo {
		other = to
	}
	for i := range q.terms {
		t := &q.terms[i]
		if t.class == noun && t.roles == bare {
			t.roles = other
		}
		if t.class == verb {
			t.roles = bare
		}
	}
}

// settleSources: what is deleted from a list is deleted in it.
func (q *question) settleSources() {
	if q.anyRole(to) {
		return
	}
	loose := slices.ContainsFunc(q.terms, func(t term) bool {
		switch t.key {
		case "delete", "get", "extract", "trim", "select", "print", "find", "skip", "discard", "show", "strip", "install", "earn":
			return true
		}
		return false
	})
	for i := range q.terms {
		if t := &q.terms[i]; loose && t.roles&from != 0 {
			t.roles = t.roles&^from | in
		}
	}
}

func (q *question) has(key string) bool {
	return slices.ContainsFunc(q.terms, func(t term) bool { return t.key == key })
}

func (q *question) anyRole(r role) bool {
	return slices.ContainsFunc(q.terms, func(t term) bool { return t.roles&r != 0 })
}

func (q *question) drop(key string) {
	q.terms = slices.DeleteFunc(q.terms, func(t term) bool { return t.key == key })
}
