package redis

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/cache"
)

// What is kept lies under these names. The number is the version of everything
// below it; a later one lives beside it without a conversion.
const (
	prefix       = "rigrun:1:"
	entryPrefix  = prefix + "e:" // + the entry's key in hexadecimal: the entry
	bucketPrefix = prefix + "b:" // + a bucket in hexadecimal: there, while there may be entries of it
	epochName    = prefix + "epoch"
	everything   = prefix + "[ebv]:*" // the pattern of all but the epoch
)

// MaxEntryBytes is the largest entry that is shared, as it is written.
const MaxEntryBytes = 512 << 10

// Redis is a cache.Backing.
var _ cache.Backing = (*Redis)(nil)

func entryName(k cache.Key) string { return entryPrefix + hex.EncodeToString(k[:]) }

// Get returns the entry with this key.
func (r *Redis) Get(ctx context.Context, k cache.Key) (found cache.Entry, ok bool, err error) {
	err = r.request(ctx, lookups(), func(ctx context.Context, l *link) error {
		got, err := l.must(ctx, command{"GET", entryName(k)})
		if err == nil {
			found, ok = decode(k, &got[0])
		}
		return err
	})
	if err != nil {
		return cache.Entry{}, false, fmt.Errorf("read the shared cache: %w", err)
	}
	return found, ok, nil
}

func bucketName(bucket cache.Key) string { return bucketPrefix + hex.EncodeToString(bucket[:]) }

// Look is Get, and asks in the same message whether there is anything in the bucket.
func (r *Redis) Look(ctx context.Context, k, bucket cache.Key) (e cache.Entry, found, alike bool, err error) {
	if bucket == (cache.Key{}) {
		e, found, err = r.Get(ctx, k)
		return e, found, false, err
	}
	err = r.request(ctx, lookups(), func(ctx context.Context, l *link) error {
		got, err := l.must(ctx, command{"GET", entryName(k)}, command{"EXISTS", bucketName(bucket)})
		if err == nil {
			e, found = decode(k, &got[0])
			alike = !found && got[1].number == 1
		}
		return err
	})
	if err != nil {
		return cache.Entry{}, false, false, fmt.Errorf("read the shared cache: %w", err)
	}
	return e, found, alike, nil
}

// decode reads the answer to a GET of the entry with key k. What is damaged, of
// another key, or should never have been shared is as good as nothing.
func decode(k cache.Key, v *reply) (cache.Entry, bool) {
	var e cache.Entry
	if v.kind != '$' || v.null || e.UnmarshalBinary(v.text) != nil {
		return cache.Entry{}, false
	}
	if e.Key != k || e.Level > cache.Shareable || !sane(&e) {
		return cache.Entry{}, false
	}
	return e, true
}

