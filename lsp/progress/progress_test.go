package progress

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// lines is a wire that keeps what is written, and fails when it is told to.
type lines struct {
	bodies []string
	err    error
}

func (l *lines) WriteBody(body []byte) error {
	l.bodies = append(l.bodies, string(body))
	return l.err
}

func TestPartialWritesTheStreamingRule(t *testing.T) {
	wire := &lines{}
	p := NewPartial(wire, protocol.LSPAny(`"tok\"en"`))
	decision := chat.RouteDecision{Tier: "local", Backend: "ollama", Model: "m", Complexity: chat.Trivial, QueryType: "chat", Reason: "r"}
	steps := []func() error{
		func() error { return p.Route(decision, &chat.CacheInfo{Hit: chat.HitNone}) },
		func() error { return p.Route(decision, nil) },
		func() error { return p.Write(stream.Chunk{Kind: stream.Thinking, Data: []byte("hm")}) },
		func() error { return p.Write(stream.Chunk{Data: []byte("a\"\\\n\u2028\x00é🚀</b>")}) },
		func() error { return p.Write(stream.Chunk{Kind: stream.Tool, Data: []byte("{}")}) },
		func() error { return p.Write(stream.Chunk{}) },
		func() error { return p.Write(stream.Chunk{Data: []byte("end")}) },
		func() error { return p.Close(stream.End{}) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	route := `"route":{"tier":"local","backend":"ollama","model":"m","score":0,"complexity":"trivial","queryType":"chat","classification":"UNCLASSIFIED","reason":"r","estimatedCostCents":0}`
	head := `{"jsonrpc":"2.0","method":"$/progress","params":{"token":"tok\"en","value":{"seq":`
	want := []string{
		head + `0,` + route + `,"cache":{"hit":"none"}}}}`, head + `1,` + route + `}}}`,
		head + `2,"thinking":"hm"}}}`, "", head + `4,"text":"end"}}}`,
	}
	if len(wire.bodies) != len(want) {
		t.Fatalf("%d messages, want %d: %q", len(wire.bodies), len(want), wire.bodies)
	}
	for i, w := range want {
		if w != "" && wire.bodies[i] != w {
			t.Errorf("message %d:\n%s\nwant\n%s", i, wire.bodies[i], w)
		}
	}
	var odd struct {
		Params struct{ Value struct{ Text string } }
	}
	if err := json.Unmarshal([]byte(wire.bodies[3]), &odd); err != nil || odd.Params.Value.Text != "a\"\\\n\u2028\x00é🚀</b>" {
		t.Errorf("the odd text came as %q (%v)", odd.Params.Value.Text, err)
	}
}

func TestPartialReturnsTheWiresError(t *testing.T) {
	gone := errors.New("gone")
	p := NewPartial(&lines{err: gone}, protocol.LSPAny("7"))
	if err := p.Route(chat.RouteDecision{}, nil); !errors.Is(err, gone) {
		t.Errorf("Route returned %v", err)
	}
	if err := p.Write(stream.Chunk{Data: []byte("x")}); !errors.Is(err, gone) {
		t.Errorf("Write returned %v", err)
	}
}

// client keeps what a widget is told.
type client struct{ values []string }

func (c *client) Notify(ctx context.Context, method string, params any) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	raw, err := json.Marshal(params.(*protocol.ProgressParams).Value)
	c.values = append(c.values, method+" "+string(raw))
	return err
}

func TestWorkDoneReportsFourTimesASecond(t *testing.T) {
	now := time.Unix(0, 0)
	c := &client{}
	ctx, cancel := context.WithCancel(t.Context())
	w := Begin(ctx, c, protocol.LSPAny(`"work"`), "Explain", func() time.Time { return now })
	asked := 0
	for range 200 {
		now = now.Add(10 * time.Millisecond)
		w.Report(ctx, func() string { asked++; return "going" })
	}
	cancel()
	w.End(ctx, "cancelled")
	if len(c.values) != 10 || asked != 8 {
		t.Fatalf("%d values with %d messages in two seconds, want begin, 8 reports and end: %q", len(c.values), asked, c.values)
	}
	for i, want := range map[int]string{0: `"kind":"begin"`, 1: `"message":"going"`, 9: `"message":"cancelled"`} {
		if !strings.HasPrefix(c.values[i], "$/progress ") || !strings.Contains(c.values[i], want) {
			t.Errorf("value %d is %s, want %s", i, c.values[i], want)
		}
	}
}

// TestNoWidget has clients that gave no token, or none that is one.
func TestNoWidget(t *testing.T) {
	for _, token := range []string{"", "null", "{}", "[]", "1.5", "1e3", "true"} {
		c := &client{}
		w := Begin(t.Context(), c, protocol.LSPAny(token), "title", time.Now)
		w.Report(t.Context(), func() string { return "never" })
		w.End(t.Context(), "never")
		if Valid(protocol.LSPAny(token)) || len(c.values) > 0 {
			t.Errorf("%q was taken for a token: %q", token, c.values)
		}
	}
	for _, token := range []string{"0", "-7", `""`, `"a"`, "2147483647"} {
		if !Valid(protocol.LSPAny(token)) {
			t.Errorf("%q was not taken for a token", token)
		}
	}
}

func TestTokens(t *testing.T) {
	var tokens Tokens
	cancelled := map[string]int{}
	add := func(token string) func() {
		return tokens.Add(protocol.LSPAny(token), func() { cancelled[token]++ })
	}
	add(`"a"`)
	remove := add("7")
	add("")()
	tokens.Cancel(protocol.LSPAny(`"a"`))
	tokens.Cancel(protocol.LSPAny(`"nobody"`))
	tokens.Cancel(protocol.LSPAny(`"7"`))
	remove()
	tokens.Cancel(protocol.LSPAny("7"))
	if cancelled[`"a"`] != 1 || cancelled["7"] != 0 || len(cancelled) != 1 {
		t.Errorf("cancelled %v, want \"a\" once", cancelled)
	}
}
