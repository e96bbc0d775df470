package cache

import "errors"

// ErrLevel is returned by a [Backing] for an entry above [Shareable].
var ErrLevel = errors.New("the entry's classification keeps it out of a shared store")
