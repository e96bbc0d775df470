package workspace

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// documents are open documents by their path.
type documents map[string]string

func (d documents) Open(path string) (string, bool) { text, ok := d[path]; return text, ok }

func (d documents) Opened() []string {
	var paths []string
	for p := range d {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}

// secretName is the tests' rule for files of secrets.
func secretName(name string) bool {
	base := strings.ToLower(filepath.Base(name))
	return base == ".env" || strings.HasSuffix(base, ".pem")
}

// canary stands in every file that must never be read.
const canary = "THE-CANARY-SINGS"

// guarded makes a folder with files that may be read and files that may not, and
// returns it with a folder beside it that is outside.
func guarded(t testing.TB) (dir, outside string) {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir, outside = filepath.Join(base, "work"), filepath.Join(base, "outside")
	for name, text := range map[string]string{
		"main.go": "package main\n\nfunc main() { greet() }\n", "sub/greet.go": "package main\n\n// greet says hello.\nfunc greet() {}\n",
		"sub/with blank.txt": "blank\n", "größe.txt": "size\n", ".gitignore": "ignored.txt\nbuild/\n*.log\n!kept.log\n",
		"kept.log": "kept\n", "sub/.gitignore": "/local.txt\n", ".rigrunignore": "private/\n!build/\nbuild/*\n!build/notes.txt\n",
		"build/notes.txt": "let in again\n",
	} {
		write(t, dir, name, text)
	}
	for _, name := range []string{
		"ignored.txt", "build/out.txt", "x.log", "sub/y.log", "sub/local.txt", "private/plan.txt", ".env", "sub/.env", "key.pem", ".git/config", ".git/HEAD", "sub/.git/config",
	} {
		write(t, dir, name, canary)
	}
	write(t, dir, "binary.bin", canary+"\x00")
	write(t, dir, "latin1.txt", canary+"\xe4")
	write(t, outside, "secret.txt", canary)
	return dir, outside
}

func link(t testing.TB, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
}

func TestReadRefuses(t *testing.T) {
	dir, outside := guarded(t)
	link(t, outside, filepath.Join(dir, "way-out"))
	link(t, filepath.Join(outside, "secret.txt"), filepath.Join(dir, "out.txt"))
	link(t, "../ignored.txt", filepath.Join(dir, "sub", "innocent.txt"))
	link(t, ".env", filepath.Join(dir, "settings.txt"))
	link(t, ".", filepath.Join(dir, "loop"))
	link(t, "nowhere", filepath.Join(dir, "broken"))
	link(t, "main.go", filepath.Join(dir, "alias.log"))
	w := New(Options{Folders: []string{dir}, Secret: secretName})
	for name, reason := range map[string]string{
		"ignored.txt": "is ignored by .gitignore", "build/out.txt": "is ignored by .rigrunignore", "x.log": "is ignored by .gitignore",
		"sub/y.log": "is ignored by .gitignore", "sub/local.txt": "is ignored by .gitignore", "private/plan.txt": "is ignored by .rigrunignore",
		".env": reasonSecret, "sub/.env": reasonSecret, "key.pem": reasonSecret, ".git/config": "belongs to git itself", "sub/.git/config": "belongs to git itself",
		"binary.bin": ReasonNoText, "latin1.txt": ReasonNoText, "sub": reasonNoFile, "../outside/secret.txt": reasonOutside,
		"sub/../../outside/secret.txt": reasonOutside, filepath.Join(outside, "secret.txt"): reasonOutside, "way-out/secret.txt": reasonLink,
		"out.txt": reasonLink, "sub/innocent.txt": "is ignored by .gitignore", "settings.txt": reasonSecret, "loop/loop/.env": reasonSecret,
		"broken": reasonMissing, "alias.log": "is ignored by .gitignore", "": "is no name of a file", "main.go\x00.txt": "is no name of a file",
		"MAIN.GO": reasonMissing, ".ENV": reasonMissing, ".Git/config": reasonMissing, "gro\u0308\u00dfe.txt": reasonMissing, "main.go ": reasonMissing,
		"main.go.": reasonMissing, "main.go::$DATA": reasonMissing, "git~1/config": reasonMissing, ".g\u200cit/config": reasonMissing,
		`C:\Windows\win.ini`: reasonMissing, `\\server\share\x`: reasonMissing, "//server/share/x": reasonOutside, "~/.ssh/id_rsa": reasonMissing,
		"/etc/passwd": reasonOutside, "file:///etc/passwd": reasonMissing, "sub/\u202e.env": reasonMissing, "%2e%2e/outside/secret.txt": reasonMissing,
		"main.go/": "", "./main.go": "", "sub/greet.go": "", "sub//greet.go": "", "sub/../main.go": "", "kept.log": "", "build/notes.txt": "",
		"sub/with blank.txt": "", "größe.txt": "", filepath.Join(dir, "main.go"): "", "loop/main.go": "",
	} {
		if runtime.GOOS != "linux" && strings.ContainsAny(name, `:\~`) {
			continue // other systems have other words for these
		}
		e, err := w.Read(t.Context(), name, 0, 0)
		got := ""
		if err != nil {
			r, ok := errors.AsType[*Refusal](err)
			if !ok {
				t.Fatalf("%q: %v is no refusal", name, err)
			}
			got = r.Reason
		}
		if got != reason {
			t.Errorf("%q: %q, want %q", name, got, reason)
		}
		if strings.Contains(e.Text+e.Document, canary) {
			t.Errorf("%q shows what may not be shown", name)
		}
	}
}

// TestNothingForbiddenIsFound asks every other way of reading for what may not be read.
func TestNothingForbiddenIsFound(t *testing.T) {
	dir, outside := guarded(t)
	link(t, outside, filepath.Join(dir, "way-out"))
	w := New(Options{Folders: []string{dir}, Secret: secretName})
	names, _, err := w.List(t.Context(), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{".gitignore", ".rigrunignore", "binary.bin", "build/", "größe.txt", "kept.log", "latin1.txt", "main.go", "sub/"}
	if !slices.Equal(names, want) {
		t.Errorf("listed %q, want %q", names, want)
	}
	for _, name := range []string{".git", "private", "way-out", "..", "/", outside, "main.go"} {
		names, _, err := w.List(t.Context(), name, 0)
		if err == nil && name != "/" {
			t.Errorf("%q was listed: %q", name, names)
		}
	}
	matches, _, err := w.Search(t.Context(), canary, 0)
	if err != nil || len(matches) > 0 {
		t.Errorf("found %v, %v", matches, err)
	}
}

// TestOpenDocumentsWin has documents that the editor shows otherwise than the disk.
func TestOpenDocumentsWin(t *testing.T) {
	dir, _ := guarded(t)
	open := documents{
		filepath.Join(dir, "main.go"):     "package changed\n\nfunc unsaved() {}\n",
		filepath.Join(dir, "new.go"):      "package neu\n",
		filepath.Join(dir, "ignored.txt"): canary,
		filepath.Join(dir, ".env"):        canary,
	}
	w := New(Options{Folders: []string{dir}, Files: open, Secret: secretName})
	for name, want := range map[string]string{"main.go": "package changed\n\nfunc unsaved() {}\n", "new.go": "package neu\n"} {
		if e, err := w.Read(t.Context(), name, 0, 0); err != nil || e.Text != want {
			t.Errorf("%s: %q, %v", name, e.Text, err)
		}
	}
	for _, name := range []string{"ignored.txt", ".env"} {
		if _, err := w.Read(t.Context(), name, 0, 0); err == nil {
			t.Errorf("%s was read because it is open", name)
		}
	}
	matches, _, err := w.Search(t.Context(), "unsaved", 0)
	if err != nil || len(matches) != 1 || matches[0].Path != "main.go" || matches[0].Line != 3 {
		t.Errorf("found %v, %v", matches, err)
	}
	found, err := w.Symbols(t.Context(), "unsaved", 0)
	if err != nil || len(found) != 1 || found[0].Line != 3 {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestReadLines(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "f.txt", "one\ntwo\nthree\nfour")
	write(t, dir, "empty.txt", "")
	write(t, dir, "long.txt", strings.Repeat(strings.Repeat("x", 99)+"\n", 4000))
	w := New(Options{Folders: []string{dir}})
	for _, c := range []struct {
		name        string
		first, last int
		want        Excerpt
	}{
		{"f.txt", 0, 0, Excerpt{Text: "one\ntwo\nthree\nfour", FirstLine: 1, LastLine: 4}},
		{"f.txt", 2, 3, Excerpt{Text: "two\nthree\n", FirstLine: 2, LastLine: 3}},
		{"f.txt", 4, 99, Excerpt{Text: "four", FirstLine: 4, LastLine: 4}},
		{"f.txt", 9, 0, Excerpt{}},
		{"f.txt", 3, 2, Excerpt{}},
		{"f.txt", -5, 1, Excerpt{Text: "one\n", FirstLine: 1, LastLine: 1}},
		{"empty.txt", 0, 0, Excerpt{}},
	} {
		e, err := w.Read(t.Context(), c.name, c.first, c.last)
		if err != nil || e.Text != c.want.Text || e.FirstLine != c.want.FirstLine || e.LastLine != c.want.LastLine || e.More {
			t.Errorf("%s %d to %d: %+v, %v", c.name, c.first, c.last, e, err)
		}
	}
	e, err := w.Read(t.Context(), "long.txt", 0, 0)
	if err != nil || !e.More || len(e.Text) > maxExcerptBytes || e.LastLine != len(e.Text)/100 || len(e.Document) != 400_000 {
		t.Errorf("the long file: %d bytes to line %d, more %v, %v", len(e.Text), e.LastLine, e.More, err)
	}
}

// TestSeveralFolders has names that must lead back to where they came from.
func TestSeveralFolders(t *testing.T) {
	base := t.TempDir()
	one, two, twin := filepath.Join(base, "one"), filepath.Join(base, "two"), filepath.Join(base, "deep", "two")
	write(t, one, "a.txt", "first\n")
	write(t, two, "a.txt", "second\n")
	write(t, two, "b.txt", "only here\n")
	write(t, twin, "a.txt", "third\n")
	w := New(Options{Folders: []string{one, two}})
	names, _, err := w.List(t.Context(), "", 0)
	if err != nil || !slices.Equal(names, []string{"one/", "two/"}) {
		t.Fatalf("%q, %v", names, err)
	}
	names, _, err = w.List(t.Context(), "two/", 0)
	if err != nil || !slices.Equal(names, []string{"two/a.txt", "two/b.txt"}) {
		t.Fatalf("%q, %v", names, err)
	}
	for name, want := range map[string]string{"one/a.txt": "first\n", "two/a.txt": "second\n", "a.txt": "first\n", "b.txt": "only here\n"} {
		if e, err := w.Read(t.Context(), name, 0, 0); err != nil || e.Text != want {
			t.Errorf("%s: %q, %v", name, e.Text, err)
		}
	}
	link(t, filepath.Join(two, "b.txt"), filepath.Join(one, "to-two.txt"))
	if e, err := w.Read(t.Context(), "to-two.txt", 0, 0); err != nil || e.Path != "two/b.txt" {
		t.Errorf("%+v, %v", e, err)
	}
	w = New(Options{Folders: []string{two, twin}})
	matches, _, err := w.Search(t.Context(), "third", 0)
	if err != nil || len(matches) != 1 {
		t.Fatalf("%v, %v", matches, err)
	}
	if e, err := w.Read(t.Context(), matches[0].Path, 0, 0); err != nil || e.Text != "third\n" {
		t.Errorf("%q leads to %q, %v", matches[0].Path, e.Text, err)
	}
}

// FuzzRead reads under any name: nothing forbidden comes back, and nothing panics.
func FuzzRead(f *testing.F) {
	dir, outside := guarded(f)
	link(f, outside, filepath.Join(dir, "way-out"))
	link(f, "../ignored.txt", filepath.Join(dir, "sub", "innocent.txt"))
	w := New(Options{Folders: []string{dir}, Secret: secretName})
	for _, seed := range []string{"main.go", "../outside/secret.txt", ".env", "sub/.git/config", "way-out/secret.txt", "build/../.env", `sub\..\.env`, outside + "/secret.txt", ".ENV", "a\x00b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		e, err := w.Read(t.Context(), name, 0, 0)
		if err == nil && strings.Contains(e.Document, canary) {
			t.Fatalf("%q shows what may not be shown", name)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Fatalf("%q breaks the line of its error", name)
		}
		if names, _, err := w.List(t.Context(), name, 0); err == nil && slices.ContainsFunc(names, func(n string) bool { return secretName(n) || strings.HasPrefix(n, ".git/") }) {
			t.Fatalf("%q lists %q", name, names)
		}
	})
}
