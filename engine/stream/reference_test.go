package stream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// This file is a second, slow reading of both protocols, on whole bodies, with
// encoding/json. The fuzz tests hold the decoders to it. It reads objects into
// map[string]json.RawMessage, which matches names exactly and keeps the last of
// several members with one name, as the decoders do.

// outcome is all that a body means.
type outcome struct {
	Chunks []string // "kind|index|id|name|data"
	Reason chat.FinishReason
	Usage  chat.Usage
	Err    string // "", "no end", "syntax", "write", or the server error's fields
}

func describeChunk(c Chunk) string {
	return fmt.Sprintf("%d|%d|%s|%s|%s", c.Kind, c.Tool.Index, c.Tool.ID, c.Tool.Name, c.Data)
}

func describeError(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*ServerError](err); ok {
		return fmt.Sprintf("server|%q|%q|%q|%d", e.Message, e.Type, e.Code, e.Status)
	}
	if _, ok := errors.AsType[*SyntaxError](err); ok {
		return "syntax"
	}
	if errors.Is(err, ErrNoEnd) {
		return "no end"
	}
	return err.Error()
}

var (
	errRefSyntax = &SyntaxError{Expected: "what the reference expects"}
	errRefCut    = errors.New("cut")
)

// refObject is a JSON object; nil for an absent one.
type refObject map[string]json.RawMessage

func refParse(raw []byte) (refObject, error) {
	if trimmed := bytes.TrimLeft(raw, " \t\r\n"); len(trimmed) > 0 && trimmed[0] != '{' {
		return nil, errRefSyntax
	}
	var o refObject
	if json.Unmarshal(raw, &o) == nil {
		return o, nil
	}
	// Only the streaming reader tells a text that is cut from one that is wrong.
	var first json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&first); errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errRefCut
	}
	return nil, errRefSyntax
}

func refAbsent(raw json.RawMessage) bool { return raw == nil || string(raw) == "null" }

func refString(raw json.RawMessage) (s string, err error) {
	if refAbsent(raw) {
		return "", nil
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", errRefSyntax
	}
	return s, nil
}

func refObjectOf(raw json.RawMessage) (refObject, error) {
	if refAbsent(raw) {
		return nil, nil
	}
	return refParse(raw)
}

func refArray(raw json.RawMessage) (a []json.RawMessage, err error) {
	if refAbsent(raw) {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, errRefSyntax
	}
	return a, nil
}

func refCount(raw json.RawMessage) (int, error) {
	if refAbsent(raw) {
		return 0, nil
	}
	if raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, errRefSyntax
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	switch {
	case f < 0:
		return 0, nil
	case err != nil && f > 0 || f > maxCount:
		return maxCount, nil
	}
	return int(f), nil
}

// refArguments returns an object's text with its invalid bytes replaced, or a string.
func refArguments(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return refString(raw)
	}
	var valid strings.Builder
	for _, r := range string(raw) { // ranging yields U+FFFD for each invalid byte
		valid.WriteRune(r)
	}
	return valid.String(), nil
}

func refFailure(raw json.RawMessage) error {
	if refAbsent(raw) || string(raw) == "false" || string(raw) == `""` {
		return nil
	}
	e := &ServerError{}
	if s, err := refString(raw); err == nil {
		e.Message = refCut(s)
		return e
	}
	if raw[0] != '{' {
		return e
	}
	o, err := refParse(raw)
	if err != nil {
		return err
	}
	message, _ := refString(o["message"])
	kind, _ := refString(o["type"])
	code, err := refString(o["code"])
	if err != nil && strings.Contains("-0123456789", string(o["code"][0])) {
		code = string(o["code"])
		if f, _ := strconv.ParseFloat(code, 64); int(min(f, 1000)) >= 400 && f < 600 {
			e.Status = int(f)
		}
	}
	e.Message, e.Type, e.Code = refCut(message), refCut(kind), refCut(code)
	return e
}

// refCut keeps as many whole characters as fit in a message.
func refCut(s string) string {
	n := 0
	for _, r := range s {
		if n+utf8.RuneLen(r) > maxMessage {
			break
		}
		n += utf8.RuneLen(r)
	}
	return s[:n]
}

