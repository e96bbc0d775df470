package transport

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/door"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

func testCall(t *testing.T) *Call {
	t.Helper()
	u, err := url.Parse("http://user:hunter22@box:11434/api/chat?token=abcdef123")
	if err != nil {
		t.Fatal(err)
	}
	return &Call{URL: u, Server: "Ollama", Model: "tiny", Hint: func(k chat.ErrorKind) string { return string(k) }}
}

// TestStatusFailure holds what the errors of real servers become.
func TestStatusFailure(t *testing.T) {
	const at = "Ollama at box:11434 "
	for _, test := range []struct {
		name   string
		status int
		body   string
		kind   chat.ErrorKind
		want   string
	}{
		{"Ollama model", 404, `{"error":"model 'nope' not found"}`, chat.ModelNotFound, at + `does not have the model "tiny"`},
		{"vLLM model", 404, `{"object":"error","message":"The model x does not exist.","type":"NotFoundError","code":404}`, chat.ModelNotFound, at + `does not have the model "tiny"`},
		{"OpenAI model", 400, `{"error":{"message":"no","code":"model_not_found"}}`, chat.ModelNotFound, at + `does not have the model "tiny"`},
		{"OpenRouter model", 400, `{"error":{"message":"tiny is not a valid model ID","code":400}}`, chat.ModelNotFound, at + `does not have the model "tiny"`},
		{"bare 404", 404, ``, chat.ModelNotFound, at + `does not have the model "tiny"`},
		{"no such path, Go", 404, "404 page not found\n", chat.BadResponse, at + "answered with an error (HTTP 404): 404 page not found"},
		{"no such path, llama-server", 404, `{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}`, chat.BadResponse, at + "answered with an error (HTTP 404): File Not Found"},
		{"no such path, FastAPI", 404, `{"detail":"Not Found"}`, chat.BadResponse, at + "answered with an error (HTTP 404): Not Found"},
		{"a web page", 404, `<!DOCTYPE html><title>x</title>`, chat.BadResponse, at + "answered with an error (HTTP 404): a web page"},
		{"llama-server context", 400, `{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":16053,"n_ctx":1024}}`, chat.ContextTooLong, "the prompt has 16053 tokens, more than the 1024 of the model's context"},
		{"OpenAI context", 400, `{"error":{"message":"This model's maximum context length is 4097 tokens. However, your messages resulted in 5000 tokens.","code":"context_length_exceeded"}}`, chat.ContextTooLong, "the prompt has 5000 tokens, more than the 4097 of the model's context"},
		{"Ollama context", 400, `{"error":"the input length exceeds the context length"}`, chat.ContextTooLong, "the prompt is longer than the model's context: the input length exceeds the context length"},
		{"too large", 413, `<html>too large</html>`, chat.ContextTooLong, "the prompt is longer than the model's context: a web page"},
		{"key", 401, `{"error":{"message":"Incorrect API key provided: sk-ab***yz","code":"invalid_api_key"}}`, chat.Auth, at + "refuses the key (HTTP 401)"},
		{"forbidden", 403, ``, chat.Auth, at + "refuses the key (HTTP 403)"},
		{"rate", 429, ``, chat.RateLimited, at + "limits how often it is asked (HTTP 429)"},
		{"capability", 400, `{"error":"\"tiny\" does not support thinking"}`, chat.BadResponse, at + `answered with an error (HTTP 400): "tiny" does not support thinking`},
		{"plain text", 500, "out of\r\nmemory\x1b[31m", chat.BadResponse, at + "answered with an error (HTTP 500): out of memory [31m"},
		{"no words", 500, ``, chat.BadResponse, at + "answered with an error (HTTP 500)"},
		{"an array", 500, `[1,2]`, chat.BadResponse, at + "answered with an error (HTTP 500): [1,2]"},
		{"an error of another type", 500, `{"error":17}`, chat.BadResponse, at + "answered with an error (HTTP 500)"},
		{"numbers for words", 500, `{"error":{"message":3}}`, chat.BadResponse, at + "answered with an error (HTTP 500)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			call := testCall(t)
			se := parseError(test.status, []byte(test.body))
			call.scrub(se)
			got := call.statusFailure(se, 0)
			if got.Kind != test.kind || got.Message != test.want || got.Hint != string(test.kind) {
				t.Errorf("%s: %q, hint %q", got.Kind, got.Message, got.Hint)
			}
		})
	}
}

