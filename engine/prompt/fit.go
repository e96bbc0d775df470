package prompt

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Sent is a question as a model is sent it.
type Sent struct {
	Turns  []chat.Turn
	Tokens int // by the counter
	Window int // the window it was cut to, in tokens; 0 for none

	Items        []Use // one for each item of the question's context, in its order
	Conversation Use   // all earlier turns together, and their summary
	left         int   // exchanges that were left out
}

// Use is what became of a piece of a question.
type Use struct {
	Tokens int
	Cut    string // why not all of it is sent, "" where all is
	lost   string // what of it is left out, for Note and Left; "" where nothing is
}

// Asked is the question's own turn.
func (s *Sent) Asked() string { return s.Turns[len(s.Turns)-1].Content }

// Note says what was left out, as a part of a sentence; "" where nothing was.
func (s *Sent) Note() string {
	var lost []string
	for _, u := range append(slices.Clone(s.Items), s.Conversation) {
		if u.lost != "" {
			lost = append(lost, u.lost)
		}
	}
	if len(lost) == 0 {
		return ""
	}
	return "left out to fit " + thousands(s.Window) + " tokens: " + strings.Join(lost, ", ")
}

// Left are the same pieces one by one; items is the question's context.
func (s *Sent) Left(items []chat.ContextItem) []chat.Left {
	var list []chat.Left
	reason := "did not fit into " + thousands(s.Window) + " tokens"
	for i, u := range s.Items {
		if u.lost != "" {
			list = append(list, chat.Left{Kind: items[i].Kind, URI: items[i].URI, Name: u.lost, Reason: reason})
		}
	}
	if s.Conversation.lost != "" {
		list = append(list, chat.Left{Kind: chat.KindConversation, Name: s.Conversation.lost, Reason: reason})
	}
	return list
}

// TooLong is the error of a question whose selection and words alone do not fit.
type TooLong struct {
	Tokens int // of what cannot be cut, by the counter
	Window int
}

// Error says so in numbers.
func (e *TooLong) Error() string {
	return fmt.Sprintf("the selection and the question have about %s tokens, more than the model's window of %s holds",
		thousands(e.Tokens), thousands(e.Window))
}

// The share of a window that is left to the answer, and the most of it in tokens.
const (
	answerShare = 4 // a quarter
	answerMost  = 2048
)

// slack is the share of a window that stays free, because counts are estimates: a sixteenth.
const slack = 16

// Fit renders a question for a window of so many tokens, 0 for one that nobody
// knows. The same question, counts and window always give the same bytes.
func (q *Question) Fit(c *Counter, window int) (Sent, error) {
	f := newFitting(q, c, window)
	if err := f.fit(); err != nil {
		return Sent{}, err
	}
	return f.sent(), nil
}

// The shares of an item that are tried when it does not fit: all of it, half, a
// quarter and so on, at last nothing.
const (
	whole   = 0
	half    = 1
	nothing = 8
)

// fitting is a question on its way into a window.
type fitting struct {
	q      *Question
	count  func(string) int
	window int
	room   int // for the prompt, 0 for no limit

	fixed int        // tokens of what is always sent: system prompt, summary, instruction, words
	past  []exchange // all of them
	start int        // the first that is sent
	order []int      // the items as they are rendered
	share []int      // how much of each item is sent
	known map[form]string
	sizes map[form]int
	given map[int]int // by item: see lastGiven
}

// form is an item rendered in one way.
type form struct {
	item, share int
	referred    bool
}

func newFitting(q *Question, c *Counter, window int) *fitting {
	f := &fitting{
		q: q, count: c.Tokens, window: window, order: placed(q.Context), share: make([]int, len(q.Context)),
		known: map[form]string{}, sizes: map[form]int{}, given: map[int]int{},
	}
	f.fixed = f.count(q.Texts.System) + f.count(q.words()) + 2*turnTokens
	for _, t := range summaryTurns(q.Summary) {
		f.fixed += f.count(t.Content) + turnTokens
	}
	if window > 0 {
		f.room = max(window-window/slack-f.reserve(), 1)
	}
	f.past = exchanges(q.History, f.count, f.room)
	if f.room > 0 {
		f.start = keptFrom(f.past, f.room-f.fixed)
	}
	return f
}

// reserve is what of the window is left to the answer. One that replaces the
// selection is as long as that and a little longer.
func (f *fitting) reserve() int {
	n := min(f.window/answerShare, answerMost)
	if !f.q.Edits {
		return n
	}
	for i := range f.q.Context {
		if f.q.Context[i].Kind == chat.ContextSelection {
			n += f.count(f.q.Context[i].Text) * 5 / 4
		}
	}
	return min(n, f.window/2)
}

// fit leaves things out, least useful first, until the rest fits. Where only the
// answer's share is missing in the end, the answer gets what there is.
func (f *fitting) fit() error {
	if f.fits(f.room) {
		return nil
	}
	goal, steps := f.goal(), f.steps()
	for !f.fits(goal) {
		if len(steps) == 0 {
			if f.fits(f.window - f.window/slack) {
				f.putBack(f.room)
				return nil
			}
			return &TooLong{Tokens: f.tokens(), Window: f.window}
		}
		steps[0]()
		steps = steps[1:]
	}
	f.putBack(goal)
	return nil
}

// goal is the room to cut to. A question that begins a conversation leaves a
// quarter of it free, so that those that follow it need not cut it again.
func (f *fitting) goal() int {
	if len(f.past) == 0 {
		return f.room * 3 / 4
	}
	return f.room
}

// fits reports whether the prompt as it is now fits into a room, 0 for no limit.
func (f *fitting) fits(room int) bool { return f.room == 0 || f.tokens() <= room }

