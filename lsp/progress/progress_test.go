package progress

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// tape keeps the bodies that were written.
type tape struct{ bodies []string }

func (t *tape) WriteBody(body []byte) error {
	t.bodies = append(t.bodies, string(body))
	return nil
}

// values returns the values of the notifications on the tape.
func (t *tape) values(test *testing.T, token string) []map[string]any {
	test.Helper()
	var out []map[string]any
	for _, body := range t.bodies {
		var m struct {
			JSONRPC, Method string
			Params          struct {
				Token json.RawMessage
				Value map[string]any
			}
		}
		if err := json.Unmarshal([]byte(body), &m); err != nil {
			test.Fatalf("%s: %v", body, err)
		}
		if m.JSONRPC != "2.0" || m.Method != "$/progress" || string(m.Params.Token) != token {
			test.Errorf("notification %s under token %s", m.Method, m.Params.Token)
		}
		out = append(out, m.Params.Value)
	}
	return out
}

func TestPartial(t *testing.T) {
	for _, token := range []string{`"a\"b"`, `7`} {
		w := &tape{}
		p := NewPartial(w, protocol.LSPAny(token))
		odd := "say \"hi\"\n\\ \u2028 \x00 😀 e\u0301 </script>"
		p.Name("C1")
		for _, err := range []error{
			p.Route(chat.RouteDecision{Tier: "local", Reason: `a "reason"`}, &chat.CacheInfo{Hit: chat.HitNone}),
			p.Route(chat.RouteDecision{Tier: "local", FallbackFrom: "local"}, nil),
			p.Write(stream.Chunk{Kind: stream.Thinking, Data: []byte("hm")}),
			p.Write(stream.Chunk{Data: []byte(odd)}),
			p.Write(stream.Chunk{Data: nil}),
			p.Write(stream.Chunk{Kind: stream.Tool, Data: []byte("{}")}),
			p.Write(stream.Chunk{Kind: stream.Step, Tool: stream.ToolCall{Name: "search"}, Data: []byte(`"a"`)}),
			p.Write(stream.Chunk{Data: []byte("end")}),
			p.Close(stream.End{}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		values := w.values(t, token)
		if len(values) != 6 {
			t.Fatalf("%d values: %v", len(values), w.bodies)
		}
		for i, v := range values {
			if v["seq"] != float64(i) || v["kind"] != nil {
				t.Errorf("value %d is %v", i, v)
			}
		}
		if values[0]["cache"] == nil || values[1]["cache"] != nil || values[1]["route"] == nil {
			t.Errorf("routes are %v and %v", values[0], values[1])
		}
		if values[0]["conversationId"] != "C1" || values[1]["conversationId"] != nil {
			t.Errorf("the conversation is in %v and %v", values[0], values[1])
		}
		if values[2]["thinking"] != "hm" || values[3]["text"] != odd || values[5]["text"] != "end" {
			t.Errorf("texts are %v", values[2:])
		}
		if step, ok := values[4]["step"].(map[string]any); !ok || step["tool"] != "search" || step["detail"] != `"a"` || step["ok"] != true {
			t.Errorf("the step is %v", values[4])
		}
	}
}

func TestPartialDoesNotAllocate(t *testing.T) {
	p := NewPartial(nowhere{}, protocol.LSPAny(`"token"`))
	c := stream.Chunk{Data: []byte(" a \"token\" of ordinary length")}
	if err := p.Write(c); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { _ = p.Write(c) }); n != 0 {
		t.Errorf("%v allocations per token, want 0", n)
	}
}

type nowhere struct{}

func (nowhere) WriteBody([]byte) error { return nil }

// client keeps the values it was notified of.
type client struct{ values []map[string]any }

func (c *client) Notify(_ context.Context, _ string, params any) error {
	var v map[string]any
	if err := json.Unmarshal(params.(*protocol.ProgressParams).Value, &v); err != nil {
		return err
	}
	c.values = append(c.values, v)
	return nil
}

func TestWorkDoneReportsFourTimesASecondAtMost(t *testing.T) {
	now := time.Unix(0, 0)
	c := &client{}
	w := Begin(t.Context(), c, protocol.LSPAny(`"t"`), "title", func() time.Time { return now })
	for range 100 { // a second, in steps of 10 ms
		now = now.Add(10 * time.Millisecond)
		w.Report(t.Context(), func() string { return "so far" })
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	w.End(cancelled, "done")
	var kinds []string
	for _, v := range c.values {
		kinds = append(kinds, v["kind"].(string))
	}
	if got := strings.Join(kinds, " "); got != "begin report report report report end" {
		t.Errorf("values %s", got)
	}
	if first := c.values[0]; first["title"] != "title" || first["cancellable"] != true {
		t.Errorf("begin is %v", first)
	}
}

func TestWithoutATokenNothingIsReported(t *testing.T) {
	c := &client{}
	for _, token := range []string{"", "null", "{}", "1.5", "true"} {
		w := Begin(t.Context(), c, protocol.LSPAny(token), "title", time.Now)
		w.Report(t.Context(), func() string { return "never" })
		w.End(t.Context(), "never")
	}
	if len(c.values) != 0 {
		t.Errorf("reported %v", c.values)
	}
}

func TestTokens(t *testing.T) {
	var tokens Tokens
	cancelled := map[string]int{}
	cancel := func(name string) context.CancelFunc { return func() { cancelled[name]++ } }
	remove := tokens.Add(protocol.LSPAny(`"a"`), cancel("a"))
	tokens.Add(protocol.LSPAny(`1`), cancel("1"))
	tokens.Add(nil, cancel("nil"))()
	tokens.Cancel(protocol.LSPAny(`"1"`)) // a string is not the number
	tokens.Cancel(protocol.LSPAny(`1`))
	tokens.Cancel(nil)
	remove()
	tokens.Cancel(protocol.LSPAny(`"a"`))
	if len(cancelled) != 1 || cancelled["1"] != 1 {
		t.Errorf("cancelled %v, want 1 alone", cancelled)
	}
}
