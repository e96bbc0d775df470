package semantic

import (
	"strings"
	"testing"
)

func TestCompareSaysWhy(t *testing.T) {
	for _, c := range []struct{ stored, asked, why string }{
		{"How do I sort a slice in ascending order?", "How do I sort a slice in descending order?", "ascending/descending"},
		{"How do I get the last 3 commits?", "How do I get the last 4 commits?", "number 3/4"},
		{"What does fooBar do?", "What does fooBaz do?", "identifier fooBar/fooBaz"},
		{"What does Foobar.Get do?", "What does FooBar.Get do?", "identifier Foobar.Get/FooBar.Get"},
		{"Why does my goroutine stop?", "Why does my goroutine not stop?", "negation"},
		{"Why does await work in a loop?", "Why doesn't await work in a loop?", "negation"},
		{"Why does cron never not run?", "Why does cron run?", "negation"},
		{"How do I migrate from Vite to Webpack?", "How do I migrate from Webpack to Vite?", "direction Vite: from/to"},
		{"How do I convert a string to an int?", "How do I convert an int to a string?", "direction string: from/to"},
		{"How do I call C from Go?", "How do I call Go from C?", "direction"},
		{"How do I sort a map by value?", "How do I sort a value by map?", "direction map/value"},
		{"How do I sort a list in Go?", "How do I sort a list in Python?", "name Go/Python"},
		{"How do I test a React component?", "How do I test a Vue component?", "name React/Vue"},
		{"How does a mutex work?", "Why does a mutex work?", "question how does/why"},
		{"When should I use a mutex?", "Where should I use a mutex?", "question when/where"},
		{"What does git reset --hard do?", "What does git reset --soft do?", "identifier --hard/--soft"},
		{"Upgrade Go from 1.21 to 1.22", "Upgrade Go from 1.21 to 1.23", "number 1.22/1.23"},
		{`What does "no such file" mean?`, `What does "no such host" mean?`, "quoted text no such file/no such host"},
		{"What does `x := <-c` do?", "What does `c <- x` do?", "quoted text x := <-c/c <- x"},
		{"How do I use X without a lock?", "How do I use X with a lock?", "direction lock: without/with"},
		{"Does it run before or after the test in Jest?", "Does it run after the test in Jest?", "leans on what is around it"},
		{"What is the first step of a build?", "What is the second step of a build?", "first/second"},
		{"Which is the faster sort?", "Which is the slower sort?", "faster/slower"},
		{"How do I enable all lints?", "How do I enable some lints?", "word all/–"},
		{"Is Go faster than Java?", "Is Java faster than Go?", "direction"},
		{"What is the difference between Copy and Clone in Rust?", "What is the difference between Copy and Clone for Rust?", ""},
		{"What is let in JavaScript?", "What is JavaScript?", "word let/–"},
		{"What does %D mean in strftime?", "What does %d mean in strftime?", "identifier %D/%d"},
		{"difference between is and == in Python", "difference between in and == in Python", "identifier is/in"},
		{"What does the G command do in vim?", "What does the g command do in vim?", "word G/g"},
		{"What does if do in Go?", "What does Go do?", "identifier if/–"},
		{"the size of A and the length of B", "the size of B and the length of A", "order A/B"},
	} {
		for _, v := range []Verdict{Compare(c.stored, c.asked)} {
			if v.OK != (c.why == "") || !strings.HasPrefix(v.Why, c.why) {
				t.Errorf("%q, %q: got %+v, want %q", c.stored, c.asked, v, c.why)
			}
		}
	}
}

func TestCompareFindsParaphrases(t *testing.T) {
	for _, c := range [][2]string{
		{"How do I convert a string to an int in Go", "golang parse integer from string"},
		{"What does defer do?", "Explain the defer statement"},
		{"Explain the difference between a slice and an array", "How are arrays different from slices?"},
		{"How do I check whether a key exists in a map?", "check if a map contains a key"},
		{"What is the best way to close a channel safely?", "what's the safe way to close a channel"},
		{"How do I stop all containers?", "HOW DO I STOP ALL CONTAINERS"},
		{"Install a specific version of a npm package", "npm: how to install a package at a given version"},
		{"What does \"defer\" do?", "what does `defer` do"},
		{"Why won't my goroutine stop?", "Why will my goroutine not stop?"},
	} {
		if v := Compare(c[0], c[1]); !v.OK {
			t.Errorf("%q, %q: %s", c[0], c[1], v.Why)
		}
	}
}

func TestLongTextsAreTheSameOnlyAsThemselves(t *testing.T) {
	long := "How do I sort " + strings.Repeat("a slice of structs and ", 100) + "maps?"
	if v := Compare(long, long); !v.OK {
		t.Error(v.Why)
	}
	if v := Compare(long, "how do I sort "+long[len("How do I sort "):]); v.OK || v.Why != "too long to compare" {
		t.Errorf("got %+v", v)
	}
}
