package outline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Files reads the workspace. An editor's open buffers win over the disk: the
// caller supplies an overlay that answers for them; [Disk] is the plain one.
// Both methods must be safe for concurrent use.
type Files interface {
	// ReadFile returns the whole file at path.
	ReadFile(path string) ([]byte, error)
	// ReadDir returns the names in dir, in any order: regular files as they are,
	// folders with a trailing slash ("cmd/"). Other entries, symbolic links among them,
	// are left out, so that a walk never leaves the folder it started in.
	ReadDir(dir string) ([]string, error)
}

// Disk returns the Files that reads the disk alone.
func Disk() Files { return disk{} }

type disk struct{}

func (disk) ReadFile(path string) ([]byte, error) { return os.ReadFile(path) }

func (disk) ReadDir(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		switch {
		case e.IsDir():
			names = append(names, e.Name()+"/")
		case e.Type().IsRegular():
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// The bounds on what one answer reads besides the document itself.
const (
	maxFiles     = 2000                   // files read
	maxFileBytes = 2 << 20                // larger files are left out
	readBudget   = 150 * time.Millisecond // from the first read to the last
)

// errBudget says that a read was refused because the answer has read enough.
var errBudget = errors.New("enough was read for one answer")

// fence is the part of the workspace one answer may read: what lies below root,
// until the budget is used up. It belongs to one answer and is not shared.
type fence struct {
	files Files
	root  string // cleaned, "" where nothing may be read

	budget time.Duration // for reading
	began  time.Time
	left   int
	cut    bool // something was refused for the budget's sake
}

func newFence(files Files, folder string, budget time.Duration) *fence {
	f := &fence{files: files, left: maxFiles, budget: budget}
	if folder != "" && files != nil {
		f.root = filepath.Clean(folder)
	}
	return f
}

// spent says whether the budget is used up, and notes that something was left out.
func (f *fence) spent() bool {
	if f.began.IsZero() {
		f.began = time.Now()
	}
	if f.left > 0 && time.Since(f.began) < f.budget {
		return false
	}
	f.cut = true
	return true
}

// late says whether so much time is used up, a third more than for reading, that
// types are not checked any more: the check cannot be stopped once it has begun.
func (f *fence) late() bool {
	return !f.began.IsZero() && time.Since(f.began) > f.budget*4/3
}

// inside says whether path lies below the root. The test is on the path's text;
// links are kept out by [Files.ReadDir] not listing them.
func (f *fence) inside(path string) bool {
	if f.root == "" {
		return false
	}
	rel, err := filepath.Rel(f.root, path)
	return err == nil && filepath.IsLocal(rel)
}

// reaches says whether dir is the root or a folder below it that can be reached
// through listed folders alone: one behind a link may lie anywhere.
func (f *fence) reaches(dir string) bool {
	if !f.inside(dir) {
		return false
	}
	rel, err := filepath.Rel(f.root, dir)
	if err != nil || rel == "." {
		return err == nil
	}
	at := f.root
	for part := range strings.SplitSeq(filepath.ToSlash(rel), "/") {
		if _, folders := f.readDir(at); !slices.Contains(folders, part) {
			return false
		}
		at = filepath.Join(at, part)
	}
	return true
}

func (f *fence) readFile(path string) ([]byte, error) {
	if !f.inside(path) {
		return nil, fmt.Errorf("read %s: outside the workspace folder", filepath.Base(path))
	}
	if f.spent() {
		return nil, errBudget
	}
	f.left--
	data, err := f.files.ReadFile(path)
	if err == nil && len(data) > maxFileBytes {
		f.cut = true
		return nil, errBudget
	}
	return data, err
}

// readDir returns the names of dir's files and, separately, of its folders.
func (f *fence) readDir(dir string) (names, folders []string) {
	if !f.inside(dir) || f.spent() {
		return nil, nil
	}
	all, err := f.files.ReadDir(dir)
	if err != nil {
		return nil, nil
	}
	for _, name := range all {
		plain, isDir := strings.CutSuffix(name, "/")
		if plain != filepath.Base(plain) || plain == ".." || plain == "." {
			continue // not a name in dir
		}
		if isDir {
			folders = append(folders, plain)
		} else {
			names = append(names, plain)
		}
	}
	return names, folders
}
