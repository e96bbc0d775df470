package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
)

// walkLimit is how long [Redis.Clear] and [Redis.Stats] may take, and walkStep
// how many names the server looks at in each of their steps.
const (
	walkLimit = 30 * time.Second
	walkStep  = "1000"
)

// Clear removes everything this project keeps on the server, step by step, in
// half a minute at most. Entries that are put meanwhile may stay.
func (r *Redis) Clear(ctx context.Context) (int, error) {
	cleared := 0
	err := r.walk(ctx, everything, func(ctx context.Context, l *link, names []string) error {
		unlinks := make([]command, 0, len(names))
		for _, name := range names {
			unlinks = append(unlinks, command{"UNLINK", name})
		}
		gone, err := l.must(ctx, unlinks...)
		for i := range gone {
			if strings.HasPrefix(names[i], entryPrefix) && gone[i].number > 0 {
				cleared++
			}
		}
		return err
	})
	if err == nil {
		err = r.request(ctx, walks(), func(ctx context.Context, l *link) error {
			_, err := l.must(ctx, command{"INCR", epochName})
			return err
		})
	}
	if err != nil {
		return cleared, fmt.Errorf("clear the shared cache: %w", err)
	}
	return cleared, nil
}

// Stats counts the entries, in half a minute at most. While the server resizes
// its table some may be counted twice. How much memory they take it tells only
// for all it holds, so that Bytes is 0.
func (r *Redis) Stats(ctx context.Context) (cache.BackingStats, error) {
	s := cache.BackingStats{Name: "redis", Where: r.addr.Host}
	err := r.walk(ctx, entryPrefix+"*", func(_ context.Context, _ *link, names []string) error {
		s.Entries += len(names)
		return nil
	})
	if err != nil {
		return s, fmt.Errorf("count the shared cache: %w", err)
	}
	return s, nil
}

// walk calls visit with all names that match the pattern, some at a time.
func (r *Redis) walk(ctx context.Context, pattern string, visit func(context.Context, *link, []string) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, walkLimit, tooLong(walkLimit))
	defer cancel()
	for cursor := "0"; ; {
		err := r.request(ctx, walks(), func(ctx context.Context, l *link) error {
			got, err := l.must(ctx, command{"SCAN", cursor, "MATCH", pattern, "COUNT", walkStep})
			if err != nil {
				return err
			}
			next, names, err := page(&got[0])
			if err == nil && len(names) > 0 {
				err = visit(ctx, l, names)
			}
			cursor = next
			return err
		})
		if err != nil || cursor == "0" {
			return err
		}
	}
}

// page reads SCAN's reply: where to go on, and a list of names.
func page(v *reply) (next string, names []string, err error) {
	if len(v.items) != 2 || v.items[0].kind != '$' || len(v.items[0].text) == 0 {
		return "", nil, fmt.Errorf("%w: a list of names was expected", errProtocol)
	}
	for i := range v.items[1].items {
		if name := string(v.items[1].items[i].text); strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	return string(v.items[0].text), names, nil
}
