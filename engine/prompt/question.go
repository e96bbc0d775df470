package prompt

import (
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Question is a question with everything it would be sent with.
type Question struct {
	Texts   Texts
	Message string // the person's own words
	Context []chat.ContextItem
	Edits   bool // the answer replaces the selection, so it is at least as long

	Summary string      // of what came before History, "" where nothing did
	History []chat.Turn // what was said before, as it was sent
}

// New puts a request's question together.
func New(texts Texts, req *chat.Request) Question {
	edits := req.Edits || req.Instruction == "" && (req.Action == chat.Fix || req.Action == chat.Refactor || req.Action == chat.Document)
	return Question{Texts: texts, Message: req.Message, Context: req.Context, Edits: edits}
}

// Render returns the turns with nothing cut. The same question always gives the
// same bytes.
func (q *Question) Render() []chat.Turn {
	turns := []chat.Turn{{Role: chat.RoleSystem, Content: q.Texts.System}}
	turns = append(append(turns, summaryTurns(q.Summary)...), q.History...)
	return append(turns, chat.Turn{Role: chat.RoleUser, Content: q.Asked()})
}

// Asked renders the question's own turn with nothing cut.
func (q *Question) Asked() string {
	var b strings.Builder
	for _, i := range placed(q.Context) {
		writeItem(&b, &q.Context[i])
	}
	return b.String() + q.words()
}

// words are the instruction, and the person's words where it does not hold them.
func (q *Question) words() string {
	parts := []string{q.Texts.Instruction, q.Message}
	if q.Texts.Spoken {
		parts = parts[:1]
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.TrimRight(strings.Join(parts, "\n"), "\n")
}
