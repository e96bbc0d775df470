package workspace

import (
	"context"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Overlay is what the editor has open. An open document's text wins over the
// file's. Its methods may be called from any goroutine.
type Overlay interface {
	// Open returns the text of the document with a file's path.
	Open(path string) (text string, ok bool)
	// Opened returns the paths of the open documents, the last touched first.
	Opened() []string
}

// Refresher is an [Overlay] that does not know by itself what the editor shows.
// Refresh is called before a file is read that was named, once it is known that
// it may be read, and never while many files are looked through. It returns when
// Open says what the editor shows, or when that cannot be known.
type Refresher interface {
	Refresh(ctx context.Context, path string)
}

// Options are what a workspace is made of.
type Options struct {
	// Folders are the absolute paths of the workspace's folders.
	Folders []string
	// Files are the editor's open documents, nil for none.
	Files Overlay
	// Secret reports whether a file is one of secrets, by its name; nil for never.
	Secret func(path string) bool
	// Git is the git program, "" for the one on the PATH.
	Git string
}

// Workspace reads the files of some folders. Make it with [New].
type Workspace struct {
	options Options
	folders []*folder
	fold    bool // the file system takes upper and lower case for the same

	mu     sync.Mutex // guards what the folders know of their directories, see folder.dirs
	global *globalRules
	index  index
}

// New returns a workspace over some folders. It reads nothing yet.
func New(o Options) *Workspace {
	w := &Workspace{options: o, fold: runtime.GOOS == "windows" || runtime.GOOS == "darwin"}
	w.global = &globalRules{git: o.Git}
	w.index.known = map[string]*card{}
	for _, p := range o.Folders {
		if p = filepath.Clean(p); filepath.IsAbs(p) && !slices.ContainsFunc(w.folders, func(f *folder) bool { return f.path == p }) {
			w.folders = append(w.folders, &folder{path: p, dirs: map[string]*dir{}})
		}
	}
	for _, f := range w.folders {
		f.label = w.label(f)
	}
	return w
}

// label is how names begin that lie in a folder: not at all where there is one
// folder, else with its last element, else (where two end alike) with its path.
func (w *Workspace) label(f *folder) string {
	if len(w.folders) == 1 {
		return ""
	}
	base := filepath.Base(f.path)
	for _, other := range w.folders {
		if other != f && strings.EqualFold(filepath.Base(other.path), base) {
			return filepath.ToSlash(f.path)
		}
	}
	return base
}

// Folders returns the absolute paths of the folders.
func (w *Workspace) Folders() []string {
	var paths []string
	for _, f := range w.folders {
		paths = append(paths, f.path)
	}
	return paths
}

func (w *Workspace) secret(name string) bool {
	return w.options.Secret != nil && w.options.Secret(name)
}

// open returns the text of an open document at a place, under the path that the
// editor knows, or under the resolved one.
func (w *Workspace) open(at place) (string, bool) {
	if w.options.Files == nil {
		return "", false
	}
	if text, ok := w.options.Files.Open(at.path()); ok {
		return text, true
	}
	if at.folder.real == at.folder.path || at.folder.real == "" {
		return "", false
	}
	return w.options.Files.Open(at.realPath())
}

// poolSize is how many sets of folders a [Pool] remembers: an editor changes its
// folders now and then, and a question that is under way keeps its own.
const poolSize = 4

// Pool gives the same workspace to everyone who asks for the same folders, so that
// what one has read the others need not read again. It is safe for concurrent use.
type Pool struct {
	options Options

	mu   sync.Mutex
	list []*Workspace // guarded by mu; the last used at the end
}

// NewPool returns a pool. The options' Folders are not used.
func NewPool(o Options) *Pool { return &Pool{options: o} }

// Of returns the workspace over some folders. The folders' order matters.
func (p *Pool) Of(folders []string) *Workspace {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.list, func(w *Workspace) bool { return slices.Equal(w.options.Folders, folders) })
	if i >= 0 {
		w := p.list[i]
		p.list = append(slices.Delete(p.list, i, i+1), w)
		return w
	}
	o := p.options
	o.Folders = slices.Clone(folders)
	w := New(o)
	p.list = append(p.list, w)
	if len(p.list) > poolSize {
		p.list = slices.Delete(p.list, 0, 1)
	}
	return w
}

// freshFor is how long the list of all files and what is known of each is taken
// for true. A person who saves a file and asks at once is answered from the open
// document; what other programs write is seen this much later at most.
const freshFor = 2 * time.Second
