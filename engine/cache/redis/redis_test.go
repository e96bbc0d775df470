package redis

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// TestParseURL reads what is allowed, and repeats no password when it is not.
func TestParseURL(t *testing.T) {
	for raw, want := range map[string]Address{
		"redis://h":                         {Host: "h:6379"},
		"redis://h/":                        {Host: "h:6379"},
		"rediss://h:7000/3":                 {Host: "h:7000", TLS: true, DB: 3},
		"redis://[::1]:6380":                {Host: "[::1]:6380"},
		"redis://:hunter2@h":                {Host: "h:6379", password: "hunter2"},
		"redis://team:hunter2%40@h:6379/15": {Host: "h:6379", user: "team", password: "hunter2@", DB: 15},
	} {
		if got, err := ParseURL(raw); err != nil || got != want {
			t.Errorf("%s: %#v, %v", raw, got, err)
		}
	}
	for _, raw := range []string{
		"", "h:6379", "http://hunter2@h", "redis://", "redis://hunter2@h", "redis://a:hunter2@:6379", "redis:hunter2",
		"redis://a:hunter2@h:0", "redis://a:hunter2@h:99999", "redis://a:hunter2@h/x", "redis://a:hunter2@h/-1",
		"redis://a:hunter2@h?db=1", "redis://a:hunter2@h?", "redis://a:hunter2@h#f", "redis://a:hunter2@h:port", "redis://a:hunter2%zz@h",
		"redis://a:hunter2@h/1/2", "unix://hunter2/redis.sock",
	} {
		if _, err := ParseURL(raw); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", raw, err)
		}
	}
	a, err := ParseURL("rediss://team:hunter2@h:1/2")
	if err != nil {
		t.Fatal(err)
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", a, a, a, a); strings.Contains(shown, "hunter2") || strings.Contains(shown, "team") {
		t.Errorf("an address shows %s", shown)
	}
}

// TestSharedAnswer puts an entry through one Backing and gets it through another.
func TestSharedAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		mine, yours := open(t, s, someURL), open(t, s, someURL)
		e := entryOf("how do I reverse a slice")
		if err := mine.Put(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		got, ok, err := yours.Get(t.Context(), e.Key)
		if err != nil || !ok || !reflect.DeepEqual(got, e) {
			t.Errorf("got %+v, %v, %v; want %+v", got, ok, err, e)
		}
		if _, ok, err := yours.Get(t.Context(), cache.Key{1}); ok || err != nil {
			t.Errorf("another key: %v, %v", ok, err)
		}
		set := slices.IndexFunc(s.log(), func(c command) bool { return c[0] == "SET" })
		if ttl := s.log()[set][3:]; !slices.Equal(ttl, command{"PX", fmt.Sprint(DefaultTTL.Milliseconds())}) {
			t.Errorf("kept for %v", ttl)
		}
	})
}

// TestOutlived checks that time to live counts from an entry's making.
func TestOutlived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, someURL)
		e := entryOf("q")
		e.Created = e.Created.Add(-DefaultTTL)
		if err := r.Put(t.Context(), e); err != nil || s.dials > 0 {
			t.Errorf("an entry that has outlived its time: %v, %d connections", err, s.dials)
		}
	})
}

// TestOnlyUnclassified checks that nothing above leaves the process, neither an
// entry nor a question's vector, and that nothing above is taken in.
func TestOnlyUnclassified(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, someURL)
		for _, level := range []chat.Level{chat.CUI, chat.Confidential, chat.Secret, chat.TopSecret, -1, 99} {
			e := entryOf("q")
			e.Level = level
			if err := r.Put(t.Context(), entryOf("harmless"), e); !errors.Is(err, cache.ErrLevel) {
				t.Errorf("put at %v: %v", level, err)
			}
			p := probeOf(&e, 0.5)
			p.Level = level
			if _, err := r.Near(t.Context(), p); !errors.Is(err, cache.ErrLevel) {
				t.Errorf("near at %v: %v", level, err)
			}
		}
		if s.dials != 0 {
			t.Fatalf("%d connections were opened", s.dials)
		}
		planted := entryOf("q")
		planted.Level = chat.Secret
		raw, err := planted.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		s.texts = map[string]string{entryName(planted.Key): string(raw)}
		if _, ok, err := r.Get(t.Context(), planted.Key); ok || err != nil {
			t.Errorf("a planted entry at SECRET: %v, %v", ok, err)
		}
	})
}

