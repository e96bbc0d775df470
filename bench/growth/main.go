package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/rigrun/rigrun-lsp/bench/stdio"
)

func main() {
	only := flag.String("only", "", "measure only plots whose name contains this; the others keep their figures")
	redraw := flag.Bool("draw", false, "measure nothing: draw the figures that are there")
	try := flag.Bool("try", false, "measure and print, write nothing")
	quick := flag.Bool("quick", false, "measure the two least sizes, once, and print them")
	flag.Parse()
	if err := run(os.Stdout, options{only: *only, draw: *redraw, quick: *quick, try: *try}); err != nil {
		fmt.Fprintln(os.Stderr, "growth:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	only             string
	draw, quick, try bool
}

// run measures what is wanted, prints it, and writes figures, plots and table.
func run(w io.Writer, o options) error {
	figures, err := readFigures(figuresFile)
	if err != nil {
		return err
	}
	if !o.draw {
		if err := measure(w, figures, o); err != nil || o.quick || o.try {
			return err
		}
		if err := figures.write(figuresFile); err != nil {
			return err
		}
	}
	return publish(figures, "..")
}

// measurement is one plot's.
type measurement struct {
	name string
	take func(r *rig) (Plot, error)
}

func measurements() []measurement {
	return []measurement{
		{"tokens", tokensPerAnswer},
		{"conversation", conversationLength},
		{"cache", cachedAnswers},
		{"documents", openDocuments},
		{"chats", concurrentChats},
		{"panel", panelMessages},
	}
}

// measure takes the figures that are wanted. Where something cannot be had, such
// as Chromium, it says so and leaves the figures that were there.
func measure(w io.Writer, figures *Figures, o options) error {
	dir, err := os.MkdirTemp("", "rigrun-growth-")
	if err != nil {
		return fmt.Errorf("a folder to work in: %w", err)
	}
	defer os.RemoveAll(dir)
	r := &rig{dir: dir, rounds: rounds}
	if o.quick {
		r.rounds, r.sizes = 1, 2
	}
	if r.path, err = stdio.Build(dir); err != nil {
		return err
	}
	figures.Machine = fmt.Sprintf("%s, %s/%s, %d processors", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	for _, m := range measurements() {
		if !strings.Contains(m.name, o.only) {
			continue
		}
		plot, err := m.take(r)
		if errors.Is(err, errMissing) {
			_, _ = fmt.Fprintf(w, "%s: skipped, its figures stay: %v\n", m.name, err)
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		plot.Name = m.name
		figures.replace(plot)
		_, _ = fmt.Fprint(w, plot.String())
	}
	return nil
}

// errMissing is what a measurement returns that needs what is not installed.
var errMissing = errors.New("not to be had here")

const figuresFile = "growth/figures.json"

// publish writes the plots and the table into the repository at root.
func publish(f *Figures, root string) error {
	if err := os.MkdirAll(filepath.Join(root, "docs/growth"), 0o755); err != nil { //nolint:gosec // a folder of the repository
		return fmt.Errorf("a plot: %w", err)
	}
	for _, p := range f.Plots {
		path := filepath.Join(root, "docs/growth", p.Name+".svg")
		if err := os.WriteFile(path, []byte(draw(p)), 0o644); err != nil { //nolint:gosec // a file of the repository
			return fmt.Errorf("a plot: %w", err)
		}
	}
	path := filepath.Join(root, "docs/performance.md")
	page, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("the page: %w", err)
	}
	written, err := fill(string(page), f)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(written), 0o644); err != nil { //nolint:gosec // a file of the repository
		return fmt.Errorf("the page: %w", err)
	}
	return nil
}
