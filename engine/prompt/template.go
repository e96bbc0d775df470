package prompt

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// templates are the built-in texts. Each begins with a line "version: N", which
// changes with the text: a cached answer to another text is another answer.
//
//go:embed templates/*.md
var templates embed.FS

// MaxTemplate is the longest template that is read, in bytes: every question
// carries its instruction, and small models forget the beginning of long ones.
const MaxTemplate = 16 << 10

// template is a fixed text of a prompt.
type template struct {
	name    string // "document.go"
	version string // what its first line says, "" where that says nothing
	text    string
	literal bool   // its text has no variables, whatever it looks like
	origin  string // where it was read, as a part of a sentence; "" for a built-in one
}

// id tells a template from every other, whatever its author did to the version.
func (t *template) id() string {
	sum := sha256.Sum256([]byte(t.text))
	return t.name + "@" + t.version + "#" + hex.EncodeToString(sum[:8])
}

// versionLine is the optional first line of a template.
func versionLine() *regexp.Regexp { return regexp.MustCompile(`^version:[ \t]*(\S{1,40})[ \t]*\n+`) }

// parseTemplate reads a template's file.
func parseTemplate(name, text string) (*template, error) {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	t := &template{name: name}
	if m := versionLine().FindStringSubmatch(text); m != nil {
		t.version, text = m[1], text[len(m[0]):]
	}
	t.text = strings.TrimSpace(text)
	switch {
	case t.text == "":
		return nil, errors.New("it is empty")
	case len(t.text) > MaxTemplate:
		return nil, tooLarge()
	case !utf8.ValidString(t.text) || strings.ContainsFunc(t.text, unprintable):
		return nil, errors.New("it is not plain text")
	}
	if err := Check(t.text); err != nil {
		return nil, err
	}
	return t, nil
}

func tooLarge() error { return fmt.Errorf("it has more than %d KiB", MaxTemplate>>10) }

// unprintable reports control characters other than line ends and tabs, and what
// turns the direction of text around to hide some of it.
func unprintable(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < ' ' || 0x7f <= r && r < 0xa0:
		return true
	}
	return 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}

// builtin returns a built-in template, nil where there is none of the name.
func builtin(name string) *template {
	raw, err := templates.ReadFile("templates/" + name + ".md")
	if err != nil {
		return nil
	}
	t, err := parseTemplate(name, string(raw))
	if err != nil {
		panic(fmt.Sprintf("the built-in template %s: %v", name, err)) // a test reads every one
	}
	return t
}