// reference is the state of a reading.
type reference struct {
	outcome
	tools        int
	ended, cause bool // an end mark; a finish_reason
}

func (r *reference) emit(kind Kind, text string) {
	if text != "" {
		r.Chunks = append(r.Chunks, describeChunk(Chunk{Kind: kind, Data: []byte(text)}))
	}
}

func (r *reference) call(t ToolCall, arguments string) {
	if t.ID+t.Name+arguments != "" {
		r.Chunks = append(r.Chunks, describeChunk(Chunk{Kind: Tool, Tool: t, Data: []byte(arguments)}))
	}
}

func (r *reference) reasonOf(word string) chat.FinishReason {
	switch strings.ToLower(word) {
	case "length", "max_tokens":
		return chat.FinishLength
	case "tool_calls", "function_call":
		return chat.FinishTool
	}
	if r.tools > 0 {
		return chat.FinishTool
	}
	return chat.FinishStop
}

// finish says how a body ended that gave err last.
func (r *reference) finish(err error, whole bool) outcome {
	if errors.Is(err, errRefCut) {
		err = errRefSyntax
	}
	if err == nil && !whole {
		err = ErrNoEnd
	}
	r.Err = describeError(err)
	if err != nil {
		r.Reason = ""
	}
	return r.outcome
}

// referenceNDJSON reads a whole body of Ollama's.
func referenceNDJSON(body []byte) outcome {
	r := &reference{}
	lines := bytes.Split(body, []byte{'\n'})
	for i, line := range lines {
		err := r.ollama(line)
		if i == len(lines)-1 && errors.Is(err, errRefCut) {
			err = nil
		}
		if err != nil {
			return r.finish(err, false)
		}
		if r.ended {
			break
		}
	}
	return r.finish(nil, r.ended)
}

func (r *reference) ollama(line []byte) error {
	line = bytes.Trim(line, " \t\r")
	if len(line) == 0 {
		return nil
	}
	o, err := refParse(line)
	if err == nil {
		err = refFailure(o["error"])
	}
	if err != nil {
		return err
	}
	message, err := refObjectOf(o["message"])
	if err != nil {
		return err
	}
	for _, part := range []struct {
		kind Kind
		raw  json.RawMessage
	}{{Thinking, message["thinking"]}, {Thinking, o["thinking"]}, {Text, message["content"]}, {Text, o["response"]}} {
		s, err := refString(part.raw)
		if err != nil {
			return err
		}
		r.emit(part.kind, s)
	}
	if err := r.calls(message["tool_calls"], false); err != nil {
		return err
	}
	return r.ollamaMark(o)
}

func (r *reference) ollamaMark(o refObject) error {
	switch string(o["done"]) {
	case "", "null", "false":
		return nil
	case "true":
	default:
		return errRefSyntax
	}
	word, err := refString(o["done_reason"])
	if err != nil {
		return err
	}
	if r.Usage.PromptTokens, err = refCount(o["prompt_eval_count"]); err != nil {
		return err
	}
	if r.Usage.CompletionTokens, err = refCount(o["eval_count"]); err != nil {
		return err
	}
	r.Reason, r.ended = r.reasonOf(word), true
	return nil
}

// calls reads an array of tool calls, numbered or just counted.
func (r *reference) calls(raw json.RawMessage, numbered bool) error {
	calls, err := refArray(raw)
	if err != nil {
		return err
	}
	for _, raw := range calls {
		call, err := refObjectOf(raw)
		if err != nil {
			return err
		}
		if call == nil {
			continue
		}
		function, err := refObjectOf(call["function"])
		if err != nil {
			return err
		}
		var t ToolCall
		if t.ID, err = refString(call["id"]); err != nil {
			return err
		}
		if t.Name, err = refString(function["name"]); err != nil {
			return err
		}
		t.Index = r.tools
		if numbered {
			if refAbsent(call["index"]) {
				if t.ID == "" {
					t.Index = max(r.tools-1, 0)
				}
			} else if t.Index, err = refCount(call["index"]); err != nil {
				return err
			}
		}
		r.tools = max(r.tools, t.Index+1)
		arguments, err := refArguments(function["arguments"])
		if err != nil {
			return err
		}
		r.call(t, arguments)
	}
	return nil
}

