package stream

import (
	"errors"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// maxLine is the longest line a decoder holds, many times the longest answer.
// Without a limit a server that never ends a line would fill the memory.
const maxLine = 64 << 20

// decoder is what both decoders are made of: the state of one body.
type decoder struct {
	template template
	pending  []byte // the start of a line whose end has not come yet
	scratch  []byte // the decoded text of the last string that had to be decoded
	lines    int    // lines begun
	ended    bool   // the end mark came: the rest of the body means nothing
	err      error  // the first error; Feed returns it ever after
	end      End
	tools    int // tool calls begun

	// About the line being read: the chunks of text written, the string and kind
	// of the last one, and whether nothing else in the line had a meaning.
	// A line of one chunk and nothing else becomes the template.
	chunks    int
	token     value
	tokenKind Kind
	plain     bool
}

// fail keeps the first error.
func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// live reports whether the body's next bytes still mean something.
func (d *decoder) live() bool { return d.err == nil && !d.ended }

// Finished reports whether the end mark came: what follows it is no part of the
// answer, and whoever reads the body need not wait for it long.
func (d *decoder) Finished() bool { return d.ended }

// refuse fails with a SyntaxError at text[at].
func (d *decoder) refuse(text []byte, at int, want string) {
	d.fail(syntaxError(d.lines, text, at, want))
}

// keep appends p to dst, a line or an event that is not whole yet.
func (d *decoder) keep(dst, p []byte) []byte {
	if len(dst)+len(p) > maxLine {
		d.fail(&SyntaxError{Line: d.lines + 1, Offset: maxLine, Expected: "a line of at most 64 MiB", Found: "a longer one"})
		return dst
	}
	return append(dst, p...)
}

// quick decodes the line at the start of p where it is like the one before. It
// returns the bytes taken, 0 where the line is for the parser.
func (d *decoder) quick(p []byte, w Writer) int {
	n, token, odd := d.template.match(p)
	if n == 0 {
		return 0
	}
	d.lines++
	if odd {
		token, d.scratch = textOf(token, d.scratch)
	}
	if len(token) > 0 {
		d.err = w.Write(Chunk{Kind: d.template.kind, Data: token})
	}
	return n
}

// write passes a chunk on unless it says nothing.
func (d *decoder) write(w Writer, c Chunk) {
	if d.err != nil || len(c.Data) == 0 && c.Tool.ID == "" && c.Tool.Name == "" {
		return
	}
	d.err = w.Write(c)
}

// begin starts the parsing of a line.
func (d *decoder) begin() { d.chunks, d.plain = 0, true }

// learn ends the parsing of a line: one that held a token and nothing else is
// what the next lines are compared with.
func (d *decoder) learn(line []byte, noise value) {
	if d.plain && d.chunks == 1 && d.live() {
		d.template.learn(line, d.tokenKind, d.token, noise)
	}
}

// emit writes the string v as a chunk of text. A missing or empty one is nothing.
func (d *decoder) emit(w Writer, text []byte, kind Kind, v value) {
	data := d.text(text, v)
	if len(data) == 0 {
		return
	}
	d.chunks++
	d.token, d.tokenKind = v, kind
	d.write(w, Chunk{Kind: kind, Data: data})
}

// text returns the characters of the string v, nil for a missing one. They are
// valid until the next call.
func (d *decoder) text(text []byte, v value) []byte {
	if !d.expect(text, v, '"', "a string or null") {
		return nil
	}
	var data []byte
	data, d.scratch = textOf(text[v.start+1:v.end-1], d.scratch)
	return data
}

// expect reports whether v is there with the given kind. Where it is there with
// another one, decoding fails.
func (d *decoder) expect(text []byte, v value, kind byte, want string) bool {
	if v.kind == kind {
		return true
	}
	if !v.absent() {
		d.refuse(text, v.start, want)
	}
	return false
}

// count returns the number v, 0 for a missing one.
func (d *decoder) count(text []byte, v value) int {
	if !d.expect(text, v, '0', "a number or null") {
		return 0
	}
	return count(text[v.start:v.end])
}

// arguments returns a tool call's arguments: the characters of a string
// (OpenAI), the JSON text of an object (Ollama).
func (d *decoder) arguments(text []byte, v value) []byte {
	if v.kind == '{' {
		d.scratch = appendValid(d.scratch[:0], text[v.start:v.end])
		return d.scratch
	}
	return d.text(text, v)
}

// failure reads a document's error member and reports whether it is one. Its
// shapes are "error":"text" (Ollama) and "error":{"message":…,"type":…,"code":…}
// (OpenAI); null, false and "" are no error, anything else is one without words.
func (d *decoder) failure(text []byte, v value) bool {
	if v.absent() || v.kind == 'f' || v.kind == '"' && v.end-v.start == len(`""`) {
		return false
	}
	e := &ServerError{}
	switch v.kind {
	case '"':
		e.Message = d.words(text, v)
	case '{':
		for m := membersOf(text, v); m.next(); {
			d.describe(e, text, string(m.name()), m.val)
		}
	}
	d.fail(e)
	return true
}

// describe reads one member of an error object.
func (d *decoder) describe(e *ServerError, text []byte, name string, v value) {
	switch name {
	case "message":
		e.Message = d.words(text, v)
	case "type":
		e.Type = d.words(text, v)
	case "code":
		e.Code, e.Status = d.words(text, v), 0
		if v.kind == '0' {
			e.Code = brief(text[v.start:v.end])
			e.Status = count(text[v.start:v.end])
		}
		if e.Status < 400 || e.Status > 599 {
			e.Status = 0
		}
	}
}

// words returns the characters of the string v cut to a message's length, "" for
// a value of another kind.
func (d *decoder) words(text []byte, v value) string {
	if v.kind != '"' {
		return ""
	}
	var data []byte
	data, d.scratch = textOf(text[v.start+1:v.end-1], d.scratch)
	return brief(data)
}

// finishReason maps the servers' words. A content filter ends an answer as far
// as the reader is concerned, and unknown words are taken as a normal end; an
// answer that asked for a tool and was not cut waits for the tool.
func (d *decoder) finishReason(word string) chat.FinishReason {
	switch strings.ToLower(word) {
	case "length", "max_tokens":
		return chat.FinishLength
	case "tool_calls", "function_call":
		return chat.FinishTool
	}
	if d.tools > 0 {
		return chat.FinishTool
	}
	return chat.FinishStop
}

// cutShort forgives an unterminated last line that stops too early: it was cut,
// it is not garbage. Whether the answer is whole depends on the lines before.
func (d *decoder) cutShort() {
	if e, ok := errors.AsType[*SyntaxError](d.err); ok && e.Found == foundEnd {
		d.err = nil
	}
}

// result is what End returns. Reason is "" unless the answer is whole.
func (d *decoder) result(whole bool) (End, error) {
	if d.err == nil && !whole {
		d.err = ErrNoEnd
	}
	d.end.Err = d.err
	if d.err != nil {
		d.end.Reason = ""
	}
	return d.end, d.err
}
