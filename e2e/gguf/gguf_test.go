package gguf

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, s Shape) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestVocabulary holds the vocabulary to its size and to distinct pieces:
// servers look pieces up by their text.
func TestVocabulary(t *testing.T) {
	pieces := vocabulary()
	if len(pieces) != VocabularySize {
		t.Errorf("%d pieces, want %d", len(pieces), VocabularySize)
	}
	seen := map[string]int{}
	for i, p := range pieces {
		if j, twice := seen[p.text]; twice {
			t.Errorf("pieces %d and %d are both %q", j, i, p.text)
		}
		seen[p.text] = i
		if (p.kind == typeByte && p.text != newline || p.kind == typeControl) && p.said {
			t.Errorf("piece %d %q would break an answer's UTF-8 or end it", i, p.text)
		}
	}
}

// TestWriteIsDeterministic compares two writings, and another seed's.
func TestWriteIsDeterministic(t *testing.T) {
	first, second := write(t, Tiny()), write(t, Tiny())
	if !bytes.Equal(first, second) {
		t.Error("two writings of one shape differ")
	}
	other := Tiny()
	other.Seed++
	if bytes.Equal(first, write(t, other)) {
		t.Error("another seed gives the same bytes")
	}
	if size := len(first); size < 600_000 || size > 750_000 {
		t.Errorf("the tiny model has %d bytes, want about 0.65 MB", size)
	}
}

// TestWriteLayout reads the header back and follows the offsets to the file's end.
func TestWriteLayout(t *testing.T) {
	s := Tiny()
	raw := write(t, s)
	if string(raw[:4]) != "GGUF" || binary.LittleEndian.Uint32(raw[4:]) != 3 {
		t.Fatalf("the file starts with %x, want GGUF version 3", raw[:8])
	}
	tensors := s.tensors()
	if n := binary.LittleEndian.Uint64(raw[8:]); n != uint64(len(tensors)) {
		t.Errorf("%d tensors announced, %d made", n, len(tensors))
	}
	if n := binary.LittleEndian.Uint64(raw[16:]); n != uint64(len(metadata(s))) {
		t.Errorf("%d metadata keys announced, %d made", n, len(metadata(s)))
	}
	var data uint64
	for _, tensor := range tensors {
		if tensor.size()%alignment != 0 {
			t.Errorf("%s has %d bytes, not a multiple of %d", tensor.name, tensor.size(), alignment)
		}
		data += tensor.size()
	}
	if start := uint64(len(raw)) - data; start%alignment != 0 {
		t.Errorf("the weights start at byte %d, not at a multiple of %d", start, alignment)
	}
}

// TestWriteFile checks that a file appears whole, leaves nothing beside it, and
// is kept when it is already there.
func TestWriteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "models", "tiny.gguf")
	for range 2 {
		if err := WriteFile(path, Tiny()); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := sha256.Sum256(write(t, Tiny()))
	if got := sha256.Sum256(raw); got != want {
		t.Errorf("the file's hash is %s, want %s", hex.EncodeToString(got[:]), hex.EncodeToString(want[:]))
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("%d files in the folder, want the model alone", len(entries))
	}
}

// TestWriteRefusesImpossibleShapes names what is wrong instead of writing a file
// that no server loads.
func TestWriteRefusesImpossibleShapes(t *testing.T) {
	shapes := map[string]func(*Shape){
		"no width":            func(s *Shape) { s.Dim = 0 },
		"odd width":           func(s *Shape) { s.Dim = 65 },
		"no layers":           func(s *Shape) { s.Layers = 0 },
		"narrow feed-forward": func(s *Shape) { s.FFN = 33 },
		"uneven heads":        func(s *Shape) { s.Heads = 5 },
	}
	for name, spoil := range shapes {
		s := Tiny()
		spoil(&s)
		if err := Write(&bytes.Buffer{}, s); err == nil {
			t.Errorf("%s: written without an error", name)
		}
	}
}
