package prompt

import (
	"fmt"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// exchange is a question and its answer, as later prompts have them.
type exchange struct {
	turns  []chat.Turn
	tokens int
}

// exchanges groups the turns of a conversation: each begins with a user's turn.
// One that would take more than seven eighths of the room by itself was made for a
// model with a longer window: of its long turns the beginning and the end are
// sent. room is in tokens, 0 for no limit.
func exchanges(history []chat.Turn, count func(string) int, room int) []exchange {
	var out []exchange
	for i, turn := range history {
		if i == 0 || turn.Role == chat.RoleUser {
			out = append(out, exchange{})
		}
		last := &out[len(out)-1]
		last.turns = append(last.turns, turn)
		last.tokens += count(turn.Content) + turnTokens
	}
	for i := range out {
		if room > 0 && out[i].tokens > room*7/8 {
			out[i].shorten(count, room/4)
		}
	}
	return out
}

// shorten leaves the middle out of each turn of more than so many tokens.
func (e *exchange) shorten(count func(string) int, most int) {
	e.tokens = 0
	for i := range e.turns {
		if tokens := count(e.turns[i].Content); tokens > most {
			e.turns[i].Content = middleOut(e.turns[i].Content, tokens, most)
		}
		e.tokens += count(e.turns[i].Content) + turnTokens
	}
}

// middleOut shortens a text of so many tokens to about most: whole lines of its
// beginning and of its end.
func middleOut(text string, tokens, most int) string {
	part := len(text) / 2 * most / tokens * 9 / 10
	head, tail := firstLines(text, part), lastLines(text, part)
	left := lines(text) - lines(head) - lines(tail)
	return fmt.Sprintf("%s[… %d lines were left out here …]\n%s", head, left, tail)
}

// keptFrom is the number of the first exchange that is sent, out of a
// conversation whose exchanges have so many tokens. It looks at them as they came:
// whenever they passed three quarters of the room, the oldest went until only a
// quarter of it was taken. So between two such moments the prompt's beginning never changes,
// and the same conversation always comes to the same end.
func keptFrom(all []exchange, room int) int {
	start, sum := 0, 0
	for i := range all {
		sum += all[i].tokens
		if sum <= room*3/4 {
			continue
		}
		for start < i && sum > room/4 {
			sum -= all[start].tokens
			start++
		}
	}
	return start
}

// summaryHeading begins the turn that stands for the oldest messages.
const summaryHeading = "Summary of the conversation so far:\n\n"

// summaryTurns are the turns that stand for the oldest messages. There are two,
// because some chat templates refuse two turns of one role in a row.
func summaryTurns(summary string) []chat.Turn {
	if summary == "" {
		return nil
	}
	return []chat.Turn{
		{Role: chat.RoleUser, Content: summaryHeading + summary},
		{Role: chat.RoleAssistant, Content: "Understood."},
	}
}