// TestDeadServer costs one refused connection, then nothing for growing pauses.
func TestDeadServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{refuse: errors.New("connection refused")}
		r := open(t, s, someURL)
		get := func() (err error) {
			if took := wait(func() { _, _, err = r.Get(t.Context(), cache.Key{}) }); took != 0 {
				t.Errorf("waited %v for a refused connection", took)
			}
			synctest.Wait()
			return err
		}
		if err := get(); err == nil || errors.Is(err, ErrPaused) || !strings.Contains(err.Error(), "cache.example:6379") {
			t.Errorf("the first failure: %v", err)
		}
		for n, pause := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60} {
			time.Sleep(pause*time.Second - time.Millisecond)
			if err := get(); !errors.Is(err, ErrPaused) || !errors.Is(err, cache.ErrBusy) || !errors.Is(err, s.refuse) || s.dials != n+1 {
				t.Fatalf("before the end of pause %d: %v, %d connections", n, err, s.dials)
			}
			time.Sleep(time.Millisecond)
			if err := get(); !errors.Is(err, ErrPaused) || s.dials != n+2 {
				t.Fatalf("after pause %d: %v, %d connections: one probe was expected", n, err, s.dials)
			}
		}
		s.mu.Lock()
		s.refuse = nil
		s.mu.Unlock()
		time.Sleep(longestPause)
		if err := get(); !errors.Is(err, ErrPaused) {
			t.Errorf("the call that starts the probe: %v", err)
		}
		if err := get(); err != nil {
			t.Errorf("after a good probe: %v", err)
		}
	})
}

// TestPutAfterPause checks that what no question waits for makes the probe itself
// and goes on, and is refused only during a pause or where the probe fails.
func TestPutAfterPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{refuse: errors.New("connection refused")}
		r := open(t, s, someURL)
		e := entryOf("q")
		for n := range 3 { // the failure, the pause, the probe that fails too
			if err := r.Put(t.Context(), e); !errors.Is(err, s.refuse) {
				t.Errorf("try %d: %v", n, err)
			}
			if n == 1 {
				time.Sleep(shortestPause)
			}
		}
		s.mu.Lock()
		s.refuse = nil
		s.mu.Unlock()
		time.Sleep(2 * shortestPause)
		if err := r.Put(t.Context(), e); err != nil {
			t.Errorf("the server is well again: %v", err)
		}
		if _, ok, err := r.Get(t.Context(), e.Key); !ok || err != nil {
			t.Errorf("the answer: %v, %v", ok, err)
		}
	})
}

// TestHangingServer measures the one wait, for each way in which a server hangs.
func TestHangingServer(t *testing.T) {
	stuck := func(command) (string, bool) { return hang, true }
	half := func(c command) (string, bool) { return "$100\r\nhal", c[0] == "GET" }
	late := func(d time.Duration) func(command) (string, bool) {
		return func(c command) (string, bool) { time.Sleep(d); return "$-1\r\n", c[0] == "GET" }
	}
	for name, c := range map[string]struct {
		warm   bool // a connection is open before the script begins
		script func(command) (string, bool)
		want   time.Duration
		ok     bool
	}{
		"from the start": {false, stuck, connectLimit, false},
		"in mid-use":     {true, stuck, lookups().warm, false},
		"half a reply":   {true, half, lookups().warm, false},
		"half, cold":     {false, half, lookups().cold, false},
		"late":           {true, late(9 * time.Millisecond), 9 * time.Millisecond, true},
		"too late":       {true, late(11 * time.Millisecond), lookups().warm, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				r := open(t, s, someURL)
				if c.warm {
					if _, _, err := r.Get(t.Context(), cache.Key{}); err != nil {
						t.Fatal(err)
					}
				}
				s.does(c.script)
				var err error
				took := wait(func() { _, _, err = r.Get(t.Context(), cache.Key{}) })
				if took != c.want || (err == nil) != c.ok {
					t.Errorf("waited %v, want %v: %v", took, c.want, err)
				}
				took = wait(func() { _, _, err = r.Get(t.Context(), cache.Key{}) })
				if took != 0 || !errors.Is(err, ErrPaused) {
					t.Errorf("the second question waited %v: %v", took, err)
				}
			})
		})
	}
}

