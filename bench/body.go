package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// chunks is how many tokens the bodies to decode hold.
const chunks = 2000

// tokens returns an answer about Go code cut as a model cuts it: short pieces,
// one in eight with a character that JSON escapes.
func tokens(n int) []string {
	pieces := []string{
		"The", " function", " reads", " the", " whole", " body", ",", " then",
		" closes", " it", ":\n\n", "```", "go", "\n", "if", " err", " !=", " nil",
		" {\n\t", "return", " fmt", ".Errorf", "(\"", "read", ":", " %w", "\",",
		" err", ")\n", "}", " and", " wraps", " what", " failed", ".", " A",
		" caller", " may", " retry", " once", " when", " the", " server", " says",
		" so", ";", " it", " must", " not", " loop", " for", " ever", " é", " 日本",
	}
	all := make([]string, n)
	for i := range all {
		all[i] = pieces[i%len(pieces)]
	}
	return all
}

// ndjsonBody returns the answer as Ollama's /api/chat streams it.
func ndjsonBody(n int) []byte {
	var b bytes.Buffer
	for i, token := range tokens(n) {
		fmt.Fprintf(&b, `{"model":"tiny-spm","created_at":"2026-11-23T01:21:27.%09dZ","message":{"role":"assistant","content":%s},"done":false}`+"\n", 712881538+i*7919, quoted(token))
	}
	fmt.Fprintf(&b, `{"model":"tiny-spm","created_at":"2026-11-23T01:21:29.1Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":361329721,"load_duration":322193698,"prompt_eval_count":61,"prompt_eval_duration":8629517,"eval_count":%d,"eval_duration":25006963}`+"\n", n)
	return b.Bytes()
}

// sseBody returns the answer as llama-server's /v1/chat/completions streams it.
func sseBody(n int) []byte {
	const tail = `"created":1795396909,"id":"chatcmpl-6dOj1CeZWC7YuRyrjbqe452rCuVpygTC","model":"tiny","system_fingerprint":"b11669","object":"chat.completion.chunk"`
	var b bytes.Buffer
	for _, token := range tokens(n) {
		fmt.Fprintf(&b, `data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":%s}}],%s}`+"\n\n", quoted(token), tail)
	}
	fmt.Fprintf(&b, `data: {"choices":[{"finish_reason":"stop","index":0,"delta":{}}],%s}`+"\n\n", tail)
	fmt.Fprintf(&b, `data: {"choices":[],%s,"usage":{"completion_tokens":%d,"prompt_tokens":61,"total_tokens":%d}}`+"\n\ndata: [DONE]\n\n", tail, n, n+61)
	return b.Bytes()
}

// quoted returns s as JSON as C++ and Go servers write it for HTTP.
func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// answer is what a row decodes: the rows must agree on it.
type answer struct{ pieces, bytes int }

func (a *answer) take(text []byte) {
	if len(text) > 0 {
		a.pieces++
		a.bytes += len(text)
	}
}

func (a *answer) takeString(text string) {
	if len(text) > 0 {
		a.pieces++
		a.bytes += len(text)
	}
}

// answerOf returns what a row must decode from a body of n tokens.
func answerOf(n int) answer { return answer{n, len(strings.Join(tokens(n), ""))} }

// check compares with what should have been decoded.
func (a *answer) check(want answer) error {
	if *a != want {
		return fmt.Errorf("decoded %d pieces of %d bytes in all, want %d of %d", a.pieces, a.bytes, want.pieces, want.bytes)
	}
	return nil
}

// served answers every HTTP request with one body, from memory.
type served struct {
	body        []byte
	contentType string
}

func (s *served) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		if err := req.Body.Close(); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {s.contentType}}, ContentLength: -1,
		Body: io.NopCloser(bytes.NewReader(s.body)), Request: req,
	}, nil
}
