package acp

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func answers(list ...backendtest.Answer) backendtest.Script { return backendtest.Script{Answers: list} }

// lastPrompt is what the model server was sent last.
func lastPrompt(t *testing.T, s *backendtest.Server) string {
	t.Helper()
	chats := s.Chats()
	if len(chats) == 0 {
		t.Fatal("the model server was not asked")
	}
	var body struct{ Messages []struct{ Content string } }
	if err := json.Unmarshal(chats[len(chats)-1].Body, &body); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, m := range body.Messages {
		b.WriteString(m.Content + "\n")
	}
	return b.String()
}

func TestInitialize(t *testing.T) {
	e := start(t, world{})
	if m := e.call(methodSessionNew, map[string]any{"cwd": "/", "mcpServers": []any{}}); m.Error == nil || m.Error.Code != -32600 {
		t.Errorf("before initialize: %+v", m)
	}
	var r initializeResult
	e.do(methodInitialize, map[string]any{"protocolVersion": 7}, &r)
	if r.ProtocolVersion != 1 || !r.AgentCapabilities.LoadSession || !r.AgentCapabilities.PromptCapabilities.EmbeddedContext {
		t.Errorf("%+v", r)
	}
	if m := e.call(methodInitialize, map[string]any{"protocolVersion": 1}); m.Error == nil || m.Error.Code != -32600 {
		t.Errorf("twice: %+v", m)
	}
}

func TestPromptStreams(t *testing.T) {
	server := backendtest.Ollama(t, answers(backendtest.Tokens(backendtest.OddTokens(60)...)))
	e := start(t, world{url: server.URL})
	folder := project(t)
	id := e.open(folder)
	e.until("the commands", func() bool { return len(e.told(updateCommands)) == 1 })
	if stop := e.ask(id, text("What does "), link(filepath.Join(folder, "sum.go")), text(" do?")); stop != "end_turn" {
		t.Errorf("stop reason %q", stop)
	}
	if got, want := e.text(updateMessage), strings.Join(backendtest.OddTokens(60), ""); got != want {
		t.Errorf("received %q\nwant %q", got, want)
	}
	sent := lastPrompt(t, server)
	for _, want := range []string{"What does `sum.go` do?", "func Sum(v []int)"} {
		if !strings.Contains(sent, want) {
			t.Errorf("the prompt lacks %q:\n%s", want, sent)
		}
	}
	e.until("the title", func() bool { return len(e.told(updateSessionInfo)) == 1 })
}

func TestSecondPromptHasTheFirst(t *testing.T) {
	server := backendtest.Ollama(t, answers(backendtest.Tokens("It was blue.")))
	e := start(t, world{url: server.URL})
	id := e.open(project(t))
	e.ask(id, text("Which colour was it?"))
	e.ask(id, text("Are you sure?"))
	for _, want := range []string{"Which colour was it?", "It was blue.", "Are you sure?"} {
		if sent := lastPrompt(t, server); !strings.Contains(sent, want) {
			t.Errorf("the prompt lacks %q:\n%s", want, sent)
		}
	}
}

func TestThinkingAndMaxTokens(t *testing.T) {
	server := backendtest.Ollama(t, answers(backendtest.Answer{
		backendtest.Think("hm, "), backendtest.Think("well"), backendtest.Text("yes"), backendtest.End(chat.FinishLength, 3, 3),
	}))
	e := start(t, world{url: server.URL})
	id := e.open(project(t))
	if stop := e.ask(id, text("Is it?")); stop != "max_tokens" {
		t.Errorf("stop reason %q", stop)
	}
	if got := e.text(updateThought) + "|" + e.text(updateMessage); got != "hm, well|yes" {
		t.Errorf("received %q", got)
	}
}

// TestUsage is told how full the window of the model is.
func TestUsage(t *testing.T) {
	server := backendtest.Ollama(t, backendtest.Script{
		Models:  []backendtest.Model{{Name: "small:latest", Context: 4096}},
		Answers: []backendtest.Answer{{backendtest.Text("yes"), backendtest.End(chat.FinishStop, 120, 3)}},
	})
	e := start(t, world{url: server.URL})
	id := e.open(project(t))
	e.ask(id, text("Is it?"))
	told := e.told(updateUsage)
	if len(told) != 1 || told[0].Used != 123 || told[0].Size != 4096 || told[0].Cost != nil {
		t.Errorf("told %+v", told)
	}
	var second sessionResult
	e.do(methodSessionNew, map[string]any{"cwd": project(t), "mcpServers": map[string]any{}}, &second) // as CodeCompanion writes an empty list
	e.ask(second.SessionID, text("Is it?"))
	if told := e.told(updateUsage); len(told) != 2 {
		t.Errorf("after the second answer: told %+v", told)
	}
}

