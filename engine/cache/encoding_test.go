package cache

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func fullEntry() Entry {
	e := numbered(3, time.UnixMicro(1_700_000_000_000_001).UTC())
	e.Group, e.Question, e.Embedder, e.Vector, e.Threshold = Key{9}, "how?", "use-lite", []float32{1, -0.5, 0}, 0.7
	e.Level = chat.Secret
	e.Answer = Answer{
		Text: "text \xff\x00", Thinking: "hm", Reason: chat.FinishStop, Tier: "local", Backend: "ollama", Model: "m", CostCents: 0.1,
		Usage: chat.Usage{PromptTokens: 1, CompletionTokens: 1 << 40, Estimated: true},
	}
	return e
}

func TestEncoding(t *testing.T) {
	for _, want := range []Entry{fullEntry(), numbered(1, time.UnixMicro(5).UTC())} {
		raw, err := want.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var got Entry
		if err := got.UnmarshalBinary(raw); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("difference (-written +read):\n%s", diff)
		}
	}
}

// TestTornEncodings cuts an entry everywhere and changes every byte of it.
func TestTornEncodings(t *testing.T) {
	e := fullEntry()
	raw, err := e.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		var got Entry
		if err := got.UnmarshalBinary(raw[:i]); err != ErrTorn {
			t.Errorf("cut at %d: %v", i, err)
		}
		raw[i] ^= 0x40
		if err := got.UnmarshalBinary(raw); err != ErrTorn {
			t.Errorf("byte %d changed: %v", i, err)
		}
		raw[i] ^= 0x40
		if !cmp.Equal(got, Entry{}) {
			t.Errorf("a torn entry was read all the same: %+v", got)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	e := fullEntry()
	raw, err := e.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw[1 : len(raw)-sumBytes])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, fields []byte) {
		var got Entry
		if err := got.UnmarshalBinary(sealed(fields)); err != nil {
			return
		}
		again, err := got.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var twice Entry
		if err := twice.UnmarshalBinary(again); err != nil || twice.ID != got.ID || twice.Answer.Text != got.Answer.Text {
			t.Errorf("what was read does not come back: %v", err)
		}
	})
}

// sealed puts a version and a right checksum around fields.
func sealed(fields []byte) []byte {
	raw := append([]byte{encodingVersion}, fields...)
	return appendSum(raw, raw)
}

func FuzzParseID(f *testing.F) {
	f.Add(fullEntry().ID)
	f.Add("")
	f.Fuzz(func(t *testing.T, id string) {
		if k, at, ok := ParseID(id); ok && NewID(k, at) != id {
			t.Errorf("%q is the ID %q", id, NewID(k, at))
		}
	})
}
