package cache

import (
	"context"
	"errors"
	"sync"
)

// maxNotes bounds how many different troubles are told apart.
const maxNotes = 32

// notes collects errors that nobody waits for, each message once.
type notes struct {
	mu   sync.Mutex
	said map[string]bool // messages that were noted; guarded by mu
	next []error         // those not taken yet; guarded by mu
}

// note keeps an error of the backing for [Cache.Err]. That somebody's question
// was given up or somebody else is busy is not worth a word.
func (c *Cache) note(err error) {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrBusy) {
		return
	}
	c.notes.add(err)
}

func (n *notes) add(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.said == nil {
		n.said = map[string]bool{}
	}
	if text := err.Error(); !n.said[text] && len(n.said) < maxNotes {
		n.said[text] = true
		n.next = append(n.next, err)
	}
}

func (n *notes) take() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	err := errors.Join(n.next...)
	n.next = nil
	return err
}
