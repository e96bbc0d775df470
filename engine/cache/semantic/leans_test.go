package semantic

import "testing"

func TestLeans(t *testing.T) {
	for _, q := range []string{
		"explain it", "Explain this", "fix this", "Fix it please", "what does line 42 do?", "What does this regex match?", "explain the above",
		"what does that function do?", "why does it fail?", "Rename this variable everywhere", "continue", "again", "go on", "why?", "How?", "",
		"???", "and in Python?", "what about Rust?", "fix the bug", "Explain the code", "what is wrong with my code?", "Why is my function slow?",
		"shorter please", "the same for Java", "Write a test for these functions", "Is that safe?", "summarise the selection", "explain the following code",
		"what does the selected code do", "How do I unit test this function?", "do it again", "Translate them to Go", "What did you mean by your previous answer?",
		"Explain lines 3 to 9 of this file", "now in TypeScript", "make it faster", "Is it thread safe?", "why does this panic", "refactor that",
	} {
		if !Leans(q) {
			t.Errorf("%q does not lean", q)
		}
	}
	for _, q := range []string{
		"What does defer do?", "How do I exit vim?", "What is a mutex?", "Explain the defer statement", "Is it possible to cancel a context?",
		"How much does it cost to create a goroutine?", "How do I find the type of a variable in Go?", "Write a function that reverses a string",
		"What is the output of git status?", "How do I read the first line of a file?", "What is CORS and why is it needed?", "Explain sync.Once",
		"How do I parse JSON and write it to a file?", "What does `fmt.Errorf` return?", "Is it safe to close a channel twice?",
	} {
		if Leans(q) {
			t.Errorf("%q leans", q)
		}
	}
}
