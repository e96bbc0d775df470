package stream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// decodeCase is a body and what it means.
type decodeCase struct {
	name, body string
	want       outcome
}

// text is a chunk of text as outcome has it.
func text(s string) string     { return describeChunk(Chunk{Data: []byte(s)}) }
func thinking(s string) string { return describeChunk(Chunk{Kind: Thinking, Data: []byte(s)}) }
func tool(index int, id, name, arguments string) string {
	return describeChunk(Chunk{Kind: Tool, Tool: ToolCall{Index: index, ID: id, Name: name}, Data: []byte(arguments)})
}

func ndjsonTable() []decodeCase {
	done := `{"done":true,"done_reason":"stop","prompt_eval_count":61,"eval_count":60}` + "\n"
	stop := outcome{Reason: chat.FinishStop, Usage: chat.Usage{PromptTokens: 61, CompletionTokens: 60}}
	with := func(chunks ...string) outcome { o := stop; o.Chunks = chunks; return o }
	return []decodeCase{
		{"chat", learnedNDJSON + learnedNDJSON + done, with(text(" a"), text(" a"))},
		{"CRLF and blank lines", strings.ReplaceAll(learnedNDJSON, "\n", "\r\n") + "\r\n \t\n" + strings.ReplaceAll(learnedNDJSON, "\n", "\r\n") + done, with(text(" a"), text(" a"))},
		{"generate", `{"response":"x"}` + "\n" + `{"response":"y","done":false}` + "\n" + done, with(text("x"), text("y"))},
		{"thinking before text", `{"message":{"content":"b","thinking":"a"}}` + "\n" + done, with(thinking("a"), text("b"))},
		{"generate's thinking", `{"thinking":"a","response":""}` + "\n" + done, with(thinking("a"))},
		{"null everywhere", `{"message":{"content":null,"thinking":null,"tool_calls":null},"response":null,"done":null,"error":null}` + "\n" + done, with()},
		{"a tool call", `{"message":{"role":"assistant","content":"","tool_calls":[{"id":"c1","function":{"index":0,"name":"read","arguments":{"path":"a.go","n":[1, 2]}}},{"function":{"name":"stat","arguments":{}}}]},"done":false}` + "\n" + done, outcome{
			Chunks: []string{tool(0, "c1", "read", `{"path":"a.go","n":[1, 2]}`), tool(1, "", "stat", `{}`)},
			Reason: chat.FinishTool, Usage: stop.Usage,
		}},
		{"length", `{"response":"x","done":true,"done_reason":"length"}`, outcome{Chunks: []string{text("x")}, Reason: chat.FinishLength}},
		{"load", `{"message":{"role":"assistant","content":""},"done":true,"done_reason":"load"}`, outcome{Reason: chat.FinishStop}},
		{"text after the end", done + learnedNDJSON + "garbage", with()},
		{"escapes", `{"response":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00\u0000"}` + "\n" + done, with(text("\"\\/\b\f\n\r\té😀\x00"))},
		{"broken surrogates", `{"response":"\ud83dx\ude00\ud83d\ud83d\ude00"}` + "\n" + done, with(text("\uFFFDx\uFFFD\uFFFD😀"))},
		{"invalid UTF-8", "{\"response\":\"a\xff\xfe\xe2\x82b\"}\n" + done, with(text("a\uFFFD\uFFFD\uFFFD\uFFFDb"))},
		{"the last member counts", `{"response":1,"response":"x","message":{"content":"no"},"message":{}}` + "\n" + done, with(text("x"))},
		{"names are exact", `{"Response":"x","message":{"CONTENT":"y","con\u0074ent":"z"}}` + "\n" + done, with(text("z"))},
		{"an unterminated last line", learnedNDJSON + strings.TrimSpace(done), with(text(" a"))},
		{"counts beyond reason", `{"done":true,"prompt_eval_count":-1,"eval_count":1e300}`, outcome{Reason: chat.FinishStop, Usage: chat.Usage{CompletionTokens: maxCount}}},
		{"no end", learnedNDJSON, outcome{Chunks: []string{text(" a")}, Err: "no end"}},
		{"nothing", "", outcome{Err: "no end"}},
		{"cut in a line", learnedNDJSON + learnedNDJSON[:70], outcome{Chunks: []string{text(" a")}, Err: "no end"}},
		{"an error line", learnedNDJSON + `{"error":"out of memory"}` + "\n" + done, outcome{Chunks: []string{text(" a")}, Err: `server|"out of memory"|""|""|0`}},
		{"OpenAI's error", `{"error":{"message":"no","type":"t","code":503}}`, outcome{Err: `server|"no"|"t"|"503"|503`}},
		{"a code in words", `{"error":{"message":"no","type":null,"code":"bad_key"}}`, outcome{Err: `server|"no"|""|"bad_key"|0`}},
		{"no error", `{"error":""}` + "\n" + `{"error":false}` + "\n" + done, with()},
		{"a web page", "<html>\n<body>\n", outcome{Err: "syntax"}},
		{"a wrong type", `{"response":["x"]}` + "\n", outcome{Err: "syntax"}},
		{"two values in a line", `{"response":"x"} {"response":"y"}` + "\n", outcome{Err: "syntax"}},
		{"a control character", "{\"response\":\"a\tb\"}\n", outcome{Err: "syntax"}},
	}
}

