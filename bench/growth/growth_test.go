package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPublished holds the plots and the table in docs/ to the figures.
func TestPublished(t *testing.T) {
	f, err := readFigures("figures.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Plots) != len(measurements()) {
		t.Fatalf("%d plots, %d measurements", len(f.Plots), len(measurements()))
	}
	page, err := os.ReadFile("../../docs/performance.md")
	if err != nil {
		t.Fatal(err)
	}
	if want, err := fill(string(page), f); err != nil || want != string(page) {
		t.Errorf("docs/performance.md is not what the figures make (%v): cd bench && go run ./growth -draw", err)
	}
	drawn, err := filepath.Glob("../../docs/growth/*")
	if err != nil || len(drawn) != len(f.Plots) {
		t.Errorf("%d files in docs/growth, %d plots: %v", len(drawn), len(f.Plots), err)
	}
	for i, p := range f.Plots {
		if p.Name != measurements()[i].name {
			t.Errorf("plot %d is %q, its measurement %q", i, p.Name, measurements()[i].name)
		}
		text, err := os.ReadFile("../../docs/growth/" + p.Name + ".svg")
		if err != nil || string(text) != draw(p) {
			t.Errorf("docs/growth/%s.svg is not what the figures make (%v): cd bench && go run ./growth -draw", p.Name, err)
		}
		checkPlot(t, p, string(text))
	}
}

// checkPlot holds a plot to what makes it readable, and its curves to what is promised.
func checkPlot(t *testing.T, p Plot, text string) {
	t.Helper()
	if len(text) > 15_000 {
		t.Errorf("%s.svg has %d bytes", p.Name, len(text))
	}
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%s.svg: %v", p.Name, err)
		}
	}
	for _, c := range p.Curve {
		first, last := c.Points[0], c.Points[len(c.Points)-1]
		if len(c.Points) < 5 || last.Size < 60*first.Size {
			t.Errorf("%s, %s: %d sizes from %d to %d", p.Name, c.Name, len(c.Points), first.Size, last.Size)
		}
		if c.Verdict() == "worse than linear" {
			t.Errorf("%s, %s: n^%.2f", p.Name, c.Name, c.Exponent())
		}
	}
}

// TestVerdict tells curves apart whose growth is known.
func TestVerdict(t *testing.T) {
	curve := func(cost func(n float64) float64) Curve {
		var c Curve
		for _, n := range []int{10, 30, 100, 300, 1000, 3000} {
			c.Points = append(c.Points, pointOf(n, []float64{cost(float64(n))}))
		}
		return c
	}
	for want, c := range map[string]Curve{
		"flat":              curve(func(float64) float64 { return 7 }),
		"linear":            curve(func(n float64) float64 { return 50 + 3*n }),
		"less than linear":  curve(func(n float64) float64 { return 1000 + n }),
		"worse than linear": curve(func(n float64) float64 { return 100 + n*n }),
		"falls":             curve(func(n float64) float64 { return 1000 / n }),
	} {
		if got := c.Verdict(); got != want {
			t.Errorf("n^%.2f is %q, want %q", c.Exponent(), got, want)
		}
	}
}

// TestPoint takes the middle and the ends.
func TestPoint(t *testing.T) {
	if got, want := pointOf(7, []float64{3, 12345.6, 1.23456}), (Point{7, 3, 1.23, 12300}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}
