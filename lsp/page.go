package lsp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// redraw is the least time between two redrawings of a page that grows.
const redraw = 250 * time.Millisecond

// showPatience is how long a client may take to show a document, before the answer
// comes as a message instead.
const showPatience = 10 * time.Second

// page shows a command's answer while it streams. It is the end of the answer's
// line, behind the coalescer, so redrawing may wait for the editor.
type page struct {
	server *Server
	answer *answer
	view   display
	quiet  bool      // nothing is drawn while the answer comes, and nothing at all unless it fails
	shown  bool      // the display has been opened
	drawn  time.Time // when it was last redrawn
}

// display is one way to show a document. The ways differ in what a client can do.
type display interface {
	// open shows the answer for the first time, refresh again after it grew,
	// and done once it has ended.
	open(ctx context.Context, a *answer) error
	refresh(ctx context.Context, a *answer) error
	done(ctx context.Context, a *answer) error
}

func newPage(s *Server, a *answer) *page {
	return &page{server: s, answer: a, view: s.display()}
}

// display picks the best way the client has.
func (s *Server) display() display {
	switch {
	case s.client.textDocumentContent && s.client.showDocument:
		return content{s}
	case s.client.showDocument && s.opts.StateDir != "":
		return &file{server: s, dir: filepath.Join(s.opts.StateDir, "answers")}
	}
	return message{s}
}

func (p *page) Route(d chat.RouteDecision, _ *chat.CacheInfo) error {
	p.answer.mu.Lock()
	defer p.answer.mu.Unlock()
	p.answer.decision = d
	return nil
}

func (p *page) Write(c stream.Chunk) error {
	if c.Kind != stream.Text {
		return nil
	}
	p.answer.mu.Lock()
	p.answer.body.Write(c.Data)
	p.answer.mu.Unlock()
	if !p.quiet {
		p.draw()
	}
	return nil
}

// draw opens the display at the first text, and redraws it at most four times a second.
func (p *page) draw() {
	ctx := p.server.ctx
	switch now := p.server.now(); {
	case !p.shown:
		p.shown, p.drawn = true, now
		if err := p.view.open(ctx, p.answer); err != nil {
			p.log(err)
			p.view = message{p.server} // what every client can show
		}
	case now.Sub(p.drawn) >= redraw:
		p.drawn = now
		p.log(p.view.refresh(ctx, p.answer))
	}
}

// Close leaves the last drawing to finish, which knows how the answer ended.
func (p *page) Close(stream.End) error { return nil }

// finish writes the closing line and draws the whole answer. The result is nil
// where there is none.
func (p *page) finish(ctx context.Context, result *chat.Result, err error) {
	ctx = context.WithoutCancel(ctx)
	p.answer.mu.Lock()
	if result != nil {
		p.answer.left = result.Left
	}
	p.answer.closing = closing(p.answer.decision, err) + leftOut(p.answer.left)
	p.answer.mu.Unlock()
	if !p.shown && errors.Is(err, context.Canceled) {
		return // cancelled before there was anything to show
	}
	if p.quiet && err == nil {
		return // what was asked for is not the text
	}
	var failed error
	if !p.shown {
		failed = p.view.open(ctx, p.answer)
	}
	if failed = errors.Join(failed, p.view.done(ctx, p.answer)); failed != nil {
		p.log(failed)
		p.log(message{p.server}.done(ctx, p.answer)) // what every client can show
	}
}

// log notes that the answer could not be shown; it stays reachable by hover.
func (p *page) log(err error) {
	if err != nil {
		p.server.log.Warn("the answer could not be shown", zap.Error(err))
	}
}

// closing is the line under an answer: where it came from and why, or what went wrong.
func closing(d chat.RouteDecision, err error) string {
	if errors.Is(err, context.Canceled) {
		return "*Stopped by you; what had arrived is kept.*"
	}
	if e, ok := errors.AsType[*chat.Error](err); ok {
		return fmt.Sprintf("**%s.**\n\nWhat helps: %s.", e.Message, e.Hint)
	}
	if refused, ok := errors.AsType[*notApplied](err); ok {
		return fmt.Sprintf("**Not applied: %s.**\n\n%s", refused.reason, closing(d, nil))
	}
	if err != nil {
		return fmt.Sprintf("**%v**", err)
	}
	return fmt.Sprintf("*%s · %s · %s — %s*", d.Tier, d.Backend, d.Model, d.Because())
}

