package edit

import (
	"strings"
	"unicode/utf8"
)

// maxAnswer is the longest answer that is read, in bytes: four times the longest
// question, and more than any model writes in one answer.
const maxAnswer = 1 << 20

// block is one piece of code in an answer.
type block struct {
	info   string   // what stands after the fence
	above  string   // the last line of text before it that says something
	lines  []string // without line ends
	closed bool     // the fence was closed
	bare   bool     // the answer had no fence
}

// clean brings an answer to plain lines: thinking is cut off, line ends are "\n".
// It refuses what is no text.
func clean(answer string) (string, error) {
	if len(answer) > maxAnswer {
		return "", errTooLong
	}
	if !utf8.ValidString(answer) {
		return "", errNotText
	}
	answer = strings.ReplaceAll(strings.TrimPrefix(answer, bom), "\r\n", "\n")
	return withoutTurnEnd(withoutThinking(answer)), nil
}

// thinking matches what a model tells itself: from a tag to its closing one.
var thinking = pattern(`(?is)^\s*<(think|thinking|thought|reasoning)>.*?</(think|thinking|thought|reasoning)>`)

// withoutThinking cuts off thinking at the answer's beginning. An unclosed tag
// leaves nothing; a closing tag alone, as servers send it that put the opening
// one into the prompt, cuts off what is before it.
func withoutThinking(answer string) string {
	for {
		at := thinking().FindStringIndex(answer)
		if at == nil {
			break
		}
		answer = answer[at[1]:]
	}
	if unclosed().MatchString(answer) {
		return ""
	}
	if at := strings.LastIndex(answer, "</think>"); at >= 0 && !strings.Contains(answer[:at], "<think>") {
		return answer[at+len("</think>"):]
	}
	return answer
}

// turnEnd matches what a server leaves that does not know its model's end of turn.
var turnEnd = pattern(`(?:\s*(?:<\|(?:im_end|endoftext|eot_id|end|eom_id|EOT|file_sep)\|>|<｜end▁of▁sentence｜>|</s>|<eos>|<end_of_turn>))+\s*$`)

func withoutTurnEnd(answer string) string {
	const most = 200 // bytes of such marks
	at := max(0, len(answer)-most)
	if !strings.Contains(answer[at:], ">") {
		return answer
	}
	return answer[:at] + turnEnd().ReplaceAllString(answer[at:], "\n")
}

var unclosed = pattern(`(?i)^\s*<(think|thinking|thought|reasoning)>`)

// fence matches the line that opens a fence: its indentation, its marks and its info.
var fence = pattern("^([ \t]*(?:(?:[-*+]|[0-9]+[.)]|>)[ \t]+)?)(`{3,}|~{3,})[ \t]*([^`]*)$")

// blocks parts an answer into its fenced blocks and the text around them.
func blocks(answer string) (code []block, prose []string) {
	lines := strings.Split(answer, "\n")
	above := ""
	for i := 0; i < len(lines); i++ {
		m := fence().FindStringSubmatch(lines[i])
		if m == nil {
			prose = append(prose, lines[i])
			if strings.TrimSpace(lines[i]) != "" {
				above = strings.TrimSpace(lines[i])
			}
			continue
		}
		b := block{info: strings.TrimSpace(m[3]), above: above}
		stop := closing(lines, i+1, m[2])
		b.closed = stop < len(lines)
		b.lines = unindent(lines[i+1:stop], len(m[1]))
		code, above, i = append(code, b), "", stop
	}
	return code, prose
}

// closing finds the line that closes a fence: the same mark, at least as often,
// and nothing else. A fence with an info string inside opens a nested one.
func closing(lines []string, from int, marks string) int {
	depth := 0
	for i := from; i < len(lines); i++ {
		m := fence().FindStringSubmatch(lines[i])
		if len(m) == 0 || m[2][0] != marks[0] || len(m[2]) < len(marks) {
			continue
		}
		if strings.TrimSpace(m[3]) != "" {
			depth++
		} else if depth == 0 {
			return i
		} else {
			depth--
		}
	}
	return len(lines)
}

// unindent takes the fence's own indentation off its lines.
func unindent(lines []string, width int) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		n := 0
		for n < width && n < len(line) && (line[n] == ' ' || line[n] == '\t') {
			n++
		}
		out[i] = line[n:]
	}
	return out
}