// steps are what can be left out, in the order in which it is.
func (f *fitting) steps() []func() {
	var steps []func()
	for u := outline; u < never; u++ {
		if u == oldTurns {
			steps = append(steps, func() { f.trim(f.room / 4) }, func() { f.trim(0) })
			continue
		}
		first := nothing
		if u.shortens() {
			first = half
		}
		for _, i := range slices.Backward(f.order) {
			if usefulnessOf(&f.q.Context[i]) != u {
				continue
			}
			for share := first; share <= nothing; share++ {
				steps = append(steps, func() { f.share[i] = share })
			}
		}
	}
	return steps
}

// trim leaves out the oldest exchanges until the rest has at most so many tokens.
func (f *fitting) trim(most int) {
	for f.start < len(f.past) && f.pastTokens() > most {
		f.start++
	}
}

// putBack restores what was left out for nothing: small items that went before a
// large one, whose place they can keep beside what is left of it.
func (f *fitting) putBack(room int) {
	for u := enclosing; u >= outline; u-- {
		for _, i := range f.order {
			if usefulnessOf(&f.q.Context[i]) != u || f.share[i] == whole {
				continue
			}
			was := f.share[i]
			if f.share[i] = whole; !f.fits(room) {
				f.share[i] = was
			}
		}
	}
}

func (f *fitting) tokens() int {
	n := f.fixed + f.pastTokens()
	for i := range f.share {
		n += f.size(f.formOf(i))
	}
	return n
}

func (f *fitting) pastTokens() int {
	n := 0
	for _, e := range f.past[f.start:] {
		n += e.tokens
	}
	return n
}

// formOf is how an item is rendered as things are now. One that a turn which is
// sent holds already is referred to. The selection never is: small models look
// for what they are asked about next to the question.
func (f *fitting) formOf(i int) form {
	v := form{item: i, share: f.share[i]}
	if v.share != whole || usefulnessOf(&f.q.Context[i]) == never || f.q.Context[i].Text == "" {
		return v
	}
	v.referred = f.lastGiven(i) >= f.start
	return v
}

// lastGiven is the number of the last exchange whose question holds an item, -1
// where none does.
func (f *fitting) lastGiven(i int) int {
	if n, ok := f.given[i]; ok {
		return n
	}
	text, n := f.text(form{item: i}), len(f.past)-1
	for ; n >= 0; n-- {
		if t := f.past[n].turns[0]; t.Role == chat.RoleUser && strings.Contains(t.Content, text) {
			break
		}
	}
	f.given[i] = n
	return n
}

func (f *fitting) size(v form) int {
	n, ok := f.sizes[v]
	if !ok {
		n = f.count(f.text(v))
		f.sizes[v] = n
	}
	return n
}

func (f *fitting) text(v form) string {
	text, ok := f.known[v]
	if !ok {
		text = f.render(v)
		f.known[v] = text
	}
	return text
}

func (f *fitting) render(v form) string {
	item := &f.q.Context[v.item]
	switch {
	case v.referred:
		return reference(item)
	case v.share == whole:
		return block(item)
	}
	short := shortened(item, v.share)
	if short.Text == "" {
		return ""
	}
	return strings.TrimSuffix(block(&short), "\n") + "(The rest of it was left out.)\n\n"
}

// shortened is the beginning of an item in whole lines.
func shortened(item *chat.ContextItem, share int) chat.ContextItem {
	short := *item
	short.Text = ""
	if share < nothing {
		short.Text = firstLines(item.Text, len(item.Text)>>share)
	}
	if short.Span.FirstLine > 0 {
		short.Span.LastLine = short.Span.FirstLine + max(lines(short.Text)-1, 0)
	}
	return short
}

// sent is the outcome.
func (f *fitting) sent() Sent {
	s := Sent{Tokens: f.tokens(), Window: f.window, Items: make([]Use, len(f.share)), left: f.start}
	s.Turns = append([]chat.Turn{{Role: chat.RoleSystem, Content: f.q.Texts.System}}, summaryTurns(f.q.Summary)...)
	for _, e := range f.past[f.start:] {
		s.Turns = append(s.Turns, e.turns...)
	}
	var b strings.Builder
	for _, i := range f.order {
		v := f.formOf(i)
		b.WriteString(f.text(v))
		s.Items[i] = f.use(v)
	}
	s.Turns = append(s.Turns, chat.Turn{Role: chat.RoleUser, Content: b.String() + f.q.words()})
	s.Conversation = f.conversation()
	return s
}

// use says what became of an item.
func (f *fitting) use(v form) Use {
	item := &f.q.Context[v.item]
	u := Use{Tokens: f.size(v)}
	switch {
	case v.referred:
		u.Cut = "unchanged since it was given earlier in this conversation"
	case v.share == whole:
	case f.text(v) == "":
		u.Cut = "left out to fit " + thousands(f.window) + " tokens"
		u.lost = label(item)
	default:
		kept := lines(shortened(item, v.share).Text)
		u.Cut = fmt.Sprintf("only its first %d lines fit into %s tokens", kept, thousands(f.window))
		u.lost = fmt.Sprintf("%s after its first %d lines", label(item), kept)
	}
	return u
}

// conversation says what became of the earlier turns.
func (f *fitting) conversation() Use {
	u := Use{Tokens: f.pastTokens()}
	if f.start == 0 {
		return u
	}
	u.lost = "the oldest turn"
	if f.start > 1 {
		u.lost = "the oldest " + strconv.Itoa(f.start) + " turns"
	}
	u.Cut = u.lost + " did not fit into " + thousands(f.window) + " tokens"
	return u
}

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
