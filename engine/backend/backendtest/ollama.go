package backendtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// ollamaDialect writes lines as Ollama 0.17 does.
type ollamaDialect struct{}

const ollamaStart = `{"model":"tiny","created_at":"2026-01-02T03:04:05.678901234Z","message":{"role":"assistant",`

func (ollamaDialect) contentType() string { return "application/x-ndjson" }

func (ollamaDialect) text(s string) string {
	return ollamaStart + `"content":` + quote(s) + "},\"done\":false}\n"
}

func (ollamaDialect) think(s string) string {
	return ollamaStart + `"content":"","thinking":` + quote(s) + "},\"done\":false}\n"
}

func (ollamaDialect) call(t tool, arguments string) string {
	return ollamaStart + fmt.Sprintf(`"content":"","tool_calls":[{"id":%s,"function":{"index":%d,"name":%s,"arguments":%s}}]},"done":false}`,
		quote(t.id), t.index, quote(t.name), arguments) + "\n"
}

func (ollamaDialect) end(step Step) string {
	reason := "stop"
	if step.reason == chat.FinishLength {
		reason = "length"
	}
	return ollamaStart + fmt.Sprintf(`"content":""},"done":true,"done_reason":%q,"total_duration":9,"prompt_eval_count":%d,"eval_count":%d}`,
		reason, step.usage.PromptTokens, step.usage.CompletionTokens) + "\n"
}

func (ollamaDialect) fail(message string) string { return `{"error":` + quote(message) + "}\n" }

func (ollamaDialect) refusal(_ int, message string) string { return `{"error":` + quote(message) + "}" }

func (ollamaDialect) document(text string) string {
	return ollamaStart + `"content":` + quote(text) + `},"done":true,"done_reason":"stop","prompt_eval_count":10,"eval_count":3}`
}

// quote writes a JSON string as Go's encoder does, which is Ollama's.
func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // never for a string
	}
	return string(text)
}

func tagged(name string) string {
	if strings.Contains(name, ":") {
		return name
	}
	return name + ":latest"
}

func (s *Server) version(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]string{"version": s.script.Version})
}

func (s *Server) tags(w http.ResponseWriter, _ *http.Request) {
	list := []any{}
	for _, m := range s.script.Models {
		list = append(list, map[string]any{
			"name": tagged(m.Name), "model": tagged(m.Name), "modified_at": m.Modified, "size": m.Size, "digest": m.Digest,
		})
	}
	writeJSON(w, map[string]any{"models": list})
}

func (s *Server) ps(w http.ResponseWriter, _ *http.Request) {
	list := []any{}
	for _, m := range s.script.Models {
		if m.Loaded {
			list = append(list, map[string]any{"name": tagged(m.Name), "model": tagged(m.Name), "digest": m.Digest})
		}
	}
	writeJSON(w, map[string]any{"models": list})
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Model string `json:"model"`
	}
	_ = json.Unmarshal(bodyOf(r), &in) // an unreadable request names no model
	for _, m := range s.script.Models {
		if tagged(m.Name) == tagged(in.Model) {
			writeJSON(w, m.shown())
			return
		}
	}
	writeStatus(w, http.StatusNotFound, s.dialect.refusal(404, "model '"+in.Model+"' not found"))
}

func (m *Model) shown() map[string]any {
	info := map[string]any{"general.architecture": "llama"}
	if m.Context > 0 {
		info["llama.context_length"] = m.Context
	}
	out := map[string]any{"model_info": info}
	if m.NumCtx > 0 {
		out["parameters"] = fmt.Sprintf("num_ctx                        %d\nstop                           \"<|im_end|>\"", m.NumCtx)
	}
	if m.Capabilities != nil {
		out["capabilities"] = m.Capabilities
	}
	return out
}

func (s *Server) embed(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, map[string]any{"embeddings": s.vectors(r)})
}

// vectors is the scripted vector once per text of the request.
func (s *Server) vectors(r *http.Request) [][]float32 {
	var in struct {
		Input []string `json:"input"`
	}
	_ = json.Unmarshal(bodyOf(r), &in) // an unreadable request holds no texts
	vectors := make([][]float32, len(in.Input))
	for i := range vectors {
		vectors[i] = s.script.Vector
	}
	return vectors
}
