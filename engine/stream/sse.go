package stream

import "bytes"

// SSE decodes the event stream of OpenAI's /v1/chat/completions and of the many
// servers that speak it.
//
// Read are, of the choice with index 0 (or without one), delta.content (Text),
// delta.reasoning_content or, where that says nothing, delta.reasoning
// (Thinking), delta.tool_calls (Tool, Data being a piece of function.arguments)
// and finish_reason; message in delta's place where there is no delta; usage of
// any event; error. Names, repeated members, null and wrong types are treated
// as [NDJSON] treats them.
//
// Lines end in CR, LF or CRLF. Comments, id, retry and unknown fields are
// skipped, and a byte order mark at the start. The data lines of an event are
// joined as the specification says, with one liberty: a first data line that
// holds a whole object is taken at once, so that servers which leave out the
// blank line work and no token waits for it. Beyond the specification, an event
// named "error", a field named "error" and a bare line with an object that has
// an error member, all sent by servers in use, are errors.
//
// The end mark is "data: [DONE]"; what follows it is ignored. A body that ends
// after a finish_reason without [DONE] is whole too, as some servers leave it out.
type SSE struct {
	decoder
	data    []byte // the event's data lines so far, each followed by LF
	broken  bool   // the last byte taken was a CR: an LF right behind it belongs to it
	failing bool   // the event is named "error"
	reason  bool   // a finish_reason came
}

// NewSSE returns a decoder for one body.
func NewSSE() *SSE { return &SSE{} }

// Feed decodes p as [Decoder] has it.
func (d *SSE) Feed(p []byte, w Writer) error {
	for len(p) > 0 && d.live() {
		n := 0
		if len(d.pending)+len(d.data) == 0 && !d.failing {
			n = d.event(p, w)
		}
		if n == 0 {
			if n = bytes.IndexByte(p, '\n') + 1; n == 0 {
				n = len(p)
			}
			d.segment(p[:n], w)
		}
		p = p[n:]
	}
	return d.err
}

// event decodes the event at the start of p where it is like the one before. It
// returns the bytes taken, with the blank line that follows most of the time.
func (d *SSE) event(p []byte, w Writer) int {
	n := d.quick(p, w)
	if n == 0 {
		return 0
	}
	d.broken = false
	if d.err == nil && peek(p, n) == '\n' {
		d.lines++
		n++
	}
	return n
}

// segment takes bytes with at most one LF, as the last of them. CRs may be anywhere.
func (d *SSE) segment(p []byte, w Writer) {
	for len(p) > 0 && d.live() {
		afterCR := d.broken
		d.broken = false
		if afterCR && p[0] == '\n' {
			return
		}
		i := bytes.IndexByte(p, '\r')
		d.broken = i >= 0
		if i < 0 {
			if i = len(p) - 1; p[i] != '\n' {
				d.pending = d.keep(d.pending, p)
				return
			}
		}
		line := p[:i]
		if len(d.pending) > 0 {
			d.pending = d.keep(d.pending, line)
			line = d.pending
			d.pending = d.pending[:0]
		}
		if d.err == nil {
			d.line(line, w)
		}
		p = p[i+1:]
	}
}

// End decodes an unterminated last line and event and says how the answer ended.
func (d *SSE) End(w Writer) (End, error) {
	if d.live() {
		if len(d.pending) > 0 {
			d.line(d.pending, w)
		}
		if d.live() && !cutMark(bytes.TrimSpace(d.data)) {
			d.dispatch(w)
		}
		d.cutShort()
	}
	return d.result(d.ended || d.reason)
}

// cutMark reports whether text is the beginning of [DONE] and not all of it.
func cutMark(text []byte) bool {
	return len(text) < len(doneMark) && bytes.HasPrefix(doneMark, text)
}

var (
	doneMark      = []byte("[DONE]")
	byteOrderMark = []byte("\uFEFF")
)

