package workspace

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits on a search.
const (
	maxWords       = 8   // that are looked for; later ones are not
	maxSearched    = 300 // files whose text is read
	maxFileMatches = 5   // lines of one file
	maxLineBytes   = 300 // of a line that is shown
)

// Match is a line that holds words that were looked for.
type Match struct {
	Path string // as Read takes it
	Line int    // 1-based
	Text string // the line, cut where it is long

	// File is the file's absolute path, and Document its whole text: its
	// markings hold for the line, too.
	File, Document string

	at place
}

// Search returns lines that hold words, without regard to case, the best first:
// files that hold all the words, close to one another, as whole words and in the
// case that was given, then the others. At most limit lines (0 for 50) of at most
// five a file; more says that there are others.
func (w *Workspace) Search(ctx context.Context, words string, limit int) (matches []Match, more bool, err error) {
	q := newQuery(words)
	if len(q.words) == 0 {
		return nil, false, refuse(words, "has no word to look for")
	}
	if limit <= 0 {
		limit = 50
	}
	list, more, err := w.survey(ctx)
	if err != nil {
		return nil, false, err
	}
	chosen := q.choose(list, w.opened(list))
	if len(chosen) > maxSearched {
		chosen, more = chosen[:maxSearched], true
	}
	var hits []hit
	var roots roots
	defer roots.close()
	for _, c := range chosen {
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
		text, err := w.textOf(&roots, c.place)
		if err != nil {
			continue // it has gone or changed since it was listed
		}
		if h, ok := q.look(c.place, text); ok {
			hits = append(hits, h)
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	for _, h := range hits {
		for _, l := range h.lines {
			if len(matches) == limit {
				return matches, true, nil
			}
			matches = append(matches, Match{Path: h.at.shown(), Line: l.number, Text: l.text, File: h.at.path(), Document: h.text, at: h.at})
		}
		more = more || h.more
	}
	return matches, more, nil
}

// query is the words that are looked for.
type query struct {
	words []string // as given
	lower []string
}

func newQuery(text string) query {
	var q query
	for word := range strings.FieldsSeq(text) {
		low := lowered(word)
		if utf8.RuneCountInString(word) < 2 || slices.Contains(q.lower, low) {
			continue
		}
		if len(q.words) == maxWords {
			break
		}
		q.words, q.lower = append(q.words, word), append(q.lower, low)
	}
	return q
}

// choose returns the files that may hold a word, those with the most first. Open
// documents are always looked at, since their card is of the file on the disk.
func (q query) choose(list []candidate, open map[string]bool) []candidate {
	var byCount [maxWords + 1][]candidate
	for _, c := range list {
		n := 0
		for _, word := range q.lower {
			if c.card.text && c.card.filter.mayHold(word) {
				n++
			}
		}
		if open[c.realPath()] {
			n = len(q.words)
		}
		byCount[n] = append(byCount[n], c)
	}
	var chosen []candidate
	for n := len(q.words); n > 0; n-- {
		chosen = append(chosen, byCount[n]...)
		if len(chosen) > maxSearched || n == len(q.words) && len(chosen) > 0 && n > 2 {
			break // some hold them all: those that hold fewer would only follow them
		}
	}
	return chosen
}

// hit is a file that holds words.
type hit struct {
	at    place
	text  string
	score float64
	lines []hitLine
	more  bool
}

type hitLine struct {
	number int
	words  uint // a bit for each word it holds
	score  int
	text   string
}

// look looks for the words in a text.
func (q query) look(at place, text string) (hit, bool) {
	low := lowered(text)
	if !slices.ContainsFunc(q.lower, func(word string) bool { return strings.Contains(low, word) }) {
		return hit{}, false
	}
	var all []hitLine
	number := 0
	original := text
	for line := range strings.Lines(low) {
		number++
		length := strings.IndexByte(original, '\n') + 1
		if length == 0 {
			length = len(original)
		}
		this := original[:length]
		original = original[length:]
		if l := q.line(line, this); l.words != 0 {
			l.number = number
			all = append(all, l)
		}
	}
	h := hit{at: at, text: text, score: q.score(at, all)}
	h.lines, h.more = best(all)
	return h, len(all) > 0
}

// line looks for the words in one line.
func (q query) line(low, line string) hitLine {
	var l hitLine
	for i, word := range q.lower {
		at := strings.Index(low, word)
		if at < 0 {
			continue
		}
		l.words |= 1 << i
		l.score += 10
		if isWord(low, at, at+len(word)) {
			l.score += 4
		}
		if strings.Contains(line, q.words[i]) {
			l.score++
		}
	}
	if l.words != 0 {
		l.text = shorten(strings.TrimSpace(line), maxLineBytes)
	}
	return l
}

// score is how well a file fits: how many of the words it holds, how close, how
// well its best line fits, and whether its name has them.
func (q query) score(at place, lines []hitLine) float64 {
	var words uint
	best := 0
	for _, l := range lines {
		words |= l.words
		best = max(best, l.score)
	}
	held := 0
	for i := range q.words {
		if words&(1<<i) != 0 {
			held++
		}
	}
	s := 100*float64(held) + float64(best)
	if held > 1 {
		s += 40 / (1 + math.Log2(float64(1+span(lines, words))))
	}
	name := lowered(at.name)
	for _, word := range q.lower {
		if strings.Contains(name, word) {
			s += 8
		}
	}
	return s
}

// span is over how many lines the words that a file holds lie at the closest.
func span(lines []hitLine, words uint) int {
	closest := math.MaxInt32
	var last [maxWords]int
	for _, l := range lines {
		first, all := l.number, true
		for i := range last {
			if l.words&(1<<i) != 0 {
				last[i] = l.number
			}
			if words&(1<<i) != 0 {
				all = all && last[i] > 0
				first = min(first, last[i])
			}
		}
		if all {
			closest = min(closest, l.number-first)
		}
	}
	return closest
}

// best are the lines of a file that are shown, in the file's order.
func best(all []hitLine) (lines []hitLine, more bool) {
	lines = slices.Clone(all)
	slices.SortStableFunc(lines, func(a, b hitLine) int { return cmp.Compare(b.score, a.score) })
	if len(lines) > maxFileMatches {
		lines, more = lines[:maxFileMatches], true
	}
	slices.SortFunc(lines, func(a, b hitLine) int { return cmp.Compare(a.number, b.number) })
	return lines, more
}

// isWord reports whether s[start:end] is no part of a longer identifier.
func isWord(s string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:start])
	after, _ := utf8.DecodeRuneInString(s[end:])
	return !isLetter(before) && !isLetter(after)
}

func isLetter(r rune) bool {
	return r == '_' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
