package main

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

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
