package stream

import (
	"errors"
	"fmt"
	"sync"
)

var errClosed = errors.New("a chunk came after the answer's end")

// Coalesce returns a sink that writes to next from a goroutine of its own, so
// that its Write never waits for next.
//
// The first chunk passes at once, as does every chunk that finds next idle.
// While a write to next is under way, later chunks join: those of one kind, and
// of one tool call, become one chunk. Kinds are never mixed and the order is
// kept. What waits is at most the answer itself. There is no timer: a slow
// client gets few large chunks and a quick one many small ones.
func Coalesce(next Sink) *Coalescer {
	c := &Coalescer{next: next, done: make(chan struct{})}
	c.wake.L = &c.mu
	return c
}

// Coalescer is made by [Coalesce]. Its Write and Close are for one goroutine, as
// any Sink's.
//
// The first Write starts the goroutine that writes to next and closes it; Close
// ends it and waits for it. A Coalescer that is closed without a Write starts none.
type Coalescer struct {
	next Sink

	mu      sync.Mutex
	wake    sync.Cond // waiting was filled, or closing was set
	waiting batch     // chunks for the next round of writing
	idle    bool      // the goroutine is waiting for wake
	started bool
	closing bool  // Close was called; nothing is added any more
	err     error // next.Write's first error

	// done is closed when the goroutine has ended.
	done chan struct{}
}

// Write adds a chunk. It returns the error of an earlier write to next.
func (c *Coalescer) Write(chunk Chunk) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return errClosed
	}
	if c.err != nil {
		return c.err
	}
	c.waiting.add(chunk)
	if !c.started {
		c.started = true
		go c.run()
	} else if c.idle {
		c.idle = false
		c.wake.Signal()
	}
	return nil
}

// Close writes what waits, closes next and returns when that is done. It returns
// the error of the writing, else that of closing. Where a write to next failed,
// next is told so in End.Err if the answer itself had no error. A second Close
// does nothing.
func (c *Coalescer) Close(e End) error {
	c.mu.Lock()
	closed := c.closing
	c.closing = true
	started := c.started
	c.wake.Signal()
	c.mu.Unlock()
	if closed {
		return nil
	}
	if started {
		<-c.done
	}
	// The goroutine has ended: err is ours to read.
	if e.Err == nil {
		e.Err = c.err
	}
	if err := c.next.Close(e); c.err == nil {
		return err
	}
	return c.err
}

// run writes what waits until there is nothing more or next fails. The two
// batches take turns, so their memory is used again.
func (c *Coalescer) run() {
	defer close(c.done)
	var writing batch
	for c.take(&writing) {
		if err := c.pass(&writing); err != nil {
			c.mu.Lock()
			c.err = err
			c.waiting = batch{}
			c.mu.Unlock()
			return
		}
	}
}

// pass writes a batch to next. A panic of next becomes its error: nobody guards
// this goroutine, so it would end the process, and not only the answer.
func (c *Coalescer) pass(b *batch) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic in a sink: %v", p)
		}
	}()
	return b.writeTo(c.next)
}

// take swaps the empty batch b for the one that waits, as soon as it holds
// something. It returns false when there will be no more.
func (c *Coalescer) take(b *batch) bool {
	b.reset()
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.waiting.parts) == 0 {
		if c.closing {
			return false
		}
		c.idle = true
		c.wake.Wait()
	}
	c.idle = false
	c.waiting, *b = *b, c.waiting
	return true
}

// batch is a run of chunks with their text in one buffer.
type batch struct {
	text  []byte
	parts []part
}

// part is one chunk of a batch. Its text begins where the part before it ends.
type part struct {
	kind Kind
	tool ToolCall
	end  int
}

// add joins the chunk to the last part where they are of one kind and one tool
// call, else begins a part.
func (b *batch) add(c Chunk) {
	b.text = append(b.text, c.Data...)
	if n := len(b.parts); n > 0 && b.parts[n-1].continues(c) {
		b.parts[n-1].end = len(b.text)
		return
	}
	b.parts = append(b.parts, part{kind: c.Kind, tool: c.Tool, end: len(b.text)})
}

// continues reports whether c is more of p. A later piece of a tool call has its
// index alone.
func (p *part) continues(c Chunk) bool {
	if p.kind != c.Kind || p.tool.Index != c.Tool.Index {
		return false
	}
	return (c.Tool.ID == "" || c.Tool.ID == p.tool.ID) && (c.Tool.Name == "" || c.Tool.Name == p.tool.Name)
}

func (b *batch) reset() { b.text, b.parts = b.text[:0], b.parts[:0] }

// writeTo writes the parts as chunks.
func (b *batch) writeTo(w Writer) error {
	start := 0
	for _, p := range b.parts {
		if err := w.Write(Chunk{Kind: p.kind, Data: b.text[start:p.end:p.end], Tool: p.tool}); err != nil {
			return err
		}
		start = p.end
	}
	return nil
}
