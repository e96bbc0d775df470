package acp

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/lsp/document"
)

// maxBufferBytes is the longest text that is taken from an editor: as much as is
// read of a file.
const maxBufferBytes = 2 << 20

// bufferPatience is how long an editor may take to hand out a text before the
// file on the disk is read instead.
const bufferPatience = 2 * time.Second

// Buffers are the files as the editor shows them. The protocol does not tell what
// is open: the editor is asked for a file when a question names it, after the
// workspace's rules have let it pass, and what it says wins over the disk until
// the last question that is being answered has ended. Files that are merely
// looked through are read from the disk. Make them with [NewBuffers].
type Buffers struct {
	*document.Overlay

	mu    sync.Mutex
	ask   func(ctx context.Context, path string) (string, bool) // guarded by mu; nil before there is a connection
	users int                                                   // guarded by mu: questions that are being answered
}

// NewBuffers returns buffers over the disk.
func NewBuffers(disk document.Files) *Buffers {
	return &Buffers{Overlay: document.NewOverlay(disk)}
}

// connect has the editor asked from now on.
func (b *Buffers) connect(ask func(ctx context.Context, path string) (string, bool)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ask = ask
}

// Refresh asks the editor for a file. One that it does not hand out is the disk's.
func (b *Buffers) Refresh(ctx context.Context, path string) {
	b.mu.Lock()
	ask := b.ask
	b.mu.Unlock()
	if ask == nil {
		return
	}
	text, ok := ask(ctx, path)
	b.mu.Lock()
	defer b.mu.Unlock()
	if ok && b.users > 0 && len(text) <= maxBufferBytes {
		b.Set(path, text)
	} else {
		b.Remove(path)
	}
}

// use notes that a question is being answered; done that it is over. What the
// last one was told is forgotten.
func (b *Buffers) use() (done func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.users++
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.users--
		if b.users > 0 {
			return
		}
		for _, path := range b.Opened() {
			b.Remove(path)
		}
	}
}

// readTextFile asks the editor for a file's text, for the session that has a
// question about its folder.
func (a *Agent) readTextFile(ctx context.Context, path string) (string, bool) {
	client := a.client.Load()
	if client == nil || !client.FS.ReadTextFile {
		return "", false
	}
	s := a.sessions.answering(path)
	if s == nil {
		return "", false
	}
	ctx, cancel := context.WithTimeout(ctx, bufferPatience)
	defer cancel()
	var r readTextFileResult
	if _, err := a.conn.Call(ctx, methodReadTextFile, &readTextFileParams{s.id, path}, &r); err != nil {
		a.log.Debug("the editor did not hand out a file", zap.Error(err))
		return "", false
	}
	if r.Content == nil {
		return "", false
	}
	return *r.Content, true
}
