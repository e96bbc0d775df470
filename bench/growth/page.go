package main

import (
	"errors"
	"fmt"
	"strings"
)

// What is written into the page stands between these lines.
const (
	begin = "<!-- growth: made by `make growth` -->\n"
	end   = "<!-- end of growth -->\n"
)

// fill puts the table and the plots into the page.
func fill(page string, f *Figures) (string, error) {
	before, rest, ok := strings.Cut(page, begin)
	_, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		return "", errors.New("docs/performance.md has no place for the growth: its two marks are gone")
	}
	return before + begin + section(f) + end + after, nil
}

// section is the table with its plots.
func section(f *Figures) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nMeasured with %s.\n\n", f.Machine)
	b.WriteString("| what | from | to | cost grows as |\n|---|---|---|---|\n")
	for _, p := range f.Plots {
		unit, _, _ := strings.Cut(p.Unit, " ")
		for _, c := range p.Curve {
			first, last := c.Points[0], c.Points[len(c.Points)-1]
			fmt.Fprintf(&b, "| %s | %s with %s | %s with %s %s | n^%.2f: %s |\n", c.Name,
				cost(first.Median, unit), thousands(float64(first.Size)),
				cost(last.Median, unit), thousands(float64(last.Size)), p.Size, c.Exponent(), c.Verdict())
		}
	}
	b.WriteString("\n")
	for _, p := range f.Plots {
		fmt.Fprintf(&b, "![%s](growth/%s.svg)\n\n", p.Title, p.Name)
	}
	return b.String()
}

// cost prints a figure with its unit, thousands of microseconds as milliseconds.
func cost(f float64, unit string) string {
	if unit == "µs" && f >= 1000 {
		return amount(f/1000) + " ms"
	}
	return amount(f) + " " + unit
}
