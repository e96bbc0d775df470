package workspace

import (
	"cmp"
	"context"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Limits on what is told of changes.
const (
	maxChanged     = 100       // files of one difference
	maxDiffBytes   = 128 << 10 // of what Diff returns
	maxChangeBytes = 64 << 10  // of one file's hunks
	maxLogBytes    = 64 << 10
	maxLog         = 200 // commits
)

// Change is what changed in one file.
type Change struct {
	Path string // as Read takes it
	Text string // the hunks as git prints them

	// File is the file's absolute path, and Document all of its lines, before
	// and after: its markings hold for the hunks.
	File, Document string

	at place
}

// Changes returns what changed, file by file in git's order: "" is what is not
// committed yet, else a revision (what changed since) or a range ("main..HEAD").
// Files that may not be shown are left out, and so is what is too much; both are
// named with the reason.
func (w *Workspace) Changes(ctx context.Context, what string) (changes []Change, left []Refusal, err error) {
	var first error
	found := false
	for _, f := range w.folders {
		list, out, err := w.changesIn(ctx, f, what)
		if err != nil {
			if ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			if first == nil {
				first = err
			}
			continue
		}
		found = true
		changes, left = append(changes, list...), append(left, out...)
	}
	if !found {
		if first == nil {
			first = refuse("git", "has nothing to look at: no workspace folder is open")
		}
		return nil, nil, first
	}
	return changes, left, nil
}

// Diff returns what changed as one text, as git diff prints it; see [Workspace.Changes].
// What was left out stands at its end.
func (w *Workspace) Diff(ctx context.Context, what string) (string, error) {
	changes, left, err := w.Changes(ctx, what)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, c := range changes {
		if b.Len()+len(c.Text) > maxDiffBytes {
			left = append(left, Refusal{c.Path, "is too much for one difference"})
			continue
		}
		b.WriteString(c.Text)
	}
	for _, r := range left {
		b.WriteString("(left out: " + r.Error() + ")\n")
	}
	return b.String(), nil
}

// changesIn returns what changed in one folder.
func (w *Workspace) changesIn(ctx context.Context, f *folder, what string) ([]Change, []Refusal, error) {
	g, err := w.repository(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	against, err := g.commits(ctx, cmp.Or(what, "HEAD"))
	if err != nil {
		if what != "" || ctx.Err() != nil {
			return nil, nil, err
		}
		against = "" // nothing is committed yet: what is not staged
	}
	names, err := g.changed(ctx, against)
	if err != nil {
		return nil, nil, gitFailed(ctx, err)
	}
	allowed, left := w.showable(f, names)
	if len(allowed) == 0 {
		return nil, left, nil
	}
	var short, whole map[string]string
	var failed error
	var beside sync.WaitGroup // ends below, before anything is returned
	// This run has every line of the files: markings stand at their tops.
	beside.Go(func() { whole, failed = g.diff(ctx, against, "1000000", allowed) })
	short, err = g.diff(ctx, against, "3", allowed)
	beside.Wait()
	if err := cmp.Or(err, failed); err != nil {
		return nil, nil, gitFailed(ctx, err)
	}
	list, more := w.pair(f, allowed, short, whole)
	return list, append(left, more...), nil
}

// gitFailed is the error of a run of git for whoever asked.
func gitFailed(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errTooMuch):
		return refuse("git", "tells of more than %d MB of changes; ask for a smaller range", gitBytes>>20)
	}
	return refuse("git", "could not tell what changed")
}

// changed returns the names of the files that changed, below the folder.
func (g *git) changed(ctx context.Context, against string) ([]string, error) {
	out, err := g.run(ctx, g.diffArgs(against, []string{"."}, "--name-only", "-z")...)
	if err != nil {
		return nil, err
	}
	return strings.FieldsFunc(out, func(r rune) bool { return r == 0 }), nil
}

// diffArgs are the arguments of git diff. Everything after "--" is a path, and
// with --literal-pathspecs a path is nothing but a path.
func (*git) diffArgs(against string, paths []string, more ...string) []string {
	args := append([]string{
		"diff", "--relative", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-color", "--ignore-submodules=all", "--submodule=short",
		"--src-prefix=a/", "--dst-prefix=b/", "--no-indent-heuristic", "--diff-algorithm=histogram",
	}, more...)
	args = append(args, "--end-of-options")
	if against != "" {
		args = append(args, against)
	}
	return append(append(args, "--"), paths...)
}

