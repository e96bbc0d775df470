package document

import (
	"fmt"
	"maps"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// Store holds the current version of each open document. It belongs to the
// connection's read loop: none of its methods may be called from elsewhere.
type Store struct {
	encoding protocol.PositionEncodingKind
	docs     map[uri.URI]*Doc
	changes  uint64
	shared   bool // docs is visible to a Snapshot and must be copied before the next write
}

// NewStore returns an empty store whose positions are UTF-16 until SetEncoding.
func NewStore() *Store {
	return &Store{encoding: protocol.PositionEncodingKindUTF16, docs: map[uri.URI]*Doc{}}
}

// SetEncoding sets the agreed position encoding. It is called once, while no document is open.
func (s *Store) SetEncoding(enc protocol.PositionEncodingKind) { s.encoding = enc }

// Snapshot is what was open at one moment. It is immutable.
type Snapshot struct {
	docs     map[uri.URI]*Doc
	encoding protocol.PositionEncodingKind
}

// Snapshot returns what is open now. It copies nothing: the next edit does.
func (s *Store) Snapshot() Snapshot {
	s.shared = true
	return Snapshot{docs: s.docs, encoding: s.encoding}
}

// Get returns an open document.
func (s Snapshot) Get(u uri.URI) (*Doc, bool) {
	d, ok := s.docs[u]
	return d, ok
}

// Latest returns the document that was opened or changed last, of those that are
// wanted; nil where none is.
func (s Snapshot) Latest(wanted func(*Doc) bool) *Doc {
	var latest *Doc
	for _, d := range s.docs {
		if (latest == nil || d.touched > latest.touched) && wanted(d) {
			latest = d
		}
	}
	return latest
}

// Encoding returns the position encoding agreed with the client.
func (s Snapshot) Encoding() protocol.PositionEncodingKind { return s.encoding }

// All returns the open documents, in no order.
func (s Snapshot) All() map[uri.URI]*Doc { return maps.Clone(s.docs) }

// Open records a newly opened document and returns it. Opening one that is open replaces it.
func (s *Store) Open(item protocol.TextDocumentItem) *Doc {
	d := NewDoc(item.URI, string(item.LanguageID), item.Version, item.Text, s.encoding)
	s.put(d)
	return d
}

// Change applies a notification's changes in order and returns the new version.
// Each range refers to the text as the change before it left it.
func (s *Store) Change(id protocol.VersionedTextDocumentIdentifier, changes []protocol.TextDocumentContentChangeEvent) (*Doc, error) {
	d, ok := s.docs[id.URI]
	if !ok {
		return nil, fmt.Errorf("change to %s, which is not open", id.URI)
	}
	for _, c := range changes {
		d = NewDoc(d.URI, d.Language, id.Version, d.change(c), s.encoding)
	}
	if len(changes) == 0 {
		d = NewDoc(d.URI, d.Language, id.Version, d.Text, s.encoding)
	}
	s.put(d)
	return d, nil
}

// Close forgets a document.
func (s *Store) Close(u uri.URI) error {
	if _, ok := s.docs[u]; !ok {
		return fmt.Errorf("close of %s, which is not open", u)
	}
	s.own()
	delete(s.docs, u)
	return nil
}

func (s *Store) put(d *Doc) {
	s.own()
	s.changes++
	d.touched = s.changes
	s.docs[d.URI] = d
}

// own makes docs private to the store before a write.
func (s *Store) own() {
	if s.shared {
		s.docs, s.shared = maps.Clone(s.docs), false
	}
}