// TestQuestionWaitsOnce tries servers of every slowness on the three lookups of
// a question, cold and warm: together they take 20 ms at most.
func TestQuestionWaitsOnce(t *testing.T) {
	for _, warm := range []bool{false, true} {
		for delay := range 30 {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				r := open(t, s, someURL)
				if warm {
					if _, err := r.Epoch(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				s.does(func(command) (string, bool) { time.Sleep(time.Duration(delay) * time.Millisecond); return "", false })
				e := entryOf("q")
				ask := func() {
					_, _ = r.Epoch(t.Context())
					_, _, _ = r.Get(t.Context(), e.Key)
					_, _ = r.Near(t.Context(), probeOf(&e, 0.5))
				}
				if took := wait(ask); took > 20*time.Millisecond {
					t.Errorf("warm %v, %d ms for each reply: a question waits %v", warm, delay, took)
				}
				if took := wait(ask); delay > 5 && took > 0 {
					t.Errorf("warm %v, %d ms for each reply: the second question waits %v", warm, delay, took)
				}
			})
		}
	}
}

// TestStubbornDial has a dial function that ends when it likes: the question does
// not wait for it, and the connection serves the next one.
func TestStubbornDial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, someURL)
		dial := r.dial
		r.dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			time.Sleep(100 * time.Millisecond)
			return dial(ctx, network, address)
		}
		var err error
		if took := wait(func() { _, _, err = r.Get(t.Context(), cache.Key{}) }); took != connectLimit || !errors.Is(err, errSlow) {
			t.Errorf("waited %v: %v", took, err)
		}
		time.Sleep(100 * time.Millisecond) // well within the pause
		if took := wait(func() { _, _, err = r.Get(t.Context(), cache.Key{}) }); took != 0 || err != nil || s.dials != 1 {
			t.Errorf("with the late connection: waited %v, %v, %d connections", took, err, s.dials)
		}
	})
}

// TestIdleConnectionLost has the server close what lies idle, and firewalls forget it.
func TestIdleConnectionLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, someURL)
		e := entryOf("q")
		if err := r.Put(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		s.hangUp()
		synctest.Wait()
		if _, ok, err := r.Get(t.Context(), e.Key); !ok || err != nil || s.dials != 2 {
			t.Errorf("after the server closed the connection: %v, %v, %d connections", ok, err, s.dials)
		}
		time.Sleep(idleLimit)
		if _, ok, err := r.Get(t.Context(), e.Key); !ok || err != nil || s.dials != 3 {
			t.Errorf("after a long rest: %v, %v, %d connections", ok, err, s.dials)
		}
	})
}

// TestRefusals checks what becomes of a server's own word: an error with its
// code, nothing of its text, and no pause.
func TestRefusals(t *testing.T) {
	for text, code := range map[string]string{
		"MOVED 3999 10.0.0.1:6381":                               "MOVED",
		"NOPERM User team has no permissions to run the 'get'":   "NOPERM",
		"OOM command not allowed when used memory > 'maxmemory'": "OOM",
		"LOADING Redis is loading the dataset in memory":         "LOADING",
		"ERR unknown command, with args beginning with: hunter2": "ERR",
		"hunter2":                    "ERR",
		"":                           "ERR",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ": "ABCDEFGHIJKLMNOP",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{}
			s.does(func(c command) (string, bool) { return "-" + text + "\r\n", c[0] != "PING" })
			r := open(t, s, someURL)
			e := entryOf("q")
			_, _, get := r.Get(t.Context(), e.Key)
			_, near := r.Near(t.Context(), probeOf(&e, 0.5))
			_, deleted := r.Delete(t.Context(), e.ID)
			_, cleared := r.Clear(t.Context())
			for _, err := range []error{get, near, deleted, cleared, r.Put(t.Context(), e)} {
				refused, ok := errors.AsType[*ServerError](err)
				if text == "" && errors.Is(err, errProtocol) || errors.Is(err, ErrPaused) && text == "" {
					continue // an empty refusal is no line of RESP
				}
				if !ok || refused.Code != code || strings.Contains(err.Error(), "hunter2") || errors.Is(err, ErrPaused) {
					t.Errorf("%q: %v", text, err)
				}
			}
		})
	}
}

