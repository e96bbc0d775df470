package picture

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// style is how a cell looks. A colour is "#rrggbb", or "" for the terminal's own.
type style struct {
	text, ground                             string
	bold, faint, italic, underlined, reverse bool
}

// cell is one character on the screen. Characters of two columns are not known:
// what is pictured has none.
type cell struct {
	char rune
	style
}

// Screen is what a terminal has shown, row by row. Rows may differ in length.
type Screen struct {
	rows    [][]cell
	columns int
}

// rendition is an escape sequence that selects how the following text looks; others
// are no part of what tmux prints.
var rendition = regexp.MustCompile("^\x1b\\[([0-9;:]*)m")

// Parse reads a screen of some columns. A sequence that it does not know changes nothing.
func Parse(printed string, columns int) *Screen {
	s := &Screen{columns: columns}
	var now style
	for line := range strings.Lines(printed) {
		var row []cell
		for line = strings.TrimRight(line, "\n"); line != ""; {
			if m := rendition.FindStringSubmatch(line); m != nil {
				now = now.selected(m[1])
				line = line[len(m[0]):]
				continue
			}
			char, size := utf8.DecodeRuneInString(line)
			line = line[size:]
			if char >= ' ' {
				row = append(row, cell{char, now})
			}
		}
		s.rows = append(s.rows, row)
	}
	return s
}

// selected is the style after a sequence's parameters.
func (st style) selected(parameters string) style {
	list := strings.Split(parameters, ";")
	for len(list) > 0 {
		first, sub, _ := strings.Cut(list[0], ":")
		code, _ := strconv.Atoi(first) // an empty one is 0
		list = list[1:]
		switch code {
		case 38, 48, 58:
			var colour string
			colour, list = extended(list)
			switch code {
			case 38:
				st.text = colour
			case 48:
				st.ground = colour
			}
		case 4:
			st.underlined = sub != "0"
		default:
			st = st.simple(code)
		}
	}
	return st
}

// simple is the style after one of the parameters that stand alone.
func (st style) simple(code int) style {
	switch {
	case code == 0:
		return style{}
	case code == 1:
		st.bold = true
	case code == 2:
		st.faint = true
	case code == 3:
		st.italic = true
	case code == 7:
		st.reverse = true
	case code == 22:
		st.bold, st.faint = false, false
	case code == 23:
		st.italic = false
	case code == 24:
		st.underlined = false
	case code == 27:
		st.reverse = false
	case code == 39:
		st.text = ""
	case code == 49:
		st.ground = ""
	case code >= 30 && code <= 37:
		st.text = indexed(code - 30)
	case code >= 40 && code <= 47:
		st.ground = indexed(code - 40)
	case code >= 90 && code <= 97:
		st.text = indexed(code - 90 + 8)
	case code >= 100 && code <= 107:
		st.ground = indexed(code - 100 + 8)
	}
	return st
}

// Text is the screen without colours, without blanks at the ends of lines and of itself.
func (s *Screen) Text() string {
	var text strings.Builder
	for _, row := range s.rows {
		text.WriteString(strings.TrimRight(chars(row), " ") + "\n")
	}
	return strings.TrimRight(text.String(), "\n")
}

func chars(row []cell) string {
	runes := make([]rune, len(row))
	for i, c := range row {
		runes[i] = c.char
	}
	return string(runes)
}

// Replace puts something else in place of what differs from run to run. What is
// replaced keeps its width, as long as what comes instead is not longer, and gets the
// looks of its first character.
func (s *Screen) Replace(pattern *regexp.Regexp, instead string) {
	for i, row := range s.rows {
		text := chars(row)
		var now []cell
		from := 0
		for _, m := range pattern.FindAllStringIndex(text, -1) {
			first, end := utf8.RuneCountInString(text[:m[0]]), utf8.RuneCountInString(text[:m[1]])
			now = append(now, row[from:first]...)
			width := 0
			for _, char := range instead {
				now = append(now, cell{char, row[first].style})
				width++
			}
			for ; width < end-first; width++ {
				now = append(now, cell{' ', row[first].style})
			}
			from = end
		}
		s.rows[i] = append(now, row[from:]...)
	}
}
