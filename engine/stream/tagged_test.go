package stream_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// spoken is what a decoder finds in an answer whose pieces of text are these.
type spoken struct{ text, thinking strings.Builder }

func (s *spoken) Write(c stream.Chunk) error {
	if c.Kind == stream.Thinking {
		s.thinking.Write(c.Data)
	} else {
		s.text.Write(c.Data)
	}
	return nil
}

// listen decodes an answer of Ollama's in these pieces.
func listen(t testing.TB, pieces ...string) *spoken {
	t.Helper()
	s, dec := &spoken{}, stream.Tagged(stream.NewNDJSON())
	for _, piece := range pieces {
		quoted, err := json.Marshal(piece)
		if err != nil {
			t.Fatal(err)
		}
		if err := dec.Feed([]byte(`{"message":{"content":`+string(quoted)+"}}\n"), s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := dec.End(s); !errors.Is(err, stream.ErrNoEnd) {
		t.Fatal(err)
	}
	return s
}

// TestTagged cuts each answer at every two places.
func TestTagged(t *testing.T) {
	for _, c := range []struct{ said, thinking, text string }{
		{"<think>\nHm, a < b.\n</think>\n\nIt is b.", "Hm, a < b.\n", "It is b."},
		{" \r\n<think>Hm</think>It is b.", "Hm", "It is b."},
		{"<think>\n\n</think>\n\n    indented", "", "    indented"},
		{"<think>never ends </thin", "never ends </thin", ""},
		{"<think>Hm</think>\n\n<think> is a tag.", "Hm", "<think> is a tag."},
		{"<think>Hm </think</think>ü", "Hm </think", "ü"},
		{"The tag <think>…</think> is text here.", "", "The tag <think>…</think> is text here."},
		{"  <thinking> is another tag", "", "  <thinking> is another tag"},
		{"<thin", "", "<thin"},
		{" \n ", "", " \n "},
		{"", "", ""},
	} {
		for i := range len(c.said) + 1 {
			for j := i; j <= len(c.said); j++ {
				pieces := []string{c.said[:i], c.said[i:j], c.said[j:]}
				if strings.ToValidUTF8(pieces[0]+"|"+pieces[1]+"|"+pieces[2], "?") != pieces[0]+"|"+pieces[1]+"|"+pieces[2] {
					continue // no decoder splits a character
				}
				got := listen(t, pieces...)
				if got.text.String() != c.text || got.thinking.String() != c.thinking {
					t.Errorf("%q: thinking %q, text %q", pieces, got.thinking.String(), got.text.String())
				}
			}
		}
	}
}

// TestTaggedLeavesPartedThinking wants a server's own parting believed, and nothing
// held back or copied of an answer without tags.
func TestTaggedLeavesPartedThinking(t *testing.T) {
	s, dec := &spoken{}, stream.Tagged(stream.NewNDJSON())
	feed := func(line string) {
		t.Helper()
		if err := dec.Feed([]byte(line+"\n"), s); err != nil {
			t.Fatal(err)
		}
	}
	feed(`{"message":{"thinking":"Hm"}}`)
	feed(`{"message":{"content":"<think>"}}`)
	if s.text.String() != "<think>" || s.thinking.String() != "Hm" {
		t.Errorf("thinking %q, text %q", s.thinking.String(), s.text.String())
	}
	line := []byte(`{"message":{"content":"word "}}` + "\n")
	if n := testing.AllocsPerRun(100, func() {
		_ = dec.Feed(line, discard{})
	}); n != 0 {
		t.Errorf("%v allocations a token", n)
	}
}

type discard struct{}

func (discard) Write(stream.Chunk) error { return nil }
