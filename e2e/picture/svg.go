package picture

import (
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The size of a cell, and of the edge around the screen, in pixels. A cell is as wide
// as one of DejaVu Sans Mono at 14 pixels.
const (
	width, height = 8.43, 18.0
	edge          = 12.0
	fontSize      = 14
	baseline      = 13.5 // from a row's top
)

// SVG draws the screen. The same screen gives the same bytes.
func (s *Screen) SVG() string {
	var b strings.Builder
	w, h := float64(s.columns)*width+2*edge, float64(len(s.rows))*height+2*edge
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s">`+"\n", px(w), px(h), px(w), px(h))
	fmt.Fprintf(&b, "<desc>%s</desc>\n", html.EscapeString(s.Text()))
	behind := s.behind()
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", behind)
	fmt.Fprintf(&b, `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="%d">`+"\n", fontSize)
	for y, row := range s.rows {
		draw(&b, y, row, behind)
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}

func px(f float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", f), "0"), ".")
}

// behind is the ground that most cells have.
func (s *Screen) behind() string {
	count := map[string]int{}
	for _, row := range s.rows {
		for _, c := range row {
			_, background := c.colours()
			count[background]++
		}
	}
	most := ground
	for _, background := range slices.Sorted(maps.Keys(count)) {
		if count[background] > count[most] {
			most = background
		}
	}
	return most
}

// draw draws the grounds of a row that differ from what is behind all, and then its
// texts: those of one look together.
func draw(b *strings.Builder, y int, row []cell, behind string) {
	top := edge + float64(y)*height
	runs(row, func(a, c cell) bool {
		_, left := a.colours()
		_, right := c.colours()
		return left == right
	}, func(first, end int) {
		if _, background := row[first].colours(); background != behind {
			fmt.Fprintf(b, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`+"\n",
				px(edge+float64(first)*width), px(top), px(float64(end-first)*width), px(height), background)
		}
	})
	runs(row, func(a, c cell) bool {
		return a.style == c.style && lines[a.char] == "" && lines[c.char] == ""
	}, func(first, end int) {
		foreground, _ := row[first].colours()
		if path := lines[row[first].char]; path != "" {
			fmt.Fprintf(b, `<path transform="translate(%s %s)" d="%s" fill="none" stroke="%s"/>`+"\n", px(edge+float64(first)*width), px(top), path, foreground)
			return
		}
		for ; first < end && row[first].char == ' ' && !row[first].underlined; first++ {
		}
		for ; first < end && row[end-1].char == ' ' && !row[end-1].underlined; end-- {
		}
		if first < end {
			fmt.Fprintf(b, `<text x="%s" y="%s" textLength="%s" lengthAdjust="spacingAndGlyphs" fill="%s"%s>%s</text>`+"\n",
				px(edge+float64(first)*width), px(top+baseline), px(float64(end-first)*width), foreground, row[first].attributes(), html.EscapeString(strings.ReplaceAll(chars(row[first:end]), " ", "\u00a0")))
		}
	})
}

// runs calls f for each longest piece of a row whose neighbours are alike.
func runs(row []cell, alike func(a, b cell) bool, f func(first, end int)) {
	for first := 0; first < len(row); {
		end := first + 1
		for end < len(row) && alike(row[end-1], row[end]) {
			end++
		}
		f(first, end)
		first = end
	}
}

// attributes are those of a text that is more than plain.
func (st style) attributes() string {
	var all string
	if st.bold {
		all += ` font-weight="bold"`
	}
	if st.faint {
		all += ` opacity="0.6"`
	}
	if st.italic {
		all += ` font-style="italic"`
	}
	if st.underlined {
		all += ` text-decoration="underline"`
	}
	return all
}

// lines are the characters that frames are made of, each as a path in its cell.
var lines = map[rune]string{
	'─': "M0 9H8.43",
	'│': "M4.2 0V18",
	'╭': "M4.2 18V13Q4.2 9 8.43 9",
	'╮': "M4.2 18V13Q4.2 9 0 9",
	'╰': "M4.2 0V5Q4.2 9 8.43 9",
	'╯': "M4.2 0V5Q4.2 9 0 9",
	'┌': "M4.2 18V9H8.43",
	'┐': "M4.2 18V9H0",
	'└': "M4.2 0V9H8.43",
	'┘': "M4.2 0V9H0",
	'├': "M4.2 0V18M4.2 9H8.43",
	'┤': "M4.2 0V18M4.2 9H0",
	'┴': "M0 9H8.43M4.2 0V9",
	'┬': "M0 9H8.43M4.2 9V18",
	'┼': "M0 9H8.43M4.2 0V18",
}

var description = regexp.MustCompile("(?s)<desc>(.*?)</desc>")

// Described is the text of the screen that a picture shows, "" where it is none of
// this package's.
func Described(svg string) string {
	if m := description.FindStringSubmatch(svg); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}
