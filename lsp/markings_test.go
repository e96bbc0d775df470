package lsp

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/lsp/document"
)

const markedURI = uri.URI("file:///w/a.go")

func version(n int32, text string) *document.Doc {
	return document.NewDoc(markedURI, "go", n, text, protocol.PositionEncodingKindUTF16)
}

// published is what was published, with the time since the test's start.
type published struct {
	version int32
	count   int
	after   time.Duration
}

// record is what markings have published and nobody has looked at yet.
type record struct {
	mu  sync.Mutex
	all []published // guarded by mu
}

func (r *record) add(p published) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, p)
}

// take returns what was recorded, and forgets it.
func (r *record) take() []published {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.all
	r.all = nil
	return all
}

// watch runs markings in the test's bubble and records what they publish.
func watch(t *testing.T) (*markings, *record) {
	t.Helper()
	start, got := time.Now(), &record{}
	m := newMarkings(func(p *protocol.PublishDiagnosticsParams) {
		v, _ := p.Version.Get()
		got.add(published{v, len(p.Diagnostics), time.Since(start)})
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { // ends with ctx
		defer close(done)
		m.run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done })
	return m, got
}

func expect(t *testing.T, r *record, want ...published) {
	t.Helper()
	synctest.Wait()
	got := r.take()
	if len(got) != len(want) {
		t.Fatalf("published %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("published %+v, want %+v", got[i], want[i])
		}
	}
}

func TestMarkingsWaitForRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, got := watch(t)
		m.opened(version(1, "// SECRET\n"))
		expect(t, got, published{1, 1, 0})
		for i := range int32(10) {
			m.changed(version(2+i, "// SECRET\n// CUI//SP-CTI\n"))
			time.Sleep(settle - time.Millisecond)
		}
		expect(t, got)
		time.Sleep(time.Millisecond)
		expect(t, got, published{11, 2, 9*(settle-time.Millisecond) + settle})
	})
}

func TestMarkingsAreTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, got := watch(t)
		m.opened(version(1, "package a\n"))
		expect(t, got) // nothing shown, nothing to show
		m.closed(markedURI)
		expect(t, got)
		m.opened(version(1, "// SECRET\n"))
		expect(t, got, published{1, 1, 0})
		m.changed(version(2, "// SECRET\n//\n"))
		m.closed(markedURI)
		expect(t, got, published{0, 0, 0})
		time.Sleep(time.Hour)
		expect(t, got) // the change before the close is not shown after it
		m.opened(version(1, "// SECRET\n"))
		m.changed(version(2, "package a\n"))
		time.Sleep(settle)
		expect(t, got) // the change overtook the opening, and left nothing to show
	})
}

// TestMarkingsOffTheReadLoop has an editor that does not read.
func TestMarkingsOffTheReadLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var last atomic.Int32
		m := newMarkings(func(p *protocol.PublishDiagnosticsParams) {
			<-release
			v, _ := p.Version.Get()
			last.Store(v)
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); m.run(ctx) }()
		m.opened(version(1, "// SECRET\n"))
		synctest.Wait() // in the publication
		for i := range int32(20_000) {
			m.changed(version(2+i, "// SECRET "+strconv.Itoa(int(i))+"\n// CUI\n"))
		}
		close(release)
		time.Sleep(settle)
		synctest.Wait()
		if v := last.Load(); v != 20_001 {
			t.Errorf("version %d was published last", v)
		}
		cancel()
		<-done
	})
}

func TestDiagnosticsOfAnUnclassifiedDocument(t *testing.T) {
	if d := diagnostics(version(1, "// UNCLASSIFIED\n\n(U) text\n")); d == nil || len(d) != 0 {
		t.Errorf("%+v", d)
	}
}

func TestNoMarkingsForAClientWithout(*testing.T) {
	var m *markings
	m.opened(version(1, "// SECRET\n"))
	m.changed(version(2, "// SECRET\n"))
	m.closed(markedURI)
}
