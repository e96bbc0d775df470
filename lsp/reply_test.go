package lsp

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// heard notes in which order the parts of a reply are written to the wire.
type heard struct {
	nowhere
	said []string
}

func (h *heard) Write(c stream.Chunk) error {
	h.said = append(h.said, string(c.Data))
	return nil
}

func (h *heard) Report(_ context.Context, message func() string) {
	h.said = append(h.said, message())
}

func TestWordsComeBeforeWhatIsToldAboutThem(t *testing.T) {
	h := &heard{nowhere: nowhere{stream.Nop()}}
	stopped := func() time.Time { return time.Unix(1, 0) }
	r := newReply(t.Context(), h, h, nil, stopped)
	r.back.decision.Tier, r.back.decision.Model = "local", "m"
	if err := r.Write(stream.Chunk{Data: []byte("first")}); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(stream.End{}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"first", "local · m · 1 tokens"}; !slices.Equal(h.said, want) {
		t.Errorf("the wire got %q, want %q", h.said, want)
	}
}

// TestSpeedIsToldOfWhatRanForSomeTime holds that the first pieces, which come at
// once, make no speed of a million tokens a second.
func TestSpeedIsToldOfWhatRanForSomeTime(t *testing.T) {
	now := time.Unix(1, 0)
	h := &heard{nowhere: nowhere{stream.Nop()}}
	r := newReply(t.Context(), h, h, nil, func() time.Time { return now })
	r.back.begun.Store(now.UnixNano())
	r.back.tokens.Store(50)
	for _, c := range []struct {
		after time.Duration
		want  float64
	}{{0, 0}, {time.Microsecond, 0}, {warmUp - 1, 0}, {time.Second, 50}, {2 * time.Second, 25}} {
		if now = time.Unix(1, 0).Add(c.after); r.back.speed() != c.want {
			t.Errorf("after %v: %v tokens a second, want %v", c.after, r.back.speed(), c.want)
		}
	}
	if err := r.Close(stream.End{}); err != nil {
		t.Fatal(err)
	}
}