// referenceSSE reads a whole body of OpenAI's.
func referenceSSE(body []byte) outcome {
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(body))
	text = strings.TrimPrefix(text, "\uFEFF")
	lines := strings.Split(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1] // nothing behind the last line end
	}
	terminated := strings.HasSuffix(text, "\n")
	r := &referenceStream{}
	for i, line := range lines {
		last := i == len(lines)-1 && !terminated
		if err := r.line(line); err != nil {
			if last && errors.Is(err, errRefCut) {
				break
			}
			return r.finish(err, false)
		}
		if r.ended {
			return r.finish(nil, true)
		}
	}
	err := r.last()
	return r.finish(err, r.ended || r.cause)
}

type referenceStream struct {
	reference
	data  []string
	event string
}

// last takes an event that no blank line ended.
func (r *referenceStream) last() error {
	text := strings.TrimSpace(strings.Join(r.data, "\n"))
	if text != "[DONE]" && strings.HasPrefix("[DONE]", text) {
		return nil
	}
	err := r.line("")
	if errors.Is(err, errRefCut) {
		return nil
	}
	return err
}

func (r *referenceStream) line(line string) error {
	if line == "" {
		data := strings.Join(r.data, "\n")
		defer func() { r.data, r.event = nil, "" }()
		switch strings.TrimSpace(data) {
		case "":
			return nil
		case "[DONE]":
			return r.done()
		}
		return r.document(data)
	}
	if line[0] == '{' {
		if o, err := refParse([]byte(line)); err == nil {
			return refFailure(o["error"])
		}
		return nil
	}
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimPrefix(value, " ")
	switch name {
	case "event":
		r.event = value
	case "error":
		o, err := refParse([]byte(value))
		if err != nil {
			return nil
		}
		if err := refFailure(o["error"]); err != nil {
			return err
		}
		return refFailure([]byte(strings.TrimSpace(value)))
	case "data":
		if len(r.data) == 0 {
			if strings.TrimSpace(value) == "[DONE]" {
				return r.done()
			}
			if _, err := refParse([]byte(value)); err == nil {
				return r.document(value)
			}
		}
		r.data = append(r.data, value)
	}
	return nil
}

func (r *referenceStream) done() error {
	r.ended = true
	if !r.cause {
		r.Reason = r.reasonOf("")
	}
	return nil
}

func (r *referenceStream) document(data string) error {
	o, err := refParse([]byte(data))
	if err == nil {
		err = refFailure(o["error"])
	}
	if err == nil && r.event == "error" {
		err = refFailure(bytes.Trim([]byte(data), " \t\r\n"))
	}
	if err != nil {
		return err
	}
	choices, err := refArray(o["choices"])
	if err != nil {
		return err
	}
	for _, raw := range choices {
		if err := r.choice(raw); err != nil {
			return err
		}
	}
	usage, err := refObjectOf(o["usage"])
	if err != nil || usage == nil {
		return err
	}
	if r.Usage.PromptTokens, err = refCount(usage["prompt_tokens"]); err != nil {
		return err
	}
	r.Usage.CompletionTokens, err = refCount(usage["completion_tokens"])
	return err
}

func (r *referenceStream) choice(raw json.RawMessage) error {
	choice, err := refObjectOf(raw)
	if err != nil {
		return err
	}
	if index, err := refCount(choice["index"]); err != nil || index != 0 {
		return err
	}
	raw = choice["delta"]
	if refAbsent(raw) {
		raw = choice["message"]
	}
	delta, err := refObjectOf(raw)
	if err != nil {
		return err
	}
	if err := r.delta(delta); err != nil {
		return err
	}
	word, err := refString(choice["finish_reason"])
	if err != nil || word == "" {
		return err
	}
	if word == "error" {
		return &ServerError{}
	}
	r.cause, r.Reason = true, r.reasonOf(word)
	return nil
}

func (r *referenceStream) delta(delta refObject) error {
	thinking, err := refString(delta["reasoning_content"])
	if err != nil {
		return err
	}
	if thinking == "" {
		if thinking, err = refString(delta["reasoning"]); err != nil {
			return err
		}
	}
	r.emit(Thinking, thinking)
	content, err := refString(delta["content"])
	if err != nil {
		return err
	}
	r.emit(Text, content)
	return r.calls(delta["tool_calls"], true)
}
