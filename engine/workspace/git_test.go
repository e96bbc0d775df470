package workspace

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// repository makes a repository with two commits and changes that are not
// committed: of a file, an ignored file, a file of secrets and a deleted one.
func repository(t testing.TB) (dir, git string) {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed")
	}
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(base, "work")
	write(t, dir, "a.go", "// SECRET//NOFORN\npackage a\n"+strings.Repeat("\n", 20)+"func a() {}\n")
	write(t, dir, "gone.go", "package gone\n")
	write(t, dir, "sub/b c.go", "package b\n")
	for _, name := range []string{".env", "tracked.log", "private/plan.txt"} {
		write(t, dir, name, "old "+canary+"\n")
	}
	command(t, dir, git, "init", "-q", "-b", "main")
	commit(t, dir, git, "Begin")
	write(t, dir, "sub/b c.go", "package b\n\nvar b = 1\n")
	commit(t, dir, git, "Add b\x1b[31m")
	write(t, dir, ".gitignore", "*.log\n")
	write(t, dir, ".rigrunignore", "private/\n")
	write(t, dir, "a.go", "// SECRET//NOFORN\npackage a\n"+strings.Repeat("\n", 20)+"func a() int { return 1 }\n")
	for _, name := range []string{".env", "tracked.log", "private/plan.txt"} {
		write(t, dir, name, "new "+canary+"\n")
	}
	if err := os.Remove(filepath.Join(dir, "gone.go")); err != nil {
		t.Fatal(err)
	}
	return dir, git
}

func commit(t testing.TB, dir, git, subject string) {
	t.Helper()
	command(t, dir, git, "add", "-A", "-f")
	command(t, dir, git, "-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgSign=false", "commit", "-q", "-m", subject)
}