// TestLogin checks what a connection begins with, and that a refused login shows
// no password and is not tried again and again.
func TestLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, "redis://team:hunter2@h/7")
		if _, _, err := r.Get(t.Context(), cache.Key{}); err != nil {
			t.Fatal(err)
		}
		want := []command{{"AUTH", "team", "hunter2"}, {"SELECT", "7"}, {"PING"}}
		if got := s.log()[:3]; !reflect.DeepEqual(got, want) {
			t.Errorf("a connection begins with %v", got)
		}
		s = &server{}
		s.does(func(c command) (string, bool) {
			return "-WRONGPASS invalid username-password pair or user is disabled: hunter2\r\n", c[0] == "AUTH"
		})
		r = open(t, s, "redis://:hunter2@h")
		_, _, err := r.Get(t.Context(), cache.Key{})
		if refused, ok := errors.AsType[*ServerError](err); !ok || refused.Code != "WRONGPASS" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a wrong password: %v", err)
		}
		if _, _, err := r.Get(t.Context(), cache.Key{}); !errors.Is(err, ErrPaused) || s.dials != 1 {
			t.Errorf("the next question: %v, %d connections", err, s.dials)
		}
	})
}

// TestGivenUp checks that a caller who gives up says nothing about the server,
// unless the server had its time.
func TestGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, someURL)
		if _, err := r.Epoch(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.does(func(command) (string, bool) { return hang, true })
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Millisecond)
		defer cancel()
		var err error
		if took := wait(func() { _, _, err = r.Get(ctx, cache.Key{}) }); took != 3*time.Millisecond || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("gave up after %v: %v", took, err)
		}
		s.does(nil)
		if _, _, err := r.Get(t.Context(), cache.Key{}); err != nil {
			t.Errorf("the next question: %v", err)
		}
	})
}

// TestBusy checks that requests do not queue.
func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		s.does(func(c command) (string, bool) { return hang, c[0] == "GET" })
		r := open(t, s, someURL)
		var wg sync.WaitGroup
		for range maxActive {
			wg.Go(func() { _, _, _ = r.Get(t.Context(), cache.Key{}) })
		}
		synctest.Wait()
		if _, _, err := r.Get(t.Context(), cache.Key{}); !errors.Is(err, ErrBusy) {
			t.Errorf("one more than may be: %v", err)
		}
		wg.Wait()
		if kept := len(r.idle); kept > maxIdle {
			t.Errorf("%d idle connections are kept", kept)
		}
	})
}

// TestClose checks that nothing runs afterwards, and that everything says so.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		s.does(func(command) (string, bool) { return hang, true })
		r := open(t, s, someURL)
		_, _, _ = r.Get(t.Context(), cache.Key{}) // leaves a connection in the making
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.Get(t.Context(), cache.Key{}); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		if err := r.Put(t.Context(), entryOf("q")); !errors.Is(err, ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// TestManyAtOnce runs everything beside everything, for the race detector.
func TestManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, someURL)
		var wg sync.WaitGroup
		for n := range maxActive {
			wg.Go(func() {
				e := entryOf(fmt.Sprint(n))
				for range 50 {
					if err := r.Put(t.Context(), e); err != nil {
						t.Error(err)
					}
					if got, ok, err := r.Get(t.Context(), e.Key); err != nil || !ok || got.Question != e.Question {
						t.Error(got.Question, ok, err)
					}
				}
			})
		}
		wg.Wait()
		if kept := len(r.idle); kept == 0 || kept > maxIdle {
			t.Errorf("%d idle connections are kept", kept)
		}
	})
}