// leftOut is the line below that: what the model was not sent.
func leftOut(list []chat.Left) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	for i, l := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(l.Name)
		if i+1 == len(list) || list[i+1].Reason != l.Reason { // said once for all that share it
			b.WriteString(" (" + l.Reason + ")")
		}
	}
	return "\n\n*Left out: " + b.String() + "*"
}

// show asks the client to open a document without taking the cursor from the person.
func (s *Server) show(ctx context.Context, u uri.URI) error {
	focus := false
	var result protocol.ShowDocumentResult
	if err := s.ask(ctx, showPatience, protocol.MethodWindowShowDocument, &protocol.ShowDocumentParams{URI: u, TakeFocus: &focus}, &result); err != nil {
		return fmt.Errorf("show %s: %w", u, err)
	}
	if !result.Success {
		return fmt.Errorf("show %s: the editor did not", u)
	}
	return nil
}

// content shows a document that the client reads from the server.
type content struct{ *Server }

func (c content) open(ctx context.Context, a *answer) error {
	u, err := a.documentURI()
	if err != nil {
		return fmt.Errorf("address the answer: %w", err)
	}
	return c.show(ctx, u)
}

func (c content) refresh(ctx context.Context, a *answer) error {
	u, err := a.documentURI()
	if err != nil {
		return fmt.Errorf("address the answer: %w", err)
	}
	params := &protocol.TextDocumentContentRefreshParams{URI: u}
	if err := c.ask(ctx, showPatience, protocol.MethodWorkspaceTextDocumentContentRefresh, params, nil); err != nil {
		return fmt.Errorf("refresh the answer: %w", err)
	}
	return nil
}

func (c content) done(ctx context.Context, a *answer) error { return c.refresh(ctx, a) }

// file shows a Markdown file in the state folder. The file grows with the answer,
// for who follows it; the client is asked to show it once it is whole, because
// an editor that has a file open does not read it again by itself.
type file struct {
	server *Server
	dir    string
	path   string
}

// keptFiles is how many answers stay in the state folder.
const keptFiles = 50

func (f *file) open(ctx context.Context, a *answer) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for answers: %w", err)
	}
	f.prune()
	f.path = filepath.Join(f.dir, a.id[:8]+"-"+fileName(a.title))
	return f.refresh(ctx, a)
}

// refresh replaces the file in one step, so that an editor never reads half of it.
func (f *file) refresh(_ context.Context, a *answer) error {
	tmp := f.path + ".tmp"
	if err := os.WriteFile(tmp, []byte(a.markdown()), 0o600); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	if err := os.Rename(tmp, f.path); err != nil {
		return fmt.Errorf("write the answer: %w", err)
	}
	return nil
}

func (f *file) done(ctx context.Context, a *answer) error {
	if err := f.refresh(ctx, a); err != nil {
		return err
	}
	return f.server.show(ctx, uri.File(f.path))
}

// prune removes the oldest answers. One that cannot be removed is no reason to
// show none.
func (f *file) prune() {
	entries, err := os.ReadDir(f.dir)
	if err != nil || len(entries) < keptFiles {
		return
	}
	age := func(e os.DirEntry) time.Time {
		if info, err := e.Info(); err == nil {
			return info.ModTime()
		}
		return time.Time{}
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return age(a).Compare(age(b)) })
	for _, e := range entries[:len(entries)-keptFiles+1] {
		_ = os.Remove(filepath.Join(f.dir, e.Name()))
	}
}

// message shows the answer once it is whole: a message cannot grow.
type message struct{ *Server }

func (m message) open(context.Context, *answer) error    { return nil }
func (m message) refresh(context.Context, *answer) error { return nil }

func (m message) done(_ context.Context, a *answer) error {
	m.notify(protocol.MethodWindowShowMessage, &protocol.ShowMessageParams{Type: protocol.MessageTypeInfo, Message: a.brief()})
	return nil
}
