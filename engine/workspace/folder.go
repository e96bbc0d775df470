package workspace

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxEntries is how many names of one directory are looked at.
const maxEntries = 20_000

// folder is one of the workspace's folders.
type folder struct {
	path  string // as the editor has it
	label string

	// All that follows is guarded by Workspace.mu.
	real  string // path with its symbolic links resolved; "" until prepared
	outer chain
	below string          // how names begin as the work tree's top has them: "" or "sub/folder/"
	dirs  map[string]*dir // by name relative to the folder, "" for itself
	list  listing
}

// place is a file or directory in a folder, by its resolved name.
type place struct {
	folder *folder
	name   string // with slashes, relative to the folder, "" for itself
}

// path is where a place is, as the editor would name it.
func (p place) path() string { return filepath.Join(p.folder.path, filepath.FromSlash(p.name)) }

// realPath is where a place is, with the folder's own links resolved.
func (p place) realPath() string { return filepath.Join(p.folder.real, filepath.FromSlash(p.name)) }

// shown is how a place is called in front of a person or a model. The same name
// finds it again.
func (p place) shown() string { return path.Join(p.folder.label, p.name) }

// dir is what is known of a directory.
type dir struct {
	changed, read time.Time // its own time, and when it was read
	names         map[string]fs.FileMode
	order         []string // the names, sorted
	more          bool     // it has more than maxEntries
	git, rigrun   ignoreFile
}

// ignoreFile is an ignore file as it was read.
type ignoreFile struct {
	stamp stamp
	rules *rules // nil where it says nothing
}

// stamp tells whether a file has changed.
type stamp struct {
	changed time.Time
	size    int64
}

// coarse is how far apart two changes may lie that file systems give the same
// time: a directory that changed just before it was read is read again.
const coarse = 2 * time.Second

// prepare resolves the folder's own path and reads the ignore files above it. The
// caller holds mu.
func (w *Workspace) prepare(f *folder) error {
	if f.real != "" {
		return nil
	}
	real, err := filepath.EvalSymlinks(f.path)
	if err != nil {
		return err
	}
	f.real = real
	w.lookAbove(f)
	return nil
}

// lookAbove reads the rules that hold for a folder and lie outside of it: the
// person's own, and those of the work tree that the folder is a part of, from its
// top down. They are patterns alone; nothing of them is ever shown.
func (w *Workspace) lookAbove(f *folder) {
	above := []string{f.real} // the folder first, the top last
	for !exists(filepath.Join(above[len(above)-1], ".git")) {
		at := above[len(above)-1]
		if at == filepath.Dir(at) {
			above = above[:1] // no work tree: only the folder's own rules
			break
		}
		above = append(above, filepath.Dir(at))
	}
	top := above[len(above)-1]
	f.outer.add(w.global.rules(w.fold), nil)
	f.outer.add(parseRules("", readIgnore(filepath.Join(top, ".git", "info", "exclude")), w.fold), nil)
	for _, at := range slices.Backward(above[1:]) {
		base := below(top, at)
		f.outer.add(
			parseRules(base, readIgnore(filepath.Join(at, gitIgnore)), w.fold),
			parseRules(base, readIgnore(filepath.Join(at, rigrunIgnore)), w.fold),
		)
	}
	if f.below = below(top, f.real); f.below != "" {
		f.below += "/"
	}
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// below is name's path from a directory above it, "" where they are the same.
func below(top, name string) string {
	rel, err := filepath.Rel(top, name)
	if err != nil || rel == "." {
		return ""
	}
	return filepath.ToSlash(rel)
}

// readIgnore reads an ignore file, "" where there is none that can be read.
func readIgnore(name string) string {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return ""
	}
	file, err := os.Open(name) //nolint:gosec // patterns alone are read from it
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }() // it was only read
	text := make([]byte, min(info.Size(), maxIgnoreBytes))
	n, _ := io.ReadFull(file, text) // what could be read counts
	return string(text[:n])
}

// dir returns a directory as it is now. The caller holds mu.
func (w *Workspace) dir(f *folder, name string) (*dir, error) {
	full := filepath.Join(f.real, filepath.FromSlash(name))
	info, err := os.Lstat(full)
	if err != nil {
		delete(f.dirs, name)
		return nil, err
	}
	if !info.IsDir() {
		return nil, errors.New("it is no directory")
	}
	d := f.dirs[name]
	if d == nil || !d.changed.Equal(info.ModTime()) || d.read.Sub(d.changed) < coarse {
		read := time.Now()
		if d, err = readDir(full, d); err != nil {
			return nil, err
		}
		d.changed, d.read = info.ModTime(), read
		f.dirs[name] = d
	}
	d.git = w.ignoreFile(f, d, d.git, name, gitIgnore)
	d.rigrun = w.ignoreFile(f, d, d.rigrun, name, rigrunIgnore)
	return d, nil
}

// readDir lists a directory; before is what was known of it.
func readDir(full string, before *dir) (*dir, error) {
	file, err := os.Open(full) //nolint:gosec // its names alone are read, by the real path below the folder
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	entries, err := file.ReadDir(maxEntries)
	if err != nil && len(entries) == 0 && !errors.Is(err, io.EOF) {
		return nil, err
	}
	d := &dir{names: make(map[string]fs.FileMode, len(entries)), more: len(entries) == maxEntries}
	if before != nil {
		d.git, d.rigrun = before.git, before.rigrun
	}
	for _, e := range entries {
		d.names[e.Name()] = e.Type()
	}
	d.order = slices.Sorted(maps.Keys(d.names))
	return d, nil
}

// ignoreFile returns one of a directory's ignore files as it is now.
func (w *Workspace) ignoreFile(f *folder, d *dir, known ignoreFile, in, name string) ignoreFile {
	kind, ok := d.names[name]
	if !ok || !kind.IsRegular() { // git follows no link to one either
		return ignoreFile{}
	}
	full := filepath.Join(f.real, filepath.FromSlash(in), name)
	info, err := os.Lstat(full)
	if err != nil {
		return ignoreFile{}
	}
	now := stamp{info.ModTime(), info.Size()}
	if known.stamp == now && time.Since(now.changed) > coarse {
		return known
	}
	base := strings.TrimSuffix(f.below+in, "/")
	return ignoreFile{now, parseRules(base, readIgnore(full), w.fold)}
}

// chain is the rules that hold in a directory: its own and those above it, the
// least important first. Their paths begin at the work tree's top.
type chain struct{ git, rigrun []*rules }

func (c *chain) add(git, rigrun *rules) {
	if git != nil {
		c.git = append(c.git[:len(c.git):len(c.git)], git)
	}
	if rigrun != nil {
		c.rigrun = append(c.rigrun[:len(c.rigrun):len(c.rigrun)], rigrun)
	}
}

// out says which ignore file leaves out a name of the folder, "" where none does.
// Everything above it is allowed already.
func (w *Workspace) out(f *folder, c chain, name string, isDir bool) string {
	if strings.EqualFold(path.Base(name), ".git") {
		return ".git"
	}
	if name = f.below + name; w.fold {
		name = strings.ToLower(name)
	}
	if left, said := judge(c.rigrun, name, isDir); said {
		if left {
			return rigrunIgnore
		}
		return ""
	}
	if left, _ := judge(c.git, name, isDir); left {
		return gitIgnore
	}
	return ""
}

func judge(list []*rules, name string, isDir bool) (out, said bool) {
	for _, rs := range slices.Backward(list) {
		if out, said = rs.judge(name, isDir); said {
			return out, true
		}
	}
	return false, false
}
