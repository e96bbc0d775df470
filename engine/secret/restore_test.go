package secret

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

func known(t testing.TB, text string) (v *Vault, holder string) {
	t.Helper()
	v = Key{}.Vault()
	_, places := v.Redact(text)
	if len(places) != 1 {
		t.Fatalf("%d places", len(places))
	}
	return v, places[0].Placeholder
}

func write(t *testing.T, r *Restorer, c stream.Chunk, data string) {
	t.Helper()
	c.Data = []byte(data)
	if err := r.Write(c); err != nil {
		t.Fatal(err)
	}
}

// TestRestorerByteByByte splits everywhere, with text around and twice in a row.
func TestRestorerByteByByte(t *testing.T) {
	v, holder := known(t, `password = "hunter2"`)
	text := "REDREDACTED_" + holder + holder + " `" + strings.ToLower(holder) + "` REDACTED_PASS"
	for size := 1; size <= len(text); size++ {
		var got recorder
		r := v.Writer(&got)
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			write(t, r, stream.Chunk{}, rest[:n])
			rest = rest[n:]
		}
		if err := r.Flush(); err != nil {
			t.Fatal(err)
		}
		if want := "REDREDACTED_hunter2hunter2 `hunter2` REDACTED_PASS"; got.text(stream.Text) != want {
			t.Fatalf("chunks of %d: %q", size, got.text(stream.Text))
		}
	}
}

// TestRestorerKeepsKindsApart writes two halves with other kinds between them.
func TestRestorerKeepsKindsApart(t *testing.T) {
	v, holder := known(t, `password = "hunter2"`)
	var got recorder
	r := v.Writer(&got)
	call := func(n int) stream.Chunk {
		return stream.Chunk{Kind: stream.Tool, Tool: stream.ToolCall{Index: n}}
	}
	first := call(0)
	first.Tool.ID, first.Tool.Name = "id0", "edit"
	half := len(holder) / 2
	write(t, r, stream.Chunk{Kind: stream.Thinking}, "so "+holder[:half])
	write(t, r, stream.Chunk{}, "a"+holder[:3])
	write(t, r, first, holder[:half])
	write(t, r, call(1), "b")
	write(t, r, stream.Chunk{}, "x")
	write(t, r, call(0), holder[half:]+"!")
	write(t, r, stream.Chunk{Kind: stream.Thinking}, holder[half:])
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	if got.text(stream.Thinking) != "so hunter2" || got.text(stream.Text) != "a"+holder[:3]+"x" {
		t.Errorf("%q, %q", got.text(stream.Thinking), got.text(stream.Text))
	}
	for _, c := range got.chunks {
		if c.Kind == stream.Tool && c.Tool.Index == 0 && (c.Tool.ID != "id0" || c.Tool.Name != "edit" || string(c.Data) != "hunter2!") {
			t.Errorf("%+v %s", c, c.Data)
		}
	}
}

// TestRestorerFlushesEveryKind: an answer may end in the middle of several.
func TestRestorerFlushesEveryKind(t *testing.T) {
	v, holder := known(t, `password = "hunter2"`)
	var got recorder
	r := v.Writer(&got)
	write(t, r, stream.Chunk{}, "a"+holder[:3])
	write(t, r, stream.Chunk{Kind: stream.Thinking}, "b"+holder[:4])
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	if got.text(stream.Text) != "a"+holder[:3] || got.text(stream.Thinking) != "b"+holder[:4] {
		t.Errorf("%q, %q", got.text(stream.Text), got.text(stream.Thinking))
	}
}

// TestRestorerEscapesInArguments: a tool call's arguments are JSON and stay so.
func TestRestorerEscapesInArguments(t *testing.T) {
	v, holder := known(t, "password = `say \"hi\" 2 \\me`")
	var got recorder
	r := v.Writer(&got)
	write(t, r, stream.Chunk{Kind: stream.Tool}, `{"text":"`+holder+`"}`)
	var args struct{ Text string }
	if err := json.Unmarshal(got.chunks[0].Data, &args); err != nil {
		t.Fatal(err)
	}
	if args.Text != `say "hi" 2 \me` {
		t.Errorf("%q", args.Text)
	}
}

// TestRestorerPassesOnAtOnce: the same bytes, without copying them.
func TestRestorerPassesOnAtOnce(t *testing.T) {
	v, _ := known(t, `password = "hunter2"`)
	var last []byte
	r := v.Writer(writerFunc(func(c stream.Chunk) error { last = c.Data; return nil }))
	data := []byte(" return err // REDUCED order ")
	allocs := testing.AllocsPerRun(100, func() {
		if err := r.Write(stream.Chunk{Data: data}); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 || len(last) == 0 || &last[0] != &data[0] {
		t.Errorf("%v allocations, %q", allocs, last)
	}
}

func TestRestorerReturnsErrors(t *testing.T) {
	v, holder := known(t, `password = "hunter2"`)
	full := errors.New("full")
	r := v.Writer(writerFunc(func(stream.Chunk) error { return full }))
	if err := r.Write(stream.Chunk{Data: []byte("a" + holder[:4])}); !errors.Is(err, full) {
		t.Error(err)
	}
	if err := r.Flush(); !errors.Is(err, full) {
		t.Error(err)
	}
}

type writerFunc func(stream.Chunk) error

func (f writerFunc) Write(c stream.Chunk) error { return f(c) }
