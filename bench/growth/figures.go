package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
)

// Figures are all that was measured.
type Figures struct {
	Machine string // Go's version, the system, the number of processors
	Plots   []Plot
}

// Plot is what one kind of growth costs.
type Plot struct {
	Name  string // of its file, without ".svg"
	Title string
	Size  string // what grows, the label of the axis
	Unit  string // of the costs, the label of the axis
	Curve []Curve
}

// Curve is one thing whose cost may grow.
type Curve struct {
	Name   string
	Points []Point // by ascending size
}

// Point is what it costs at one size: the median of several samples, their least and greatest.
type Point struct {
	Size                    int
	Median, Least, Greatest float64
}

// pointOf makes a point of samples.
func pointOf(size int, samples []float64) Point {
	sorted := slices.Sorted(slices.Values(samples))
	return Point{size, digits(sorted[(len(sorted)-1)/2]), digits(sorted[0]), digits(sorted[len(sorted)-1])}
}

// digits rounds to three, which is more than any sample has.
func digits(f float64) float64 {
	if f == 0 {
		return 0
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(math.Abs(f))))
	return math.Round(f*scale) / scale
}

// Exponent is the slope of the straight line through the points of the upper half
// of the sizes, at least three, both axes as logarithms.
func (c Curve) Exponent() float64 {
	upper := c.Points[min(len(c.Points)/2, max(len(c.Points)-3, 0)):]
	var x, y, xx, xy float64
	for _, p := range upper {
		lx, ly := math.Log(float64(p.Size)), math.Log(p.Median)
		x, y, xx, xy = x+lx, y+ly, xx+lx*lx, xy+lx*ly
	}
	n := float64(len(upper))
	return (n*xy - x*y) / (n*xx - x*x)
}

// The exponents up to which a curve is called flat, and linear. Between a third
// of flat's and linear's is what has a part that grows and a larger part that does not.
const (
	flatUpTo   = 0.15
	linearFrom = 0.85
	linearUpTo = 1.15
)

// Verdict says in words how a curve grows.
func (c Curve) Verdict() string {
	switch k := c.Exponent(); {
	case k < -flatUpTo:
		return "falls"
	case k <= flatUpTo:
		return "flat"
	case k < linearFrom:
		return "less than linear"
	case k <= linearUpTo:
		return "linear"
	}
	return "worse than linear"
}

// String prints the plot as a table.
func (p Plot) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s (%s by %s)\n", p.Title, p.Unit, p.Size)
	for _, c := range p.Curve {
		fmt.Fprintf(&b, "  %s: n^%.2f, %s\n", c.Name, c.Exponent(), c.Verdict())
		for _, at := range c.Points {
			fmt.Fprintf(&b, "  %10d %10s   %s–%s\n", at.Size, amount(at.Median), amount(at.Least), amount(at.Greatest))
		}
	}
	return b.String()
}

// amount prints a figure with at most three digits, and no exponent.
func amount(f float64) string {
	switch {
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.3g", f)
}

// replace puts a plot in the place of the one of its name, in the order of the measurements.
func (f *Figures) replace(p Plot) {
	f.Plots = append(slices.DeleteFunc(f.Plots, func(q Plot) bool { return q.Name == p.Name }), p)
	order := func(p Plot) int {
		return slices.IndexFunc(measurements(), func(m measurement) bool { return m.name == p.Name })
	}
	slices.SortFunc(f.Plots, func(a, b Plot) int { return order(a) - order(b) })
}

// readFigures reads what was measured before, nothing where there is no file.
func readFigures(path string) (*Figures, error) {
	var f Figures
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &f, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		return nil, fmt.Errorf("the figures: %w", err)
	}
	return &f, nil
}

func (f *Figures) write(path string) error {
	text, err := json.MarshalIndent(f, "", "\t")
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o644) //nolint:gosec // a file of the repository
	}
	if err != nil {
		return fmt.Errorf("the figures: %w", err)
	}
	return nil
}
