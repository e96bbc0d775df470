package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// The picture, in pixels: its size, and where the axes stand in it.
const (
	width, height            = 640, 356
	left, right, top, bottom = 74, 600, 46, 262
)

// ink is a grey for lines and words, and colours the curves'. All lie in the middle
// between black and white, so that they show on a light page and on a dark one
// alike: what a picture in a page is told of the reader's theme is the system's,
// which need not be the page's.
const ink = "#7d8590"

func colours() []string { return []string{"#2f81f7", "#d2691e", "#2da44e"} }

// axis maps figures to pixels, as logarithms.
type axis struct{ from, to, least, greatest float64 }

// axisOf spans the figures, from one power of ten to another where they are costs.
func axisOf(from, to float64, figures []float64, powers bool) axis {
	a := axis{from, to, math.Log10(slices.Min(figures)), math.Log10(slices.Max(figures))}
	if powers {
		a.least, a.greatest = math.Floor(a.least), math.Ceil(a.greatest+0.001)
	}
	return a
}

func (a axis) at(f float64) float64 {
	return a.from + (math.Log10(f)-a.least)/(a.greatest-a.least)*(a.to-a.from)
}

// powers are the powers of ten on the axis.
func (a axis) powers() (all []float64) {
	for k := math.Ceil(a.least - 1e-9); k <= a.greatest+1e-9; k++ {
		all = append(all, math.Pow(10, k))
	}
	return all
}

// draw makes a picture of a plot. The same plot gives the same bytes.
func draw(p Plot) string {
	var sizes, costs []float64
	for _, c := range p.Curve {
		for _, at := range c.Points {
			sizes, costs = append(sizes, float64(at.Size)), append(costs, at.Least, at.Greatest)
		}
	}
	x, y := axisOf(left, right, sizes, false), axisOf(bottom, top, costs, true)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" font-size="12" fill="%s">`+"\n", width, height, width, height, ink)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(p.Title))
	fmt.Fprintf(&b, `<text x="%d" y="18" font-size="14" font-weight="bold">%s</text>`+"\n", left, html.EscapeString(p.Title))
	fmt.Fprintf(&b, `<text x="%d" y="36">%s</text>`+"\n", left, html.EscapeString(p.Unit))
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`+"\n", right, bottom+34, html.EscapeString(p.Size))
	for _, f := range y.powers() {
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="%s" stroke-opacity=".35"/><text x="%d" y="%.1f" text-anchor="end">%s</text>`+"\n", left, y.at(f), right, ink, left-8, y.at(f)+4, thousands(f))
	}
	for _, f := range x.powers() {
		fmt.Fprintf(&b, `<path d="M%.1f %dV%d" stroke="%s" stroke-opacity=".35"/><text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x.at(f), top, bottom, ink, x.at(f), bottom+18, thousands(f))
	}
	for i, c := range p.Curve {
		b.WriteString(drawCurve(c, x, y, colours()[i]))
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s">%s: n^%.2f, %s</text>`+"\n", left, bottom+52+17*i, colours()[i], html.EscapeString(c.Name), c.Exponent(), c.Verdict())
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// drawCurve draws a line through the medians, and what the samples spread over.
func drawCurve(c Curve, x, y axis, colour string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<g stroke="%s" fill="none"><path stroke-width="2" d="`, colour)
	for i, p := range c.Points {
		fmt.Fprintf(&b, "%c%.1f %.1f", "ML"[min(i, 1)], x.at(float64(p.Size)), y.at(p.Median))
	}
	b.WriteString(`"/><path d="`)
	for _, p := range c.Points {
		fmt.Fprintf(&b, "M%.1f %.1fV%.1f", x.at(float64(p.Size)), y.at(p.Least), y.at(p.Greatest))
	}
	b.WriteString(`"/></g>` + "\n")
	for _, p := range c.Points {
		fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"><title>%s: %s (%s–%s)</title></circle>`+"\n",
			x.at(float64(p.Size)), y.at(p.Median), colour, thousands(float64(p.Size)), amount(p.Median), amount(p.Least), amount(p.Greatest))
	}
	return b.String()
}

// thousands prints a figure with commas, or one below one as it is.
func thousands(f float64) string {
	text := fmt.Sprintf("%.10g", f)
	if f < 1000 {
		return text
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