func TestDiff(t *testing.T) {
	dir, _ := repository(t)
	w := New(Options{Folders: []string{dir}, Secret: secretName})
	text, err := w.Diff(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"diff --git a/a.go b/a.go\n", "-func a() {}\n+func a() int { return 1 }\n", "diff --git a/gone.go b/gone.go\ndeleted file mode",
		"(left out: .env is a file of secrets)\n", "(left out: tracked.log is ignored by .gitignore)\n", "(left out: private/plan.txt is ignored by .rigrunignore)\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, canary) {
		t.Errorf("what may not be shown is shown:\n%s", text)
	}
	changes, _, err := w.Changes(t.Context(), "")
	if err != nil || len(changes) != 2 || strings.Contains(changes[0].Text, "NOFORN") || !strings.Contains(changes[0].Document, "// SECRET//NOFORN\n") {
		t.Errorf("the marking of a changed file is not beside its hunks: %+v, %v", changes, err)
	}
	text, err = w.Diff(t.Context(), "main~1..main")
	if err != nil || !strings.Contains(text, "+++ b/sub/b c.go") || !strings.Contains(text, "+var b = 1\n") || strings.Contains(text, "a.go") {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestDiffOfAPart(t *testing.T) {
	dir, _ := repository(t)
	w := New(Options{Folders: []string{filepath.Join(dir, "sub")}, Secret: secretName})
	text, err := w.Diff(t.Context(), "HEAD~1")
	if err != nil || !strings.Contains(text, "b/b c.go") || strings.Contains(text, "a.go") {
		t.Errorf("a folder inside a repository: %v\n%s", err, text)
	}
}

func TestLog(t *testing.T) {
	dir, _ := repository(t)
	w := New(Options{Folders: []string{dir}, Secret: secretName})
	for what, want := range map[string]int{"": 2, "main": 2, "main~1..main": 1, "sub/b c.go": 2, "a.go": 1, "sub": 2} {
		text, err := w.Log(t.Context(), what, 0)
		if err != nil || strings.Count(text, "\n") != want || strings.Contains(text, "\x1b") {
			t.Errorf("%q: %v\n%s", what, err, text)
		}
	}
	if text, err := w.Log(t.Context(), "", 1); err != nil || !strings.Contains(text, "Add b?[31m") {
		t.Errorf("%q, %v", text, err)
	}
}

// TestRevisionsAreData gives git's options and other names of contents for revisions.
func TestRevisionsAreData(t *testing.T) {
	dir, git := repository(t)
	w := New(Options{Folders: []string{dir}, Secret: secretName})
	blob := strings.TrimSpace(command(t, dir, git, "rev-parse", "HEAD:.env"))
	command(t, dir, git, "tag", "of-a-file", blob)
	for _, what := range []string{
		"--output=f", "-O/etc/passwd", "--no-index /etc/passwd /dev/null", "HEAD --output=f", "HEAD:.env", ":.env", ":/Begin", ":!x", "HEAD^{/Begin}", blob, "of-a-file",
		blob + ".." + blob, "..", "...", "main..--output=f", "main\n--output=f", "main\x00x", "@{-1}", "nothing", "main..nothing", "--", "-", "*", "$(touch f)", "`touch f`",
		"main;touch f", "|touch f", strings.Repeat("a", 300),
	} {
		text, err := w.Diff(t.Context(), what)
		if err == nil {
			t.Errorf("%q is a revision:\n%s", what, text)
		}
		if text, err := w.Log(t.Context(), what, 0); err == nil {
			t.Errorf("%q has a log:\n%s", what, text)
		}
	}
	for _, name := range []string{"f", "sub/f"} {
		if exists(filepath.Join(dir, name)) {
			t.Errorf("%s was written", name)
		}
	}
	for _, what := range []string{"main", "@", "HEAD~1", "main^", "main@{0}", "main~1..", "..main", "main~1...main"} {
		if _, err := w.Diff(t.Context(), what); err != nil {
			t.Errorf("%q: %v", what, err)
		}
	}
}

// TestAHostileRepositoryRunsNothing has a repository whose configuration names a
// program wherever git knows a place for one.
func TestAHostileRepositoryRunsNothing(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program that leaves a mark is a shell script")
	}
	dir, git := repository(t)
	mark := filepath.Join(t.TempDir(), "mark")
	script := filepath.Join(t.TempDir(), "run")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ntouch '"+mark+"'\ncat\n"), 0o700); err != nil { //nolint:gosec // it has to be run
		t.Fatal(err)
	}
	sub := filepath.Join(dir, "module")
	write(t, sub, "m.txt", "one\n")
	command(t, sub, git, "init", "-q", "-b", "main")
	commit(t, sub, git, "Begin")
	command(t, dir, git, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "./module")
	write(t, dir, ".gitattributes", "* diff=evil filter=evil merge=evil\n*.go filter=e=v.il\n")
	commit(t, dir, git, "Add all")
	hooks := filepath.Join(dir, ".git", "hooks")
	for _, hook := range []string{"post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-auto-gc"} {
		write(t, hooks, hook, "#!/bin/sh\ntouch '"+mark+"'\n")
		if err := os.Chmod(filepath.Join(hooks, hook), 0o700); err != nil { //nolint:gosec // it has to be run
			t.Fatal(err)
		}
	}
	settings := [][2]string{
		{"core.fsmonitor", script},
		{"core.pager", script},
		{"pager.diff", script},
		{"pager.log", script},
		{"diff.external", script},
		{"diff.evil.command", script},
		{"diff.evil.textconv", script},
		{"filter.evil.clean", script},
		{"filter.evil.smudge", script},
		{"filter.evil.required", "true"},
		{"filter.e=v.il.clean", script},
		{"filter.e=v.il.process", script},
		{"merge.evil.driver", script},
		{"gpg.program", script},
		{"log.showSignature", "true"},
		{"core.sshCommand", script},
		{"core.editor", script},
		{"alias.diff", "!" + script},
		{"alias.log", "!" + script},
		{"alias.config", "!" + script},
		{"alias.rev-parse", "!" + script},
		{"core.hooksPath", hooks},
		{"credential.helper", script},
		{"core.alternateRefsCommand", script},
		{"remote.origin.url", "ext::" + script},
		{"protocol.ext.allow", "always"},
		{"remote.origin.promisor", "true"},
		{"extensions.partialClone", "origin"},
		{"core.askPass", script},
		{"diff.submodule", "log"},
		{"status.submoduleSummary", "true"},
		{"diff.ignoreSubmodules", "none"},
		{"interactive.diffFilter", script},
		{"remote.origin.uploadpack", script},
	}
	for _, s := range settings {
		command(t, dir, git, "config", "--local", s[0], s[1])
	}
	command(t, sub, git, "config", "--local", "core.fsmonitor", script)
	write(t, sub, "m.txt", "two\n")
	write(t, dir, "a.go", "package changed\n")
	write(t, dir, "sub/b c.go", "package changed\n")
	w := New(Options{Folders: []string{dir}, Secret: secretName})
	for _, what := range []string{"", "HEAD", "HEAD~1", "HEAD~1..HEAD"} {
		text, err := w.Diff(t.Context(), what)
		if err != nil || !strings.Contains(text, "diff --git") {
			t.Errorf("%q: %v\n%s", what, err, text)
		}
		if _, err := w.Log(t.Context(), what, 0); err != nil {
			t.Error(err)
		}
	}
	if exists(mark) {
		t.Error("the repository ran its program")
	}
	// The same repository runs it when git is asked without the precautions, so
	// that this test cannot pass by a mistake of its own.
	cmd := exec.CommandContext(t.Context(), git, "diff")
	cmd.Dir = dir
	_ = cmd.Run() // what becomes of it does not matter
	if !exists(mark) {
		t.Error("the program leaves no mark even when git runs it")
	}
}

