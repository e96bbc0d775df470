package stdio

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Options say how the program is started.
type Options struct {
	URL      string         // its model server, which speaks Ollama's API; "" sets none
	Settings map[string]any // more of its settings, by their dotted names
	Env      []string       // added to this process's own
}

// Session is one conversation with a program over its stdio.
type Session struct {
	Command  *exec.Cmd
	Answered time.Time // when initialize's answer came
	ID       int       // of the last request

	in  io.WriteCloser
	out *bufio.Reader
	err error // the first failure to write
}

// Start starts the program at path and shakes hands. Its state and its configuration
// are in a folder beside it.
func Start(path string, o Options) (*Session, error) {
	s := &Session{Command: exec.CommandContext(context.Background(), path)}
	s.Command.Stderr = os.Stderr
	// What is measured must not depend on this user's conversations and settings, and leave none.
	own := filepath.Join(filepath.Dir(path), "own")
	s.Command.Env = append(append(os.Environ(), "XDG_STATE_HOME="+own, "XDG_CONFIG_HOME="+own), o.Env...)
	var err error
	if s.in, err = s.Command.StdinPipe(); err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	out, err := s.Command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	s.out = bufio.NewReader(out)
	if err := s.Command.Start(); err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	settings := map[string]any{}
	for name, value := range o.Settings {
		settings[name] = value
	}
	if o.URL != "" {
		settings["local"] = map[string]any{"url": o.URL, "kind": "ollama", "model": "m"}
	}
	params := map[string]any{"processId": nil, "rootUri": nil, "capabilities": map[string]any{}}
	if len(settings) > 0 {
		params["initializationOptions"] = settings
	}
	if _, err := s.Call("initialize", params, nil); err != nil {
		return nil, err
	}
	s.Answered = time.Now()
	s.Notify("initialized", map[string]any{})
	return s, s.err
}

// Notify sends a notification. A failure to write is the next call's.
func (s *Session) Notify(method string, params any) {
	s.write(map[string]any{"jsonrpc": "2.0", "method": method, "params": params})
}

// Send sends a request and does not wait for its response.
func (s *Session) Send(method string, params any) {
	s.ID++
	s.write(map[string]any{"jsonrpc": "2.0", "id": s.ID, "method": method, "params": params})
}

func (s *Session) write(message map[string]any) {
	body, err := json.Marshal(message)
	if err == nil {
		_, err = fmt.Fprintf(s.in, "Content-Length: %d\r\n\r\n%s", len(body), body)
	}
	if s.err == nil {
		s.err = err
	}
}

// Call sends a request and reads until its response, giving each partial result's
// text to partial, where that is given.
func (s *Session) Call(method string, params any, partial func(text string, at time.Time)) (json.RawMessage, error) {
	s.Send(method, params)
	result, err := s.Wait(1, partial)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", method, err)
	}
	return result, nil
}

// received is what is looked at of a message.
type received struct {
	ID     *int
	Method string
	Result json.RawMessage
	Error  *struct {
		Code    int
		Message string
	}
	Params struct{ Value struct{ Text string } }
}

// Wait reads until so many responses have come, and returns the last one's result.
// The first response that is an error ends it.
func (s *Session) Wait(responses int, partial func(text string, at time.Time)) (json.RawMessage, error) {
	var last json.RawMessage
	for responses > 0 && s.err == nil {
		body, err := ReadMessage(s.out)
		at := time.Now()
		if err != nil {
			return nil, err
		}
		var m received
		if err := json.Unmarshal(body, &m); err != nil {
			return nil, fmt.Errorf("a message of the program: %w", err)
		}
		switch {
		case m.ID != nil && m.Method == "" && m.Error != nil:
			return nil, fmt.Errorf("error %d: %s", m.Error.Code, m.Error.Message)
		case m.ID != nil && m.Method == "":
			last, responses = m.Result, responses-1
		case partial != nil && m.Params.Value.Text != "":
			partial(m.Params.Value.Text, at)
		}
	}
	return last, s.err
}

// Close ends the session as an editor does.
func (s *Session) Close() error {
	if _, err := s.Call("shutdown", nil, nil); err != nil {
		return err
	}
	s.Notify("exit", nil)
	if err := s.in.Close(); err != nil {
		return fmt.Errorf("close the program's stdin: %w", err)
	}
	if err := s.Command.Wait(); err != nil {
		return fmt.Errorf("the program's end: %w", err)
	}
	return nil
}

// ReadMessage reads one message with a Content-Length header.
func ReadMessage(r *bufio.Reader) ([]byte, error) {
	length := -1
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			break
		}
		if digits, ok := strings.CutPrefix(line, "Content-Length: "); ok {
			if length, err = strconv.Atoi(digits); err != nil {
				return nil, err
			}
		}
	}
	if length < 0 {
		return nil, errors.New("a message without Content-Length")
	}
	body := make([]byte, length)
	_, err := io.ReadFull(r, body)
	return body, err
}
