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
