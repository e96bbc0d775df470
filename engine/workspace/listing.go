package workspace

import (
	"context"
	"io/fs"
	"path"
	"time"
)

// maxFiles is how many files of one folder are searched and offered.
const maxFiles = 50_000

// maxDirs is how many directories of one folder are looked into.
const maxDirs = 20_000

// listing is the files of a folder that may be shown, in order of their names
// within each directory, a directory's own files before those below it.
type listing struct {
	names []string
	more  bool // there are more than maxFiles, or directories that are too large
	made  time.Time
}

// List returns the names in a directory, those of directories with a slash at
// their end, in order; "" is the folder, or the list of folders where there are
// several. more says that there are more than limit (0 for no limit).
func (w *Workspace) List(ctx context.Context, name string, limit int) (names []string, more bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if name == "" || name == "." || name == "/" {
		if len(w.folders) != 1 {
			for _, f := range w.folders {
				names = append(names, f.label+"/")
			}
			return names, false, nil
		}
		name = w.folders[0].path
	}
	at, err := w.findDir(name)
	if err != nil {
		return nil, false, err
	}
	d, err := w.dir(at.folder, at.name)
	if err != nil {
		return nil, false, refuse(name, "is no directory")
	}
	c := w.chainAt(at)
	for _, base := range d.order {
		kind, full := d.names[base], path.Join(at.name, base)
		if !listed(kind) || w.permitted(at.folder, c, full, kind.IsDir()) != nil {
			continue
		}
		if limit > 0 && len(names) == limit {
			return names, true, nil
		}
		shown := place{at.folder, full}.shown()
		if kind.IsDir() {
			shown += "/"
		}
		names = append(names, shown)
	}
	return names, d.more, nil
}

// findDir finds a directory; a folder's label alone is the folder.
func (w *Workspace) findDir(name string) (place, error) {
	clean := path.Clean(name)
	for _, f := range w.folders {
		if f.label != "" && clean == f.label && w.prepare(f) == nil {
			return place{f, ""}, nil
		}
	}
	return w.find(name)
}

// listed reports whether what has a mode is listed: files and directories are,
// links are found only by their name.
func listed(kind fs.FileMode) bool { return kind.IsRegular() || kind.IsDir() }

// chainAt is the rules that hold in a directory that was found.
func (w *Workspace) chainAt(at place) chain {
	c := at.folder.outer
	for i := 0; i <= len(at.name); i++ {
		if i > 0 && i < len(at.name) && at.name[i] != '/' {
			continue
		}
		if d, err := w.dir(at.folder, at.name[:i]); err == nil {
			c.add(d.git.rules, d.rigrun.rules)
		}
		if at.name == "" {
			break
		}
	}
	return c
}

// files returns the files of a folder that may be shown. The caller holds mu; the
// result is not changed by later calls.
func (w *Workspace) files(ctx context.Context, f *folder) (listing, error) {
	if !f.list.made.IsZero() && time.Since(f.list.made) < freshFor {
		return f.list, nil
	}
	if err := w.prepare(f); err != nil {
		return listing{}, nil //nolint:nilerr // a folder that is gone has no files
	}
	made := time.Now()
	walk := walk{ctx: ctx, w: w, f: f, seen: map[string]bool{}}
	if err := walk.dir("", f.outer); err != nil {
		return listing{}, err
	}
	for name := range f.dirs {
		if !walk.seen[name] {
			delete(f.dirs, name)
		}
	}
	walk.list.made = made
	f.list = walk.list
	return f.list, nil
}

// walk lists the files of a folder.
type walk struct {
	ctx  context.Context
	w    *Workspace
	f    *folder
	list listing
	seen map[string]bool // the directories
}

func (k *walk) dir(name string, c chain) error {
	if err := k.ctx.Err(); err != nil {
		return err
	}
	d, err := k.w.dir(k.f, name)
	if err != nil {
		return nil //nolint:nilerr // a directory that is gone or closed to us has no files
	}
	k.seen[name] = true
	k.list.more = k.list.more || d.more
	c.add(d.git.rules, d.rigrun.rules)
	var below []string
	for _, base := range d.order {
		kind, full := d.names[base], path.Join(name, base)
		if !listed(kind) || k.w.permitted(k.f, c, full, kind.IsDir()) != nil {
			continue
		}
		switch {
		case kind.IsDir():
			below = append(below, full)
		case len(k.list.names) == maxFiles:
			k.list.more = true
		default:
			k.list.names = append(k.list.names, full)
		}
	}
	for _, full := range below {
		if len(k.seen) >= maxDirs || len(k.list.names) >= maxFiles {
			k.list.more = true
			return nil
		}
		if err := k.dir(full, c); err != nil {
			return err
		}
	}
	return nil
}
