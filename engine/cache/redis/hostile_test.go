package redis

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
)

// nonsense is what no Redis sends.
func nonsense() map[string]string {
	return map[string]string{
		"another protocol":     "HTTP/1.1 400 Bad Request\r\n\r\n",
		"a type of RESP3":      "%1\r\n+a\r\n+b\r\n",
		"no length":            "$\r\n",
		"a length in letters":  "$abc\r\n",
		"a negative length":    "$-2\r\n",
		"a text of 1 TB":       "$1000000000000\r\n",
		"a text of 8 EB":       "$9223372036854775807\r\n",
		"a length beyond that": "$92233720368547758070\r\n",
		"a list of 1 T":        "*1000000000000\r\n",
		"lists in lists":       strings.Repeat("*1\r\n", 100_000),
		"an endless line":      "+" + strings.Repeat("a", 100_000),
		"a bare line end":      "\n",
		"an empty line":        "\r\n\r\n",
		"a wrong length":       "$2\r\nabcdef\r\n",
		"a wrong number":       ":12a\r\n",
		"two replies":          "$-1\r\n$-1\r\n",
		"zeros":                strings.Repeat("\x00", 5000) + "\r\n",
	}
}

// TestNonsense has a server send what is not RESP, or too much of it. Nothing
// crashes, nothing grows, and the server is left alone.
func TestNonsense(t *testing.T) {
	for name, raw := range nonsense() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				s.does(func(c command) (string, bool) { return raw, c[0] == "GET" })
				r := open(t, s, someURL)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, ok, err := r.Get(t.Context(), cache.Key{})
				runtime.ReadMemStats(&after)
				if ok || !errors.Is(err, errProtocol) {
					t.Errorf("%v, %v", ok, err)
				}
				if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
					t.Errorf("%d bytes were allocated", grown)
				}
				if _, _, err := r.Get(t.Context(), cache.Key{}); !errors.Is(err, ErrPaused) {
					t.Errorf("the next question: %v", err)
				}
			})
		})
	}
}

// TestReplyIsBounded checks that many texts, each small enough, are too much together.
func TestReplyIsBounded(t *testing.T) {
	text := bulk(strings.Repeat("a", maxText-2))
	r := newReader(strings.NewReader("*100\r\n" + strings.Repeat(text, 100)))
	r.allow(maxReply)
	if _, err := r.next(); !errors.Is(err, errProtocol) {
		t.Errorf("%v", err)
	}
}

// TestForgedEntries puts under one key what does not belong there.
func TestForgedEntries(t *testing.T) {
	good := entryOf("q")
	forge := func(change func(*cache.Entry)) string {
		e := good
		change(&e)
		raw, err := e.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	whole := forge(func(*cache.Entry) {})
	for name, text := range map[string]string{
		"nothing":             "",
		"half of it":          whole[:len(whole)/2],
		"a flipped bit":       whole[:40] + string(whole[40]^1) + whole[41:],
		"another key":         forge(func(e *cache.Entry) { e.Key[0] ^= 1 }),
		"no text":             forge(func(e *cache.Entry) { e.Answer.Text = "\xff\xfe" }),
		"not a number":        forge(func(e *cache.Entry) { e.Threshold = math.NaN() }),
		"endless cost":        forge(func(e *cache.Entry) { e.Answer.CostCents = math.Inf(1) }),
		"a negative cost":     forge(func(e *cache.Entry) { e.Answer.CostCents = -1 }),
		"negative tokens":     forge(func(e *cache.Entry) { e.Answer.Usage.PromptTokens = -1 }),
		"far too many tokens": forge(func(e *cache.Entry) { e.Answer.Usage.CompletionTokens = math.MaxInt64 }),
	} {
		v := reply{kind: '$', text: []byte(text)}
		if _, ok := decode(good.Key, &v); ok {
			t.Errorf("%s is taken for an entry", name)
		}
	}
	if e, ok := decode(good.Key, &reply{kind: '$', text: []byte(whole)}); !ok || !reflect.DeepEqual(e, good) {
		t.Errorf("the entry itself: %v", ok)
	}
	for _, kind := range []byte{'+', ':', '*', '-'} {
		if _, ok := decode(good.Key, &reply{kind: kind, text: []byte(whole)}); ok {
			t.Errorf("a reply of the type %c is taken for an entry", kind)
		}
	}
}

// TestTooLarge checks that an entry is refused that would not be taken back.
func TestTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		r := open(t, s, someURL)
		e := entryOf("q")
		e.Answer.Text = strings.Repeat("a", MaxEntryBytes)
		if err := r.Put(t.Context(), e); !errors.Is(err, ErrTooLarge) || s.dials > 0 {
			t.Errorf("%v, %d connections", err, s.dials)
		}
		beside := entryOf("a small one beside it")
		if err := r.Put(t.Context(), e, beside); !errors.Is(err, ErrTooLarge) {
			t.Error(err)
		}
		if _, ok, err := r.Get(t.Context(), beside.Key); !ok || err != nil {
			t.Errorf("the entry beside it: %v, %v", ok, err)
		}
		e.Answer.Text = strings.Repeat("a", MaxEntryBytes-500)
		if err := r.Put(t.Context(), e); err != nil {
			t.Error(err)
		}
		if _, ok, err := r.Get(t.Context(), e.Key); !ok || err != nil {
			t.Errorf("the largest entry: %v, %v", ok, err)
		}
	})
}

