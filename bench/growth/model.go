package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
)

// window is how many tokens the model takes.
const window = 32768

// newModel returns a model server that speaks enough of Ollama's API to answer at
// once. A question that says "write N words" is answered with N, each written by
// itself, any other with twenty. Answers to questions that say "briefly" end as if
// cut, so that none of them is kept.
func newModel() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/show", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"model_info":{"general.architecture":"llama","llama.context_length":%d},"capabilities":["completion"]}`, window)
	})
	mux.HandleFunc("/api/chat", answer)
	return httptest.NewServer(mux)
}

func answer(w http.ResponseWriter, r *http.Request) {
	var asked struct{ Messages []struct{ Content string } }
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.Messages) == 0 {
		http.Error(w, `{"error":"no messages"}`, http.StatusBadRequest)
		return
	}
	question := asked.Messages[len(asked.Messages)-1].Content
	words, reason := 20, "stop"
	if _, rest, ok := strings.Cut(question, "write "); ok {
		if _, err := fmt.Sscanf(rest, "%d words", &words); err != nil {
			words = 20
		}
	}
	if strings.Contains(question, "briefly") {
		reason = "length"
	}
	flush := http.NewResponseController(w).Flush
	for n := range words {
		_, _ = fmt.Fprintf(w, `{"model":"m","created_at":"2026-01-01T00:00:00.%09dZ","message":{"role":"assistant","content":"word "},"done":false}`+"\n", n)
		_ = flush()
	}
	_, _ = fmt.Fprintf(w, `{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":%q,"prompt_eval_count":100,"eval_count":%d}`+"\n", reason, words)
}
