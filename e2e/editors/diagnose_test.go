package editors

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"strings"
)

// otherServer is the language server that the pages put beside rigrun-lsp. Here
// this program plays it.
const otherServer = "gopls"

// mistake is what it finds wrong, and what it says.
const (
	mistake  = "return a - b"
	findings = "Add subtracts"
)

// message is one message of the protocol, as far as the other server looks.
type message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method"`
	Params struct {
		TextDocument struct {
			URI  string `json:"uri"`
			Text string `json:"text"`
		} `json:"textDocument"`
		ContentChanges []struct {
			Text string `json:"text"`
		} `json:"contentChanges"`
	} `json:"params"`
}

// diagnose is a language server that reports every line that holds the mistake,
// and can nothing else. It ends with exit or with its input.
func diagnose(in io.Reader, out io.Writer) error {
	buffered := bufio.NewReader(in)
	for {
		header, err := textproto.NewReader(buffered).ReadMIMEHeader()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a header: %w", err)
		}
		n, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil || n < 0 {
			return fmt.Errorf("a message with the header %v", header)
		}
		var m message
		if err := json.NewDecoder(io.LimitReader(buffered, int64(n))).Decode(&m); err != nil {
			return fmt.Errorf("read a message: %w", err)
		}
		if m.Method == "exit" {
			return nil
		}
		if err := m.answer(out); err != nil {
			return err
		}
	}
}

// answer does what a message asks for.
func (m message) answer(out io.Writer) error {
	switch text := m.Params.TextDocument.Text; {
	case m.Method == "initialize":
		return say(out, map[string]any{"id": m.ID, "result": map[string]any{"capabilities": map[string]any{"textDocumentSync": 1}}})
	case m.ID != nil && m.Method != "":
		return say(out, map[string]any{"id": m.ID, "result": nil})
	case m.Method == "textDocument/didChange" && len(m.Params.ContentChanges) > 0:
		text = m.Params.ContentChanges[len(m.Params.ContentChanges)-1].Text
		fallthrough
	case m.Method == "textDocument/didOpen":
		return say(out, map[string]any{"method": "textDocument/publishDiagnostics", "params": map[string]any{
			"uri": m.Params.TextDocument.URI, "diagnostics": found(text),
		}})
	}
	return nil
}

// found lists the diagnostics of a text.
func found(text string) []any {
	list := []any{}
	for n, line := range strings.Split(text, "\n") {
		if at := strings.Index(line, mistake); at >= 0 {
			list = append(list, map[string]any{
				"range": map[string]any{
					"start": map[string]int{"line": n, "character": at},
					"end":   map[string]int{"line": n, "character": at + len(mistake)},
				},
				"severity": 1, "source": "compiler", "code": "WrongResult", "message": findings,
			})
		}
	}
	return list
}

func say(out io.Writer, m map[string]any) error {
	m["jsonrpc"] = "2.0"
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Content-Length: %d\r\n\r\n%s", len(raw), raw)
	return err
}
