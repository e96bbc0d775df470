package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"github.com/bytedance/sonic"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/valyala/fastjson"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// completionChunk is what a program that reads only the answer declares.
type completionChunk struct {
	Choices []struct {
		Delta struct {
			Content string `json:"content"`
		} `json:"delta"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		CompletionTokens int `json:"completion_tokens"`
	} `json:"usage"`
}

func sseTable() (*table, error) {
	d := &decoding{table: table{title: "Decoding an OpenAI event stream", unit: "chunk", ops: chunks}, body: sseBody(chunks), want: answerOf(chunks)}
	d.decoder("engine/stream", func(body []byte, a *answer) error { return ours(body, a, stream.NewSSE()) })
	client := openai.NewClient(
		option.WithHTTPClient(&http.Client{Transport: &served{d.body, "text/event-stream"}}),
		option.WithBaseURL("http://llama.invalid/v1/"), option.WithAPIKey("none"), option.WithMaxRetries(0),
	)
	d.decoder("openai-go v3 (NewStreaming)", func(_ []byte, a *answer) error { return openaiClient(&client, a) })
	d.decoder("encoding/json and bufio.Scanner", scanned(json.Unmarshal))
	d.decoder("go-json-experiment v2 and bufio.Scanner", scanned(func(data []byte, v any) error { return jsonv2.Unmarshal(data, v) }))
	d.decoder("sonic and bufio.Scanner", scanned(sonic.ConfigFastest.Unmarshal))
	d.decoder("sonic, Get by path", sonicEvents)
	d.decoder("fastjson, a Parser reused", fastjsonEvents)
	d.add("floor: memchr for the line ends", floor(d.body, 2*chunks))
	return &d.table, nil
}

func openaiClient(client *openai.Client, a *answer) error {
	events := client.Chat.Completions.NewStreaming(context.Background(), openai.ChatCompletionNewParams{
		Model:    "tiny",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Explain.")},
	})
	for events.Next() {
		if chunk := events.Current(); len(chunk.Choices) > 0 {
			a.takeString(chunk.Choices[0].Delta.Content)
		}
	}
	if err := events.Err(); err != nil {
		return err
	}
	return events.Close()
}

var (
	dataField = []byte("data: ")
	doneMark  = []byte("[DONE]")
)

// scanned is the loop most programs have: a Scanner for lines, Unmarshal into a struct.
func scanned(unmarshal func([]byte, any) error) func([]byte, *answer) error {
	return func(body []byte, a *answer) error {
		lines := bufio.NewScanner(bytes.NewReader(body))
		for lines.Scan() {
			data, ok := bytes.CutPrefix(lines.Bytes(), dataField)
			if !ok || bytes.Equal(data, doneMark) {
				continue
			}
			var chunk completionChunk
			if err := unmarshal(data, &chunk); err != nil {
				return err
			}
			if len(chunk.Choices) > 0 {
				a.takeString(chunk.Choices[0].Delta.Content)
			}
		}
		return lines.Err()
	}
}

// eachEvent calls f with the data of each event that is JSON.
func eachEvent(body []byte, f func(data []byte) error) error {
	return eachLine(body, func(line []byte) error {
		data, ok := bytes.CutPrefix(line, dataField)
		if !ok || bytes.Equal(data, doneMark) {
			return nil
		}
		return f(data)
	})
}

func sonicEvents(body []byte, a *answer) error {
	return eachEvent(body, func(data []byte) error {
		node, err := sonic.Get(data, "choices", 0, "delta", "content")
		if err != nil {
			return nil // the last events have no content
		}
		content, err := node.String()
		if err != nil {
			return err
		}
		a.takeString(content)
		reason, err := sonic.Get(data, "choices", 0, "finish_reason")
		if err != nil {
			return err
		}
		_, err = reason.Raw()
		return err
	})
}

func fastjsonEvents(body []byte, a *answer) error {
	var p fastjson.Parser
	return eachEvent(body, func(data []byte) error {
		v, err := p.ParseBytes(data)
		if err != nil {
			return err
		}
		a.take(v.GetStringBytes("choices", "0", "delta", "content"))
		_ = v.GetStringBytes("choices", "0", "finish_reason") // what a reader must look at as well
		return nil
	})
}
