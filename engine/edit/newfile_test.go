package edit

import (
	"errors"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestNewFile(t *testing.T) {
	target := Target{Path: "/w/sum_test.go", Language: "go"}
	got, err := NewFile("Here:\r\n\r\n```go\r\npackage sum\r\n\r\nfunc TestAdd() {}\r\n```\r\nRun it.\r\n", target)
	if err != nil || got != "package sum\n\nfunc TestAdd() {}\n" {
		t.Errorf("%q, %v", got, err)
	}
	python := Target{Path: "/w/test_sum.py", Language: "python"}
	if got, err := NewFile("```python\ndef test_add():\n    assert add(1, 2) == 3\n```", python); err != nil || got != "def test_add():\n    assert add(1, 2) == 3\n" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNewFileRefuses(t *testing.T) {
	const good = "```go\npackage sum\n```\n"
	for name, answer := range map[string]string{
		"no code":      "I would rather not.",
		"two":          good + good,
		"not closed":   "```go\npackage sum\n",
		"not parsed":   "```go\nfunc TestAdd() {}\n```\n",
		"left out":     "```go\npackage sum\n\n// ... rest of the tests\n```\n",
		"a diff":       "```diff\n+package sum\n```\n",
		"another file": "`other_test.go`:\n\n```go\n// other_test.go\npackage other\n```\n",
		"hidden":       "```go\npackage sum // \u202e\n```\n",
		"a stand-in":   "```go\npackage sum\n\nconst key = \"REDACTED_AWS_KEY_1\"\n```\n",
		"empty":        "```go\n```\n",
	} {
		got, err := NewFile(answer, Target{Path: "/w/sum_test.go", Language: "go"})
		if _, refused := errors.AsType[*Refusal](err); !refused || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := NewFile(good, Target{Path: "/w/sum_test.go", Language: "go", Finish: chat.FinishLength}); !errors.Is(err, errCut) {
		t.Errorf("an answer that was cut: %v", err)
	}
}
