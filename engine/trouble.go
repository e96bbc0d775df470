package engine

import (
	"errors"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// troubles are the causes that were told. What is kept is kept in one file, so
// that one thing that goes wrong is noticed in several places.
type troubles struct {
	mu   sync.Mutex
	told map[string]bool // guarded by mu
}

// fresh joins those errors whose cause was not told yet.
func (t *troubles) fresh(all ...error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.told == nil {
		t.told = map[string]bool{}
	}
	var left []error
	for _, err := range all {
		if err == nil {
			continue
		}
		if cause := cause(err); !t.told[cause] {
			t.told[cause] = true
			left = append(left, err)
		}
	}
	return errors.Join(left...)
}

// cause is the text of the first error that err is about, without what was tried.
func cause(err error) string {
	if aside, ok := errors.AsType[*cache.SetAside](err); ok {
		return aside.Error() // the file may be damaged again
	}
	if aside, ok := errors.AsType[*database.SetAside](err); ok {
		return aside.Error()
	}
	for {
		switch e := err.(type) { //nolint:errorlint // this is how a chain is walked
		case interface{ Unwrap() error }:
			if e.Unwrap() == nil {
				return err.Error()
			}
			err = e.Unwrap()
		case interface{ Unwrap() []error }:
			if len(e.Unwrap()) != 1 {
				return err.Error()
			}
			err = e.Unwrap()[0]
		default:
			return err.Error()
		}
	}
}
