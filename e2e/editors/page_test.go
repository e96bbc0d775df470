package editors

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// pages is the folder of the pages.
const pages = "../../docs/editors"

// page reads one.
func page(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(pages, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// fence finds the code blocks of a page: their language and their text.
var fence = regexp.MustCompile("(?ms)^```([a-z-]+)\n(.*?)^```$")

// blocks lists a page's code blocks of one language.
func blocks(t *testing.T, name, language string) []string {
	t.Helper()
	var list []string
	for _, m := range fence.FindAllStringSubmatch(page(t, name), -1) {
		if m[1] == language {
			list = append(list, m[2])
		}
	}
	if len(list) == 0 {
		t.Fatalf("%s has no code block of %s", name, language)
	}
	return list
}

// configuration is a page's first code block of a language: what a person copies.
func configuration(t *testing.T, name, language string) string {
	t.Helper()
	return blocks(t, name, language)[0]
}

// capture is what stands between two markers of a page.
var capture = regexp.MustCompile("(?s)<!-- seen: ([a-z ]+) -->\n```text\n(.*?)```\n")

// shows holds a capture on a page to what an editor has shown, or writes it.
func shows(t *testing.T, name, what, screen string) {
	t.Helper()
	text := page(t, name)
	for _, m := range capture.FindAllStringSubmatchIndex(text, -1) {
		if text[m[2]:m[3]] != what {
			continue
		}
		was := text[m[4]:m[5]]
		switch now := steady(screen) + "\n"; {
		case was == now:
		case *update:
			text = text[:m[4]] + now + text[m[5]:]
			if err := os.WriteFile(filepath.Join(pages, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s says of %s\n%s\nbut the editor shows (-update writes it)\n%s", name, what, was, now)
		}
		return
	}
	t.Errorf("%s has no place for %q", name, what)
}

// passing is what differs from run to run: ports, ids, a spinner.
var passing = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "127.0.0.1:11434"},
	{regexp.MustCompile(`[A-Z2-7]{8}-`), "QX7K2MDA-"},
	{regexp.MustCompile(`[⣾⣽⣻⢿⡿⣟⣯⣷]`), " "},
	{regexp.MustCompile(`\(rigrun-[A-Z2-7]{26}\) (\S+ \S+).*`), "$1"}, // and how far it is
	{regexp.MustCompile(`(?m)^~\n`), ""},
	{regexp.MustCompile(`(?m)^ +~$\n?`), ""},
	{regexp.MustCompile(`\n{2,}( NOR)`), "\n$1"},
	{regexp.MustCompile(`(?m) +$`), ""},
}

// steady is a screen without what differs from run to run.
func steady(screen string) string {
	for _, p := range passing {
		screen = p.pattern.ReplaceAllString(screen, p.instead)
	}
	return trimmed(screen)
}
