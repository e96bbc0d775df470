package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/gguf"
)

// toolTemplate is a chat template that takes tools, in the form that Qwen's and
// Hermes' models have.
const toolTemplate = `{%- if tools %}# Tools
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools>
For a call return {"name": function name, "parameters": arguments}
{% endif -%}
{%- for message in messages %}
{%- if message.role == "tool" %}<tool_response>
{{ message.content }}
</tool_response>
{% else %}{{ message.content }}
{%- for call in message.tool_calls %}{"name": "{{ call.function.name }}", "parameters": {{ call.function.arguments | tojson }}}
{%- endfor %}
{% endif %}
{%- endfor %}`

// press is a relay that presses a model of random weights to call a tool in its
// first answer: it leaves one tool with one argument, and requires a call in the
// first request.
type press struct {
	url string

	mu     sync.Mutex
	bodies []string // of the chat requests, as the binary sent them
	said   []string // what the server answered them
}

func startPress(t *testing.T, server *modelServer) *press {
	t.Helper()
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := &press{}
	relay := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, FlushInterval: -1,
		ModifyResponse: func(r *http.Response) error {
			if r.Request.Method == http.MethodPost {
				body, err := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				p.mu.Lock()
				defer p.mu.Unlock()
				p.said = append(p.said, string(body))
				return err
			}
			return nil
		},
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body) // a request that was cut short is not JSON
			body = p.pressed(t, body)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
		relay.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	p.url = front.URL
	return p
}

// pressed is a request as the server gets it.
func (p *press) pressed(t *testing.T, body []byte) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bodies = append(p.bodies, string(body))
	var request map[string]json.RawMessage
	if err := json.Unmarshal(body, &request); err != nil {
		t.Error(err)
		return body
	}
	// The server takes a brace for the beginning of a call: wanted in the first
	// answer, which would go on without until its context is full, and in no other.
	request["temperature"], request["logit_bias"] = json.RawMessage(`0`), json.RawMessage(`[["{",-100],["{}",-100]]`)
	request["max_tokens"] = json.RawMessage(`200`)
	if len(p.bodies) == 1 {
		request["tool_choice"], request["logit_bias"] = json.RawMessage(`"required"`), json.RawMessage(`[["{",100]]`)
	}
	request["tools"] = json.RawMessage(`[{"type":"function","function":{"name":"read_file","description":"Read a file.","parameters":` +
		`{"type":"object","properties":{"path":{"type":"string","enum":["sum.go"]}},"required":["path"]}}}]`)
	body, err := json.Marshal(request)
	if err != nil {
		t.Error(err)
	}
	return body
}

// TestToolsOfARealServer has a real llama-server, whose model is pressed to call a
// tool, answer a question about a workspace.
func TestToolsOfARealServer(t *testing.T) {
	if which := os.Getenv("RIGRUN_E2E"); which != "llama" && which != "1" {
		t.Skip("needs llama-server: set RIGRUN_E2E=llama (make e2e)")
	}
	template := filepath.Join(t.TempDir(), "template.jinja")
	writeFile(t, template, toolTemplate)
	server := startLlama(t, gguf.Tiny(), "--jinja", "--chat-template-file", template)
	relay := startPress(t, server)
	root := t.TempDir()
	writeFile(t, filepath.Join(root, "sum.go"), code)
	e := startEditorOn(t, rigrun(context.WithoutCancel(t.Context()), t, ""), root, map[string]any{"local": map[string]any{"kind": "auto", "url": relay.url}})
	r := e.call("rigrun/chat", map[string]any{"message": "What does Sum do?"})
	var res struct {
		result
		Steps []struct {
			Tool, Detail string
			OK           bool
		}
	}
	if r.Error != nil {
		t.Fatalf("%+v\nsaid %q", *r.Error, relay.said)
	}
	if err := json.Unmarshal(r.Result, &res); err != nil {
		t.Fatal(err)
	}
	if len(res.Steps) == 0 || res.Steps[0].Tool != "read_file" || !strings.HasPrefix(res.Steps[0].Detail, "sum.go, lines 1 to ") || !res.Steps[0].OK {
		t.Fatalf("%s\nsent %q\nsaid %q", r.Result, relay.bodies, relay.said)
	}
	if second := relay.bodies[1]; !strings.Contains(second, "Sum adds what is positive") || !strings.Contains(second, `"role":"tool"`) {
		t.Errorf("the second request is %s", second)
	}
	first, second := usageOf(t, relay.said[0]), usageOf(t, relay.said[1])
	t.Logf("%d tokens were sent, then %d, of which %d came from the server's cache", first.Prompt, second.Prompt, second.Details.Cached)
	if second.Details.Cached*10 < first.Prompt*9 {
		t.Error("the second round begins otherwise than the first")
	}
}

// usage is what a server counted of an answer.
type usage struct {
	Prompt  int `json:"prompt_tokens"`
	Details struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
}

// usageOf reads the usage out of a stream.
func usageOf(t *testing.T, said string) usage {
	t.Helper()
	var found usage
	for line := range strings.Lines(said) {
		var event struct{ Usage *usage }
		data, ok := strings.CutPrefix(line, "data: {")
		if ok && json.Unmarshal([]byte("{"+data), &event) == nil && event.Usage != nil {
			found = *event.Usage
		}
	}
	return found
}