func sseTable() []decodeCase {
	const usage = `data: {"choices":[],"usage":{"prompt_tokens":60,"completion_tokens":30}}` + "\n\n"
	const stop = `data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n"
	const end = stop + usage + "data: [DONE]\n\n"
	whole := outcome{Reason: chat.FinishStop, Usage: chat.Usage{PromptTokens: 60, CompletionTokens: 30}}
	with := func(chunks ...string) outcome { o := whole; o.Chunks = chunks; return o }
	delta := func(members string) string {
		return `data: {"choices":[{"index":0,"delta":{` + members + `}}]}` + "\n\n"
	}
	one := learnedSSE + learnedSSE + end
	return []decodeCase{
		{"OpenAI", one, with(text(" a"), text(" a"))},
		{"CRLF", strings.ReplaceAll(one, "\n", "\r\n"), with(text(" a"), text(" a"))},
		{"CR", strings.ReplaceAll(one, "\n", "\r"), with(text(" a"), text(" a"))},
		{"a byte order mark", "\uFEFF" + one, with(text(" a"), text(" a"))},
		{"comments and fields", ": hello\nid: 7\nretry: 10\nevent: message\nunknown\n" + one, with(text(" a"), text(" a"))},
		{"no space after the colon", strings.ReplaceAll(one, "data: ", "data:"), with(text(" a"), text(" a"))},
		{"no blank lines", strings.ReplaceAll(one, "\n\n", "\n"), with(text(" a"), text(" a"))},
		{"multi-line data", "data: {\"choices\":[\ndata: {\"delta\":\ndata:{\"content\":\"x\"}}]}\n\n" + end, with(text("x"))},
		{"null contents", delta(`"role":"assistant","content":null,"reasoning":null,"tool_calls":null`) + end, with()},
		{"thinking by two names", delta(`"reasoning_content":"a","reasoning":"a"`) + delta(`"reasoning":"b"`) + delta(`"reasoning_content":"","reasoning":"c"`) + end, with(thinking("a"), thinking("b"), thinking("c"))},
		{"another choice", `data: {"choices":[{"index":1,"delta":{"content":"no"},"finish_reason":"length"},{"index":0,"delta":{"content":"yes"}}]}` + "\n\n" + end, with(text("yes"))},
		{"a whole message", `data: {"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}` + "\n\n", outcome{Chunks: []string{text("x")}, Reason: chat.FinishStop}},
		{"tool calls", delta(`"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"read","arguments":""}}]`) +
			delta(`"tool_calls":[{"index":0,"function":{"arguments":"{\"p"}}]`) + delta(`"tool_calls":[{"index":1,"id":"d","function":{"name":"stat","arguments":"{}"}}]`) +
			strings.Replace(end, `"stop"`, `"tool_calls"`, 1), outcome{
			Chunks: []string{tool(0, "c", "read", ""), tool(0, "", "", `{"p`), tool(1, "d", "stat", "{}")},
			Reason: chat.FinishTool, Usage: whole.Usage,
		}},
		{"unnumbered tool calls", delta(`"tool_calls":[{"id":"c","function":{"name":"a","arguments":"1"}},{"function":{"arguments":"2"}},{"id":"d","function":{"name":"b","arguments":{"x": 1}}}]`) + end, outcome{
			Chunks: []string{tool(0, "c", "a", "1"), tool(0, "", "", "2"), tool(1, "d", "b", `{"x": 1}`)},
			Reason: chat.FinishTool, Usage: whole.Usage,
		}},
		{"length", strings.Replace(end, `"stop"`, `"length"`, 1), outcome{Reason: chat.FinishLength, Usage: whole.Usage}},
		{"a content filter", strings.Replace(end, `"stop"`, `"content_filter"`, 1), with()},
		{"no [DONE]", learnedSSE + stop, outcome{Chunks: []string{text(" a")}, Reason: chat.FinishStop}},
		{"no finish_reason", learnedSSE + "data: [DONE]\n\n", outcome{Chunks: []string{text(" a")}, Reason: chat.FinishStop}},
		{"an unterminated [DONE]", learnedSSE + "data: [DONE]", outcome{Chunks: []string{text(" a")}, Reason: chat.FinishStop}},
		{"a cut [DONE]", learnedSSE + "data: [DO", outcome{Chunks: []string{text(" a")}, Err: "no end"}},
		{"cut behind the finish_reason", stop + usage[:30], outcome{Reason: chat.FinishStop}},
		{"text after the end", end + learnedSSE + "data: garbage\n\n", with()},
		{"neither", learnedSSE, outcome{Chunks: []string{text(" a")}, Err: "no end"}},
		{"cut in a line", learnedSSE + learnedSSE[:40], outcome{Chunks: []string{text(" a")}, Err: "no end"}},
		{"an error object", learnedSSE + `data: {"error":{"message":"gone","type":"server_error","code":500}}` + "\n\n" + end, outcome{Chunks: []string{text(" a")}, Err: `server|"gone"|"server_error"|"500"|500`}},
		{"an error event", "event: error\ndata: {\"message\":\"gone\"}\n\n", outcome{Err: `server|"gone"|""|""|0`}},
		{"an error field", `error: {"code":500,"message":"gone","type":"t"}` + "\n\n", outcome{Err: `server|"gone"|"t"|"500"|500`}},
		{"a bare error", `{"error":"gone"}`, outcome{Err: `server|"gone"|""|""|0`}},
		{"an answer outside the stream", `{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}`, outcome{Err: "no end"}},
		{"the finish_reason error", strings.Replace(end, `"stop"`, `"error"`, 1), outcome{Err: `server|""|""|""|0`}},
		{"garbage in an event", learnedSSE + "data: <html>\n\n", outcome{Chunks: []string{text(" a")}, Err: "syntax"}},
		{"not an object", "data: [1]\n\n", outcome{Err: "syntax"}},
	}
}