// TestUsageAddsUp has what a session costs grow with its answers.
func TestUsageAddsUp(t *testing.T) {
	s := &session{models: []chat.Model{{ID: "m", Backend: "b", ContextLength: 1000}}}
	s.goesOn(&chat.Conversation{Summary: chat.Summary{CostCents: 1}})
	r := chat.Result{Route: chat.RouteDecision{Tier: chat.TierCloud, Backend: "b", Model: "m"}, Usage: chat.Usage{PromptTokens: 7}, CostCents: 2}
	for _, want := range []float64{0.03, 0.05} {
		if u, ok := s.used(&r); !ok || u.Cost == nil || math.Abs(u.Cost.Amount-want) > 1e-9 || u.Cost.Currency != "USD" {
			t.Errorf("told %+v, want %v dollars", u, want)
		}
	}
	r.Route.Tier = chat.TierCache
	if u, ok := s.used(&r); ok {
		t.Errorf("told %+v of a model that was not asked", u)
	}
	r.Route.Tier, r.Route.Model = chat.TierCloud, "another"
	if u, ok := s.used(&r); ok {
		t.Errorf("told %+v of a model without a known window", u)
	}
}

func TestCancel(t *testing.T) {
	server := backendtest.Ollama(t, answers(append(backendtest.Tokens("one ", "two "), backendtest.Stall())))
	e := start(t, world{url: server.URL})
	id := e.open(project(t))
	for _, by := range []string{"session", "request"} {
		seen := len(e.told(updateMessage))
		request, answer := e.begin(methodSessionPrompt, prompt(id, text("Count, "+by)))
		e.until("text", func() bool { return len(e.told(updateMessage)) > seen })
		if m := e.call(methodSessionPrompt, prompt(id, text("another"))); m.Error == nil || m.Error.Code != -32600 {
			t.Errorf("a second prompt: %+v", m)
		}
		began := time.Now()
		if by == "session" {
			e.notify(methodSessionCancel, map[string]any{"sessionId": id})
		} else {
			e.notify(methodCancelRequest, map[string]any{"requestId": request})
		}
		var r promptResult
		m := e.wait(answer)
		if err := json.Unmarshal(m.Result, &r); err != nil || r.StopReason != stopCancelled {
			t.Errorf("cancelled by the %s: %s %+v", by, m.Result, m.Error)
		}
		select {
		case at := <-server.Closed():
			t.Logf("cancelled by the %s: the model server's connection was closed after %v", by, at.Sub(began))
		case <-time.After(patience):
			t.Error("the model server's connection stays open")
		}
	}
}

// TestCancelAtOnce cancels right behind the prompt: the cancel must never be
// looked at before the prompt is.
func TestCancelAtOnce(t *testing.T) {
	server := backendtest.Ollama(t, answers(append(backendtest.Tokens("one "), backendtest.Stall())))
	e := start(t, world{url: server.URL})
	id := e.open(project(t))
	for range 20 {
		_, answer := e.begin(methodSessionPrompt, prompt(id, text("Count")))
		e.notify(methodSessionCancel, map[string]any{"sessionId": id})
		if m := e.wait(answer); !strings.Contains(string(m.Result), `"cancelled"`) {
			t.Fatalf("%s %+v", m.Result, m.Error)
		}
	}
}

