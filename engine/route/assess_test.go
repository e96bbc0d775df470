package route

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestWordsAreWhole(t *testing.T) {
	for _, tc := range []struct {
		message string
		is      class
		want    int
	}{
		{"show me", lookup, 0},
		{"How?", lookup, 1},
		{"the unicode of a classification, relocked", deep | chore, 0},
		{"LOCK the Locks; lock!", deep, 3},
		{"lock_file unlocked blockchain deadlocked", deep, 0},
		{"deadlock-free without side effects", deep, 1},
		{"linearizability, serializability and concurrency", deep, 3},
		{"a linearizabilityx", deep, 0},
		{"without, must: exactly", constraint, 3},
		{"errors in mirrors", failure, 1},
		{"preplan the planet", design, 0},
		{"plan", design, 1},
		{"l’architecture—design", design, 2},
		{"10k users", scale, 2},
		{"k users", scale, 1},
		{"2 TB and 300 GB", scale, 1},
		{"7kids", scale, 0},
		{"Ünlock lock", deep, 1},
	} {
		got := scan(tc.message)
		sum := 0
		for c := class(1); c < 1<<featureClasses; c <<= 1 {
			if tc.is&c != 0 {
				sum += got.count(c)
			}
		}
		if sum != tc.want {
			t.Errorf("%q: %d words, want %d", tc.message, sum, tc.want)
		}
	}
}

// TestEveryWordIsFound reads each word of the vocabulary back out of a sentence,
// at its end and in its middle, where it is read in another way.
func TestEveryWordIsFound(t *testing.T) {
	d := words()
	for _, e := range d.entries[1:] {
		if got := d.find(d.hash(e.word)); got.is != e.is || got.word != e.word {
			t.Errorf("%s: found %s with classes %b, want %b", e.word, got.word, got.is, e.is)
		}
		for _, message := range []string{e.word, strings.ToUpper(e.word) + " and some more text"} {
			if s := scan(message); s.opening != e.is {
				t.Errorf("%q opens with %b, want %b", message, s.opening, e.is)
			}
		}
	}
	if n := len(d.entries); n > slots/2 {
		t.Errorf("%d words in %d slots", n, slots)
	}
}

func TestScanCounts(t *testing.T) {
	for message, want := range map[string]text{
		"":                                    {},
		"One. Two three! Four":                {words: 4, sentences: 3},
		"a.b is 1.5, or 1,000; why?":          {words: 5, sentences: 1, parts: 2, numbers: 2, question: true},
		"panic at main.go:31 and 8:00":        {words: 5, sentences: 1, numbers: 3, frames: 1},
		"∀x: x^2 ≥ 0 → done":                  {words: 3, sentences: 1, parts: 1, numbers: 2, symbols: 4},
		"wait... what?!":                      {words: 2, sentences: 2, question: true},
		"\xe2":                                {},
		"\xff\xfe":                            {words: 1, sentences: 1},
		"functionality":                       {words: 1, sentences: 1, long: 1},
		strings.Repeat("分", 12):               {words: 5, sentences: 1, long: 1},
		"    at f (src/cart.test.js:14:22)\n": {words: 6, sentences: 1, numbers: 2, frames: 1},
	} {
		got := scan(message)
		got.counts, got.opening = text{}.counts, 0
		if got != want {
			t.Errorf("%q:\n got %+v\nwant %+v", message, got, want)
		}
	}
}

