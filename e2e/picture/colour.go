package picture

import (
	"fmt"
	"strconv"
)

// The terminal's own colours, and its first sixteen: those of Neovim's default dark
// theme, so that what has no colour of its own goes with what has.
const (
	ground = "#14161b"
	text   = "#e0e2ea"
)

var named = [16]string{
	"#07080d", "#ffc0b9", "#b3f6c0", "#fce094", "#a6dbff", "#ffcaff", "#8cf8f7", "#eef1f8",
	"#4f5258", "#ffc0b9", "#b3f6c0", "#fce094", "#a6dbff", "#ffcaff", "#8cf8f7", "#eef1f8",
}

// extended reads the parameters after 38, 48 or 58: 5 and an index, or 2 and red,
// green and blue. It returns the colour and the parameters that are left.
func extended(list []string) (colour string, rest []string) {
	number := func(i int) int {
		n, _ := strconv.Atoi(list[i])
		return n
	}
	switch {
	case len(list) >= 2 && list[0] == "5":
		return indexed(number(1)), list[2:]
	case len(list) >= 4 && list[0] == "2":
		return rgb(number(1), number(2), number(3)), list[4:]
	}
	return "", nil
}

// indexed is one of xterm's 256 colours: the named ones, a cube of six steps, and greys.
func indexed(n int) string {
	step := func(n int) int {
		if n == 0 {
			return 0
		}
		return 55 + 40*n
	}
	switch {
	case n < 0 || n > 255:
		return ""
	case n < 16:
		return named[n]
	case n < 232:
		n -= 16
		return rgb(step(n/36), step(n/6%6), step(n%6))
	}
	return rgb(8+10*(n-232), 8+10*(n-232), 8+10*(n-232))
}

func rgb(red, green, blue int) string {
	return fmt.Sprintf("#%02x%02x%02x", red&255, green&255, blue&255)
}

// colours are those in which a cell is drawn.
func (st style) colours() (foreground, background string) {
	foreground, background = st.text, st.ground
	if foreground == "" {
		foreground = text
	}
	if background == "" {
		background = ground
	}
	if st.reverse {
		foreground, background = background, foreground
	}
	return foreground, background
}
