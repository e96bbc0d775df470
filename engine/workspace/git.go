package workspace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits on one run of git.
const (
	gitTime  = 5 * time.Second
	gitBytes = 4 << 20
)

// errTooMuch is a run of git whose output is cut off.
var errTooMuch = errors.New("git says more than is read")

// git runs the git program in a folder. A repository that somebody cloned brings
// a configuration of its own, which git obeys and which may name programs; so
// every one of them that looking at changes could start is taken out:
//
//   - the monitor of the file system, hooks and the pager by settings that win
//     over the repository's,
//   - programs that show differences or turn binaries to text by --no-ext-diff and
//     --no-textconv (see diffArgs), signatures' by --no-show-signature,
//   - filters, which git runs to compare a file with what is stored, each by its
//     name (see programs),
//   - submodules, whose own configuration a child of git would obey, by
//     --ignore-submodules,
//   - the fetching of objects that are missing, by a list of protocols that allows
//     none.
//
// Settings are given as GIT_CONFIG_KEY_n, where a name is data; nothing of the
// caller's GIT_ variables is passed on, and git may not write to the repository.
type git struct {
	program string
	dir     string      // where it runs
	config  [][2]string // more settings
}

// run returns what git prints. Its messages are not returned: they may hold
// anything that stands in the repository.
func (g *git) run(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, gitTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, g.program, append([]string{"--no-pager", "--no-optional-locks", "--literal-pathspecs"}, args...)...) //nolint:gosec // the program is git, the arguments are data
	cmd.Dir, cmd.Env = g.dir, gitEnvironment(os.Environ(), g.config)
	cmd.WaitDelay = time.Second
	out := &limited{limit: gitBytes, full: cancel}
	cmd.Stdout = out
	err := cmd.Run()
	switch {
	case out.over:
		return "", errTooMuch
	case err != nil:
		return "", fmt.Errorf("git %s: %w", args[0], err)
	}
	return out.text.String(), nil
}

// gitEnvironment is the environment that git runs in.
func gitEnvironment(own []string, more [][2]string) []string {
	env := slices.DeleteFunc(slices.Clone(own), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return strings.HasPrefix(strings.ToUpper(name), "GIT_") || slices.Contains([]string{"PAGER", "EDITOR", "VISUAL", "SSH_ASKPASS"}, strings.ToUpper(name))
	})
	env = append(
		env, "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_PAGER=cat", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_ALLOW_PROTOCOL=none", // no protocol is called that
		"LC_ALL=C",
	)
	settings := append([][2]string{
		{"core.fsmonitor", "false"},
		{"core.untrackedCache", "false"},
		{"core.hooksPath", os.DevNull},
		{"core.pager", "cat"},
		{"diff.external", ""},
		{"core.quotePath", "false"},
		{"color.ui", "false"},
		{"diff.renames", "false"},
		{"log.showSignature", "false"},
		{"log.mailmap", "false"},
		{"submodule.recurse", "false"},
		{"diff.submodule", "short"},
		{"core.sshCommand", "false"},
		{"credential.helper", ""},
		{"core.alternateRefsCommand", ""},
		{"gpg.program", ""},
		{"maintenance.auto", "false"},
		{"gc.auto", "0"},
	}, more...)
	env = append(env, "GIT_CONFIG_COUNT="+strconv.Itoa(len(settings)))
	for i, s := range settings {
		n := strconv.Itoa(i)
		env = append(env, "GIT_CONFIG_KEY_"+n+"="+s[0], "GIT_CONFIG_VALUE_"+n+"="+s[1])
	}
	return env
}

// limited keeps what a program prints, up to a limit. The buffer is no embedded
// one: io.Copy would find its ReadFrom and go around the limit.
type limited struct {
	text  bytes.Buffer
	limit int
	over  bool
	full  func() // ends the program
}

func (l *limited) Write(p []byte) (int, error) {
	if l.text.Len()+len(p) > l.limit {
		l.over = true
		l.full()
		return 0, errTooMuch
	}
	return l.text.Write(p)
}

// repository returns git for a folder, made harmless for the repository it is a
// part of. The error is a *[Refusal] where there is no git or no repository, or
// where the repository's parts lie where none of its own should.
func (w *Workspace) repository(ctx context.Context, f *folder) (*git, error) {
	w.mu.Lock()
	err := w.prepare(f)
	w.mu.Unlock()
	if err != nil {
		return nil, refuse("git", "cannot look at a folder that is not there")
	}
	program := w.options.Git
	if program == "" {
		if program, err = exec.LookPath("git"); err != nil {
			return nil, refuse("git", "is not installed")
		}
	}
	g := &git{program: program, dir: f.real}
	var programs [][2]string
	var failed error
	var beside sync.WaitGroup // ends below, before g is used for anything else
	beside.Go(func() { programs, failed = g.programs(ctx) })
	out, err := g.run(ctx, "rev-parse", "--path-format=absolute", "--absolute-git-dir", "--git-common-dir", "--show-toplevel")
	beside.Wait()
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, refuse("git", "knows no repository here")
	}
	where := strings.Split(strings.TrimRight(out, "\r\n"), "\n")
	if len(where) != 3 || !g.belongs(ctx, where[0], where[1], where[2]) {
		return nil, refuse("git", "has its data outside of the repository")
	}
	g.config = programs
	return g, failed
}

