package prompt

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// MaxSummary is the most tokens that a summary may have.
const MaxSummary = 512

// Overlong is how many of a conversation's oldest turns a summary should stand
// for, in a model's window of so many tokens: none while the conversation takes
// less than half of the room for a prompt, else as many as leave a quarter of it
// taken. The last question and its answer always stay.
func (q *Question) Overlong(c *Counter, window int) int {
	f := newFitting(q, c, window)
	sum := 0
	for i := range f.past {
		sum += f.past[i].tokens
	}
	if f.room == 0 || sum <= f.room/2 {
		return 0
	}
	turns := 0
	for i := 0; i < len(f.past)-1 && sum > f.room/4; i++ {
		sum -= f.past[i].tokens
		turns += len(f.past[i].turns)
	}
	return turns
}

// Summarise renders the question for a summary of turns, and of what was
// summarised before them, for a window of so many tokens. Turns that do not fit
// are given by their beginnings and ends.
func Summarise(c *Counter, window int, before string, turns []chat.Turn) []chat.Turn {
	system := builtin("summary").text
	var b strings.Builder
	if before != "" {
		b.WriteString(summaryHeading + before + "\n\n")
	}
	room := window - window/slack - MaxSummary - c.Tokens(system) - c.Tokens(before) - (len(turns)+4)*turnTokens
	share := max(room/max(len(turns), 1), 1)
	for _, t := range turns {
		text := t.Content
		if n := c.Tokens(text); n > share {
			text = middleOut(text, n, share)
		}
		b.WriteString(speaker(t.Role) + ":\n" + strings.TrimRight(text, "\n") + "\n\n")
	}
	b.WriteString("Write the notes that stand for all of this.")
	return []chat.Turn{{Role: chat.RoleSystem, Content: system}, {Role: chat.RoleUser, Content: b.String()}}
}

func speaker(r chat.Role) string {
	if r == chat.RoleUser {
		return "User"
	}
	return "Assistant"
}
