package prompt

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// filler is code of about so many tokens, in lines, that no other number has.
func filler(number, tokens int) string {
	var b strings.Builder
	c, have := &Counter{}, 0
	for i := 0; have < tokens; i++ {
		line := fmt.Sprintf("value%d := compute(%d, %d)\n", number, i, number)
		b.WriteString(line)
		have += c.Tokens(line)
	}
	return b.String()
}

// surrounded is a question with every kind of item, each of about so many tokens.
func surrounded(tokens int) Question {
	items := []chat.ContextItem{
		selection(),
		{Kind: chat.ContextSymbol, Part: chat.PartEnclosing, Path: "/w/pkg/add.go", Folder: "/w", Text: filler(1, tokens), Span: chat.Span{FirstLine: 1, LastLine: 9}},
		{Kind: chat.ContextSymbol, Part: chat.PartOutline, Path: "/w/pkg/add.go", Folder: "/w", Text: filler(2, tokens)},
		{Kind: chat.ContextSymbol, Part: chat.PartImports, Path: "/w/pkg/add.go", Folder: "/w", Text: filler(3, tokens)},
		{Kind: chat.ContextSymbol, Part: chat.PartDefinition, Path: "/w/b.go", Folder: "/w", Text: filler(4, tokens), Span: chat.Span{FirstLine: 7, LastLine: 9}},
		{Kind: chat.ContextSearch, Query: "retry", Text: filler(5, tokens)},
		{Kind: chat.ContextGit, Query: "HEAD~1", Text: filler(6, tokens)},
		{Kind: chat.ContextFile, Path: "/w/go.mod", Folder: "/w", Text: filler(7, tokens)},
		{Kind: chat.ContextSymbol, Query: "Sum", Text: filler(8, tokens)},
		{Kind: chat.ContextDiagnostics, Path: "/w/pkg/add.go", Folder: "/w", Text: filler(9, tokens)},
	}
	return question(chat.Request{Action: chat.Explain, Message: "Why?", Context: items})
}

func talked(q Question, exchanges, tokens int) Question {
	for i := range exchanges {
		q.History = append(q.History,
			chat.Turn{Role: chat.RoleUser, Content: filler(100+2*i, tokens/2)},
			chat.Turn{Role: chat.RoleAssistant, Content: filler(101+2*i, tokens/2)})
	}
	return q
}

