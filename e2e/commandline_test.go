package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/gguf"
)

// runCommand runs the binary with a configuration that points at a tap, and
// returns what it printed on both its outputs and what the model server had sent.
func runCommand(t *testing.T, args ...string) (stdout, stderr string, said answer) {
	t.Helper()
	server := startModelServer(t, gguf.Tiny())
	tp := startTap(t, server)
	config := fmt.Sprintf("[local]\nkind = %q\nurl = %q\n", server.kind, tp.url)
	for range 8 { // a random model may say nothing at all, but not eight times
		cmd := rigrun(t.Context(), t, config, args...)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil {
			t.Fatalf("rigrun-lsp %s: %v\n%s", strings.Join(args, " "), err, errs.String())
		}
		x, _ := tp.last()
		if x == nil {
			t.Fatalf("rigrun-lsp %s never asked the model server:\n%s", strings.Join(args, " "), out.String())
		}
		if said = x.answer(t); strings.TrimSpace(said.text) != "" {
			return out.String(), errs.String(), said
		}
	}
	t.Fatal("eight empty answers")
	return "", "", answer{}
}

// sample writes the file that the command line is asked about.
func sample(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sum.go")
	writeFile(t, path, code)
	return path
}

// TestAsk asks from the command line: the answer's text is what is printed.
func TestAsk(t *testing.T) {
	stdout, _, said := runCommand(t, "ask", "What does it do?", "--file", sample(t), "--lines", "4:11")
	if !strings.Contains(stdout, strings.TrimSpace(said.text)) {
		t.Errorf("printed %q\nthe model server sent %q", stdout, said.text)
	}
}

// TestAskJSON asks for the answer as data.
func TestAskJSON(t *testing.T) {
	stdout, _, said := runCommand(t, "ask", "What does it do?", "--file", sample(t), "--lines", "4:11", "--json")
	var res result
	if err := json.Unmarshal([]byte(stdout), &res); err != nil {
		t.Fatalf("printed %q: %v", stdout, err)
	}
	if res.Text == nil || *res.Text != said.text || res.FinishReason != said.reason {
		t.Errorf("printed %s\nthe model server sent %q", stdout, said.text)
	}
}

// TestDemo runs the demonstration: it shows the text as it streamed, and says who
// answered, on whichever output.
func TestDemo(t *testing.T) {
	stdout, stderr, said := runCommand(t, "demo", "--file", sample(t), "--lines", "4:11")
	if !strings.Contains(stdout, strings.TrimSpace(said.text)) {
		t.Errorf("printed %q\nthe model server sent %q", stdout, said.text)
	}
	for _, want := range []string{"local", "tiny"} {
		if !strings.Contains(stdout+stderr, want) {
			t.Errorf("does not say %q:\n%s\n%s", want, stdout, stderr)
		}
	}
}
