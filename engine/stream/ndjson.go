package stream

import "bytes"

// NDJSON decodes the bodies of Ollama's /api/chat and /api/generate: one JSON
// object a line, streamed or the only one ("stream":false).
//
// Read are message.content and response (Text), message.thinking and thinking
// (Thinking), message.tool_calls (Tool, one chunk a call, Data being the
// arguments' JSON text and Index counting the calls), done, done_reason,
// prompt_eval_count, eval_count and error. Names are matched exactly, the last
// of several members with one name counts, and members not listed are only
// checked to be valid JSON. null is the same as absent; a value of another type
// is a *SyntaxError. Lines of white space are skipped.
//
// The end mark is the line with "done":true; what follows it is ignored.
type NDJSON struct{ decoder }

// NewNDJSON returns a decoder for one body.
func NewNDJSON() *NDJSON { return &NDJSON{} }

// ollamaLine says where the members of a line are that are read.
type ollamaLine struct {
	message, response, thinking   value
	done, reason, failure         value
	promptTokens, completionCount value
	createdAt                     value // differs from line to line and means nothing here
}

// Feed decodes p as [Decoder] has it.
func (d *NDJSON) Feed(p []byte, w Writer) error {
	for len(p) > 0 && d.live() {
		n := 0
		if len(d.pending) == 0 {
			n = d.quick(p, w)
		}
		if n == 0 {
			n = d.next(p, w)
		}
		p = p[n:]
	}
	return d.err
}

// next decodes the bytes up to the first line end, or keeps p where it has none.
// It returns the bytes taken.
func (d *NDJSON) next(p []byte, w Writer) int {
	n := bytes.IndexByte(p, '\n') + 1
	if n == 0 {
		d.pending = d.keep(d.pending, p)
		return len(p)
	}
	line := p[:n]
	if len(d.pending) > 0 {
		d.pending = d.keep(d.pending, line)
		line = d.pending
		d.pending = d.pending[:0]
		if d.err != nil || d.quick(line, w) > 0 {
			return n
		}
	}
	d.line(line, w)
	return n
}

// End decodes an unterminated last line and says how the answer ended.
func (d *NDJSON) End(w Writer) (End, error) {
	if d.live() && len(d.pending) > 0 {
		d.line(d.pending, w)
		d.cutShort()
	}
	return d.result(d.ended)
}

// line parses one line, writes what it holds and learns from it.
func (d *NDJSON) line(line []byte, w Writer) {
	d.lines++
	line = bytes.TrimRight(line, " \t\r\n")
	if len(line) == 0 {
		return
	}
	l, at, want := readOllamaLine(line)
	if want != "" {
		d.refuse(line, at, want)
		return
	}
	d.begin()
	if d.failure(line, l.failure) {
		return
	}
	d.chunksOf(line, &l, w)
	d.mark(line, &l)
	d.learn(line, l.createdAt)
}

// readOllamaLine validates a line and finds its members. At a fault, want says
// what was expected at line[at].
func readOllamaLine(line []byte) (l ollamaLine, at int, want string) {
	m := document(line, 0)
	for m.next() {
		switch string(m.name()) {
		case "message":
			l.message = m.val
		case "response":
			l.response = m.val
		case "thinking":
			l.thinking = m.val
		case "done":
			l.done = m.val
		case "done_reason":
			l.reason = m.val
		case "error":
			l.failure = m.val
		case "prompt_eval_count":
			l.promptTokens = m.val
		case "eval_count":
			l.completionCount = m.val
		case "created_at":
			l.createdAt = m.val
		}
	}
	m.finish()
	return l, m.at, m.want
}

// chunksOf writes the pieces a line holds: thinking, text, tool calls.
func (d *NDJSON) chunksOf(line []byte, l *ollamaLine, w Writer) {
	var content, thinking, calls value
	if d.expect(line, l.message, '{', "a message object or null") {
		for m := membersOf(line, l.message); m.next(); {
			switch string(m.name()) {
			case "content":
				content = m.val
			case "thinking":
				thinking = m.val
			case "tool_calls":
				calls = m.val
			}
		}
	}
	d.emit(w, line, Thinking, thinking)
	d.emit(w, line, Thinking, l.thinking)
	d.emit(w, line, Text, content)
	d.emit(w, line, Text, l.response)
	if d.err == nil && d.expect(line, calls, '[', "an array of tool calls or null") {
		for e := elementsOf(line, calls); e.next() && d.err == nil; {
			d.plain = false
			d.toolCall(line, e.val, w)
		}
	}
}

// toolCall writes one call of message.tool_calls, which is always whole.
func (d *NDJSON) toolCall(line []byte, call value, w Writer) {
	if !d.expect(line, call, '{', "a tool call") {
		return
	}
	var id, function, name, arguments value
	for m := membersOf(line, call); m.next(); {
		switch string(m.name()) {
		case "id":
			id = m.val
		case "function":
			function = m.val
		}
	}
	if d.expect(line, function, '{', "a function object or null") {
		for m := membersOf(line, function); m.next(); {
			switch string(m.name()) {
			case "name":
				name = m.val
			case "arguments":
				arguments = m.val
			}
		}
	}
	c := Chunk{Kind: Tool, Tool: ToolCall{Index: d.tools, ID: string(d.text(line, id)), Name: string(d.text(line, name))}}
	c.Data = d.arguments(line, arguments)
	d.tools++
	d.write(w, c)
}

// mark reads the end mark.
func (d *NDJSON) mark(line []byte, l *ollamaLine) {
	if d.err != nil || l.done.absent() || l.done.kind == 'f' {
		return
	}
	if !d.expect(line, l.done, 't', "true, false or null") {
		return
	}
	d.end.Reason = d.finishReason(string(d.text(line, l.reason)))
	d.end.Usage.PromptTokens = d.count(line, l.promptTokens)
	d.end.Usage.CompletionTokens = d.count(line, l.completionCount)
	d.ended = d.err == nil
}
