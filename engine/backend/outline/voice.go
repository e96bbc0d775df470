package outline

import (
	"context"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// chunkBytes is about how long a chunk is: a few words, as a model's would be.
const chunkBytes = 32

// charsPerToken is the usual rule of thumb for English text and code, used for
// the estimated token count.
const charsPerToken = 4

// voice writes one answer. Once a write failed or the context ended, err is set
// and nothing more is written.
type voice struct {
	ctx context.Context
	out stream.Writer

	bytes int // written so far
	err   error
}

// say writes text in chunks that end between words. Every chunk is valid UTF-8.
func (v *voice) say(text string) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	for text != "" && v.err == nil {
		n := chunkEnd(text)
		v.write(text[:n])
		text = text[n:]
	}
}

// line writes a line of text and its end.
func (v *voice) line(text string) {
	if text != "" {
		v.say(text + "\n")
	}
}

// gap writes an empty line, which ends a Markdown paragraph.
func (v *voice) gap() { v.say("\n") }

func (v *voice) write(piece string) {
	if err := v.ctx.Err(); err != nil {
		v.err = err
		return
	}
	if err := v.out.Write(stream.Chunk{Kind: stream.Text, Data: []byte(piece)}); err != nil {
		v.err = err
		return
	}
	v.bytes += len(piece)
}

// chunkEnd returns where the first chunk of text ends: after the space or line
// end that follows chunkBytes, or at the text's end.
func chunkEnd(text string) int {
	if len(text) <= chunkBytes {
		return len(text)
	}
	at := strings.IndexAny(text[chunkBytes:], " \n")
	if at < 0 {
		return len(text)
	}
	return chunkBytes + at + 1
}

// end says how the answer ended.
func (v *voice) end() (stream.End, error) {
	usage := chat.Usage{CompletionTokens: (v.bytes + charsPerToken - 1) / charsPerToken, Estimated: true}
	if v.err != nil {
		return stream.End{Usage: usage, Err: v.err}, v.err
	}
	return stream.End{Reason: chat.FinishStop, Usage: usage}, nil
}
