package backendtest

import (
	"net/http"
	"time"
)

// Filling is how a server answers requests to fill in a gap. The zero value
// refuses them as a model does that was not made for it.
type Filling struct {
	Text string // of every answer; "" for none

	// Hang has the server keep every request open until its client goes away.
	Hang bool

	// NoInfill has an OpenAI-style server lack llama-server's /infill.
	NoInfill bool
}

// generate answers Ollama's /api/generate.
func (s *Server) generate(w http.ResponseWriter, r *http.Request) {
	s.fill(w, r, http.StatusBadRequest, `{"error":"registry.ollama.ai/library/tiny:latest does not support insert"}`, func(text string) any {
		return map[string]any{"model": "tiny", "response": text, "done": true, "done_reason": "stop"}
	})
}

// infill answers llama-server's /infill.
func (s *Server) infill(w http.ResponseWriter, r *http.Request) {
	if s.script.Fill.NoInfill {
		writeStatus(w, http.StatusNotFound, `{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}`)
		return
	}
	s.fill(w, r, http.StatusNotImplemented, `{"error":{"code":501,"message":"Infill is not supported by this model: prefix token is missing. suffix token is missing. middle token is missing. ","type":"not_supported_error"}}`,
		func(text string) any { return map[string]any{"index": 0, "content": text, "stop": true} })
}

// completions answers OpenAI's old /v1/completions.
func (s *Server) completions(w http.ResponseWriter, r *http.Request) {
	s.fill(w, r, http.StatusBadRequest, `{"error":{"message":"suffix is not currently supported","type":"BadRequestError","code":400}}`,
		func(text string) any {
			return map[string]any{"choices": []any{map[string]any{"index": 0, "text": text}}}
		})
}

func (s *Server) fill(w http.ResponseWriter, r *http.Request, status int, refusal string, answer func(text string) any) {
	if s.script.Fill.Hang {
		s.started <- struct{}{}
		select {
		case <-r.Context().Done():
			s.closed <- time.Now()
		case <-s.done:
		}
		return
	}
	if s.script.Fill.Text == "" {
		writeStatus(w, status, refusal)
		return
	}
	writeJSON(w, answer(s.script.Fill.Text))
}