// line reads one line of the event stream, without its line end.
func (d *SSE) line(line []byte, w Writer) {
	d.lines++
	if d.lines == 1 {
		line = bytes.TrimPrefix(line, byteOrderMark)
	}
	if len(line) == 0 {
		d.dispatch(w)
		return
	}
	if line[0] == '{' {
		d.bare(line, 0)
		return
	}
	name, rest, _ := bytes.Cut(line, []byte{':'})
	at := min(len(name)+1, len(line))
	if len(rest) > 0 && rest[0] == ' ' {
		at++
	}
	switch string(name) {
	case "data":
		d.dataLine(line, at, w)
	case "event":
		d.failing = string(line[at:]) == "error"
	case "error":
		d.bareError(line, at)
	}
}

// dispatch ends an event: it decodes the data lines that have waited for the blank line.
func (d *SSE) dispatch(w Writer) {
	text := bytes.TrimSpace(d.data)
	if bytes.Equal(text, doneMark) {
		d.finish()
	} else if len(text) > 0 {
		text = d.data[:len(d.data)-1]
		if c, at, want := readCompletion(text, 0); want != "" {
			d.refuse(text, at, want)
		} else {
			d.completion(text, &c, w)
		}
	}
	d.data, d.failing = d.data[:0], false
}

// dataLine takes the data line whose value begins at line[at]: at once where it
// is the event's first and whole, else with the event's other lines.
func (d *SSE) dataLine(line []byte, at int, w Writer) {
	if len(d.data) == 0 {
		if bytes.Equal(bytes.TrimSpace(line[at:]), doneMark) {
			d.finish()
			return
		}
		if c, _, want := readCompletion(line, at); want == "" {
			d.completion(line, &c, w)
			d.learn(line, c.padding)
			return
		}
	}
	d.data = d.keep(d.data, line[at:])
	d.data = append(d.data, '\n')
}

// finish takes [DONE].
func (d *SSE) finish() {
	d.ended = true
	if !d.reason {
		d.end.Reason = d.finishReason("")
	}
}

// bare takes a line that is no field but begins with an object: an error some
// server wrote as it would outside a stream. Other objects are an unknown field.
func (d *SSE) bare(line []byte, at int) {
	if c, _, want := readCompletion(line, at); want == "" {
		d.failure(line, c.failure)
	}
}

// bareError takes a field named error, an older llama-server's way: its value is
// the error object or a document with one.
func (d *SSE) bareError(line []byte, at int) {
	c, _, want := readCompletion(line, at)
	if want == "" && !d.failure(line, c.failure) {
		d.failure(line, c.whole)
	}
}

// completion is where the members of a chat.completion.chunk are that are read.
type completion struct {
	choices, usage, failure value
	padding                 value // OpenAI's random "obfuscation", different in each event
	whole                   value
}

// readCompletion validates the document at text[at:] and finds its members. At a
// fault, want says what was expected at text[fault].
func readCompletion(text []byte, at int) (c completion, fault int, want string) {
	m := document(text, at)
	for m.next() {
		switch string(m.name()) {
		case "choices":
			c.choices = m.val
		case "usage":
			c.usage = m.val
		case "error":
			c.failure = m.val
		case "obfuscation":
			c.padding = m.val
		}
	}
	c.whole = value{kind: '{', start: space(text, at), end: m.at}
	m.finish()
	return c, m.at, m.want
}

// completion writes what one document holds.
func (d *SSE) completion(text []byte, c *completion, w Writer) {
	d.begin()
	if d.failure(text, c.failure) || d.failing && d.failure(text, c.whole) {
		return
	}
	if d.expect(text, c.choices, '[', "an array of choices or null") {
		for e := elementsOf(text, c.choices); e.next() && d.err == nil; {
			d.choice(text, e.val, w)
		}
	}
	if d.err == nil && d.expect(text, c.usage, '{', "a usage object or null") {
		d.plain = false
		d.usage(text, c.usage)
	}
}