func TestLoadInAnotherProcess(t *testing.T) {
	server := backendtest.Ollama(t, answers(backendtest.Answer{backendtest.Think("hm"), backendtest.Text("It was blue.")}, backendtest.Tokens("Quite.")))
	state, folder := t.TempDir(), project(t)
	first := start(t, world{url: server.URL, state: state})
	id := first.open(folder)
	first.ask(id, text("Which colour was it?"))
	first.stop()

	second := start(t, world{url: server.URL, state: state})
	second.initialize()
	var r sessionResult
	second.do(methodSessionLoad, map[string]any{"sessionId": id, "cwd": folder, "mcpServers": []any{}}, &r)
	if got := second.text(updateUserMessage) + "|" + second.text(updateThought) + "|" + second.text(updateMessage); got != "Which colour was it?|hm|It was blue." {
		t.Errorf("replayed %q", got)
	}
	if len(r.ConfigOptions) != 2 || r.Modes.CurrentModeID != "auto" {
		t.Errorf("%+v", r)
	}
	second.ask(id, text("Are you sure?"))
	if sent := lastPrompt(t, server); !strings.Contains(sent, "It was blue.") {
		t.Errorf("the conversation did not go on:\n%s", sent)
	}
	if m := second.call(methodSessionLoad, map[string]any{"sessionId": "NOSUCH", "cwd": folder, "mcpServers": []any{}}); m.Error == nil || m.Error.Code != -32002 {
		t.Errorf("an unknown session: %+v", m)
	}
	second.do(methodSessionDelete, map[string]any{"sessionId": id}, nil)
	if m := second.call(methodSessionResume, map[string]any{"sessionId": id, "cwd": folder}); m.Error == nil || m.Error.Code != -32002 {
		t.Errorf("a deleted session: %+v", m)
	}
}

func TestResumeAndClose(t *testing.T) {
	server := backendtest.Ollama(t, answers(backendtest.Tokens("blue")))
	folder := project(t)
	e := start(t, world{url: server.URL})
	id := e.open(folder)
	e.ask(id, text("Which colour?"))
	before := len(e.told(updateMessage))
	e.do(methodSessionClose, map[string]any{"sessionId": id}, nil)
	if m := e.call(methodSessionPrompt, prompt(id, text("more"))); m.Error == nil || m.Error.Code != -32002 {
		t.Errorf("a closed session: %+v", m)
	}
	e.do(methodSessionResume, map[string]any{"sessionId": id, "cwd": folder}, nil)
	if n := len(e.told(updateMessage)); n != before {
		t.Errorf("resuming replayed %d chunks", n-before)
	}
	if stop := e.ask(id, text("more")); stop != "end_turn" {
		t.Errorf("stop reason %q", stop)
	}
}

func TestToolCalls(t *testing.T) {
	server := backendtest.OpenAI(t, backendtest.Script{
		Models: []backendtest.Model{{Name: "tiny", Context: 8192, Capabilities: []string{"completion", "tools"}}},
		Answers: []backendtest.Answer{
			{backendtest.Call(0, "a", "read_file", `{"path":"sum.go"}`), backendtest.End(chat.FinishTool, 3, 3)},
			{backendtest.Call(0, "b", "read_file", `{"path":"../outside.txt"}`), backendtest.End(chat.FinishTool, 3, 3)},
			backendtest.Tokens("It adds."),
		},
	})
	e := start(t, world{url: server.URL, settings: map[string]any{"local.kind": "openai", "local.tools": true}})
	id := e.open(project(t))
	e.ask(id, text("What does the code do?"))
	calls := e.told(updateToolCall)
	if len(calls) != 2 || calls[0].Status != "completed" || calls[0].ToolKind != "read" || !strings.Contains(calls[0].Title, "sum.go") || calls[1].Status != "failed" {
		t.Fatalf("tool calls %+v", calls)
	}
	if calls[0].ToolCallID == calls[1].ToolCallID {
		t.Error("two calls have one identifier")
	}
	if got := e.text(updateMessage); got != "It adds." {
		t.Errorf("received %q", got)
	}
	for _, r := range server.Chats() {
		if strings.Contains(string(r.Body), canary) {
			t.Errorf("the prompt holds a file from outside the folder: %s", r.Body)
		}
	}
}