func TestShape(t *testing.T) {
	items := []chat.ContextItem{
		{Kind: chat.ContextFile, Text: "a\n\tb\n\t\tc\r\n\t\t\t\t\r\n\n"},
		{Kind: chat.ContextSelection, Text: "if x:\n    if y:\n            z"},
		{Kind: chat.ContextDiagnostics, Text: "undefined: x"},
		{Kind: chat.ContextFile, Text: strings.Repeat("x;", 3*widestLine)},
		{Kind: chat.ContextFile},
	}
	want := shape{lines: 6 + 3 + 6, bytes: 17 + 29 + 12 + 6*widestLine, depth: 3, items: 4, diagnostics: 1}
	if got := shapeOf(items); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// queryTypes is the closed list of query types.
func queryTypes() []string {
	return []string{
		QueryExplain, QueryFix, QueryRefactor, QueryDocument, QueryTests, QueryReview,
		QueryDebug, QueryDesign, QueryGenerate, QueryQuestion, QueryChat,
	}
}

func TestQueryTypes(t *testing.T) {
	item := []chat.ContextItem{{Text: "x"}}
	for _, tc := range []struct {
		req  chat.Request
		want string
	}{
		{chat.Request{Message: "panic at main.go:3", Action: chat.Document}, QueryDocument},
		{chat.Request{Message: "Explain this"}, QueryExplain},
		{chat.Request{Message: "fix the loop"}, QueryFix},
		{chat.Request{Message: "rename x to y"}, QueryRefactor},
		{chat.Request{Message: "document the parameters"}, QueryDocument},
		{chat.Request{Message: "test this reducer"}, QueryTests},
		{chat.Request{Message: "review my change"}, QueryReview},
		{chat.Request{Message: "debug this"}, QueryDebug},
		{chat.Request{Message: "what is wrong: TypeError: x is undefined"}, QueryDebug},
		{chat.Request{Message: "it stops at app.py:31"}, QueryDebug},
		{chat.Request{Message: "Design an API"}, QueryDesign},
		{chat.Request{Message: "write a haiku"}, QueryGenerate},
		{chat.Request{Message: "where is it"}, QueryQuestion},
		{chat.Request{Message: "it works now?"}, QueryQuestion},
		{chat.Request{Message: "the last one", Context: item}, QueryQuestion},
		{chat.Request{Message: "thanks"}, QueryChat},
		{chat.Request{Message: "showtime"}, QueryChat},
		{chat.Request{}, QueryChat},
	} {
		if got := Assess(&Question{Request: tc.req}, 0).QueryType; got != tc.want {
			t.Errorf("%q %s: %s, want %s", tc.req.Message, tc.req.Action, got, tc.want)
		}
		if !slices.Contains(queryTypes(), tc.want) {
			t.Errorf("%s is not in the list", tc.want)
		}
	}
	for _, a := range chat.Actions() {
		if got := Assess(&Question{Request: chat.Request{Action: a}}, 0).QueryType; !slices.Contains(queryTypes(), got) {
			t.Errorf("%s is not in the list", got)
		}
	}
}

// anything makes a question of random bytes and of words that mean something.
func anything(r *rand.Rand) Question {
	known := words().entries[1:]
	text := func(most int) string {
		var b strings.Builder
		for range r.IntN(most + 1) {
			switch r.IntN(4) {
			case 0:
				b.WriteByte(byte(r.IntN(256)))
			case 1:
				b.WriteString(" 12k, f.go:3. ")
			case 2:
				b.WriteString("\n\t")
			default:
				b.WriteString(known[r.IntN(len(known))].word + " ")
			}
		}
		return b.String()
	}
	req := chat.Request{Message: text(200), Action: append(chat.Actions(), "", "dance")[r.IntN(8)]}
	for range r.IntN(4) {
		req.Context = append(req.Context, chat.ContextItem{Kind: chat.ContextFile, Text: text(300)})
	}
	return Question{Request: req, Turns: r.IntN(50)}
}

func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same questions each time
	for range 3000 {
		q, window := anything(r), r.IntN(3)*4096
		a := Assess(&q, window)
		if !(a.Score >= 0 && a.Score <= 1) || a.Complexity != complexity(a.Score) {
			t.Fatalf("%+v for %+v", a, q)
		}
		if again := Assess(&q, window); again != a {
			t.Fatalf("first %+v, then %+v", a, again)
		}
		for name, harder := range map[string]func(*Question){
			"a longer conversation": func(q *Question) { q.Turns += 1 + r.IntN(9) },
			"one more file": func(q *Question) {
				q.Context = append(slices.Clone(q.Context), chat.ContextItem{Kind: chat.ContextFile, Text: "x"})
			},
			"more code": func(q *Question) {
				q.Context = slices.Clone(q.Context)
				for i := range q.Context {
					q.Context[i].Text += "\n" + code(1+r.IntN(200), r.IntN(9))
				}
			},
		} {
			more := q
			if harder(&more); Assess(&more, window).Score < a.Score {
				t.Fatalf("%s makes %+v easier", name, q)
			}
		}
		if Assess(&q, window/2).Score < a.Score {
			t.Fatalf("a smaller window makes %+v easier", q)
		}
	}
}

// TestCodeOfAnyShape wants the decision to hold for code that has no indentation
// and short lines, as the fit never saw it.
func TestCodeOfAnyShape(t *testing.T) {
	same, total := 0, 0
	for _, s := range readSamples(t, heldOut) {
		if s.Lines == 0 {
			continue
		}
		q, window := s.question()
		for i := range q.Context {
			q.Context[i].Text = strings.Repeat("x = 1\n", strings.Count(q.Context[i].Text, "\n")+1)
		}
		total++
		if (Assess(q, window).Score >= StrongFrom) == s.wantsStrong() {
			same++
		}
	}
	if share := float64(same) / float64(total); share < 0.90 {
		t.Errorf("flat code: local or strong agrees in %.3f of %d held-out questions, 0.90 was expected", share, total)
	}
}

func TestComplexityBeginsWhereItSays(t *testing.T) {
	for score, want := range map[float64]chat.Complexity{
		0: chat.Trivial, 0.1199: chat.Trivial, simpleFrom: chat.Simple, moderateFrom: chat.Moderate,
		0.4999: chat.Moderate, StrongFrom: chat.Complex, expertFrom: chat.Expert, 1: chat.Expert,
	} {
		if got := complexity(score); got != want {
			t.Errorf("%v is %s, want %s", score, got, want)
		}
	}
}

func TestAssessAllocatesNothing(t *testing.T) {
	q := ask(question2K())
	q.Context = []chat.ContextItem{{Text: code(50, 3)}}
	if n := testing.AllocsPerRun(100, func() { Assess(q, 0) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
