package document

import (
	"slices"
	"sync"
)

// Files reads files and folders.
type Files interface {
	ReadFile(path string) ([]byte, error)
	ReadDir(dir string) ([]string, error)
}

// Overlay reads files the way the editor shows them: an open document's text
// wins over what lies beneath. Unlike a [Store] it may be read from any
// goroutine. Make it with [NewOverlay].
type Overlay struct {
	Files // what lies beneath: the disk

	mu    sync.RWMutex
	text  map[string]string // guarded by mu; by path
	order []string          // guarded by mu; the paths, the last touched at the end
}

// NewOverlay returns an overlay of beneath without open documents.
func NewOverlay(beneath Files) *Overlay {
	return &Overlay{Files: beneath, text: map[string]string{}}
}

// Set records the text of an open document. An empty path is no file and is ignored.
func (o *Overlay) Set(path, text string) {
	if path == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text[path] = text
	o.order = append(slices.DeleteFunc(o.order, func(p string) bool { return p == path }), path)
}

// Remove forgets a document that was closed.
func (o *Overlay) Remove(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.text, path)
	o.order = slices.DeleteFunc(o.order, func(p string) bool { return p == path })
}

// Open returns the text of the open document with a path.
func (o *Overlay) Open(path string) (text string, ok bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	text, ok = o.text[path]
	return text, ok
}

// Opened returns the paths of the open documents, the last opened or changed first.
func (o *Overlay) Opened() []string {
	o.mu.RLock()
	defer o.mu.RUnlock()
	paths := slices.Clone(o.order)
	slices.Reverse(paths)
	return paths
}

// ReadFile returns the open document's text, else the file's.
func (o *Overlay) ReadFile(path string) ([]byte, error) {
	if text, ok := o.Open(path); ok {
		return []byte(text), nil
	}
	return o.Files.ReadFile(path)
}
