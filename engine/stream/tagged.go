package stream

import (
	"bytes"
	"strings"
)

// The tags between which a reasoning model writes its thinking into the text, where
// its server does not part the two: vLLM without a reasoning parser, llama-server with
// --reasoning-format none, LM Studio, a model of Ollama's without the capability. They
// are those of DeepSeek-R1 and Qwen3, which other models have taken over.
const (
	thinkBegins = "<think>"
	thinkEnds   = "</think>"
)

// Tagged returns a decoder that turns what dec finds between <think> and </think> at
// the very beginning of the text into chunks of the kind Thinking. The line ends around
// the tags belong to neither. Tags anywhere else are text: an answer may be about them.
//
// Text that may be the beginning of a tag waits for what follows; everything else is
// passed on at once and as it is.
func Tagged(dec Decoder) Decoder { return &tagged{dec: dec} }

type tagged struct {
	dec  Decoder
	out  Writer // of the present call of Feed or End
	at   place
	held []byte // text that may be the beginning of a tag
}

// place is where in an answer its text has come to.
type place uint8

const (
	atBeginning place = iota // before anything but blanks
	atThought                // behind the first tag, before anything but line ends
	inThought
	atAnswer // behind the second tag, before anything but line ends
	inAnswer // for good
)

func (t *tagged) Feed(p []byte, w Writer) error {
	t.out = w
	return t.dec.Feed(p, t)
}

// End passes on what never became a tag.
func (t *tagged) End(w Writer) (End, error) {
	t.out = w
	end, err := t.dec.End(t)
	if flushed := t.flush(); err == nil {
		err = flushed
	}
	return end, err
}

// Write implements Writer for dec.
func (t *tagged) Write(c Chunk) error {
	switch {
	case t.at == inAnswer:
		return t.out.Write(c)
	case c.Kind == Text:
		return t.text(c.Data)
	case c.Kind == Thinking && t.at == atBeginning: // the server parts the two
		t.at = inAnswer
	}
	if err := t.flush(); err != nil {
		return err
	}
	return t.out.Write(c)
}

// flush writes what is held, as what it is without the rest of a tag.
func (t *tagged) flush() error {
	held := t.held
	t.held = nil
	if t.at == inThought {
		return t.write(Thinking, held)
	}
	return t.write(Text, held)
}

func (t *tagged) write(k Kind, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	return t.out.Write(Chunk{Kind: k, Data: data})
}

// text takes the next piece of the text, together with what is held.
func (t *tagged) text(data []byte) error {
	if len(t.held) > 0 {
		data = append(t.held, data...)
		t.held = nil
	}
	if t.at == atBeginning {
		first := bytes.TrimLeft(data, " \t\r\n")
		switch {
		case strings.HasPrefix(thinkBegins, string(first)) && len(first) < len(thinkBegins):
			t.held = bytes.Clone(data)
			return nil
		case !bytes.HasPrefix(first, []byte(thinkBegins)):
			t.at = inAnswer
			return t.write(Text, data)
		}
		t.at, data = atThought, first[len(thinkBegins):]
	}
	if t.at == atThought {
		if data = bytes.TrimLeft(data, "\r\n"); len(data) == 0 {
			return nil
		}
		t.at = inThought
	}
	if t.at == inThought {
		return t.thought(data)
	}
	return t.answer(data)
}

// thought takes thinking, up to the second tag.
func (t *tagged) thought(data []byte) error {
	thought, rest, over := bytes.Cut(data, []byte(thinkEnds))
	if !over {
		n := len(data) - begun(data, thinkEnds)
		t.held = bytes.Clone(data[n:])
		return t.write(Thinking, data[:n])
	}
	if err := t.write(Thinking, thought); err != nil {
		return err
	}
	t.at = atAnswer
	return t.answer(rest)
}

// answer takes what comes behind the second tag.
func (t *tagged) answer(data []byte) error {
	if data = bytes.TrimLeft(data, "\r\n"); len(data) == 0 {
		return nil
	}
	t.at = inAnswer
	return t.write(Text, data)
}

// begun is how many bytes at the end of data are the beginning of a tag.
func begun(data []byte, tag string) int {
	for n := min(len(data), len(tag)-1); n > 0; n-- {
		if string(data[len(data)-n:]) == tag[:n] {
			return n
		}
	}
	return 0
}
