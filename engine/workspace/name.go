package workspace

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Limits on names.
const (
	maxNameBytes = 4096 // of a name that is looked for
	maxLinks     = 8    // symbolic links in one name
)

// Refusal is why something is not shown. Error is one line for a person or a
// model; it never says whether something outside the folders is there.
type Refusal struct {
	Name   string // as it was asked for, shortened
	Reason string // "is ignored by .gitignore"
}

// Error returns the name and the reason.
func (r *Refusal) Error() string { return r.Name + " " + r.Reason }

// The reasons that are given in several places.
const (
	reasonOutside = "lies outside the workspace's folders"
	reasonLink    = "leads outside the workspace's folders"
	reasonMissing = "is not there"
	reasonSecret  = "is a file of secrets"
	reasonNoFile  = "is no regular file"
)

// ReasonNoText is the reason of what [IsText] says no to.
const ReasonNoText = "is no UTF-8 text"

func refuse(name, reason string, args ...any) error {
	return &Refusal{Name: shorten(printable(name), 200), Reason: fmt.Sprintf(reason, args...)}
}

// ignoredBy is the reason of a name that an ignore file leaves out.
func ignoredBy(file string) string {
	if file == ".git" {
		return "belongs to git itself"
	}
	return "is ignored by " + file
}

// find returns the place of a name as a person, a model or a client wrote it:
// relative to a folder, or absolute inside one. The caller holds mu.
func (w *Workspace) find(name string) (place, error) {
	if name == "" || len(name) > maxNameBytes || strings.ContainsRune(name, 0) || !utf8.ValidString(name) {
		return place{}, refuse(name, "is no name of a file")
	}
	if len(w.folders) == 0 {
		return place{}, refuse(name, "cannot be found: no workspace folder is open")
	}
	var first error
	for _, c := range w.candidates(name) {
		at, err := w.resolve(c.folder, c.name, maxLinks)
		if err == nil {
			return at, nil
		}
		if r, ok := err.(*Refusal); first == nil || ok && r.Reason != reasonMissing { //nolint:errorlint // made by resolve, never wrapped
			first = err
		}
	}
	if first == nil {
		first = refuse(name, reasonOutside)
	}
	if r, ok := first.(*Refusal); ok { //nolint:errorlint // as above
		return place{}, refuse(name, "%s", r.Reason)
	}
	return place{}, first
}

// candidates are the places that a name can mean, by its spelling alone.
func (w *Workspace) candidates(name string) (list []place) {
	local := filepath.FromSlash(name)
	if filepath.IsAbs(local) || filepath.VolumeName(local) != "" {
		for _, f := range w.folders {
			for _, root := range []string{f.path, f.real} {
				if rel, err := filepath.Rel(root, local); root != "" && err == nil && filepath.IsLocal(rel) {
					list = append(list, place{f, slashed(rel)})
					break
				}
			}
		}
		return list
	}
	for _, f := range w.folders {
		if rest, ok := strings.CutPrefix(path.Clean(slashed(name)), f.label+"/"); f.label != "" && ok && filepath.IsLocal(filepath.FromSlash(rest)) {
			list = append(list, place{f, rest})
		}
	}
	for _, f := range w.folders {
		if filepath.IsLocal(local) {
			list = append(list, place{f, slashed(filepath.Clean(local))})
		}
	}
	return list
}

// slashed is a local name with slashes, "" for the folder itself.
func slashed(name string) string {
	if name = filepath.ToSlash(name); name == "." {
		return ""
	}
	return name
}

// resolve follows a name from directory to directory and returns the place it
// means. Every step must stand in its directory's listing and be allowed. The
// caller holds mu.
func (w *Workspace) resolve(f *folder, name string, links int) (place, error) {
	if err := w.prepare(f); err != nil {
		return place{}, refuse(name, reasonMissing)
	}
	at, c, rest := "", f.outer, name
	for rest != "" {
		d, err := w.dir(f, at)
		if err != nil {
			return place{}, refuse(name, reasonMissing)
		}
		c.add(d.git.rules, d.rigrun.rules)
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		at = path.Join(at, part)
		kind, ok := d.names[part]
		if !ok && !(rest == "" && w.isOpen(place{f, at})) {
			return place{}, refuse(name, reasonMissing)
		}
		if err := w.permitted(f, c, at, kind.IsDir()); err != nil {
			return place{}, err
		}
		if kind&fs.ModeSymlink != 0 {
			return w.follow(f, at, rest, links)
		}
	}
	return place{f, name}, nil
}

