package secret

import (
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// Writer returns a stream.Writer that puts secrets back in the chunks of one
// answer and hands them to w. A secret that comes into a tool call's arguments,
// which are JSON, is escaped as in a JSON string.
func (v *Vault) Writer(w stream.Writer) *Restorer {
	return &Restorer{vault: v, next: w}
}

// Restorer is made by [Vault.Writer]. It is used by one goroutine at a time.
type Restorer struct {
	vault *Vault
	next  stream.Writer
	lanes []lane // of each kind and tool call that had to wait, in the order they did first
	out   []byte // the chunk being made, used again
}

// lane is one kind of chunk, or one tool call.
type lane struct {
	kind stream.Kind
	tool stream.ToolCall

	// pending is the beginning of what may become a placeholder.
	pending []byte
}

// Write hands a chunk on, with secrets put back. What may become a placeholder
// waits for the lane's next chunk. It returns the next writer's error.
func (r *Restorer) Write(c stream.Chunk) error {
	l := r.waiting(c)
	if l == nil || len(l.pending) == 0 {
		if r.pure(c.Data) {
			return r.next.Write(c)
		}
	}
	if len(c.Data) == 0 {
		return r.next.Write(c)
	}
	if l == nil {
		r.lanes = append(r.lanes, lane{kind: c.Kind, tool: c.Tool})
		l = &r.lanes[len(r.lanes)-1]
	}
	if c.Tool.ID == "" && c.Tool.Name == "" && len(l.pending) > 0 {
		c.Tool = l.tool // told with a piece that waited
	}
	l.pending = append(l.pending, c.Data...)
	rest := r.restore(c.Kind, l.pending)
	l.tool = stream.ToolCall{Index: c.Tool.Index}
	if len(r.out) == 0 {
		l.tool = c.Tool
	}
	l.pending = slices.Delete(l.pending, 0, rest)
	if len(r.out) == 0 {
		return nil
	}
	return r.next.Write(stream.Chunk{Kind: c.Kind, Data: r.out, Tool: c.Tool})
}

// waiting returns the lane of a chunk if there is one.
func (r *Restorer) waiting(c stream.Chunk) *lane {
	for i := range r.lanes {
		if l := &r.lanes[i]; l.kind == c.Kind && l.tool.Index == c.Tool.Index {
			return l
		}
	}
	return nil
}

// pure reports whether data neither holds a placeholder nor ends within one.
func (r *Restorer) pure(data []byte) bool {
	for i, c := range data {
		if c|0x20 != mark[0]|0x20 {
			continue
		}
		r.vault.mu.RLock()
		n, partial := longestAt(&r.vault.marks, data, i)
		r.vault.mu.RUnlock()
		if n > 0 || partial {
			return false
		}
	}
	return true
}

// restore fills r.out with what of text can be handed on, and returns where the
// rest begins.
func (r *Restorer) restore(kind stream.Kind, text []byte) int {
	v := r.vault
	v.mu.RLock()
	defer v.mu.RUnlock()
	r.out = r.out[:0]
	at := 0
	for i := 0; i < len(text); {
		if text[i]|0x20 != mark[0]|0x20 {
			i++
			continue
		}
		n, partial := longestAt(&v.marks, text, i)
		switch {
		case n > 0:
			secret := v.secrets[strings.ToLower(string(text[i:i+n]))]
			if kind == stream.Tool {
				secret = escaped(secret)
			}
			r.out = append(append(r.out, text[at:i]...), secret...)
			i += n
			at = i
		case partial:
			r.out = append(r.out, text[at:i]...)
			return i
		default:
			i++
		}
	}
	r.out = append(r.out, text[at:]...)
	return len(text)
}

// Flush hands on what waits, at the end of the answer: the beginning of a
// placeholder that never came.
func (r *Restorer) Flush() error {
	for i := range r.lanes {
		l := &r.lanes[i]
		if len(l.pending) == 0 {
			continue
		}
		c := stream.Chunk{Kind: l.kind, Data: l.pending, Tool: l.tool}
		l.pending = nil
		if err := r.next.Write(c); err != nil {
			return err
		}
	}
	return nil
}
