package document

import (
	"os"
	"sync"
)

// Overlay reads files the way the editor shows them: an open document's text
// wins over the disk. Unlike a [Store] it may be read from any goroutine. The
// zero value is ready.
type Overlay struct {
	mu   sync.RWMutex
	text map[string]string // guarded by mu; by path
}

// Set records the text of an open document. An empty path is no file and is ignored.
func (o *Overlay) Set(path, text string) {
	if path == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.text == nil {
		o.text = map[string]string{}
	}
	o.text[path] = text
}

// Remove forgets a document that was closed.
func (o *Overlay) Remove(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.text, path)
}

// ReadFile returns the open document's text, else the file's.
func (o *Overlay) ReadFile(path string) ([]byte, error) {
	o.mu.RLock()
	text, ok := o.text[path]
	o.mu.RUnlock()
	if ok {
		return []byte(text), nil
	}
	return os.ReadFile(path) //nolint:gosec // its callers keep to the workspace's folders
}

// ReadDir returns the names in a folder, folders with a trailing slash. Symbolic
// links and other special files are left out, so that a walk never leaves the
// folder it started in.
func (o *Overlay) ReadDir(dir string) ([]string, error) {
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
