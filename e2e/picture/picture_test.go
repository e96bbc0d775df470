package picture

import (
	"encoding/xml"
	"regexp"
	"strings"
	"testing"
)

const screen = "\x1b[1;38;2;255;192;185mfunc\x1b[0m \x1b[48;5;236madd\x1b[49m(a < b)\n" +
	"\x1b[7m NOR \x1b[27;31m│\x1b[39;4:3mwavy\x1b[4:0m · 4711 tokens/s\n\n"

func TestSVG(t *testing.T) {
	s := Parse(screen, 40)
	s.Replace(regexp.MustCompile(`\d+ tokens/s`), "87 tokens/s")
	svg := s.SVG()
	for _, want := range []string{
		`fill="#ffc0b9" font-weight="bold">func</text>`,
		`fill="#303030"/>`,
		">(a&nbsp;&lt;&nbsp;b)</text>",
		`fill="#14161b">NOR</text>`,
		`fill="#e0e2ea"/>`,
		`d="M4.2 0V18" fill="none" stroke="#ffc0b9"/>`,
		`text-decoration="underline">wavy</text>`,
		">·&nbsp;87&nbsp;tokens/s</text>",
	} {
		if !strings.Contains(svg, strings.ReplaceAll(want, "&nbsp;", "\u00a0")) {
			t.Errorf("the picture has no %s:\n%s", want, svg)
		}
	}
	if err := xml.Unmarshal([]byte(svg), new(struct{})); err != nil {
		t.Errorf("no XML: %v", err)
	}
	if got, want := Described(svg), "func add(a < b)\n NOR │wavy · 87 tokens/s"; got != want || s.Text() != want {
		t.Errorf("the picture describes %q, want %q", got, want)
	}
}

// TestUnknown reads what is no sequence of colours without a fault, and keeps the text.
func TestUnknown(t *testing.T) {
	for _, printed := range []string{"a\x1b[38;2;1mb", "a\x1b[38;5mb", "a\x1b[;;mb", "a\x1b[999mb", "a\x1b[38;5;999mb", "a\x07b"} {
		if got := Parse(printed, 2).Text(); got != "ab" {
			t.Errorf("%q is read as %q", printed, got)
		}
	}
	if Described("<svg/>") != "" {
		t.Error("another picture is described")
	}
}