// belongs reports whether a repository's data are its own. What somebody unpacked
// may say that they are another repository's on this machine, whose files would
// then be shown as changes.
func (g *git) belongs(ctx context.Context, dir, shared, top string) bool {
	real, err := filepath.EvalSymlinks(top)
	if err != nil || !filepath.IsLocal(relative(real, g.dir)) {
		return false
	}
	if dir == shared && filepath.IsLocal(relative(real, dir)) {
		return ownParts(dir) && filepath.IsLocal(relative(real, resolved(dir)))
	}
	// A work tree of another repository: that one must know of it.
	if back, err := os.ReadFile(filepath.Join(dir, "gitdir")); err == nil && len(back) < maxNameBytes { //nolint:gosec // compared only
		return resolved(strings.TrimSpace(string(back))) == filepath.Join(real, ".git")
	}
	// A submodule: its data, which lie in the repository around it, must name it.
	out, err := g.run(ctx, "config", "--file", filepath.Join(dir, "config"), "--no-includes", "--get", "core.worktree")
	tree := strings.TrimRight(out, "\r\n")
	if err != nil || tree == "" {
		return false
	}
	if !filepath.IsAbs(tree) {
		tree = filepath.Join(dir, tree)
	}
	return dir == shared && resolved(tree) == real
}

// ownParts reports whether no part of a repository's data leads elsewhere.
func ownParts(dir string) bool {
	for _, name := range []string{"HEAD", "objects", "refs", "packed-refs", "index", "config", "logs", filepath.Join("objects", "info"), filepath.Join("objects", "pack")} {
		if info, err := os.Lstat(filepath.Join(dir, name)); err == nil && info.Mode()&os.ModeSymlink != 0 {
			return false
		}
	}
	return !exists(filepath.Join(dir, "commondir")) && !exists(filepath.Join(dir, "objects", "info", "alternates"))
}

func relative(base, name string) string {
	rel, err := filepath.Rel(base, name)
	if err != nil {
		return ".."
	}
	return rel
}

// resolved is a path with its links resolved, "" where it leads nowhere.
func resolved(name string) string {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return ""
	}
	return real
}

// programs finds the programs that the configuration names for files of its
// choice, and returns settings that set each to none.
func (g *git) programs(ctx context.Context) (none [][2]string, err error) {
	out, err := g.run(ctx, "config", "--null", "--name-only", "--get-regexp", `^(filter|diff|merge|remote)\..*\.(clean|smudge|process|required|command|textconv|driver|uploadpack|vcs|promisor)$`)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == 1 {
		return nil, nil // there are none
	}
	if err != nil {
		return nil, refuse("git", "cannot read the repository's configuration")
	}
	for name := range strings.SplitSeq(strings.TrimRight(out, "\x00"), "\x00") {
		value := ""
		if strings.HasSuffix(name, ".required") || strings.HasSuffix(name, ".promisor") {
			value = "false"
		}
		none = append(none, [2]string{name, value})
	}
	if len(none) > 1000 {
		return nil, refuse("git", "has too many programs in the repository's configuration")
	}
	return none, nil
}

// globalRules are the ignore rules of the person, for all repositories.
type globalRules struct {
	git  string
	once sync.Once
	list *rules
}

// rules reads the file that git's own settings of the person name, else the one
// git takes by default. The repository's settings have no say in it.
func (g *globalRules) rules(fold bool) *rules {
	g.once.Do(func() { g.list = parseRules("", readIgnore(g.file()), fold) })
	return g.list
}

func (g *globalRules) file() string {
	program := g.git
	if program == "" {
		program, _ = exec.LookPath("git") // without git its default is read
	}
	if program != "" {
		run := &git{program: program, dir: os.TempDir()}
		if out, err := run.run(context.Background(), "config", "--global", "--type=path", "--get", "core.excludesFile"); err == nil {
			if name := strings.TrimRight(out, "\r\n"); filepath.IsAbs(name) {
				return name
			}
		}
	}
	config := os.Getenv("XDG_CONFIG_HOME")
	if config == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		config = filepath.Join(home, ".config")
	}
	return filepath.Join(config, "git", "ignore")
}
