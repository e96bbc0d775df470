package gguf

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
)

// Value types of GGUF metadata (enum gguf_type).
const (
	typeUint32  uint32 = 4
	typeInt32   uint32 = 5
	typeFloat32 uint32 = 6
	typeBool    uint32 = 7
	typeString  uint32 = 8
	typeArray   uint32 = 9
)

// alignment is GGUF's default: the tensor data starts at a multiple of it.
const alignment = 32

// Write writes the model of the given shape to w.
func Write(w io.Writer, s Shape) error {
	if err := s.check(); err != nil {
		return err
	}
	e := &encoder{w: bufio.NewWriterSize(w, 1<<16)}
	tensors := s.tensors()
	e.header(s, len(tensors))
	var offset uint64
	for _, t := range tensors {
		e.tensorInfo(t, offset)
		offset += t.size()
	}
	e.pad()
	for _, t := range tensors {
		e.weights(s, t)
	}
	if e.err == nil {
		e.err = e.w.Flush()
	}
	if e.err != nil {
		return fmt.Errorf("gguf: write model %q: %w", s.Name, e.err)
	}
	return nil
}

// WriteFile makes the file path hold the model. The file appears whole or not at
// all; one that is already there is kept, since the same shape gives the same bytes.
func WriteFile(path string, s Shape) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("gguf: make the folder of %q: %w", s.Name, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".gguf-*")
	if err != nil {
		return fmt.Errorf("gguf: make the file of %q: %w", s.Name, err)
	}
	defer os.Remove(f.Name()) // fails after the rename, and should
	err = Write(f, s)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// encoder writes GGUF's little-endian values and keeps the first error.
type encoder struct {
	w   *bufio.Writer
	n   uint64 // bytes written
	err error
}

func (e *encoder) bytes(p []byte) {
	if e.err != nil {
		return
	}
	n, err := e.w.Write(p)
	e.n += uint64(n)
	e.err = err
}

func (e *encoder) u32(v uint32) { e.bytes(binary.LittleEndian.AppendUint32(nil, v)) }
func (e *encoder) u64(v uint64) { e.bytes(binary.LittleEndian.AppendUint64(nil, v)) }

func (e *encoder) string(s string) {
	e.u64(uint64(len(s)))
	e.bytes([]byte(s))
}

// header writes the magic number, the counts and the metadata.
func (e *encoder) header(s Shape, tensors int) {
	fields := metadata(s)
	e.bytes([]byte("GGUF"))
	e.u32(3)
	e.u64(uint64(tensors))
	e.u64(uint64(len(fields)))
	for _, f := range fields {
		e.string(f.key)
		e.value(f.value)
	}
}

// value writes one metadata value with its type. Only the types that metadata
// holds occur.
func (e *encoder) value(v any) {
	switch v := v.(type) {
	case uint32:
		e.u32(typeUint32)
		e.u32(v)
	case float32:
		e.u32(typeFloat32)
		e.u32(math.Float32bits(v))
	case bool:
		e.u32(typeBool)
		e.bytes([]byte{boolByte(v)})
	case string:
		e.u32(typeString)
		e.string(v)
	case []string:
		e.array(typeString, len(v), func(i int) { e.string(v[i]) })
	case []float32:
		e.array(typeFloat32, len(v), func(i int) { e.u32(math.Float32bits(v[i])) })
	case []int32:
		e.array(typeInt32, len(v), func(i int) { e.u32(uint32(v[i])) })
	default:
		e.err = fmt.Errorf("no metadata type for %T", v)
	}
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (e *encoder) array(kind uint32, n int, item func(i int)) {
	e.u32(typeArray)
	e.u32(kind)
	e.u64(uint64(n))
	for i := range n {
		item(i)
	}
}

// tensorInfo writes a tensor's name, dimensions, type (0: 32-bit float) and offset.
func (e *encoder) tensorInfo(t tensor, offset uint64) {
	e.string(t.name)
	if t.rows == 0 {
		e.u32(1)
		e.u64(uint64(t.cols))
	} else {
		e.u32(2)
		e.u64(uint64(t.cols))
		e.u64(uint64(t.rows))
	}
	e.u32(0)
	e.u64(offset)
}

func (e *encoder) pad() {
	if rest := e.n % alignment; rest != 0 {
		e.bytes(make([]byte, alignment-rest))
	}
}

func (e *encoder) weights(s Shape, t tensor) {
	rng := s.source(t.name)
	row := make([]float32, t.cols)
	raw := make([]byte, 0, 4*t.cols)
	for r := range max(t.rows, 1) {
		t.fill(r, row, rng)
		raw = raw[:0]
		for _, v := range row {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		e.bytes(raw)
	}
}