func TestOptions(t *testing.T) {
	server := backendtest.Ollama(t, backendtest.Script{Models: []backendtest.Model{{Name: "tiny:latest"}, {Name: "other:latest"}}})
	e := start(t, world{url: server.URL})
	id := e.open(project(t))
	var r configOptionsResult
	e.do(methodSetConfigOption, map[string]any{"sessionId": id, "configId": "model", "value": "other:latest"}, &r)
	if len(r.ConfigOptions) != 2 || r.ConfigOptions[1].CurrentValue != "other:latest" {
		t.Errorf("%+v", r)
	}
	e.ask(id, text("Hello?"))
	if chats := server.Chats(); !strings.Contains(string(chats[len(chats)-1].Body), `"other:latest"`) {
		t.Errorf("asked %s", chats[len(chats)-1].Body)
	}
	e.do(methodSetMode, map[string]any{"sessionId": id, "modeId": "local"}, nil)
	e.until("the options", func() bool { return len(e.told(updateOptions)) == 1 })
	e.do(methodSetConfigOption, map[string]any{"sessionId": id, "configId": "mode", "value": "cloud"}, &r)
	e.until("the mode", func() bool { return len(e.told(updateMode)) == 1 })
	for _, bad := range []map[string]any{
		{"sessionId": id, "configId": "model", "value": "NOSUCH"},
		{"sessionId": id, "configId": "colour", "value": "red"},
		{"sessionId": id, "configId": "mode", "value": true},
		{"sessionId": "x", "configId": "mode", "value": "auto"},
		{"sessionId": id},
	} {
		if m := e.call(methodSetConfigOption, bad); m.Error == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}

// TestRefusal asks for the cloud where none may be asked.
func TestRefusal(t *testing.T) {
	e := start(t, world{url: "", settings: map[string]any{"routing.maxTier": "cache"}})
	id := e.open(project(t))
	if stop := e.ask(id, text("Anything?")); stop != "refusal" {
		t.Errorf("stop reason %q", stop)
	}
	if got := e.text(updateMessage); !strings.Contains(got, "only stored answers are allowed") {
		t.Errorf("said %q", got)
	}
}

func TestServerFails(t *testing.T) {
	server := backendtest.Ollama(t, answers(append(backendtest.Tokens("half "), backendtest.Cut())))
	e := start(t, world{url: server.URL})
	id := e.open(project(t))
	m := e.call(methodSessionPrompt, prompt(id, text("Go on")))
	if m.Error == nil || m.Error.Code != -32603 || !strings.Contains(string(m.Error.Data), `"stream_interrupted"`) {
		t.Errorf("%+v", m.Error)
	}
}

// TestUnsavedBufferWins asks about a file that the editor has changed and not saved.
func TestUnsavedBufferWins(t *testing.T) {
	server := backendtest.Ollama(t, answers(backendtest.Tokens("fine")))
	folder := project(t)
	asked := make(chan string, 10)
	e := start(t, world{url: server.URL, serve: func(_ string, params json.RawMessage) (any, error) {
		var p readTextFileParams
		if err := json.Unmarshal(params, &p); err != nil {
			return nil, err
		}
		asked <- p.Path
		if filepath.Base(p.Path) == "sum.go" {
			return map[string]any{"content": "package add // NOT SAVED YET\n"}, nil
		}
		return nil, errNoSuchFile
	}})
	id := e.open(folder)
	e.ask(id, text("And "), link(filepath.Join(folder, "sum.go")), text("?"))
	if sent := lastPrompt(t, server); !strings.Contains(sent, "NOT SAVED YET") || strings.Contains(sent, "func Sum") {
		t.Errorf("the disk won:\n%s", sent)
	}
	e.ask(id, text("And @file:sum.go now?"))
	if sent := lastPrompt(t, server); strings.Count(sent, "NOT SAVED YET") < 1 {
		t.Errorf("the disk won:\n%s", sent)
	}
	for _, secret := range []string{".env", "ignored.txt", "../outside.txt"} {
		e.ask(id, text("And @file:"+secret+" "), link(filepath.Join(folder, secret)))
	}
	close(asked)
	for path := range asked {
		if filepath.Base(path) != "sum.go" {
			t.Errorf("the editor was asked for %s", path)
		}
	}
}

func TestEmbeddedText(t *testing.T) {
	server := backendtest.Ollama(t, answers(backendtest.Tokens("fine")))
	folder := project(t)
	e := start(t, world{url: server.URL})
	id := e.open(folder)
	resource := func(u, s string) map[string]any {
		return map[string]any{"type": "resource", "resource": map[string]any{"uri": u, "text": s}}
	}
	e.ask(id, text("/explain"), resource("file://"+filepath.Join(folder, "sum.go")+"#L5:7", "\tfor _, x := range v {\n\t\tt += x\n\t}\n"))
	if sent := lastPrompt(t, server); !strings.Contains(sent, "t += x") || !strings.Contains(sent, "5-7") && !strings.Contains(sent, "5 to 7") && !strings.Contains(sent, "lines 5") {
		t.Errorf("the selection was not sent with its lines:\n%s", sent)
	}
	e.ask(id, text("And this?"), resource("https://example.invalid/page", "A PAGE"))
	if sent := lastPrompt(t, server); !strings.Contains(sent, "A PAGE") {
		t.Errorf("text without a file was not sent:\n%s", sent)
	}
	link := link(filepath.Join(folder, "sum.go"))
	link["uri"] = link["uri"].(string) + "#L3"
	e.ask(id, text("Say it again in a new session"), link)
	if sent := lastPrompt(t, server); !strings.Contains(sent, "// Sum adds.") {
		t.Errorf("the line was not sent:\n%s", sent)
	}
}

// TestWhatIsNotShown names what must not be shown in every way there is.
func TestWhatIsNotShown(t *testing.T) {
	server := backendtest.Ollama(t, answers(backendtest.Tokens("fine")))
	folder := project(t)
	if err := os.Symlink(filepath.Join(folder, "../outside.txt"), filepath.Join(folder, "way-out.txt")); err != nil {
		t.Skip(err)
	}
	e := start(t, world{url: server.URL})
	id := e.open(folder)
	uris := []string{
		"file://" + folder + "/.env", "file://" + folder + "/ignored.txt", "file://" + folder + "/../outside.txt", "file://" + folder + "/way-out.txt",
		"file://" + folder + "/%2e%2e/outside.txt", "file://elsewhere" + folder + "/sum.go", "file:///etc/passwd", "file://" + folder,
		"https://example.invalid/x", "no uri at all", "file:", "file://" + folder + "/sum.go%00", "::::", "file://%zz", strings.Repeat("x", 100_000),
	}
	for _, u := range uris {
		for _, b := range []map[string]any{
			{"type": "resource_link", "name": "x", "uri": u},
			{"type": "resource", "resource": map[string]any{"uri": u, "blob": "AAAA"}},
		} {
			before := len(e.text(updateMessage))
			if stop := e.ask(id, text("What is it? "), b); stop != "end_turn" {
				t.Errorf("%.80s: stop reason %q", u, stop)
			}
			if got := e.text(updateMessage)[before:]; !strings.Contains(got, "Left out: ") {
				t.Errorf("%.80s: nothing was said of it: %q", u, got)
			}
		}
	}
	for _, u := range uris[:4] {
		e.ask(id, text("What is it? "), map[string]any{"type": "resource", "resource": map[string]any{"uri": u, "text": canary}})
	}
	for _, r := range server.Chats() {
		if strings.Contains(string(r.Body), canary) || strings.Contains(string(r.Body), "root:") {
			t.Errorf("sent: %s", r.Body)
		}
	}
}

// TestHostileInput sends what no editor sends. The connection outlives all of it.
func TestHostileInput(t *testing.T) {
	server := backendtest.Ollama(t, answers(backendtest.Tokens("fine")))
	folder := project(t)
	e := start(t, world{url: server.URL})
	id := e.open(folder)
	lines := []string{
		"{oops", "[]", `[{"jsonrpc":"2.0","id":1,"method":"initialize"}]`, "42", `"x"`, "null", `{"jsonrpc":"1.0","method":"x"}`, `{"jsonrpc":"2.0","id":{},"method":"x"}`,
		"\x00\xff\xfe", strings.Repeat("[", 100_000), `{"jsonrpc":"2.0"}`, `{"jsonrpc":"2.0","id":1,"method":"session/prompt"} trailing`,
	}
	for _, l := range lines {
		e.write(l)
	}
	e.until("an error for each", func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		return len(e.strange) == len(lines)
	})
	e.write("")
	e.write("   \r")
	e.notify("no/such/method", map[string]any{})
	e.notify(methodSessionCancel, map[string]any{"sessionId": "NOSUCH"})
	e.notify(methodSessionCancel, []int{1})
	e.notify(methodCancelRequest, map[string]any{"requestId": []int{1}})
	e.notify(methodSessionPrompt, prompt(id, text("as a notification")))
	many := make([]any, maxBlocks+1)
	for i := range many {
		many[i] = text("x")
	}
	for _, c := range []struct {
		method string
		params any
		code   int
	}{
		{"no/such/method", nil, -32601},
		{"authenticate", map[string]any{"methodId": "x"}, -32602},
		{methodSessionNew, map[string]any{"mcpServers": []any{}}, -32602},
		{methodSessionNew, map[string]any{"cwd": "relative/path", "mcpServers": []any{}}, -32602},
		{methodSessionNew, map[string]any{"cwd": filepath.Join(folder, "no-such-folder"), "mcpServers": []any{}}, -32602},
		{methodSessionNew, map[string]any{"cwd": filepath.Join(folder, "sum.go"), "mcpServers": []any{}}, -32602},
		{methodSessionNew, map[string]any{"cwd": folder, "additionalDirectories": []any{".."}, "mcpServers": []any{}}, -32602},
		{methodSessionNew, map[string]any{"cwd": 7}, -32602},
		{methodSessionNew, []int{1}, -32602},
		{methodSessionLoad, map[string]any{"sessionId": "../../etc", "cwd": folder, "mcpServers": []any{}}, -32002},
		{methodSessionPrompt, prompt("NOSUCH", text("x")), -32002},
		{methodSessionPrompt, prompt(id), -32602},
		{methodSessionPrompt, prompt(id, text("")), -32602},
		{methodSessionPrompt, prompt(id, map[string]any{"type": "image", "data": "AAAA", "mimeType": "image/png"}), -32602},
		{methodSessionPrompt, prompt(id, 7), -32602},
		{methodSessionPrompt, prompt(id, map[string]any{"type": "resource"}), -32602},
		{methodSessionPrompt, prompt(id, map[string]any{"type": "resource_link", "name": "x"}), -32602},
		{methodSessionPrompt, prompt(id, many...), -32602},
		{methodSessionPrompt, prompt(id, text(strings.Repeat("long ", 100_000))), -32603},
	} {
		if m := e.call(c.method, c.params); m.Error == nil || m.Error.Code != c.code {
			t.Errorf("%s %.100s: %+v, want the code %d", c.method, mustJSON(c.params), m.Error, c.code)
		}
	}
	if stop := e.ask(id, text("Still there?")); stop != "end_turn" {
		t.Errorf("stop reason %q", stop)
	}
}

