package workspace

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWildmatch(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"foo", "foo", true},
		{"*", "foo", true},
		{"*", "foo/bar", false},
		{"foo/*/bar", "foo/x/bar", true},
		{"foo/*/bar", "foo/x/y/bar", false},
		{"**/bar", "bar", true},
		{"**/bar", "a/b/bar", true},
		{"a/**/b", "a/b", true},
		{"a/**/b", "a/x/y/b", true},
		{"a/**", "a/x/y", true},
		{"a**b", "axxb", true},
		{"a**b", "ax/xb", false},
		{"[!a]b", "bb", true},
		{"[^a]b", "ab", false},
		{"[a-c]x", "bx", true},
		{"[]-]", "-", true},
		{"[[:digit:]]x", "7x", true},
		{"[[:nothing:]]x", "7x", false},
		{"[a", "a", false},
		{`\*x`, "*x", true},
		{`a\`, "a", false},
		{"?", "/", false},
	} {
		if got := wildmatch(c.pattern, c.text) == match; got != c.want {
			t.Errorf("%q matches %q: %v, want %v", c.pattern, c.text, got, c.want)
		}
	}
}

// TestHostilePatternsEnd has patterns that take other matchers minutes.
func TestHostilePatternsEnd(t *testing.T) {
	start := time.Now()
	for _, pattern := range []string{
		strings.Repeat("*a", 200) + "b", strings.Repeat("**/", 200) + "b", strings.Repeat("a*", 400) + "[", strings.Repeat("?*", 300) + "!",
	} {
		rs := parseRules("", pattern, false)
		rs.judge(strings.Repeat("a", 4000), false)
		rs.judge(strings.Repeat("a/", 2000)+"c", false)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("8 paths took %s", took)
	}
}

// TestIgnoreFilesAsGitReadsThem makes random trees with random ignore files and
// compares what is left out with what git says.
func TestIgnoreFilesAsGitReadsThem(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	r := rand.New(rand.NewPCG(5, 6))
	for round := range rounds {
		dir := t.TempDir()
		names := randomTree(t, r, dir)
		command(t, dir, git, "init", "-q")
		w := New(Options{Folders: []string{dir}})
		ignored := map[string]bool{}
		for name := range strings.SplitSeq(checkIgnore(t, dir, git, names), "\x00") {
			ignored[name] = true
		}
		for _, name := range names {
			_, err := w.Read(t.Context(), name, 0, 0)
			if (err != nil) != ignored[name] {
				t.Fatalf("round %d: %q is ignored by git: %v, read: %v\n%s", round, name, ignored[name], err, ignoreFiles(dir))
			}
		}
	}
}

// randomTree writes files with names of few letters, so that patterns match, and
// returns them.
func randomTree(t *testing.T, r *rand.Rand, dir string) (names []string) {
	t.Helper()
	parts := []string{"a", "b", "ab", "a.b", "b.o", "ab.o", "a b", "[a]", "a-b", "ba"}
	folders := []string{"", "a/", "b/", "a/b/", "a/ab/", "b/a/", "b/a/b/", "ab/a/"}
	for _, folder := range folders {
		for _, part := range parts {
			name := folder + "f" + part
			write(t, dir, name, "text")
			names = append(names, name)
		}
	}
	for _, folder := range folders {
		if folder == "" || r.IntN(3) == 0 {
			write(t, dir, folder+".gitignore", randomIgnoreFile(r))
		}
	}
	return names
}

func randomIgnoreFile(r *rand.Rand) string {
	pieces := []string{"a", "b", "f", "fa", "*", "**", "/", "/", "**/", "/**", "?", "[ab]", "[!a]", "[a-", "]", ".", "o", " ", `\`, `\ `, "-"}
	var b strings.Builder
	for range 1 + r.IntN(4) {
		if r.IntN(4) == 0 {
			b.WriteByte('!')
		}
		for range 1 + r.IntN(5) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		b.WriteString([]string{"\n", "\n", "\r\n", "/\n"}[r.IntN(4)])
	}
	return b.String()
}

func checkIgnore(t *testing.T, dir, git string, names []string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), git, "-c", "core.excludesFile=", "check-ignore", "-z", "--stdin")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(strings.Join(names, "\x00"))
	var out bytes.Buffer
	cmd.Stdout = &out
	_ = cmd.Run() // ends with 1 where nothing is ignored
	return out.String()
}

func ignoreFiles(dir string) string {
	var b strings.Builder
	_ = filepath.WalkDir(dir, func(name string, _ os.DirEntry, _ error) error {
		if filepath.Base(name) == ".gitignore" {
			raw, _ := os.ReadFile(name) //nolint:gosec // a test's own file
			b.WriteString(name + ":\n" + string(raw) + "\n")
		}
		return nil
	})
	return b.String()
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	p := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func command(t testing.TB, dir string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}