// TestHostileShapes answers every command with replies of the wrong shape.
func TestHostileShapes(t *testing.T) {
	shapes := []string{
		"+OK\r\n", ":-1\r\n", ":9223372036854775807\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n", bulk(""), bulk("x"),
		list(bulk("a")), list("*0\r\n", "*0\r\n"), list(bulk("0"), bulk("1")), list(bulk("0"), list(bulk("rigrun:1:e:x"))),
		list(bulk(strings.Repeat("g", 32)), bulk("1")), list(bulk(strings.Repeat("0", 32)), bulk("NaN")),
		list(bulk(strings.Repeat("0", 32)), bulk("1"), bulk(strings.Repeat("0", 32))),
		list(slices.Repeat([]string{bulk(strings.Repeat("0", 32)), bulk("1")}, 500)...),
	}
	for _, shape := range shapes {
		synctest.Test(t, func(t *testing.T) {
			s := &server{}
			s.does(func(c command) (string, bool) {
				if c[0] == "SCAN" {
					time.Sleep(100 * time.Millisecond) // a walk that never ends takes its time
				}
				return shape, c[0] != "PING"
			})
			r := open(t, s, someURL)
			e := entryOf("q")
			if _, ok, _ := r.Get(t.Context(), e.Key); ok {
				t.Errorf("%q is taken for an entry", shape)
			}
			if found, _ := r.Near(t.Context(), probeOf(&e, 0.5)); len(found) > 0 {
				t.Errorf("%q is taken for entries", shape)
			}
			if deleted, _ := r.Delete(t.Context(), e.ID); deleted {
				t.Errorf("%q is taken for a deletion", shape)
			}
			_ = r.Put(t.Context(), e)
			_, _ = r.Epoch(t.Context())
			_, _ = r.Stats(t.Context())
			_, _ = r.Clear(t.Context())
		})
	}
}

// FuzzReply reads bytes of any origin: no panic, and no more memory than the
// bytes account for.
func FuzzReply(f *testing.F) {
	for _, raw := range nonsense() {
		f.Add([]byte(raw[:min(len(raw), 500)]))
	}
	f.Add([]byte(list(bulk("a"), ":1\r\n", "$-1\r\n", list("+OK\r\n"))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := newReader(bytes.NewReader(raw))
		r.allow(maxReply)
		v, err := r.next()
		if err == nil && v.size() > len(raw) {
			t.Errorf("%d bytes became %d", len(raw), v.size())
		}
		candidates(&v, 0)
		_, _, _ = page(&v)
		decode(cache.Key{}, &v)
		_ = v.refusal(command{"GET"}).Error()
	})
}

// size counts the bytes of a reply's texts.
func (v *reply) size() int {
	n := len(v.text)
	for i := range v.items {
		n += v.items[i].size()
	}
	return n
}
