package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// table is a set of rows that do the same work.
type table struct {
	title string
	unit  string // what one operation is
	ops   int    // operations in one call of a row's run
	rows  []*row // the first is ours: ratios are to it

	closers []func()
}

// row is one way to do the work.
type row struct {
	name string
	run  func() error // does table.ops operations

	samples []sample // one a round
}

// sample is one measurement of a row, per operation.
type sample struct{ ns, allocs, bytes float64 }

func (t *table) add(name string, run func() error) {
	t.rows = append(t.rows, &row{name: name, run: run})
}

func (t *table) onClose(f func()) { t.closers = append(t.closers, f) }

func (t *table) close() {
	for _, f := range slices.Backward(t.closers) {
		f()
	}
}

// harness says how long to measure.
type harness struct {
	rounds int
	slice  time.Duration
}

// measure takes one sample of every row in each round, after one run to warm up.
func (h harness) measure(t *table) error {
	for _, r := range t.rows {
		if err := r.run(); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	for round := range h.rounds {
		for i := range t.rows {
			r := t.rows[(i+round)%len(t.rows)]
			s, err := h.sample(r.run, t.ops)
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			r.samples = append(r.samples, s)
		}
	}
	return nil
}

// sample runs f for the harness's slice of time.
func (h harness) sample(f func() error, ops int) (sample, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began, n := time.Now(), 0
	for time.Since(began) < h.slice {
		if err := f(); err != nil {
			return sample{}, err
		}
		n += ops
	}
	elapsed := time.Since(began)
	runtime.ReadMemStats(&after)
	per := func(total uint64) float64 { return float64(total) / float64(n) }
	return sample{
		ns:     float64(elapsed.Nanoseconds()) / float64(n),
		allocs: per(after.Mallocs - before.Mallocs),
		bytes:  per(after.TotalAlloc - before.TotalAlloc),
	}, nil
}

// spread is the middle and the ends of some figures.
type spread struct{ least, median, greatest float64 }

func spreadOf(r *row, figure func(round int, s sample) float64) spread {
	var all []float64
	for i, s := range r.samples {
		all = append(all, figure(i, s))
	}
	slices.Sort(all)
	return spread{all[0], all[len(all)/2], all[len(all)-1]}
}

// String lays the table out.
func (t *table) String() string {
	heads := [...]string{"ns/" + t.unit, "min–max", "allocs", "bytes", "× ours", "min–max", "  "}
	lines := [][]string{heads[:]}
	ours := t.rows[0].samples
	for _, r := range t.rows {
		ns := spreadOf(r, func(_ int, s sample) float64 { return s.ns })
		allocs := spreadOf(r, func(_ int, s sample) float64 { return s.allocs })
		bytes := spreadOf(r, func(_ int, s sample) float64 { return s.bytes })
		ratio := spreadOf(r, func(i int, s sample) float64 { return s.ns / ours[i].ns })
		lines = append(lines, []string{
			figure(ns.median), ns.ends(), figure(allocs.median), figure(bytes.median), figure(ratio.median), ratio.ends(), "  " + r.name,
		})
	}
	return "\n" + t.title + "\n" + columns(lines)
}

// ends prints the least and the greatest figure.
func (s spread) ends() string { return figure(s.least) + "–" + figure(s.greatest) }

// columns lays lines out under each other: all columns to the right but the last.
func columns(lines [][]string) string {
	widths := make([]int, len(lines[0])-1)
	for _, line := range lines {
		for i := range widths {
			widths[i] = max(widths[i], utf8.RuneCountInString(line[i]))
		}
	}
	var b strings.Builder
	for _, line := range lines {
		for i, width := range widths {
			b.WriteString(strings.Repeat(" ", width-utf8.RuneCountInString(line[i])+2))
			b.WriteString(line[i])
		}
		b.WriteString(line[len(widths)] + "\n")
	}
	return b.String()
}

// figure prints a number with about three digits.
func figure(f float64) string {
	switch {
	case f < 0.0005:
		return "0"
	case f < 1:
		return fmt.Sprintf("%.3f", f)
	case f < 100:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}
