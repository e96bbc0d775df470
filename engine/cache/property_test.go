package cache

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// crossings is how many questions TestAnswersNeverCross asks. The race detector
// is slow, and has nothing to find in one goroutine.
const crossings = 120_000 / slowness

// same makes one vector of every text: whatever keeps an answer from crossing,
// it is not the vectors.
type same struct{ embedder }

// TestAnswersNeverCross edits questions at random, an edit or a few at a time,
// stores an answer that says which question it is to, and looks that every
// answer found is to this question: to the same one where it was found exactly,
// and to one that differs in the wording alone, and by the guard not at all,
// where it was found by likeness. The edits are drawn from few values and move
// text across the borders of fields, so that questions that nearly share a key
// are the rule.
func TestAnswersNeverCross(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c := made(t, Options{Embedder: &same{embedder{dim: 16}}, MaxEntries: 300})
	asked := map[string]*Question{} // what an answer's text stands for
	var exacts, similars, misses int
	q := question()
	for i := range crossings {
		if i%50 == 0 {
			q = question()
		}
		for range 1 + r.IntN(3) {
			edit(r, q)
		}
		name := canonical(t, q)
		l := c.Lookup(q)
		if e, ok := l.Exact(t.Context()); ok {
			exacts++
			if e.Answer.Text != name {
				t.Fatalf("the question %s\ngot the answer to %s", name, e.Answer.Text)
			}
			continue
		}
		if m, ok := l.Similar(t.Context()); ok {
			similars++
			checkSimilar(t, q, asked[m.Answer.Text])
		} else {
			misses++
		}
		l.Store(answer(name))
		asked[name] = copied(q)
		if e, ok := c.Lookup(copied(q)).Exact(t.Context()); !ok || e.Answer.Text != name {
			t.Fatalf("the question %s was just stored, and is found: %v", name, ok)
		}
	}
	t.Logf("%d exact hits, %d by likeness, %d misses", exacts, similars, misses)
	if exacts < crossings/50 || similars < crossings/200 || misses < crossings/10 {
		t.Errorf("the edits do not try enough: %d exact hits, %d by likeness, %d misses", exacts, similars, misses)
	}
}

func checkSimilar(t *testing.T, q, stored *Question) {
	t.Helper()
	if stored == nil {
		t.Fatal("the answer is to no question that was asked")
	}
	there := copied(stored)
	there.Wording = q.Wording
	if canonical(t, there) != canonical(t, q) {
		t.Fatalf("likeness crossed from %s\nto %s", canonical(t, stored), canonical(t, q))
	}
	if v := semantic.Compare(stored.Wording, q.Wording); !v.OK {
		t.Fatalf("the guard refuses %q for %q: %s", stored.Wording, q.Wording, v.Why)
	}
}

// canonical writes a question down unambiguously, by other means than the key's.
func canonical(t *testing.T, q *Question) string {
	t.Helper()
	c := *q
	if len(c.Context) == 0 {
		c.Context = nil // none is none
	}
	if len(c.History) == 0 {
		c.History = nil
	}
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func copied(q *Question) *Question {
	c := *q
	c.History = append([]chat.Turn(nil), q.History...)
	c.Context = append([]Item(nil), q.Context...)
	return &c
}

// edit changes one thing about a question.
func edit(r *rand.Rand, q *Question) {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	switch r.IntN(16) {
	case 0:
		q.Model, q.Digest = pick("a", "a:1", "b"), pick("", "1", ":1")
	case 1:
		q.Backend = pick("ollama", "openai")
	case 2:
		q.Options.Temperature = []*float64{nil, ptr(0.0), ptr(0.5)}[r.IntN(3)]
	case 3:
		q.Options.Seed = []*int{nil, ptr(0), ptr(1)}[r.IntN(3)]
	case 4:
		q.Options.MaxTokens, q.Options.ContextLength = r.IntN(2), r.IntN(2)
	case 5:
		q.Action = chat.Action(pick("", "explain", "fix"))
	case 6:
		q.Template = pick("1", "2")
	case 7:
		q.Level = chat.Level(r.IntN(5))
	case 8:
		q.Language = pick("go", "python", "")
	case 9, 10, 11, 12:
		q.Wording = pick(
			"how do I sort a slice?", "how can I sort a slice?", "how do I sort slices?", "how can I sort slices?",
			"how do I sort 2 slices?", "how do I sort 3 slices?", "how do I not sort a slice?", "how do I convert int to string?",
			"how do I convert string to int?", "explain it", "fix this", "",
		)
	case 13:
		editHistory(r, q)
	case 14:
		editContext(r, q)
	case 15:
		moveText(r, q)
	}
}

func editHistory(r *rand.Rand, q *Question) {
	if n := len(q.History); n > 0 && r.IntN(2) == 0 {
		q.History = q.History[: n-1 : n-1]
		return
	}
	role := []chat.Role{chat.RoleUser, chat.RoleAssistant}[r.IntN(2)]
	q.History = append(q.History[:len(q.History):len(q.History)], chat.Turn{Role: role, Content: fmt.Sprint("turn ", r.IntN(3))})
}

func editContext(r *rand.Rand, q *Question) {
	q.Context = append([]Item(nil), q.Context...)
	n := len(q.Context)
	switch {
	case n > 0 && r.IntN(3) == 0:
		q.Context = q.Context[:n-1]
	case n > 1 && r.IntN(2) == 0:
		q.Context[0], q.Context[1] = q.Context[1], q.Context[0]
	default:
		q.Context = append(q.Context, Item{
			Kind: []chat.ContextKind{chat.ContextFile, chat.ContextText}[r.IntN(2)], Text: strings.Repeat("x", r.IntN(3)),
			Document: strings.Repeat("x", r.IntN(2)), FirstLine: r.IntN(2),
		})
	}
}

// moveText moves a character from one field to the next, which changes nothing
// about all the fields put one after the other.
func moveText(r *rand.Rand, q *Question) {
	fields := []*string{&q.Backend, &q.Model, &q.Digest, &q.Template, &q.Language, &q.Before, &q.Wording, &q.After}
	i := r.IntN(len(fields) - 1)
	from, to := fields[i], fields[i+1]
	if *from == "" {
		return
	}
	last := len(*from) - 1
	*from, *to = (*from)[:last], (*from)[last:]+*to
}