func bodies(table []decodeCase) (all []string) {
	for _, c := range table {
		all = append(all, c.body)
	}
	return all
}

func ndjsonCases() []string { return bodies(ndjsonTable()) }
func sseCases() []string    { return bodies(sseTable()) }

func checkTable(t *testing.T, table []decodeCase, newDecoder func() Decoder, reference func([]byte) outcome) {
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, reference([]byte(c.body))); diff != "" {
				t.Errorf("the reference reads it otherwise: (-want +reference)\n%s", diff)
			}
			checkSplits(t, []byte(c.body), 1, newDecoder, reference)
		})
	}
}

func TestNDJSON(t *testing.T) { checkTable(t, ndjsonTable(), newNDJSON, referenceNDJSON) }
func TestSSE(t *testing.T)    { checkTable(t, sseTable(), newSSE, referenceSSE) }

// TestRecorded decodes what an Ollama and a llama-server sent, with their own tiny model.
func TestRecorded(t *testing.T) {
	for _, c := range []struct {
		file   string
		chunks int
		start  string
		reason chat.FinishReason
		usage  chat.Usage
	}{
		{"ollama-chat-stream.ndjson", 60, " wri return th co int", chat.FinishLength, chat.Usage{PromptTokens: 61, CompletionTokens: 60}},
		{"ollama-generate-stream.ndjson", 12, " wri return th co int", chat.FinishLength, chat.Usage{PromptTokens: 59, CompletionTokens: 12}},
		{"ollama-chat-nostream.ndjson", 1, " wri return map wr struc", chat.FinishLength, chat.Usage{PromptTokens: 54, CompletionTokens: 12}},
		{"ollama-load.ndjson", 0, "", chat.FinishStop, chat.Usage{}},
		{"llama-openai-stream.sse", 30, " wri return functi form if", chat.FinishLength, chat.Usage{PromptTokens: 60, CompletionTokens: 30}},
		{"ollama-openai-stream.sse", 30, " wri return er else writer va", chat.FinishLength, chat.Usage{PromptTokens: 60, CompletionTokens: 30}},
	} {
		t.Run(c.file, func(t *testing.T) {
			body, err := os.ReadFile("testdata/" + c.file)
			if err != nil {
				t.Fatal(err)
			}
			newDecoder, reference := newNDJSON, referenceNDJSON
			if strings.HasSuffix(c.file, ".sse") {
				newDecoder, reference = newSSE, referenceSSE
			}
			checkSplits(t, body, 1, newDecoder, reference)
			var w answer
			end, err := Copy(iotest.OneByteReader(bytes.NewReader(body)), newDecoder(), &w)
			if err != nil || end.Reason != c.reason || end.Usage != c.usage {
				t.Errorf("ended with %+v, %v", end, err)
			}
			if w.chunks != c.chunks || !strings.HasPrefix(w.text.String(), c.start) {
				t.Errorf("%d chunks: %q", w.chunks, &w.text)
			}
		})
	}
}

