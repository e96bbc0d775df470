package backendtest

import (
	"net/http"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Script is what a server does.
type Script struct {
	// Answers are for the chat requests in turn, the last of them for all that
	// follow. None means one answer with the text "Hello".
	Answers []Answer

	// Models are listed. None means one, named "tiny" ("tiny:latest" in Ollama).
	Models []Model

	Version string // of Ollama; "" means "0.17.4"
	Key     string // the bearer key that every request needs, "" for none
	Split   int    // how many bytes of an answer are written at a time; 0 for a step at once

	// Vector is the embedding of every text. None means {1, 0}.
	Vector []float32

	Fill Filling // how gaps are filled in

	// Strict has an OpenAI-style server refuse requests that hold these members,
	// with 400 and a message that names the member ("stream_options").
	Strict []string
}

// Model is a model of the server.
type Model struct {
	Name         string
	Digest       string
	Modified     string // RFC 3339
	Size         int64
	Context      int      // tokens, 0 for not told
	NumCtx       int      // the Modelfile's parameter (Ollama)
	Capabilities []string // told by /api/show and by llama-server's list
	Loaded       bool     // listed by /api/ps
}

// Answer is the answer to one chat request.
type Answer []Step

// Step is one thing the server does. The constructors below make them.
type Step struct {
	op     op
	text   string
	tool   tool
	status int
	header http.Header
	wait   <-chan struct{}
	reason chat.FinishReason
	usage  chat.Usage
}

type op int

const (
	opText op = iota
	opThink
	opTool
	opRaw
	opHold
	opEnd
	opNoEnd
	opCut
	opStall
	opFail
	opStatus
	opRefuse
	opDocument
)

type tool struct {
	index    int
	id, name string
}

// Tokens streams each string as a delta of its own.
func Tokens(tokens ...string) Answer {
	a := make(Answer, len(tokens))
	for i, t := range tokens {
		a[i] = Text(t)
	}
	return a
}

// Text streams one delta of the answer.
func Text(s string) Step { return Step{op: opText, text: s} }

// Think streams one delta of a reasoning model's thinking.
func Think(s string) Step { return Step{op: opThink, text: s} }

// Call streams a tool call: the whole of it from Ollama, where arguments must be
// a JSON object, and one piece of its arguments from OpenAI.
func Call(index int, id, name, arguments string) Step {
	return Step{op: opTool, text: arguments, tool: tool{index, id, name}}
}

// Raw writes bytes as they are.
func Raw(s string) Step { return Step{op: opRaw, text: s} }

// Hold waits until c is closed or gives a value. As the first step it holds the
// response's headers back too.
func Hold(c <-chan struct{}) Step { return Step{op: opHold, wait: c} }

// End sends the end mark with a reason and counts of its own.
func End(reason chat.FinishReason, promptTokens, completionTokens int) Step {
	return Step{op: opEnd, reason: reason, usage: chat.Usage{PromptTokens: promptTokens, CompletionTokens: completionTokens}}
}

// NoEnd ends the body properly, but without the end mark.
func NoEnd() Step { return Step{op: opNoEnd} }

// Cut breaks the connection.
func Cut() Step { return Step{op: opCut} }

// Stall sends nothing more and keeps the connection open. As the first step it
// sends no response at all.
func Stall() Step { return Step{op: opStall} }

// Fail sends an error object in the middle of the stream and ends the body.
func Fail(message string) Step { return Step{op: opFail, text: message} }

// Refuse answers with an error status and the dialect's error object. header
// holds names and values in turn ("Retry-After", "1"). It must be the first step
// but for [Hold].
func Refuse(status int, message string, header ...string) Step {
	return Step{op: opRefuse, status: status, text: message, header: pairs(header)}
}

// Status answers with a status, headers and a body as they are. It must be the
// first step but for [Hold].
func Status(status int, body string, header ...string) Step {
	return Step{op: opStatus, status: status, text: body, header: pairs(header)}
}

// Document answers with one JSON document, as if no stream had been asked for.
// It must be the first step but for [Hold].
func Document(text string) Step { return Step{op: opDocument, text: text} }

func pairs(list []string) http.Header {
	h := http.Header{}
	for i := 0; i+1 < len(list); i += 2 {
		h.Set(list[i], list[i+1])
	}
	return h
}

// OddTokens returns n tokens that are hard to carry: emoji with joiners, CJK,
// combining marks, quotes, escapes, line separators, fences, control characters
// and right-to-left text, each different.
func OddTokens(n int) []string {
	odd := []string{
		"👩‍👩‍👧‍👦", "漢字かな", "e\u0301\u0323", "\"quoted\"", "\\n\\u0041", "\u2028", "\u2029", "```go\n", "\t", "\r\n",
		"\x01\x1f\x7f", "مرحبا", "<&>", "🇪🇺", "\ufeff", "data: [DONE]\n\n", "{\"done\":true}", " ", "𝒳", "</script>",
	}
	tokens := make([]string, n)
	for i := range tokens {
		tokens[i] = odd[i%len(odd)] + string(rune('a'+i/len(odd)%26))
	}
	return tokens
}