// TestForeignRepositories has folders whose .git leads to the data of another
// repository on the machine.
func TestForeignRepositories(t *testing.T) {
	private, git := repository(t)
	for name, prepare := range map[string]func(dir string){
		"a file": func(dir string) { write(t, dir, ".git", "gitdir: "+filepath.Join(private, ".git")+"\n") },
		"a link": func(dir string) { link(t, filepath.Join(private, ".git"), filepath.Join(dir, ".git")) },
		"linked objects": func(dir string) {
			command(t, dir, git, "init", "-q", "-b", "main")
			for _, part := range []string{"objects", "refs"} {
				if err := os.RemoveAll(filepath.Join(dir, ".git", part)); err != nil {
					t.Fatal(err)
				}
				link(t, filepath.Join(private, ".git", part), filepath.Join(dir, ".git", part))
			}
		},
		"a common directory": func(dir string) {
			command(t, dir, git, "init", "-q", "-b", "main")
			write(t, dir, ".git/commondir", filepath.Join(private, ".git")+"\n")
		},
		"alternates": func(dir string) {
			command(t, dir, git, "init", "-q", "-b", "main")
			write(t, dir, ".git/objects/info/alternates", filepath.Join(private, ".git", "objects")+"\n")
		},
		"another work tree": func(dir string) {
			command(t, dir, git, "init", "-q", "-b", "main")
			command(t, dir, git, "config", "core.worktree", private)
		},
	} {
		dir := filepath.Join(t.TempDir(), "work")
		write(t, dir, "x.txt", "x\n")
		prepare(dir)
		w := New(Options{Folders: []string{dir}, Secret: secretName})
		if text, err := w.Diff(t.Context(), "main"); err == nil {
			t.Errorf("%s: another repository's changes are shown:\n%s", name, text)
		}
		if text, err := w.Log(t.Context(), "", 0); err == nil {
			t.Errorf("%s: another repository's log is shown:\n%s", name, text)
		}
	}
}

// TestWorkTreesAndSubmodules have their data elsewhere, and are known there.
func TestWorkTreesAndSubmodules(t *testing.T) {
	dir, git := repository(t)
	commit(t, dir, git, "More")
	tree := filepath.Join(t.TempDir(), "tree")
	command(t, dir, git, "worktree", "add", "-q", tree)
	write(t, tree, "a.go", "package elsewhere\n")
	super := filepath.Join(t.TempDir(), "super")
	write(t, super, "s.txt", "s\n")
	command(t, super, git, "init", "-q", "-b", "main")
	command(t, super, git, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", dir, "module")
	write(t, super, "module/a.go", "package elsewhere\n")
	for _, folder := range []string{tree, filepath.Join(super, "module")} {
		w := New(Options{Folders: []string{folder}, Secret: secretName})
		if text, err := w.Diff(t.Context(), ""); err != nil || !strings.Contains(text, "+package elsewhere") {
			t.Errorf("%s: %v\n%s", folder, err, text)
		}
	}
}

func TestNoGit(t *testing.T) {
	w := New(Options{Folders: []string{t.TempDir()}})
	if _, err := w.Diff(t.Context(), ""); err == nil || err.Error() != "git knows no repository here" {
		t.Error(err)
	}
	w = New(Options{Folders: []string{t.TempDir()}, Git: filepath.Join(t.TempDir(), "no-git")})
	if _, err := w.Log(t.Context(), "", 0); err == nil {
		t.Error("a git that is not there told something")
	}
}

// TestManyChanges has more than is shown.
func TestManyChanges(t *testing.T) {
	dir, git := repository(t)
	for i := range maxChanged + 20 {
		write(t, dir, fmt.Sprintf("many/%d.txt", i), "text\n")
	}
	commit(t, dir, git, "Add many")
	w := New(Options{Folders: []string{dir}, Secret: secretName})
	changes, left, err := w.Changes(t.Context(), "HEAD~1")
	if err != nil || len(changes) != maxChanged || len(left) < 20 {
		t.Errorf("%d changes, %d left out, %v", len(changes), len(left), err)
	}
}

// TestEndlessGit ends a git that does not end by itself, at the limit of its output.
func TestEndlessGit(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the git that hangs is a shell script")
	}
	script := filepath.Join(t.TempDir(), "git")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nyes\n"), 0o700); err != nil { //nolint:gosec // it has to be run
		t.Fatal(err)
	}
	g := &git{program: script, dir: t.TempDir()}
	start := time.Now()
	if _, err := g.run(t.Context(), "log"); !errors.Is(err, errTooMuch) || time.Since(start) > gitTime/2 {
		t.Errorf("it ended after %s with %v", time.Since(start), err)
	}
	w := New(Options{Folders: []string{t.TempDir()}, Git: script})
	if _, err := w.Diff(t.Context(), ""); err == nil {
		t.Error("endless output is a difference")
	}
}