// TestLeastUsefulGoesFirst makes the window smaller step by step and notes in
// which order things disappear.
func TestLeastUsefulGoesFirst(t *testing.T) {
	q := talked(surrounded(300), 4, 300)
	var order []string
	gone := map[string]bool{}
	for window := 9000; window > 500; window -= 20 {
		sent, err := q.Fit(&Counter{}, window)
		if err != nil {
			t.Fatal(err)
		}
		for i, u := range sent.Items {
			name := fmt.Sprint(cmpOr(string(q.Context[i].Part), string(q.Context[i].Kind)))
			if strings.HasPrefix(u.Cut, "left out") && !gone[name] {
				gone[name] = true
				order = append(order, name)
			}
		}
		if strings.Contains(sent.Conversation.Cut, "4 turns") && !gone["turns"] {
			gone["turns"] = true
			order = append(order, "turns")
		}
	}
	want := []string{"outline", "imports", "definition", "search", "git", "file", "symbol", "diagnostics", "turns", "enclosing"}
	if !slices.Equal(order, want) {
		t.Errorf("left out in the order %q, want %q", order, want)
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// TestFitProperties tries random questions in random windows: what is sent fits
// by the same counter, has the selection and the person's words, is the same every
// time, and says what is not in it.
func TestFitProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	fits, tooLong := 0, 0
	for range 400 {
		q := talked(surrounded(20+r.IntN(800)), r.IntN(12), 20+r.IntN(1500))
		q.Context = q.Context[:1+r.IntN(len(q.Context))]
		q.Edits = r.IntN(2) == 0
		if r.IntN(2) == 0 {
			q.Summary = filler(99, 50)
		}
		window := 100 + r.IntN(12000)
		c := &Counter{}
		sent, err := q.Fit(c, window)
		if e, ok := errors.AsType[*TooLong](err); ok {
			tooLong++
			if e.Tokens <= window-window/slack {
				t.Fatalf("%d tokens were refused for a window of %d", e.Tokens, window)
			}
			continue
		}
		fits++
		count := 0
		for _, turn := range sent.Turns {
			count += c.Tokens(turn.Content) + turnTokens
		}
		if count > window-window/slack || sent.Tokens < count || sent.Tokens > count+2*len(q.Context)+2 {
			t.Fatalf("%d tokens, said to be %d, in a window of %d", count, sent.Tokens, window)
		}
		if asked := sent.Asked(); !strings.Contains(asked, "return a + b") || !strings.HasSuffix(asked, "\nWhy?") {
			t.Fatalf("the selection or the question is missing in %q", asked)
		}
		checkUses(t, &q, &sent)
		again, err := q.Fit(&Counter{}, window)
		if err != nil || !slices.Equal(again.Turns, sent.Turns) {
			t.Fatal("the same question was cut in another way the second time")
		}
	}
	if fits < 100 || tooLong == 0 {
		t.Errorf("%d questions fit and %d did not: the test does not try both", fits, tooLong)
	}
}

// checkUses holds what is said of the items against what is there.
func checkUses(t *testing.T, q *Question, sent *Sent) {
	t.Helper()
	lost := false
	for i, u := range sent.Items {
		isThere := strings.Contains(sent.Asked(), q.Context[i].Text)
		if isThere != (u.Cut == "") || isThere != (u.lost == "") {
			t.Fatalf("item %d is sent: %v, and said: %+v", i, isThere, u)
		}
		lost = lost || !isThere
	}
	if (sent.Note() != "") != (lost || sent.Conversation.Cut != "") {
		t.Fatalf("the note is %q", sent.Note())
	}
	if want := len(sent.Turns) - 2 - len(summaryTurns(q.Summary)); want+2*sent.left != len(q.History) {
		t.Fatalf("%d turns are sent and %d exchanges left out of %d turns", want, sent.left, len(q.History))
	}
}

// TestALongSelectionLeavesRoom has an edit of a third of the window: its answer takes no more
// than half, so that the function around it still goes along.
func TestALongSelectionLeavesRoom(t *testing.T) {
	const window = 8192
	long := selection()
	long.Text = filler(1, window/3)
	around := chat.ContextItem{Kind: chat.ContextSymbol, Part: chat.PartEnclosing, Path: "/w/pkg/add.go", Folder: "/w", Text: filler(2, window/20)}
	q := question(chat.Request{Action: chat.Refactor, Edits: true, Context: []chat.ContextItem{long, around}})
	q.History = []chat.Turn{{Role: chat.RoleUser, Content: "hello"}, {Role: chat.RoleAssistant, Content: "hello"}}
	sent, err := q.Fit(&Counter{}, window)
	if err != nil || sent.Note() != "" {
		t.Errorf("%v, %s", err, sent.Note())
	}
}

// TestPrefixMovesSeldom lets a conversation grow to ten times the window: between
// two steps each prompt begins with the whole one before, as it was sent.
func TestPrefixMovesSeldom(t *testing.T) {
	c, moves, turns := &Counter{}, 0, 60
	var history, last []chat.Turn
	for i := range turns {
		q := question(chat.Request{Message: filler(200+i, 150)})
		q.History = history
		sent, err := q.Fit(c, 4096)
		if err != nil {
			t.Fatal(err)
		}
		if len(last) > 0 && !slices.Equal(sent.Turns[:min(len(last), len(sent.Turns))], last) {
			moves++
		}
		answer := chat.Turn{Role: chat.RoleAssistant, Content: filler(300+i, 150)}
		last = append(slices.Clone(sent.Turns), answer)
		history = append(history, chat.Turn{Role: chat.RoleUser, Content: sent.Asked()}, answer)
		c.Learn(sent.Tokens, sent.Tokens*(98+i%5)/100) // counts differ a little from estimates
	}
	if moves == 0 || moves > turns/4 {
		t.Errorf("the beginning moved %d times in %d questions", moves, turns)
	}
}

func TestUnchangedItemsAreReferredTo(t *testing.T) {
	file := chat.ContextItem{Kind: chat.ContextFile, Path: "/w/b.go", Folder: "/w", Language: "go", Text: filler(1, 200)}
	first := question(chat.Request{Message: "one", Context: []chat.ContextItem{file, selection()}})
	sent, err := first.Fit(&Counter{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	next := question(chat.Request{Message: "two", Context: []chat.ContextItem{file, selection()}})
	next.History = []chat.Turn{{Role: chat.RoleUser, Content: sent.Asked()}, {Role: chat.RoleAssistant, Content: "a"}}
	again, err := next.Fit(&Counter{}, 8192)
	if err != nil {
		t.Fatal(err)
	}
	if asked := again.Asked(); !strings.HasPrefix(asked, "b.go: unchanged, see above.\n\npkg/add.go, lines 4 to 5:\n```go\nfunc Add") || again.Items[0].Cut == "" || again.Note() != "" {
		t.Errorf("the file is sent again, or the selection is not: %q, %+v", asked, again.Items)
	}
	next.Context[0].Text += "changed()\n"
	if again, err = next.Fit(&Counter{}, 8192); err != nil || !strings.Contains(again.Asked(), "changed()") {
		t.Errorf("a changed file is not sent: %v", err)
	}
	next.Context[0].Text = file.Text
	next.History = append([]chat.Turn{}, next.History...)
	next = talked(next, 30, 400)
	if again, err = next.Fit(&Counter{}, 4096); err != nil || !strings.Contains(again.Asked(), file.Text) {
		t.Errorf("a file whose turn was left out is not sent again: %v", err)
	}
}

func TestNotes(t *testing.T) {
	q := talked(surrounded(300), 6, 900)
	sent, err := q.Fit(&Counter{}, 4096)
	if err != nil {
		t.Fatal(err)
	}
	want := "left out to fit 4,096 tokens: the outline of pkg/add.go, the imports of pkg/add.go, "
	if got := sent.Note(); !strings.HasPrefix(got, want) || !strings.Contains(got, "turns") {
		t.Errorf("note %q", got)
	}
	_, err = q.Fit(&Counter{}, 60)
	if err == nil || err.Error() != "the selection and the question have about "+thousands(err.(*TooLong).Tokens)+" tokens, more than the model's window of 60 holds" {
		t.Errorf("error %v", err)
	}
	if got := thousands(1234567) + thousands(999) + thousands(1000); got != "1,234,5679991,000" {
		t.Error(got)
	}
}

// TestALargeFileKeepsItsBeginning, and small items keep their place beside it.
func TestALargeFileKeepsItsBeginning(t *testing.T) {
	q := surrounded(40)
	q.Context[7].Text = filler(7, 20000)
	sent, err := q.Fit(&Counter{}, 8192)
	if err != nil {
		t.Fatal(err)
	}
	for i, u := range sent.Items {
		if (u.Cut != "") != (i == 7) {
			t.Errorf("item %d: %+v", i, u)
		}
	}
	if u := sent.Items[7]; u.Tokens < 2000 || !strings.HasPrefix(u.Cut, "only its first ") || !strings.Contains(sent.Asked(), "(The rest of it was left out.)") {
		t.Errorf("the file: %+v", u)
	}
}

// TestALongTurnLosesItsMiddle holds for a turn that a model with a longer window answered.
func TestALongTurnLosesItsMiddle(t *testing.T) {
	q := talked(question(chat.Request{Message: "next"}), 1, 40000)
	sent, err := q.Fit(&Counter{}, 8192)
	if err != nil || len(sent.Turns) != 4 {
		t.Fatalf("%d turns, %v", len(sent.Turns), err)
	}
	long := sent.Turns[1].Content
	if !strings.HasPrefix(long, "value100 := compute(0, 100)\n") || !strings.Contains(long, "lines were left out here …]\n") || !strings.HasSuffix(long, q.History[0].Content[len(q.History[0].Content)-50:]) {
		t.Errorf("%d bytes: %.80q", len(long), long)
	}
}