// answer is a writer that joins the text.
type answer struct {
	text   strings.Builder
	chunks int
}

func (a *answer) Write(c Chunk) error {
	a.chunks++
	a.text.Write(c.Data)
	return nil
}

// oddTokens are pieces that decoders, terminals and editors stumble over.
func oddTokens(n int) []string {
	pieces := []string{
		"😀", "👩‍👩‍👧‍👦", "🇫🇷", "é", "日本語", "한국어", "क्षि", "العربية", "\u202e", "\u2028", "\u2029", "\x00", "\x1f", "\x7f", "\u0085",
		"\"", "\\", "\\\\\"", "```go\n", "`", "\n", "\r\n", "\t", "/", "</script>", "&amp;", "\uFFFD", "\uFEFF", "\U0010FFFF", "a",
		" func", "{\"done\":true}", "data: [DONE]\n\n", "\\u0041", "\\n", "", "  ", "ß", "ﬁ", "\u200d", "%s", "$1", "${x}", "'", "]}",
	}
	random := rand.New(rand.NewPCG(7, 7))
	tokens := make([]string, n)
	for i := range tokens {
		for range 1 + random.IntN(3) {
			tokens[i] += pieces[random.IntN(len(pieces))]
		}
	}
	return tokens
}

// quoted writes s as a JSON string, in the style of one server or another.
func quoted(s string, style int) string {
	var b bytes.Buffer
	switch style % 3 {
	case 0: // as Go does, with < > & escaped
		j, _ := json.Marshal(s)
		return string(j)
	case 1: // as C++ and JavaScript do, escaping what must be
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		_ = e.Encode(s)
		return strings.TrimSuffix(b.String(), "\n")
	}
	b.WriteByte('"') // as Python does, in ASCII
	for _, u := range utf16.Encode([]rune(s)) {
		if u >= ' ' && u < 0x7f && u != '"' && u != '\\' {
			b.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&b, `\u%04X`, u)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func TestOddTokens(t *testing.T) {
	tokens := oddTokens(1500)
	var ndjson, sse strings.Builder
	for i, token := range tokens {
		fmt.Fprintf(&ndjson, `{"model":"m","created_at":"2026-11-23T01:21:27.%dZ","message":{"role":"assistant","content":%s},"done":false}`+"\n", i, quoted(token, i))
		fmt.Fprintf(&sse, `data: {"id":"c","choices":[{"index":0,"delta":{"content":%s},"finish_reason":null}]}`+"\n\n", quoted(token, i))
	}
	ndjson.WriteString(`{"done":true}` + "\n")
	sse.WriteString("data: [DONE]\n\n")
	want := strings.Join(tokens, "")
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		for body, d := range map[string]Decoder{ndjson.String(): NewNDJSON(), sse.String(): NewSSE()} {
			var w answer
			if _, err := Copy(&randomReader{random, strings.NewReader(body)}, d, &w); err != nil {
				t.Fatal(err)
			}
			if w.text.String() != want {
				t.Fatalf("%T does not give back what was sent", d)
			}
		}
	}
}

// randomReader reads 1 to 200 bytes at a time.
type randomReader struct {
	random *rand.Rand
	r      io.Reader
}

func (r *randomReader) Read(p []byte) (int, error) {
	return r.r.Read(p[:min(len(p), 1+r.random.IntN(200))])
}

// TestLongToken checks that a line may be of any length, and that the memory for
// it is in proportion: the line and its decoded text, each with room to grow.
func TestLongToken(t *testing.T) {
	const size = 3 << 20
	token := strings.Repeat("x", size-3) + `é\n`
	want := strings.Repeat("x", size-3) + "é\n"
	ndjson, sse := NewNDJSON(), NewSSE()
	for _, c := range []struct {
		body  string
		d     Decoder
		state *decoder
	}{
		{learnedNDJSON + strings.Replace(learnedNDJSON, " a", token, 1) + `{"done":true}`, ndjson, &ndjson.decoder},
		{learnedSSE + strings.Replace(learnedSSE, " a", token, 1) + "data: [DONE]\n", sse, &sse.decoder},
	} {
		var w answer
		if _, err := Copy(strings.NewReader(c.body), c.d, &w); err != nil {
			t.Fatal(err)
		}
		if w.text.String() != " a"+want {
			t.Errorf("%T does not give back a long token", c.d)
		}
		if held := cap(c.state.pending) + cap(c.state.scratch); held > 4*size {
			t.Errorf("%T holds %d bytes for a token of %d", c.d, held, size)
		}
	}
}

func TestLineLimit(t *testing.T) {
	piece := bytes.Repeat([]byte("x"), 1<<20)
	for _, d := range []Decoder{NewNDJSON(), NewSSE()} {
		var err error
		fed := 0
		for err == nil && fed <= 2*maxLine {
			err = d.Feed(piece, &answer{})
			fed += len(piece)
		}
		if _, ok := errors.AsType[*SyntaxError](err); !ok || fed > maxLine+len(piece) {
			t.Errorf("%T took a line of %d bytes: %v", d, fed, err)
		}
	}
}

// TestDeepNesting checks the limit at both sides of it.
func TestDeepNesting(t *testing.T) {
	for _, c := range []struct {
		depth int
		err   string
	}{{maxDepth - 1, ""}, {maxDepth, "syntax"}} {
		deep := strings.Repeat(`[`, c.depth) + strings.Repeat(`]`, c.depth)
		body := []byte(`{"x":` + deep + `,"done":true}`)
		want := referenceNDJSON(body)
		if want.Err != c.err {
			t.Fatalf("the reference says %q of %d", want.Err, c.depth)
		}
		if diff := cmp.Diff(want, decode(t, NewNDJSON(), body, len(body), nil)); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSyntaxErrorNamesThePlaceAndQuotesNothing(t *testing.T) {
	const secret = "hunter2"
	for body, want := range map[string]string{
		learnedNDJSON + `{"response":"` + secret + `" "x"}` + "\n": `line 2, byte 22 of the answer: expected ',' or '}', found '"'`,
		`{"response":` + secret + "}\n":                            "line 1, byte 12 of the answer: expected a value, found another character",
		"\n<html>" + secret + "\n":                                 "line 2, byte 0 of the answer: expected an object, found '<'",
		`{"response":["` + secret + `"]}` + "\n":                   "line 1, byte 12 of the answer: expected a string or null, found '['",
		`{"response":"` + secret + "\n\n":                          "line 1, byte 20 of the answer: expected the rest of a string, found the end of the line",
	} {
		_, err := Copy(strings.NewReader(body), NewNDJSON(), &answer{})
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", body, err, want)
		}
	}
}

func TestServerErrorMessageIsCutBetweenCharacters(t *testing.T) {
	body := `{"error":"` + strings.Repeat("x", maxMessage-1) + `é"}`
	_, err := Copy(strings.NewReader(body), NewNDJSON(), &answer{})
	e, ok := errors.AsType[*ServerError](err)
	if !ok || e.Message != strings.Repeat("x", maxMessage-1) {
		t.Errorf("%v", err)
	}
}

// TestTemplate checks that the shortcut takes the lines it is made for: of a
// recorded stream, all but a few of both ends.
func TestTemplate(t *testing.T) {
	for file, d := range map[string]interface {
		Decoder
		recognises(line []byte) bool
	}{
		"ollama-chat-stream.ndjson":     NewNDJSON(),
		"ollama-generate-stream.ndjson": NewNDJSON(),
		"llama-openai-stream.sse":       NewSSE(),
		"ollama-openai-stream.sse":      NewSSE(),
	} {
		body, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		lines, recognised := 0, 0
		for line := range bytes.Lines(body) {
			if len(bytes.TrimSpace(line)) > 0 {
				lines++
			}
			if d.recognises(line) {
				recognised++
			}
			if err := d.Feed(line, &answer{}); err != nil {
				t.Fatal(err)
			}
		}
		if recognised < lines-5 || recognised == 0 {
			t.Errorf("%s: %d of %d lines are recognised", file, recognised, lines)
		}
	}
}

// recognises reports whether the template takes the line.
func (d *decoder) recognises(line []byte) bool {
	n, _, _ := d.template.match(line)
	return n == len(line)
}

// TestNoAllocations feeds lines of every frequent kind: plain, with escapes, not
// ASCII, cut in two, and of two shapes in turn, which keeps the template from matching.
func TestNoAllocations(t *testing.T) {
	lines := func(shape string) (all [][]byte) {
		for _, raw := range []string{" a", `\n\t\"`, "日本語", `\ud83d\ude00`} {
			all = append(all, []byte(strings.Replace(shape, " a", raw, 1)))
		}
		return all
	}
	for name, c := range map[string]struct {
		d     Decoder
		lines [][]byte
	}{
		"ndjson":        {NewNDJSON(), lines(learnedNDJSON)},
		"ndjson parser": {NewNDJSON(), append(lines(learnedNDJSON), lines(`{"response":" a"}`+"\n")...)},
		"sse":           {NewSSE(), lines(learnedSSE)},
		"sse parser":    {NewSSE(), append(lines(learnedSSE), lines(`data: {"choices":[{"delta":{"reasoning":" a"}}]}`+"\n\n")...)},
	} {
		var w counter
		allocs := testing.AllocsPerRun(200, func() {
			for i := range c.lines {
				line := c.lines[i/2+i%2*(len(c.lines)/2)] // one from each half in turn
				for _, part := range [][]byte{line[:len(line)/2], line[len(line)/2:], line} {
					if err := c.d.Feed(part, &w); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
		if allocs != 0 || w.chunks != 201*2*len(c.lines) {
			t.Errorf("%s: %v allocations in %d lines, %d chunks", name, allocs, len(c.lines)*2, w.chunks)
		}
	}
}
