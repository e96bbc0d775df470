package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/ollama/ollama/api"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/stream"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
	"github.com/rigrun/rigrun-lsp/lsp/progress"
)

// burst is how many tokens the tables of this file send at once.
const burst = 10000

// editor returns a sink that writes partial results to the wire.
func editor(w wire) stream.Sink {
	return progress.NewPartial(frame.New(w, func(error) {}), protocol.LSPAny(`"`+progressToken+`"`))
}

// burstTable sends 10,000 tokens as fast as they can be made.
func burstTable() (*table, error) {
	out, closePipe, err := drained()
	if err != nil {
		return nil, err
	}
	t := &table{title: "A burst of 10,000 tokens to an editor on a pipe", unit: "token", ops: burst}
	t.onClose(closePipe)
	all := tokens(burst)
	t.add("coalesced (engine/stream, lsp/progress)", func() error { return sendBurst(stream.Coalesce(editor(newWire(out))), all) })
	t.add("one notification a token (lsp/progress)", func() error { return sendBurst(editor(newWire(out)), all) })
	notify, closeConn, err := openLSPDev(newWire(out))
	if err != nil {
		return t, err
	}
	t.onClose(closeConn)
	t.add("one Conn.Notify a token (go.lsp.dev/jsonrpc2)", func() error {
		for _, token := range all {
			if err := notify(token); err != nil {
				return err
			}
		}
		return nil
	})
	return t, nil
}

func sendBurst(s stream.Sink, all []string) error {
	var data []byte
	for _, token := range all {
		data = append(data[:0], token...)
		if err := s.Write(stream.Chunk{Data: data}); err != nil {
			return errors.Join(err, s.Close(stream.End{Err: err}))
		}
	}
	return s.Close(stream.End{})
}

// recording keeps the whole answer, as the cache's recorder does.
type recording struct{ text []byte }

func (r *recording) Write(c stream.Chunk) error {
	r.text = append(r.text, c.Data...)
	return nil
}

func (r *recording) Close(stream.End) error { return nil }

// lineTable takes a token the whole way: body, decoder, tee with a recorder,
// coalescer, notification, pipe. Beside it is the way made of the usual clients.
func lineTable() (*table, error) {
	out, closePipe, err := drained()
	if err != nil {
		return nil, err
	}
	t := &table{title: "The whole line: response body to an editor on a pipe", unit: "token", ops: burst}
	t.onClose(closePipe)
	ndjson, sse, want := ndjsonBody(burst), sseBody(burst), answerOf(burst).bytes
	t.add("ours, from NDJSON", func() error { return wholeLine(ndjson, stream.NewNDJSON(), newWire(out), want) })
	t.add("ours, from an event stream", func() error { return wholeLine(sse, stream.NewSSE(), newWire(out), want) })
	notify, closeConn, err := openLSPDev(newWire(out))
	if err != nil {
		return t, err
	}
	t.onClose(closeConn)
	t.add("Ollama's client and Conn.Notify (go.lsp.dev)", clientLine(notify, ollamaTexts(ndjson), want))
	t.add("openai-go and Conn.Notify (go.lsp.dev)", clientLine(notify, openaiTexts(sse), want))
	return t, nil
}

func wholeLine(body []byte, d stream.Decoder, w wire, want int) error {
	var kept recording
	s := stream.Tee(stream.Coalesce(editor(w)), stream.Quiet(&kept))
	end, err := stream.Copy(bytes.NewReader(body), d, s)
	if err := errors.Join(err, s.Close(end)); err != nil {
		return err
	}
	return checkText(kept.text, want)
}

// checkText compares with the answer of a burst.
func checkText(text []byte, want int) error {
	if len(text) != want {
		return fmt.Errorf("kept %d bytes of the answer, want %d", len(text), want)
	}
	return nil
}

// clientLine passes what texts yields to notify and keeps it, a token at a time.
func clientLine(notify func(string) error, texts func(yield func(string) error) error, want int) func() error {
	return func() error {
		var kept []byte
		err := texts(func(text string) error {
			if text == "" {
				return nil
			}
			kept = append(kept, text...)
			return notify(text)
		})
		if err != nil {
			return err
		}
		return checkText(kept, want)
	}
}

func ollamaTexts(body []byte) func(func(string) error) error {
	client := api.NewClient(&url.URL{Scheme: "http", Host: "ollama.invalid"}, &http.Client{Transport: &served{body, "application/x-ndjson"}})
	return func(yield func(string) error) error {
		request := &api.ChatRequest{Model: "tiny-spm", Messages: []api.Message{{Role: "user", Content: "Explain."}}}
		return client.Chat(context.Background(), request, func(r api.ChatResponse) error { return yield(r.Message.Content) })
	}
}

func openaiTexts(body []byte) func(func(string) error) error {
	client := openai.NewClient(
		option.WithHTTPClient(&http.Client{Transport: &served{body, "text/event-stream"}}),
		option.WithBaseURL("http://llama.invalid/v1/"), option.WithAPIKey("none"), option.WithMaxRetries(0),
	)
	return func(yield func(string) error) error {
		events := client.Chat.Completions.NewStreaming(context.Background(), openai.ChatCompletionNewParams{
			Model:    "tiny",
			Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Explain.")},
		})
		for events.Next() {
			for _, choice := range events.Current().Choices {
				if err := yield(choice.Delta.Content); err != nil {
					return errors.Join(err, events.Close())
				}
			}
		}
		return errors.Join(events.Err(), events.Close())
	}
}
