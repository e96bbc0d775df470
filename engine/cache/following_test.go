package cache

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// writing is an answer that is being written. It is a [Source].
type writing struct {
	mu    sync.Mutex
	text  string
	alone time.Time // when the source was told so last, since it was followed
	asked bool
}

func (w *writing) From(n int64) []stream.Chunk {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked, w.alone = true, time.Time{}
	if int(n) >= len(w.text) {
		return nil
	}
	return []stream.Chunk{{Data: []byte(w.text[n:])}}
}

func (w *writing) Alone() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked && w.alone.IsZero() {
		w.alone = time.Now()
	}
}

func (w *writing) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text += text
}

func (w *writing) seen() (asked bool, alone time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked, w.alone
}

// reading is what one who follows was told. It is a [Follower].
type reading struct {
	refuse bool
	fail   error
	by     Maker
	text   string
	at     []time.Time
}

func (r *reading) Made(by Maker) bool { r.by = by; return !r.refuse }

func (r *reading) Write(c stream.Chunk) error {
	r.text += string(c.Data)
	r.at = append(r.at, time.Now())
	return r.fail
}

var maker = Maker{Tier: "local", Backend: "ollama", Model: "m", Digest: "d"}

// pair are two processes' lookups of one question. The first is being answered.
type pair struct {
	f             *fake
	first, second *Lookup
	w             *writing
	c             *Cache // of the first
}

func newPair(t *testing.T) pair {
	t.Helper()
	p := pair{f: newFake(), w: &writing{}}
	p.c = made(t, Options{Backing: p.f})
	p.first, p.second = p.c.Lookup(question()), made(t, Options{Backing: p.f}).Lookup(question())
	if _, ok := awaited(t, p.first); ok {
		t.Fatal("an answer came from nowhere")
	}
	p.first.Share(maker, p.w)
	t.Cleanup(p.second.Done)
	return p
}

// lag is how long after it was written the first text is followed at most, and
// once there is a follower, any other.
const (
	firstLag = leaseBeat + publishEvery + leasePoll
	lag      = publishEvery + leasePoll
)

// TestFollow has a second process read what the first writes, piece by piece.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		const pieces = 20
		var written []time.Time
		go func() {
			for range pieces {
				time.Sleep(time.Second)
				p.w.add("piece ")
				written = append(written, time.Now())
			}
			time.Sleep(time.Second)
			p.w.mu.Lock()
			text := p.w.text
			p.w.mu.Unlock()
			p.first.Store(answer(text + "end"))
		}()
		r := &reading{}
		e, ok, err := p.second.Await(t.Context(), r)
		if !ok || err != nil || e.Answer.Text != r.text+"end" || r.by != maker || len(r.at) != pieces {
			t.Fatalf("%v, %v, %q after %q by %+v in %d pieces", ok, err, e.Answer.Text, r.text, r.by, len(r.at))
		}
		for i, at := range r.at {
			if late := at.Sub(written[i]); late > lag {
				t.Errorf("piece %d came %v late", i, late)
			}
		}
		time.Sleep(time.Second)
		if _, leases := p.f.count(); leases > 0 {
			t.Errorf("%d leases are left", leases)
		}
	})
}

// TestFollowBegunAnswer comes late: what was written is there at once.
func TestFollowBegunAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.w.add("begun ")
		time.Sleep(5 * time.Second)
		if asked, _ := p.w.seen(); asked || p.f.published > 0 {
			t.Error("something is published for nobody")
		}
		r := &reading{}
		began := time.Now()
		time.AfterFunc(3*time.Second, func() { p.first.Store(answer("begun and ended")) })
		if e, ok, err := p.second.Await(t.Context(), r); !ok || err != nil || e.Answer.Text != "begun and ended" || r.text != "begun " {
			t.Fatalf("%v, %v, %+v, %q", ok, err, e.Answer, r.text)
		}
		if late := r.at[0].Sub(began); late > firstLag {
			t.Errorf("the first piece came %v late", late)
		}
	})
}