// choice writes what one choice holds, where it is the first one.
func (d *SSE) choice(text []byte, choice value, w Writer) {
	if !d.expect(text, choice, '{', "a choice") {
		return
	}
	var index, delta, message, reason value
	for m := membersOf(text, choice); m.next(); {
		switch string(m.name()) {
		case "index":
			index = m.val
		case "delta":
			delta = m.val
		case "message":
			message = m.val
		case "finish_reason":
			reason = m.val
		}
	}
	if d.count(text, index) != 0 || d.err != nil {
		return
	}
	if delta.absent() {
		delta = message
	}
	if d.expect(text, delta, '{', "a delta object or null") {
		d.delta(text, delta, w)
	}
	d.mark(text, reason)
}

// delta writes thinking, text and tool calls.
func (d *SSE) delta(text []byte, delta value, w Writer) {
	var content, reasoningContent, reasoning, calls value
	for m := membersOf(text, delta); m.next(); {
		switch string(m.name()) {
		case "content":
			content = m.val
		case "reasoning_content":
			reasoningContent = m.val
		case "reasoning":
			reasoning = m.val
		case "tool_calls":
			calls = m.val
		}
	}
	d.thinking(text, reasoningContent, reasoning, w)
	d.emit(w, text, Text, content)
	if d.err == nil && d.expect(text, calls, '[', "an array of tool calls or null") {
		for e := elementsOf(text, calls); e.next() && d.err == nil; {
			d.plain = false
			d.toolCall(text, e.val, w)
		}
	}
}

// thinking writes first, or second where first says nothing: the same text has
// two names, and some servers send both.
func (d *SSE) thinking(text []byte, first, second value, w Writer) {
	said := d.chunks
	d.emit(w, text, Thinking, first)
	if d.chunks == said {
		d.emit(w, text, Thinking, second)
	} else if !second.absent() {
		d.plain = false
	}
}

// toolCall writes a piece of a tool call.
func (d *SSE) toolCall(text []byte, call value, w Writer) {
	if !d.expect(text, call, '{', "a tool call") {
		return
	}
	var index, id, function, name, arguments value
	for m := membersOf(text, call); m.next(); {
		switch string(m.name()) {
		case "index":
			index = m.val
		case "id":
			id = m.val
		case "function":
			function = m.val
		}
	}
	if d.expect(text, function, '{', "a function object or null") {
		for m := membersOf(text, function); m.next(); {
			switch string(m.name()) {
			case "name":
				name = m.val
			case "arguments":
				arguments = m.val
			}
		}
	}
	c := Chunk{Kind: Tool, Tool: ToolCall{ID: string(d.text(text, id)), Name: string(d.text(text, name))}}
	c.Tool.Index = d.callIndex(text, index, c.Tool.ID)
	c.Data = d.arguments(text, arguments)
	d.write(w, c)
}

// callIndex returns the number of the call a piece belongs to. Servers that send
// whole calls leave the number out: an id then begins a new call.
func (d *SSE) callIndex(text []byte, index value, id string) int {
	n := max(d.tools-1, 0)
	if !index.absent() {
		n = d.count(text, index)
	} else if id != "" {
		n = d.tools
	}
	d.tools = max(d.tools, n+1)
	return n
}

// mark reads a finish_reason; "" is the same as null.
func (d *SSE) mark(text []byte, reason value) {
	if d.err != nil {
		return
	}
	word := d.text(text, reason)
	if len(word) == 0 {
		return
	}
	d.plain = false
	if string(word) == "error" {
		d.fail(&ServerError{})
		return
	}
	d.reason = true
	d.end.Reason = d.finishReason(string(word))
}

// usage reads the token counts; those of the last event that has some count.
func (d *SSE) usage(text []byte, usage value) {
	var prompt, answer value
	for m := membersOf(text, usage); m.next(); {
		switch string(m.name()) {
		case "prompt_tokens":
			prompt = m.val
		case "completion_tokens":
			answer = m.val
		}
	}
	d.end.Usage.PromptTokens = d.count(text, prompt)
	d.end.Usage.CompletionTokens = d.count(text, answer)
}
