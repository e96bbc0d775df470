package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/bytedance/sonic"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/ollama/ollama/api"
	"github.com/valyala/fastjson"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// ollamaLine is what a program that reads only the answer declares.
type ollamaLine struct {
	Message struct {
		Content string `json:"content"`
	} `json:"message"`
	Done       bool   `json:"done"`
	DoneReason string `json:"done_reason"`
	EvalCount  int    `json:"eval_count"`
}

// decoding returns a table whose rows decode body and are checked.
type decoding struct {
	table
	body []byte
	want answer
}

func (d *decoding) decoder(name string, decode func(body []byte, a *answer) error) {
	d.add(name, func() error {
		var a answer
		if err := decode(d.body, &a); err != nil {
			return err
		}
		return a.check(d.want)
	})
}

// eachLine calls f with each line of body that is not empty, without its end.
func eachLine(body []byte, f func(line []byte) error) error {
	for len(body) > 0 {
		n := bytes.IndexByte(body, '\n')
		if n < 0 {
			n = len(body) - 1
		}
		if n > 0 {
			if err := f(body[:n]); err != nil {
				return err
			}
		}
		body = body[n+1:]
	}
	return nil
}

func ndjsonTable() (*table, error) {
	d := &decoding{table: table{title: "Decoding Ollama's NDJSON", unit: "chunk", ops: chunks}, body: ndjsonBody(chunks), want: answerOf(chunks)}
	d.decoder("engine/stream", func(body []byte, a *answer) error { return ours(body, a, stream.NewNDJSON()) })
	client := api.NewClient(&url.URL{Scheme: "http", Host: "ollama.invalid"}, &http.Client{Transport: &served{d.body, "application/x-ndjson"}})
	d.decoder("Ollama's own client (api.Client.Chat)", func(_ []byte, a *answer) error { return ollamaClient(client, a) })
	d.decoder("encoding/json, a Decoder a stream", jsonDecoder)
	d.decoder("encoding/json, Unmarshal a line", perLine(json.Unmarshal))
	d.decoder("go-json-experiment v2, Unmarshal a line", perLine(func(line []byte, v any) error { return jsonv2.Unmarshal(line, v) }))
	d.decoder("go-json-experiment jsontext, tokens", jsontextTokens)
	d.decoder("sonic, Unmarshal a line", perLine(sonic.ConfigFastest.Unmarshal))
	d.decoder("sonic, Get by path", sonicGet)
	d.decoder("fastjson, a Parser reused", fastjsonNDJSON)
	d.add("floor: memchr for the line ends", floor(d.body, chunks))
	return &d.table, nil
}

// ours decodes with the engine's decoder.
func ours(body []byte, a *answer, d stream.Decoder) error {
	_, err := stream.Copy(bytes.NewReader(body), d, taker{a})
	return err
}

// taker is a stream.Writer into an answer.
type taker struct{ *answer }

func (t taker) Write(c stream.Chunk) error {
	t.take(c.Data)
	return nil
}

func ollamaClient(client *api.Client, a *answer) error {
	request := &api.ChatRequest{Model: "tiny-spm", Messages: []api.Message{{Role: "user", Content: "Explain."}}}
	return client.Chat(context.Background(), request, func(r api.ChatResponse) error {
		a.takeString(r.Message.Content)
		return nil
	})
}

func jsonDecoder(body []byte, a *answer) error {
	d := json.NewDecoder(bytes.NewReader(body))
	for {
		var line ollamaLine
		if err := d.Decode(&line); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		a.takeString(line.Message.Content)
	}
}

// perLine decodes each line into a struct with an Unmarshal.
func perLine(unmarshal func([]byte, any) error) func([]byte, *answer) error {
	return func(body []byte, a *answer) error {
		return eachLine(body, func(text []byte) error {
			var line ollamaLine
			if err := unmarshal(text, &line); err != nil {
				return err
			}
			a.takeString(line.Message.Content)
			return nil
		})
	}
}

// jsontextTokens reads message.content with a token reader.
func jsontextTokens(body []byte, a *answer) error {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	var text []byte
	depth, inMessage, isContent := 0, false, false
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token.Kind() {
		case '{':
			depth++
		case '}':
			depth--
		case '"':
			kind, n := d.StackIndex(depth)
			isKey := kind == '{' && n%2 == 1
			switch {
			case isKey && depth == 1:
				inMessage = token.String() == "message"
			case isKey:
				isContent = inMessage && token.String() == "content"
			case isContent && depth == 2:
				text = append(text[:0], token.String()...)
				a.take(text)
			}
		}
	}
}

func sonicGet(body []byte, a *answer) error {
	return eachLine(body, func(text []byte) error {
		node, err := sonic.Get(text, "message", "content")
		if err != nil {
			return err
		}
		content, err := node.String()
		if err != nil {
			return err
		}
		done, err := sonic.Get(text, "done")
		if err != nil {
			return err
		}
		_, err = done.Bool()
		a.takeString(content)
		return err
	})
}

func fastjsonNDJSON(body []byte, a *answer) error {
	var p fastjson.Parser
	return eachLine(body, func(text []byte) error {
		v, err := p.ParseBytes(text)
		if err != nil {
			return err
		}
		a.take(v.GetStringBytes("message", "content"))
		_ = v.GetBool("done") // what a reader must look at as well
		return nil
	})
}

// floor finds the end of every line and does nothing else.
func floor(body []byte, least int) func() error {
	return func() error {
		lines := 0
		for rest := body; len(rest) > 0; lines++ {
			rest = rest[bytes.IndexByte(rest, '\n')+1:]
		}
		if lines < least {
			return errors.New("lines are missing")
		}
		return nil
	}
}
