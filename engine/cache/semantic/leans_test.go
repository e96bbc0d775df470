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
		"lines 10-20", "L42", "how come?", "in Rust please", "translate to Rust", "rewrite in Go", "Why does the function panic?", "Rename the variable to count",
		"use a map instead", "the second option", "explain step 3", "option 2", "what does the error mean", "what does the error message mean", "are you sure?",
		"write tests", "write tests for it", "any bugs?", "what is wrong?", "refactor", "clean up", "add comments", "give me an example", "explain further",
		"tell me more", "can you explain in more detail?", "what does the first function do?", "your last answer in German", "rewrite the loop as a comprehension",
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
		"How do I revert the last commit?", "What does error 42 mean?", "Convert a string to an int in Go", "How do I use a map instead of a slice?", "Rename a branch in git",
		"In Go, how do I sort a map?", "What does the L1 cache do?", "How do I write a test for io.Reader?", "Refactor a Go interface into two", "How do I open a file and close it?",
	} {
		if Leans(q) {
			t.Errorf("%q leans", q)
		}
	}
}
