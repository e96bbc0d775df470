package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/cache"
)

// cacheFlags are the flags of cache stats and cache clear.
type cacheFlags struct {
	command string
	json    bool
}

func parseCacheFlags(args []string) (cacheFlags, error) {
	var f cacheFlags
	set := flag.NewFlagSet("cache", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.BoolVar(&f.json, "json", false, "")
	words, err := parseAround(set, args)
	if err != nil {
		return f, err
	}
	if len(words) != 1 || words[0] != "stats" && words[0] != "clear" {
		return f, usageError{"cache: stats or clear was expected"}
	}
	f.command = words[0]
	return f, nil
}

// cacheCommand looks at the kept answers, or removes them.
func cacheCommand(ctx context.Context, args []string, std stdio, getenv func(string) string) error {
	f, err := parseCacheFlags(args)
	if err != nil {
		return err
	}
	c, err := settings(getenv, folderOf(nil), std.err)
	if err != nil {
		return err
	}
	house := assemble.Open(stateDir(getenv))
	defer func() { _ = house.Close() }() // nothing was put there to keep
	kept := house.Setup(c).Cache
	if f.command == "clear" {
		return clearCache(ctx, kept, f.json, std.out)
	}
	return showCache(ctx, kept, f.json, std.out)
}

func clearCache(ctx context.Context, kept *cache.Cache, asJSON bool, out io.Writer) error {
	n, err := kept.Clear(ctx)
	if err != nil {
		return fmt.Errorf("cache clear: %w", err)
	}
	if asJSON {
		return printJSON(out, map[string]int{"removed": n})
	}
	_, err = fmt.Fprintf(out, "%d removed\n", n)
	return err
}

func showCache(ctx context.Context, kept *cache.Cache, asJSON bool, out io.Writer) error {
	s, err := kept.Stored(ctx)
	if err != nil {
		return fmt.Errorf("cache stats: %w", err)
	}
	if asJSON {
		return printJSON(out, map[string]any{"entries": s.Entries, "bytes": s.Bytes, "store": s.Name, "where": s.Where})
	}
	if s.Name == "" {
		_, err = fmt.Fprintln(out, "nothing is kept beyond a process: the cache is off, or there is no folder for it")
		return err
	}
	_, err = fmt.Fprintf(out, "%d answers, %.1f MB in %s\n", s.Entries, float64(s.Bytes)/1e6, s.Where)
	return err
}