// TestFollowNoEnd has an answer end in other ways than well.
func TestFollowNoEnd(t *testing.T) {
	broken := errors.New("nobody listens")
	for name, tc := range map[string]struct {
		end    func(p *pair, cancel context.CancelFunc)
		silent bool // nothing was written
		r      reading
		err    error
		within time.Duration // of its end; 0 where it is that of the reader
	}{
		"given up":            {end: func(p *pair, _ context.CancelFunc) { p.first.Done() }, err: ErrBrokenOff, within: leasePoll},
		"given up in silence": {end: func(p *pair, _ context.CancelFunc) { p.first.Done() }, silent: true, within: leasePoll},
		"closed":              {end: func(p *pair, _ context.CancelFunc) { _ = p.c.Close() }, err: ErrBrokenOff, within: leasePoll},
		"killed":              {end: (*pair).kill, err: ErrBrokenOff, within: 2*leaseTTL + 2*leasePoll},
		"killed in silence":   {end: (*pair).kill, silent: true, within: leaseTTL + leasePoll},
		"file gone":           {end: (*pair).forget, err: ErrBrokenOff, within: leasePoll},
		"not wanted":          {r: reading{refuse: true}},
		"reader gone":         {r: reading{fail: broken}, err: broken},
		"cancelled":           {end: func(_ *pair, cancel context.CancelFunc) { cancel() }, err: context.Canceled, within: time.Nanosecond},
		"cancelled early":     {end: func(_ *pair, cancel context.CancelFunc) { cancel() }, silent: true, within: time.Nanosecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPair(t)
				if !tc.silent {
					p.w.add("half")
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				began := time.Now()
				const half = 3 * time.Second
				if tc.end != nil {
					time.AfterFunc(half, func() { tc.end(&p, cancel) })
				}
				_, ok, err := p.second.Await(ctx, &tc.r)
				if ok || !errors.Is(err, tc.err) || tc.err == nil && err != nil {
					t.Errorf("found %v, %v, want %v", ok, err, tc.err)
				}
				if took := time.Since(began); tc.within > 0 && (took < half || took > half+tc.within) || tc.within == 0 && took > firstLag {
					t.Errorf("it took %v", took)
				}
				if want := "half"; !tc.silent && !tc.r.refuse && tc.r.text != want {
					t.Errorf("read %q", tc.r.text)
				}
				p.first.Done()
			})
		})
	}
}

// kill has the first process say nothing more: its lease runs out.
func (p *pair) kill(context.CancelFunc) {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	p.f.dead = p.first.owner
}

func (p *pair) forget(context.CancelFunc) {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	clear(p.f.leases)
}

// TestFollowedNoMore has the one who followed leave: the source is told.
func TestFollowedNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, ok, err := p.second.Await(ctx, &reading{}); ok || err != nil {
			t.Fatal(ok, err)
		}
		if !p.first.Followed() {
			t.Error("it is not followed")
		}
		left := time.Now()
		time.Sleep(10 * time.Second)
		if asked, alone := p.w.seen(); !asked || alone.IsZero() || alone.Sub(left) > leaseTTL+leaseBeat || p.first.Followed() {
			t.Errorf("asked %v, alone %v after, followed %v", asked, alone.Sub(left), p.first.Followed())
		}
		p.first.Done()
	})
}

// TestFollowSlowHolder has the holder's lease run out for a moment, as on a machine
// that sleeps: it is followed on.
func TestFollowSlowHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPair(t)
		p.w.add("half ")
		time.AfterFunc(3*time.Second, func() {
			p.f.mu.Lock()
			defer p.f.mu.Unlock()
			for k, l := range p.f.leases {
				l.until = time.Now().Add(-time.Millisecond)
				p.f.leases[k] = l
			}
		})
		time.AfterFunc(6*time.Second, func() { p.first.Store(answer("half and half")) })
		if e, ok, err := p.second.Await(t.Context(), &reading{}); !ok || err != nil || e.Answer.Text != "half and half" {
			t.Errorf("%v, %v, %+v", ok, err, e.Answer)
		}
	})
}

func TestMakerEncoding(t *testing.T) {
	data, err := maker.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var m Maker
	if err := m.UnmarshalBinary(data); err != nil || m != maker {
		t.Errorf("%+v, %v", m, err)
	}
	for n := range data {
		if err := m.UnmarshalBinary(data[:n]); !errors.Is(err, ErrTorn) {
			t.Errorf("%d bytes of it: %v", n, err)
		}
	}
	if err := m.UnmarshalBinary(append(data, 0)); !errors.Is(err, ErrTorn) {
		t.Errorf("with a byte more: %v", err)
	}
}
