package cache

import "errors"

// ErrLevel is returned by a [Backing] for an entry above [Shareable].
var ErrLevel = errors.New("the entry's classification keeps it out of a shared store")

// SetAside is returned by a [Backing] that found its file damaged, kept it under
// another name and starts a new one. The operation that found it did nothing;
// the next one works.
type SetAside struct {
	Path, To string
	Err      error // what was wrong with it
}

// Error says what happened and where the damaged file is now.
func (e *SetAside) Error() string {
	return "the file of kept answers and conversations " + e.Path + " was damaged and is started afresh; what was left of it is kept as " + e.To
}

// Unwrap returns what was wrong.
func (e *SetAside) Unwrap() error { return e.Err }

// ErrBusy is returned by a [Backing] where others kept it from its work for
// longer than it waits. Nothing is wrong.
var ErrBusy = errors.New("the cache is in use by another process")