// sane tells an entry that this project could have written from one that
// somebody made up: its texts are texts, and its numbers can be counted with.
func sane(e *cache.Entry) bool {
	a := &e.Answer
	for _, s := range []string{e.Question, e.Embedder, a.Text, a.Thinking, string(a.Reason), a.Tier, a.Backend, a.Model} {
		if !utf8.ValidString(s) {
			return false
		}
	}
	const most = 1 << 40
	return e.Level >= 0 && finite(e.Threshold) && finite(a.CostCents) && a.CostCents >= 0 &&
		a.Usage.PromptTokens >= 0 && a.Usage.PromptTokens < most &&
		a.Usage.CompletionTokens >= 0 && a.Usage.CompletionTokens < most
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// Put stores entries, one request for each. One that the server refuses or that
// is too large does not keep back the others. An entry above [cache.Shareable] is
// [cache.ErrLevel], before anything is sent; one that has outlived its time is
// passed over. Put returns the first error.
func (r *Redis) Put(ctx context.Context, entries ...cache.Entry) error {
	for i := range entries {
		if entries[i].Level != cache.Shareable {
			return cache.ErrLevel
		}
	}
	var first error
	for i := range entries {
		err := r.put(ctx, &entries[i])
		if err == nil {
			continue
		}
		if first == nil {
			first = fmt.Errorf("write to the shared cache: %w", err)
		}
		if !isRefusal(err) && !errors.Is(err, ErrTooLarge) {
			break
		}
	}
	return first
}

func (r *Redis) put(ctx context.Context, e *cache.Entry) error {
	left := r.ttl - max(0, time.Since(e.Created))
	if left < time.Millisecond {
		return nil
	}
	data, err := e.MarshalBinary()
	if err != nil {
		return err
	}
	if len(data) > MaxEntryBytes {
		return ErrTooLarge
	}
	name, set := entryName(e.Key), ""
	cmds := []command{
		{"EXISTS", name},
		{"SET", name, string(data), "PX", strconv.FormatInt(left.Milliseconds(), 10)},
	}
	if e.Question != "" && len(e.Vector) > 0 {
		set = setName(e)
		cmds = append(cmds, r.vector(e, set, left)...)
	}
	return r.request(ctx, writes(), func(ctx context.Context, l *link) error {
		got, err := l.must(ctx, cmds...)
		if err != nil {
			return err
		}
		var after []command
		if got[0].number == 1 {
			after = append(after, command{"INCR", epochName})
		}
		if set == "" {
			_, err := l.must(ctx, after...)
			return err
		}
		return sweep(ctx, l, set, got[len(got)-1].items, after)
	})
}

// Touch does nothing: the server itself keeps count of what is used.
func (*Redis) Touch(context.Context, time.Time, ...cache.Key) error { return nil }

// Sync does nothing: the server sees to what it keeps.
func (*Redis) Sync(context.Context) error { return nil }

// Delete removes the entry with this ID. Where somebody replaces the entry at
// the same moment, the new one stays.
func (r *Redis) Delete(ctx context.Context, id string) (deleted bool, err error) {
	k, _, ok := cache.ParseID(id)
	if !ok {
		return false, nil
	}
	err = r.request(ctx, writes(), func(ctx context.Context, l *link) error {
		deleted, err = remove(ctx, l, k, id)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("delete from the shared cache: %w", err)
	}
	return deleted, nil
}

// remove deletes an entry with its vector, unless it changes while that goes on:
// then the server runs none of the commands between MULTI and EXEC.
func remove(ctx context.Context, l *link, k cache.Key, id string) (bool, error) {
	name := entryName(k)
	got, err := l.must(ctx, command{"WATCH", name}, command{"GET", name})
	if err != nil {
		l.broken = true // its WATCH may be in force
		return false, err
	}
	e, ok := decode(k, &got[1])
	if !ok || e.ID != id {
		_, err := l.must(ctx, command{"UNWATCH"})
		l.broken = err != nil
		return false, err
	}
	cmds := []command{{"MULTI"}, {"UNLINK", name}, {"INCR", epochName}}
	if len(e.Vector) > 0 {
		cmds = append(cmds, command{"VREM", setName(&e), element(k)})
	}
	cmds = append(cmds, command{"EXEC"})
	done, err := l.must(ctx, cmds...)
	if err != nil {
		l.broken = true
		return false, err
	}
	exec := done[len(done)-1]
	return len(exec.items) > 0 && exec.items[0].number == 1, nil
}

// Epoch returns a number that grows whenever anyone replaces, deletes or clears.
// It begins again where the server has dropped it.
func (r *Redis) Epoch(ctx context.Context) (epoch uint64, err error) {
	err = r.request(ctx, lookups(), func(ctx context.Context, l *link) error {
		got, err := l.must(ctx, command{"GET", epochName})
		if err == nil && !got[0].null {
			epoch, _ = strconv.ParseUint(string(got[0].text), 10, 64) // not a number: 0, as for none
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the shared cache: %w", err)
	}
	return epoch, nil
}