// showable parts the files that may be shown from the others. Names that git
// would put in quotes are among the others: their hunks could not be told apart
// with certainty.
func (w *Workspace) showable(f *folder, names []string) (allowed []string, left []Refusal) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range names {
		shown := path.Join(f.label, name)
		if err := w.permit(f, name); err != nil {
			r, _ := err.(*Refusal) //nolint:errorlint // permit makes no other
			left = append(left, Refusal{printable(shown), r.Reason})
			continue
		}
		switch {
		case strings.ContainsAny(name, "\"\\\n\r\t") || printable(name) != name:
			left = append(left, Refusal{printable(shown), "has a name that git writes in quotes"})
		case len(allowed) == maxChanged:
			left = append(left, Refusal{shown, "is one more than the changed files that are shown"})
		default:
			allowed = append(allowed, name)
		}
	}
	return allowed, left
}

// diff returns the differences of some files by their names, hunks with some
// lines around them.
func (g *git) diff(ctx context.Context, against, around string, names []string) (map[string]string, error) {
	out, err := g.run(ctx, g.diffArgs(against, names, "--unified="+around)...)
	if err != nil {
		return nil, err
	}
	byHeader := map[string]string{}
	for _, name := range names {
		byHeader["diff --git a/"+name+" b/"+name] = name
	}
	files := map[string]string{}
	name := ""
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "diff --git ") { // no line of a hunk begins so
			name = byHeader[strings.TrimRight(line, "\n")]
		}
		if name != "" {
			files[name] += line
		}
	}
	return files, nil
}

// pair joins what two runs say of each file.
func (w *Workspace) pair(f *folder, names []string, short, whole map[string]string) (list []Change, left []Refusal) {
	for _, name := range names {
		at, text := place{f, name}, short[name]
		switch {
		case text == "":
			continue // it changed back between the runs
		case !IsText(text):
			left = append(left, Refusal{at.shown(), ReasonNoText})
			continue
		case len(text) > maxChangeBytes:
			left = append(left, Refusal{at.shown(), "changed too much to be shown"})
			continue
		}
		list = append(list, Change{Path: at.shown(), Text: text, File: at.path(), Document: bothSides(whole[name]), at: at})
	}
	return list, left
}

// bothSides is the text of a difference without its signs: the lines of before and after.
func bothSides(diff string) string {
	var b strings.Builder
	inHunk := false
	for line := range strings.Lines(diff) {
		switch {
		case strings.HasPrefix(line, "@@"):
			inHunk = true
		case strings.HasPrefix(line, "diff --git "):
			inHunk = false
		case inHunk && strings.ContainsAny(line[:1], " +-"):
			b.WriteString(line[1:])
		}
	}
	return b.String()
}

// Log returns what git's log says of the folders, one commit a line with its
// author, day and subject, the newest first: of everything for "", of a revision
// or a range, or of a file or directory. At most limit commits (0 for 20).
func (w *Workspace) Log(ctx context.Context, what string, limit int) (string, error) {
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, maxLog)
	if what != "" {
		if at, err := w.locate(what); err == nil {
			return w.log(ctx, at.folder, "HEAD", at.name, limit)
		}
	}
	var first error
	for _, f := range w.folders {
		text, err := w.log(ctx, f, what, "", limit)
		if err == nil && (text != "" || len(w.folders) == 1) {
			return text, nil
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = refuse("git", "has nothing to look at")
	}
	return "", first
}

// log runs git log in a folder.
func (w *Workspace) log(ctx context.Context, f *folder, of, name string, limit int) (string, error) {
	g, err := w.repository(ctx, f)
	if err != nil {
		return "", err
	}
	commits, err := g.commits(ctx, cmp.Or(of, "HEAD"))
	if err != nil {
		return "", err
	}
	out, err := g.run(ctx, "log", "--no-show-signature", "--no-color", "--no-decorate", "--no-ext-diff", "--no-textconv", "--no-patch", "--no-mailmap",
		"--format=%h %an, %as: %s", "--max-count="+strconv.Itoa(limit), "--end-of-options", commits, "--", cmp.Or(name, "."))
	if err != nil {
		return "", gitFailed(ctx, err)
	}
	return shorten(strings.Join(slices.Collect(printableLines(out)), ""), maxLogBytes), nil
}

// printableLines yields the lines of a text without what a terminal or a reader
// could take for something else.
func printableLines(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
			if line != "" && !yield(printable(line)+"\n") {
				return
			}
		}
	}
}
