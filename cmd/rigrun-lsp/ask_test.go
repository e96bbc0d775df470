package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// TestAnswerIsNoTerminalCommand has a model's answer hold what a terminal obeys, in
// pieces that part its characters.
func TestAnswerIsNoTerminalCommand(t *testing.T) {
	const answer = "red \x1b[31mor\u009b31m\x07 not:\té £ \u00a0世\x7f\r\nÂ\n"
	const want = "red [31mor31m not:\té £ \u00a0世\nÂ\n"
	for size := 1; size <= len(answer); size++ {
		var out strings.Builder
		term := &terminal{out: &out}
		for piece := range slices.Chunk([]byte(answer), size) {
			if err := term.Write(stream.Chunk{Kind: stream.Text, Data: piece}); err != nil {
				t.Fatal(err)
			}
		}
		if term.finish(); out.String() != want {
			t.Fatalf("in pieces of %d bytes: %q, want %q", size, out.String(), want)
		}
	}
}

// TestSummarySaysWhatWasLeftOut wants it said once, below where the answer came from.
func TestSummarySaysWhatWasLeftOut(t *testing.T) {
	got := summary(chat.Result{
		Route: chat.RouteDecision{Tier: "local", Reason: "it is there; left out to fit 4,096 tokens: a.go", Cause: "it is there"},
		Left: []chat.Left{
			{Kind: chat.ContextFile, Name: "a.go", Reason: "did not fit into 4,096 tokens"},
			{Kind: chat.ContextFile, Reason: "a file was ignored"},
		},
	})
	if _, below, _ := strings.Cut(got, "it is there"); below != "\nleft out: a.go did not fit into 4,096 tokens\nleft out: a file was ignored" {
		t.Errorf("%q", got)
	}
}
