package store

import (
	"errors"

	"github.com/rigrun/rigrun-lsp/engine/store/export"
)

// ErrFormat is returned for a format that no export has.
var ErrFormat = errors.New(`"markdown", "json" or "html" was expected`)

// Export writes a conversation as a document: "markdown", "json" or "html", a page
// that needs nothing else and loads nothing.
func (s *Conversations) Export(id, format string) (string, error) {
	write, ok := export.For(format)
	if !ok {
		return "", ErrFormat
	}
	c, err := s.Get(id)
	if err != nil {
		return "", err
	}
	return write(&c), nil
}
