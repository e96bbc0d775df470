package transport

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// checkTimeout fails unless err names a limit and came after exactly want.
func checkTimeout(t *testing.T, err error, limit string, took, want time.Duration) {
	t.Helper()
	e, ok := errors.AsType[*chat.Error](err)
	if !ok || e.Kind != chat.Timeout || !strings.Contains(e.Message, limit) || e.Hint == "" {
		t.Errorf("want a time-out naming the %s, got %v", limit, err)
	}
	if errors.Is(err, context.Canceled) {
		t.Error("a time-out looks like a cancel")
	}
	if took != want {
		t.Errorf("it took %s, want %s", took, want)
	}
}

// TestLimits holds each limit against a server that stalls in its own way.
func TestLimits(t *testing.T) {
	stall := func(w http.ResponseWriter, r *http.Request, pieces ...string) {
		if len(pieces) > 0 {
			say(w, pieces...)
		}
		<-r.Context().Done()
	}
	for _, test := range []struct {
		name, limit string
		want        time.Duration
		handler     http.HandlerFunc
	}{
		{"no headers", "first-token limit of 5m0s", 5 * time.Minute, func(w http.ResponseWriter, r *http.Request) { stall(w, r) }},
		{"headers alone", "first-token limit", 5 * time.Minute, func(w http.ResponseWriter, r *http.Request) { stall(w, r, "") }},
		{"an empty delta", "first-token limit", 5 * time.Minute, func(w http.ResponseWriter, r *http.Request) {
			stall(w, r, `data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]}`+"\n\n")
		}},
		{"heartbeats", "first-token limit", 5 * time.Minute, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				say(w, ": waiting\n\n")
				pause(r.Context(), 20*time.Second)
			}
		}},
		{"after a token", "between-tokens limit of 1m0s", time.Minute, func(w http.ResponseWriter, r *http.Request) { stall(w, r, piece) }},
		{"after a late token", "between-tokens limit", 4*time.Minute + time.Minute, func(w http.ResponseWriter, r *http.Request) {
			pause(r.Context(), 4*time.Minute)
			stall(w, r, piece)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, Options{}, test.handler)
				defer r.close()
				start := time.Now()
				end, err := r.ask(t.Context(), &backendtest.Recorder{})
				checkTimeout(t, err, test.limit, time.Since(start), test.want)
				if !errors.Is(end.Err, err) {
					t.Error("the end does not hold the error")
				}
			})
		})
	}
}

// TestLimitsReset holds that the whole answer has no limit, and that neither a
// slow server within the limits nor a slow writer is taken for a stalled one.
func TestLimitsReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			for range 60 {
				pause(r.Context(), 59*time.Second)
				say(w, piece)
			}
			say(w, last)
		})
		defer r.close()
		start := time.Now()
		w := &backendtest.Recorder{After: func(n int) error {
			if n == 1 || n == 60 {
				<-time.After(10 * time.Minute)
			}
			return nil
		}}
		if _, err := r.ask(t.Context(), w); err != nil || w.Text() != strings.Repeat("x", 60) {
			t.Errorf("%q, %v", w.Text(), err)
		}
		if took := time.Since(start); took < time.Hour {
			t.Errorf("it took %s", took)
		}
	})
}

// TestOpenEnd holds that a whole answer does not wait for a body that stays open.
func TestOpenEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			say(w, piece, last)
			<-r.Context().Done()
		})
		defer r.close()
		start := time.Now()
		var w backendtest.Recorder
		end, err := r.ask(t.Context(), &w)
		if err != nil || end.Reason != chat.FinishStop || w.Text() != "x" {
			t.Errorf("%q, %+v, %v", w.Text(), end, err)
		}
		if took := time.Since(start); took != drainTime {
			t.Errorf("it took %s", took)
		}
	})
}

// TestDeadline holds that the caller's deadline is a time-out and a cancel is not.
func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			say(w, piece)
			<-r.Context().Done()
		})
		defer r.close()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		_, err := r.ask(ctx, &backendtest.Recorder{})
		checkTimeout(t, err, "in the time the caller gave it", time.Since(start), 3*time.Second)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error("the cause is lost")
		}
	})
}

// TestCancel holds that a cancel in each phase is context.Canceled and nothing else.
func TestCancel(t *testing.T) {
	phases := map[string]http.HandlerFunc{
		"before headers": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"before tokens":  func(w http.ResponseWriter, r *http.Request) { say(w, ""); <-r.Context().Done() },
		"after a token":  func(w http.ResponseWriter, r *http.Request) { say(w, piece); <-r.Context().Done() },
		"between tries":  func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "9"); w.WriteHeader(503) },
	}
	for name, handler := range phases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, Options{}, handler)
				defer r.close()
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				start := time.Now()
				end, err := r.ask(ctx, &backendtest.Recorder{})
				if !errors.Is(err, context.Canceled) || chat.KindOf(err) != "" || !errors.Is(end.Err, context.Canceled) {
					t.Errorf("%v, end %+v", err, end)
				}
				if took := time.Since(start); took != time.Second {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// TestWriterError holds that the writer's own error comes back as it is.
func TestWriterError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := make(chan struct{})
		r := newRig(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
			say(w, piece, piece)
			<-r.Context().Done()
			close(gone)
		})
		defer r.close()
		full := errors.New("full")
		w := &backendtest.Recorder{After: func(int) error { return full }}
		_, err := r.ask(t.Context(), w)
		if err != full || w.Chunks != 1 {
			t.Errorf("%v after %d chunks", err, w.Chunks)
		}
		<-gone // the server's connection is closed
	})
}

func TestJSONLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{}, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		defer r.close()
		start := time.Now()
		err := r.client.JSON(t.Context(), r.call(), nil, nil)
		checkTimeout(t, err, "call limit of 10s", time.Since(start), 10*time.Second)

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := r.client.JSON(ctx, r.call(), nil, nil); !errors.Is(err, context.Canceled) || chat.KindOf(err) != "" {
			t.Error(err)
		}
	})
}