// TestMidStream holds what an error in the middle of a stream becomes, before
// and after the first chunk.
func TestMidStream(t *testing.T) {
	for _, test := range []struct {
		name          string
		err           stream.ServerError
		before, after chat.ErrorKind
	}{
		{"unknown", stream.ServerError{Message: "cuda error"}, chat.BadResponse, chat.StreamInterrupted},
		{"500", stream.ServerError{Code: "500", Status: 500}, chat.BadResponse, chat.StreamInterrupted},
		{"a status for a code", stream.ServerError{Code: "429"}, chat.RateLimited, chat.RateLimited},
		{"context", stream.ServerError{Type: "exceed_context_size_error"}, chat.ContextTooLong, chat.ContextTooLong},
		{"model", stream.ServerError{Message: "model 'x' not found"}, chat.ModelNotFound, chat.ModelNotFound},
	} {
		call := testCall(t)
		for _, begun := range []bool{false, true} {
			want := test.before
			if begun {
				want = test.after
			}
			if got := chat.KindOf(call.broken(&test.err, begun)); got != want {
				t.Errorf("%s, begun %v: %s, want %s", test.name, begun, got, want)
			}
		}
	}
}

// TestScrub holds what never stands in a message.
func TestScrub(t *testing.T) {
	const prompt = "func secretSauce(a int) int {\n\treturn a * 42 // \"the <answer>\"\n}"
	call := testCall(t)
	call.Header = map[string][]string{"Authorization": {"Bearer sk-abcdef"}, "X-Api-Key": {"raw-key-value"}}
	call.body = append([]byte(`{"model":"tiny","content":"`), jsonText(prompt)...)
	for _, test := range []struct{ name, message, want string }{
		{"key", "bad key sk-abcdef, really", "bad key [hidden], really"},
		{"whole header", "got Bearer sk-abcdef", "got Bearer [hidden]"},
		{"another header", "got raw-key-value", "got [hidden]"},
		{"password", "no hunter22", "no [hidden]"},
		{"prompt", "cannot parse: " + prompt + " (end)", "cannot parse: […] (end)"},
		{"the body itself", "cannot parse: " + string(call.body) + " (end)", `cannot parse: {"model":"tiny[…] (end)`},
		{"half a prompt", "near " + prompt[10:50] + "…", "near […]…"},
		{"the model's name", "tiny is not here", "tiny is not here"},
		{"controls", "a\x00b\nc\u2028d\u202ee\u200bf", "a b c d e f"},
		{"not UTF-8", "a\xffb", "ab"},
		{"empty", "", ""},
	} {
		se := &stream.ServerError{Message: test.message}
		call.scrub(se)
		if se.Message != test.want {
			t.Errorf("%s: %q, want %q", test.name, se.Message, test.want)
		}
	}
}

func TestScrubLength(t *testing.T) {
	se := &stream.ServerError{Message: strings.Repeat("é", 5000), Type: strings.Repeat("t", 5000)}
	testCall(t).scrub(se)
	if len(se.Message) > maxMessage || !utf8.ValidString(se.Message) || !strings.HasSuffix(se.Message, "é…") {
		t.Errorf("%d bytes: %q", len(se.Message), se.Message)
	}
	if len(se.Type) > 100 {
		t.Errorf("the type has %d bytes", len(se.Type))
	}
}

// FuzzParseError holds that no error body crashes or gets past the rules.
func FuzzParseError(f *testing.F) {
	for _, seed := range []string{
		`{"error":"x"}`, `{"error":{"message":"5 tokens 7 tokens","code":400,"n_ctx":1,"n_prompt_tokens":9}}`,
		`{"detail":[1]}`, "<html>", "\xff\xfe", `{"error":null}`, "99999999999 tokens",
	} {
		f.Add(400, []byte(seed), []byte(`{"prompt":"abcdefghijklmnopqrstuvwxyz0123456789"}`))
	}
	f.Fuzz(func(t *testing.T, status int, body, sent []byte) {
		call := testCall(t)
		call.body = sent
		se := parseError(status, body)
		call.scrub(se)
		err := call.statusFailure(se, 0)
		if err.Kind == "" || err.Message == "" || strings.ContainsAny(err.Message, "\n\r\x00\x1b") || len(err.Message) > 2*maxMessage {
			t.Errorf("%+v", err)
		}
		if !utf8.ValidString(err.Message) {
			t.Errorf("not UTF-8: %q", err.Message)
		}
	})
}

// TestPolicyIsFinal holds that the door's refusal is not taken for a server that is down.
func TestPolicyIsFinal(t *testing.T) {
	refusal := testDoor(door.Rules{Offline: true}).Dial(door.Anywhere, netip.MustParseAddrPort("192.0.2.1:80"))
	if neverAnswered(refusal) {
		t.Error("a refusal by policy would be tried again")
	}
	e := testCall(t).sendFailure(errors.Join(refusal))
	if chat.KindOf(e) != chat.Policy {
		t.Error(e)
	}
}
