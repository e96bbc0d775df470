package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// model is a model server that speaks enough of Ollama's API to stream numbered
// words at a steady pace.
type model struct {
	url    string
	words  int
	pace   time.Duration
	server *httptest.Server
	closed chan time.Time // when a connection was seen to close before the end

	mu    sync.Mutex
	times []time.Time // guarded by mu: when each word of the last answer was written
}

func newModel(words int, pace time.Duration) *model {
	m := &model{words: words, pace: pace, closed: make(chan time.Time, 1)}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/show", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"model_info":{"general.architecture":"llama","llama.context_length":8192},"capabilities":["completion"]}`)
	})
	mux.HandleFunc("/api/chat", m.chat)
	m.server = httptest.NewServer(mux)
	m.url = m.server.URL
	return m
}

func (m *model) close() { m.server.Close() }

// sent returns when word n was written.
func (m *model) sent(n int) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.times[n]
}

// chat streams the words, and notes when the client goes away.
func (m *model) chat(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	m.times = m.times[:0]
	m.mu.Unlock()
	flush := http.NewResponseController(w).Flush
	ticker := time.NewTicker(m.pace)
	defer ticker.Stop()
	for n := range m.words {
		select {
		case <-r.Context().Done():
			m.closed <- time.Now()
			return
		case <-ticker.C:
		}
		m.mu.Lock()
		m.times = append(m.times, time.Now())
		m.mu.Unlock()
		_, _ = fmt.Fprintf(w, `{"model":"m","created_at":"2026-01-01T00:00:00.%09dZ","message":{"role":"assistant","content":"w%d "},"done":false}`+"\n", n, n)
		_ = flush()
	}
	_, _ = fmt.Fprint(w, `{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","prompt_eval_count":1,"eval_count":1}`+"\n")
}