// TestFolderTightens has a session's folder forbid what the settings allow.
func TestFolderTightens(t *testing.T) {
	server := backendtest.Ollama(t, answers(backendtest.Tokens("fine")))
	folder := project(t)
	e := start(t, world{url: server.URL})
	id := e.open(folder)
	if stop := e.ask(id, text("Before?")); stop != "end_turn" {
		t.Errorf("stop reason %q", stop)
	}
	if err := os.WriteFile(filepath.Join(folder, ".rigrun.toml"), []byte("[routing]\nmaxTier = \"cache\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if stop := e.ask(id, text("After?")); stop != "refusal" {
		t.Errorf("stop reason %q", stop)
	}
}

// TestEndWhileRequestsCome ends the agent as a signal does, under an editor that
// goes on asking and has a prompt under way.
func TestEndWhileRequestsCome(t *testing.T) {
	server := backendtest.Ollama(t, answers(append(backendtest.Tokens("one "), backendtest.Stall())))
	for range 10 {
		e := start(t, world{url: server.URL})
		id := e.open(project(t))
		e.begin(methodSessionPrompt, prompt(id, text("Count")))
		e.until("text", func() bool { return len(e.told(updateMessage)) > 0 })
		flooded := make(chan struct{})
		go func() {
			defer close(flooded)
			for n := range 200 {
				line := `{"jsonrpc":"2.0","id":` + strconv.Itoa(1000+n) + `,"method":"session/close","params":{"sessionId":"x"}}` + "\n"
				if _, err := e.wire.Write([]byte(line)); err != nil {
					return
				}
				if n == 20 {
					e.end()
				}
			}
		}()
		select {
		case <-e.ended:
		case <-time.After(patience):
			t.Fatal("the agent does not end")
		}
		<-flooded
		select {
		case <-server.Closed():
		case <-time.After(patience):
			t.Fatal("the model server is still asked")
		}
	}
}
