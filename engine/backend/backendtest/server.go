package backendtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// Request is one request as it came.
type Request struct {
	Method, Path string
	Header       http.Header
	Body         []byte
}

// Server is a scripted server that is running.
type Server struct {
	URL string // without a path

	script  Script
	dialect dialect
	http    *httptest.Server
	done    chan struct{} // closed when the server is closed
	started chan struct{}
	closed  chan time.Time

	mu          sync.Mutex
	requests    []Request
	chats       int // chat requests so far
	connections int
}

// dialect is how a kind of server puts an answer into bytes.
type dialect interface {
	contentType() string
	text(s string) string
	think(s string) string
	call(t tool, arguments string) string
	end(step Step) string
	fail(message string) string
	refusal(status int, message string) string
	document(text string) string
}

// Ollama starts a server that speaks Ollama's protocol: /api/chat, /api/tags,
// /api/ps, /api/show, /api/version, /api/embed and /api/generate.
func Ollama(t testing.TB, script Script) *Server {
	s := newServer(script, ollamaDialect{})
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/chat", s.chat)
	mux.HandleFunc("GET /api/tags", s.tags)
	mux.HandleFunc("GET /api/ps", s.ps)
	mux.HandleFunc("POST /api/show", s.show)
	mux.HandleFunc("GET /api/version", s.version)
	mux.HandleFunc("POST /api/embed", s.embed)
	mux.HandleFunc("POST /api/generate", s.generate)
	return s.start(t, mux)
}

// OpenAI starts a server that speaks OpenAI's protocol as llama-server does:
// /v1/chat/completions, /v1/models, /v1/embeddings, /v1/completions and /infill.
func OpenAI(t testing.TB, script Script) *Server {
	s := newServer(script, openaiDialect{})
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.chat)
	mux.HandleFunc("GET /v1/models", s.models)
	mux.HandleFunc("POST /v1/embeddings", s.embeddings)
	mux.HandleFunc("POST /v1/completions", s.completions)
	mux.HandleFunc("POST /infill", s.infill)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeStatus(w, http.StatusNotFound, `{"error":{"message":"File Not Found","type":"not_found_error","code":404}}`)
	})
	return s.start(t, mux)
}

func newServer(script Script, d dialect) *Server {
	if len(script.Answers) == 0 {
		script.Answers = []Answer{Tokens("Hello")}
	}
	if len(script.Models) == 0 {
		script.Models = []Model{{Name: "tiny", Digest: "1", Context: 32768}}
	}
	if script.Version == "" {
		script.Version = "0.17.4"
	}
	if len(script.Vector) == 0 {
		script.Vector = []float32{1, 0}
	}
	return &Server{
		script:  script,
		dialect: d,
		done:    make(chan struct{}),
		started: make(chan struct{}, 1<<14),
		closed:  make(chan time.Time, 1<<14),
	}
}

func (s *Server) start(t testing.TB, h http.Handler) *Server {
	s.http = httptest.NewUnstartedServer(s.record(h))
	s.http.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.mu.Lock()
			s.connections++
			s.mu.Unlock()
		}
	}
	s.http.Start()
	s.URL = s.http.URL
	t.Cleanup(s.Close)
	return s
}

// Close ends all answers and the server; its address then refuses connections.
// Calling it again does nothing.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.done:
		s.mu.Unlock()
		return
	default:
		close(s.done)
	}
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
}

// Requests returns all requests so far, in the order they came.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Chats returns the chat requests so far.
func (s *Server) Chats() []Request {
	var chats []Request
	for _, r := range s.Requests() {
		if r.Path == "/api/chat" || r.Path == "/v1/chat/completions" {
			chats = append(chats, r)
		}
	}
	return chats
}

// Connections is how many connections clients have opened so far.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// Started gives a value for each chat request, when it has been read.
func (s *Server) Started() <-chan struct{} { return s.started }

// Closed gives, for each chat whose client went away before the answer's end,
// the time when the server saw it.
func (s *Server) Closed() <-chan time.Time { return s.closed }

// record keeps each request, and asks for the key.
func (s *Server) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client has gone
		}
		s.mu.Lock()
		s.requests = append(s.requests, Request{r.Method, r.URL.Path, r.Header.Clone(), body})
		s.mu.Unlock()
		if s.script.Key != "" && r.Header.Get("Authorization") != "Bearer "+s.script.Key {
			writeStatus(w, http.StatusUnauthorized, s.dialect.refusal(http.StatusUnauthorized, "Incorrect API key provided: "+r.Header.Get("Authorization")))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), bodyKey{}, body)))
	})
}

type bodyKey struct{}

func bodyOf(r *http.Request) []byte {
	body, _ := r.Context().Value(bodyKey{}).([]byte)
	return body
}

// chat performs the next answer.
func (s *Server) chat(w http.ResponseWriter, r *http.Request) {
	if msg := s.refusedMember(bodyOf(r)); msg != "" {
		writeStatus(w, http.StatusBadRequest, s.dialect.refusal(http.StatusBadRequest, msg))
		return
	}
	var once sync.Once
	gone := func() { once.Do(func() { s.closed <- time.Now() }) }
	stop := context.AfterFunc(r.Context(), gone)
	defer stop()
	s.started <- struct{}{}
	p := &performance{s: s, w: w, r: r}
	p.perform(s.next())
	if p.gone || r.Context().Err() != nil { // stop may come before the function has run
		gone()
	}
}

func (s *Server) refusedMember(body []byte) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return "unexpected EOF"
	}
	for _, name := range s.script.Strict {
		if _, ok := members[name]; ok {
			return fmt.Sprintf("Unrecognized request argument supplied: %s", name)
		}
	}
	return ""
}

func (s *Server) next() Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(s.chats, len(s.script.Answers)-1)
	s.chats++
	return s.script.Answers[n]
}

func writeStatus(w http.ResponseWriter, status int, body string) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // the client may have gone
}

func writeJSON(w http.ResponseWriter, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own values always encode
	}
	writeStatus(w, http.StatusOK, string(text))
}
