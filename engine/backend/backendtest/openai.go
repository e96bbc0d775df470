package backendtest

import (
	"fmt"
	"net/http"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// openaiDialect writes events as llama-server does.
type openaiDialect struct{}

const openaiTail = `,"created":1795396909,"id":"chatcmpl-1","model":"tiny","system_fingerprint":"b1","object":"chat.completion.chunk"`

func (openaiDialect) contentType() string { return "text/event-stream" }

func delta(member string) string {
	return `data: {"choices":[{"finish_reason":null,"index":0,"delta":{` + member + `}}]` + openaiTail + "}\n\n"
}

func (openaiDialect) text(s string) string { return delta(`"content":` + quote(s)) }

func (openaiDialect) think(s string) string { return delta(`"reasoning_content":` + quote(s)) }

func (openaiDialect) call(t tool, arguments string) string {
	head := fmt.Sprintf(`"index":%d,`, t.index)
	if t.id != "" {
		head += `"id":` + quote(t.id) + `,"type":"function",`
	}
	name := ""
	if t.name != "" {
		name = `"name":` + quote(t.name) + ","
	}
	return delta(`"tool_calls":[{` + head + `"function":{` + name + `"arguments":` + quote(arguments) + "}}]")
}

func (openaiDialect) end(step Step) string {
	reason := map[chat.FinishReason]string{chat.FinishLength: "length", chat.FinishTool: "tool_calls"}[step.reason]
	if reason == "" {
		reason = "stop"
	}
	usage := fmt.Sprintf(`"usage":{"completion_tokens":%d,"prompt_tokens":%d,"total_tokens":%d}`,
		step.usage.CompletionTokens, step.usage.PromptTokens, step.usage.CompletionTokens+step.usage.PromptTokens)
	return fmt.Sprintf(`data: {"choices":[{"finish_reason":%q,"index":0,"delta":{}}]%s}`, reason, openaiTail) + "\n\n" +
		`data: {"choices":[]` + openaiTail + "," + usage + "}\n\ndata: [DONE]\n\n"
}

func (openaiDialect) fail(message string) string {
	return `data: {"error":{"code":500,"message":` + quote(message) + `,"type":"server_error"}}` + "\n\n"
}

func (openaiDialect) refusal(status int, message string) string {
	return fmt.Sprintf(`{"error":{"code":%d,"message":%s,"type":"invalid_request_error"}}`, status, quote(message))
}

func (openaiDialect) document(text string) string {
	return `{"choices":[{"finish_reason":"stop","index":0,"message":{"role":"assistant","content":` + quote(text) +
		`}}],"model":"tiny","object":"chat.completion","usage":{"completion_tokens":3,"prompt_tokens":10,"total_tokens":13}}`
}

func (s *Server) models(w http.ResponseWriter, _ *http.Request) {
	data, llama := []any{}, []any{}
	for _, m := range s.script.Models {
		entry := map[string]any{"id": m.Name, "object": "model", "owned_by": "llamacpp"}
		if m.Context > 0 {
			entry["meta"] = map[string]any{"n_ctx": m.Context, "n_ctx_train": 2 * m.Context, "size": m.Size}
		}
		data = append(data, entry)
		if m.Capabilities != nil {
			llama = append(llama, map[string]any{"name": m.Name, "capabilities": m.Capabilities})
		}
	}
	writeJSON(w, map[string]any{"object": "list", "data": data, "models": llama})
}

func (s *Server) embeddings(w http.ResponseWriter, r *http.Request) {
	data := []any{}
	for i, v := range s.vectors(r) {
		data = append(data, map[string]any{"index": i, "object": "embedding", "embedding": v})
	}
	writeJSON(w, map[string]any{"object": "list", "data": data})
}
