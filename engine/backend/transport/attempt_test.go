package transport

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// refusing answers the first n requests with a status and the others properly.
func refusing(n int, status int, body string, header ...string) (http.HandlerFunc, *atomic.Int64) {
	var seen atomic.Int64
	return func(w http.ResponseWriter, _ *http.Request) {
		if seen.Add(1) > int64(n) {
			say(w, piece, last)
			return
		}
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}, &seen
}

func TestRetryStatus(t *testing.T) {
	const loading = `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`
	for _, test := range []struct {
		name     string
		refusals int
		status   int
		body     string
		header   []string
		want     chat.ErrorKind // "" for a whole answer
		requests int64          // 0 where it is a matter of luck
		min, max time.Duration
	}{
		{"502 twice", 2, 502, "", nil, "", 3, 150 * time.Millisecond, 300 * time.Millisecond},
		{"503 thrice", 3, 503, "", nil, chat.BadResponse, 3, 150 * time.Millisecond, 300 * time.Millisecond},
		{"504", 1, 504, "", nil, "", 2, 50 * time.Millisecond, 100 * time.Millisecond},
		{"429 with a wait", 1, 429, "", []string{"Retry-After", "7"}, "", 2, 7 * time.Second, 7 * time.Second},
		{"429 with waits", 9, 429, "", []string{"Retry-After", "2"}, chat.RateLimited, 3, 4 * time.Second, 4 * time.Second},
		{"429 with a long wait", 1, 429, "", []string{"Retry-After", "3600"}, chat.RateLimited, 1, 0, 0},
		{"503 with a long wait", 1, 503, "", []string{"Retry-After", "3600"}, chat.RateLimited, 1, 0, 0},
		{"429 without credit", 1, 429, `{"error":{"message":"no","code":"insufficient_quota"}}`, nil, chat.RateLimited, 1, 0, 0},
		{"loading for a minute", 120, 503, loading, nil, "", 121, time.Minute, time.Minute},
		{"loading for ever", 1 << 30, 503, loading, nil, chat.Timeout, 0, 5 * time.Minute, 5 * time.Minute},
		{"500", 1, 500, "", nil, chat.BadResponse, 1, 0, 0},
		{"400", 1, 400, "", nil, chat.BadResponse, 1, 0, 0},
		{"401", 1, 401, "", nil, chat.Auth, 1, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				handler, seen := refusing(test.refusals, test.status, test.body, test.header...)
				r := newRig(t, Options{}, handler)
				defer r.close()
				start := time.Now()
				_, err := r.ask(t.Context(), &backendtest.Recorder{})
				took := time.Since(start)
				if chat.KindOf(err) != test.want || (test.want == "" && err != nil) {
					t.Errorf("want %q, got %v", test.want, err)
				}
				if n := seen.Load(); test.requests != 0 && n != test.requests {
					t.Errorf("%d requests, want %d", n, test.requests)
				}
				if took < test.min || took > test.max {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// TestLongWaitIsNamed holds that a wait that was not waited for is in the message.
func TestLongWaitIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler, _ := refusing(1, 429, "", "Retry-After", "3600")
		r := newRig(t, Options{}, handler)
		defer r.close()
		_, err := r.ask(t.Context(), &backendtest.Recorder{})
		if err == nil || !strings.Contains(err.Error(), "1h0m0s") {
			t.Error(err)
		}
	})
}

func TestRetryRefused(t *testing.T) {
	for _, test := range []struct {
		name    string
		fail    int
		options Options
		once    bool
		dials   int
		want    chat.ErrorKind
	}{
		{"refused twice", 2, Options{}, false, 3, ""},
		{"refused for good", 99, Options{}, false, 3, chat.Unreachable},
		{"no retries", 99, Options{Retries: -1}, false, 1, chat.Unreachable},
		{"once", 99, Options{}, true, 1, chat.Unreachable},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, test.options, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) })
				defer r.close()
				r.fail = test.fail
				call := r.call()
				call.Once = test.once
				err := r.client.JSON(t.Context(), call, nil, nil)
				if chat.KindOf(err) != test.want || (test.want == "" && err != nil) {
					t.Errorf("want %q, got %v", test.want, err)
				}
				if n := r.count(); n != test.dials {
					t.Errorf("%d dials, want %d", n, test.dials)
				}
			})
		})
	}
}

// TestRetryBroken holds that a connection that breaks without an answer is tried
// again, and one that breaks after the first byte is not.
func TestRetryBroken(t *testing.T) {
	for _, test := range []struct {
		name, sent string
		requests   int64
		want       chat.ErrorKind
	}{
		{"nothing sent", "", 2, ""},
		{"half a header", "HTTP/1.1 2", 1, chat.BadResponse},
		{"half a line", "HTTP/1.1 200 OK\r\nContent-", 1, chat.BadResponse},
		{"half the headers", "HTTP/1.1 200 OK\r\nA: b\r\n", 1, chat.Unreachable},
		{"headers and half a token", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {", 1, chat.StreamInterrupted},
		{"a token", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + piece, 1, chat.StreamInterrupted},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var seen atomic.Int64
				r := newRig(t, Options{}, func(w http.ResponseWriter, _ *http.Request) {
					if seen.Add(1) > 1 {
						say(w, piece, last)
						return
					}
					conn, _, err := http.NewResponseController(w).Hijack()
					if err != nil {
						t.Error(err)
						return
					}
					_, _ = conn.Write([]byte(test.sent))
					_ = conn.Close()
				})
				defer r.close()
				var w backendtest.Recorder
				_, err := r.ask(t.Context(), &w)
				if chat.KindOf(err) != test.want || (test.want == "" && err != nil) {
					t.Errorf("want %q, got %v", test.want, err)
				}
				if n := seen.Load(); n != test.requests {
					t.Errorf("%d requests, want %d", n, test.requests)
				}
				if w.Text() != "" && w.Text() != "x" {
					t.Errorf("the text is doubled: %q", w.Text())
				}
			})
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"12":                            12 * time.Second,
		"-3":                            0,
		"soon":                          0,
		strconv.Itoa(1 << 30):           (1 << 30) * time.Second,
		"99999999999999999999":          0,
		"Fri, 02 Jan 2026 03:04:35 GMT": 30 * time.Second,
		"Fri, 02 Jan 2026 03:00:00 GMT": 0,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}