// permitted holds one name against the ignore files and the names of secrets.
func (w *Workspace) permitted(f *folder, c chain, name string, isDir bool) error {
	if file := w.out(f, c, name, isDir); file != "" {
		return refuse(name, "%s", ignoredBy(file))
	}
	if !isDir && w.secret(name) {
		return refuse(name, reasonSecret)
	}
	return nil
}

// follow resolves a symbolic link and goes on where it leads.
func (w *Workspace) follow(f *folder, link, rest string, links int) (place, error) {
	if links == 0 {
		return place{}, refuse(link, "leads through too many links")
	}
	real, err := filepath.EvalSymlinks(filepath.Join(f.real, filepath.FromSlash(link)))
	if err != nil {
		return place{}, refuse(link, reasonMissing)
	}
	for _, to := range w.folders {
		if w.prepare(to) != nil {
			continue
		}
		if rel, err := filepath.Rel(to.real, real); err == nil && filepath.IsLocal(rel) {
			return w.resolve(to, path.Join(slashed(rel), rest), links-1)
		}
	}
	return place{}, refuse(link, reasonLink)
}

func (w *Workspace) isOpen(at place) bool {
	_, ok := w.open(at)
	return ok
}

// permit holds a name that need not be there any more against the rules, as those
// of files that a change removed. The caller holds mu.
func (w *Workspace) permit(f *folder, name string) error {
	if err := w.prepare(f); err != nil {
		return refuse(name, reasonMissing)
	}
	c, at, rest := f.outer, "", name
	for rest != "" {
		if d, err := w.dir(f, at); err == nil {
			c.add(d.git.rules, d.rigrun.rules)
		}
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		at = path.Join(at, part)
		if err := w.permitted(f, c, at, rest != ""); err != nil {
			return err
		}
	}
	return nil
}

// Forbids says why a file of the disk may not be brought into a question, "" where
// nothing stands against it. name is what [Workspace.Read] takes.
func (w *Workspace) Forbids(name string) string {
	_, err := w.locate(name)
	if r, ok := err.(*Refusal); ok { //nolint:errorlint // made by find, never wrapped
		return r.Reason
	}
	return ""
}

// Withheld says why a file that the person opened must stay out of every question
// all the same, "" where it need not: .rigrunignore holds for those, too, while
// .gitignore and the names of secrets do not keep a person from asking about what
// is on the screen. path is absolute; every name it has counts.
func (w *Workspace) Withheld(paths ...string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range paths {
		for _, f := range w.folders {
			if w.prepare(f) != nil {
				continue
			}
			for _, root := range []string{f.path, f.real} {
				rel, err := filepath.Rel(root, p)
				if err == nil && filepath.IsLocal(rel) && w.rigrunIgnores(f, slashed(rel)) {
					return ignoredBy(rigrunIgnore)
				}
			}
		}
	}
	return ""
}

// rigrunIgnores reports whether .rigrunignore leaves out a name or what it lies in.
func (w *Workspace) rigrunIgnores(f *folder, name string) bool {
	c, at, rest := f.outer, "", name
	for rest != "" {
		if d, err := w.dir(f, at); err == nil {
			c.add(nil, d.rigrun.rules)
		}
		var part string
		part, rest, _ = strings.Cut(rest, "/")
		at = path.Join(at, part)
		if w.out(f, chain{rigrun: c.rigrun}, at, rest != "") == rigrunIgnore {
			return true
		}
	}
	return false
}

// printable is a text without what would break a line or a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == utf8.RuneError || r == '\u2028' || r == '\u2029' || 0x202A <= r && r <= 0x202E || 0x2066 <= r && r <= 0x2069 {
			return '?'
		}
		return r
	}, s)
}

// shorten cuts s to at most n bytes at a character's start.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
