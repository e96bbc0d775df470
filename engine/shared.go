package engine

import (
	"context"
	"errors"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// share lets other processes that ask the same read the answer while it is
// written, where it is one that will be kept if it ends well. One for which tools
// are offered is not shown before its end: should the model use them, the answer
// would be no other process's, and who had begun to read it would be left with half.
func (p *plan) share(f *flight) {
	d := p.first.decision
	switch {
	case !p.leases():
	case d.FallbackFrom != "":
		p.lookup().Done() // it will not be kept, so nobody need wait for it
	default:
		f.follow(p.lookup().Followed)
		if len(p.first.prompt.Tools) == 0 {
			by := cache.Maker{Tier: d.Tier, Backend: d.Backend, Model: d.Model, Digest: p.target.Model.Digest}
			p.lookup().Share(by, &draft{p: p, f: f})
		}
	}
}

// leases reports whether a question tells other processes that it is being answered.
func (p *plan) leases() bool { return p.reads() && p.writes() }

// unshare says, once it is known, that the answer will not be kept, as that of
// another tier or one for which tools were used: who waits for it asks for itself.
func (p *plan) unshare() {
	if p.leases() {
		p.lookup().Done()
	}
}

// draft is a flight's answer as other processes may read it while it is written:
// with placeholders for the question's secrets, up to where the text is settled,
// and no further than a secret that the question does not hold. It is a
// [cache.Source]; its own fields belong to the lease's goroutine.
type draft struct {
	p *plan
	f *flight

	redactor, restorer *secret.Vault // nil before the first look
	read               int           // bytes of the flight's log that were looked at
	ended              bool          // nothing more may be shown
	shown              transcript
	out                [stream.Thinking + 1]string // what was shown, by kind
}

// Alone ends the flight where nobody here listens either.
func (d *draft) Alone() { d.f.abandon() }

// From returns what may be seen after the first n bytes.
func (d *draft) From(n int64) []stream.Chunk {
	if !d.ended {
		d.look()
	}
	return d.shown.after(int(n))
}

// look takes what was written since. The flight is held up for a copy, no longer.
func (d *draft) look() {
	all, writing, size := d.f.written()
	if size == d.read {
		return
	}
	d.read = size
	if d.redactor == nil {
		d.redactor, d.restorer = d.p.hideSecrets().vault, d.p.hideSecrets().vault
	}
	for _, kind := range []stream.Kind{stream.Thinking, stream.Text} {
		text := all[kind]
		if kind == writing {
			text = text[:settled(text)]
			text = text[:d.restorer.Unfinished(text)]
		}
		hidden, ok := d.hide(text)
		if d.ended = !ok || !strings.HasPrefix(hidden, d.out[kind]); d.ended {
			return
		}
		if more := hidden[len(d.out[kind]):]; more != "" {
			d.shown.add(stream.Chunk{Kind: kind, Data: []byte(more)})
		}
		d.out[kind] = hidden
	}
}

// hide replaces the secrets, and reports whether the question brings all of them
// back, as [plan.restores] has it for whole answers.
func (d *draft) hide(text string) (string, bool) {
	hidden, _ := d.redactor.Redact(text)
	return hidden, hidden == text || d.restorer.Restore(hidden) == text
}

// settled is how much of a text that is still being written can be searched for
// secrets: its whole lines, and of the last one the words before anything that may
// give a value to a name or open a quotation. A key block is never settled.
func settled(text string) int {
	end := strings.LastIndexByte(text, '\n') + 1
	end += settledWords(text[end:])
	for _, begin := range []string{"-----BEGIN", "PuTTY-User-Key-File"} {
		if at := strings.Index(text, begin); at >= 0 {
			end = min(end, at)
		}
	}
	return end
}

func settledWords(line string) (end int) {
	open := false
	for i := range len(line) {
		switch c := line[i]; {
		case c == ':' || c == '=' || c == '\'' && (i == 0 || line[i-1] == ' '):
			return end
		case c == '"' || c == '`':
			open = !open
		case c == ' ' && !open:
			end = i + 1
		}
	}
	return end
}

// follower writes the answer of another process to a flight. It is a [cache.Follower].
type follower struct {
	p   *plan
	f   *flight
	out *secret.Restorer // nil before the first chunk
}

// Made announces who makes the answer, unless its model is not the one that would
// answer here.
func (w *follower) Made(m cache.Maker) bool {
	by := cache.Entry{Answer: cache.Answer{Tier: m.Tier, Backend: m.Backend, Model: m.Model, Digest: m.Digest}}
	if !w.p.current(by) {
		return false
	}
	d := w.p.kept(kept{Entry: by})
	d.Reason = "the same question is just being answered by " + m.Model + " in another process"
	w.f.reroute(d)
	w.out = w.p.hide().writer(w.f)
	return true
}

func (w *follower) Write(c stream.Chunk) error { return w.out.Write(c) }

// flush writes what may have been the beginning of a placeholder.
func (w *follower) flush() error {
	if w.out == nil {
		return nil
	}
	return w.out.Flush()
}

// await gives f the answer that another process is just making to this very
// question, as it is written. It returns the stored answer once that is there, and
// an error where the answer was begun and will not end.
func (p *plan) await(ctx context.Context, f *flight) (kept, bool, error) {
	if !p.leases() {
		return kept{}, false, nil
	}
	w := &follower{p: p, f: f}
	e, ok, err := p.lookup().Await(ctx, w)
	err = errors.Join(err, w.flush())
	switch {
	case errors.Is(err, cache.ErrBrokenOff):
		return kept{}, false, brokenOff()
	case err != nil || !ok:
		return kept{}, false, err
	case p.current(e):
		return p.keptAs(e, chat.HitExact, 0), true, nil
	case f.silent():
		return kept{}, false, nil
	}
	return kept{}, false, brokenOff()
}

// brokenOff is the failure of an answer whose process died in mid-answer, or did
// not bring it to a good end.
func brokenOff() error {
	return &chat.Error{
		Kind:    chat.StreamInterrupted,
		Message: "the process that was answering the same question stopped in mid-answer",
		Hint:    "ask again",
		Err:     cache.ErrBrokenOff,
	}
}

// finish writes what is still missing of an answer that was awaited.
func (p *plan) finish(k kept, f *flight) stream.End {
	if f.silent() {
		f.reroute(p.kept(k))
	}
	text, thinking := f.log.texts()
	v := p.hide().vault
	restText, a := strings.CutPrefix(v.Restore(k.Answer.Text), text)
	restThinking, b := strings.CutPrefix(v.Restore(k.Answer.Thinking), thinking)
	end := stream.End{Reason: k.Answer.Reason, Usage: k.Answer.Usage}
	if !a || !b {
		end.Err = brokenOff() // another answer has taken its place
		return end
	}
	for _, c := range []stream.Chunk{{Kind: stream.Thinking, Data: []byte(restThinking)}, {Kind: stream.Text, Data: []byte(restText)}} {
		if len(c.Data) > 0 && end.Err == nil {
			end.Err = f.Write(c)
		}
	}
	return end
}
