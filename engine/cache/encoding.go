package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// ErrTorn is returned for bytes that are not a whole entry as this version
// writes it: cut, changed, or written by another version.
var ErrTorn = errors.New("the stored entry is damaged or of another version")

// encodingVersion is the first byte of an encoded entry.
const encodingVersion = 1

// sumBytes is the length of the checksum that ends an encoded entry.
const sumBytes = 8

// AppendBinary appends the entry to b as bytes that [Entry.UnmarshalBinary]
// reads: a version, the fields in fixed order with lengths before texts, and the
// first eight bytes of the SHA-256 of all that. Used is left out, since it
// changes while the rest does not. It never fails.
func (e *Entry) AppendBinary(b []byte) ([]byte, error) {
	w := fieldWriter{b: append(b, encodingVersion)}
	w.b = append(w.b, e.Key[:]...)
	w.b = append(w.b, e.Check[:]...)
	w.b = append(w.b, e.Group[:]...)
	w.number(uint64(e.Level))
	w.number(uint64(e.Created.UnixMicro()))
	w.float(e.Threshold)
	w.text(e.Question)
	w.text(e.Embedder)
	w.vector(e.Vector)
	w.answer(&e.Answer)
	return appendSum(w.b, w.b[len(b):]), nil
}

// appendSum appends the checksum of data to b.
func appendSum(b, data []byte) []byte {
	sum := sha256.Sum256(data)
	return append(b, sum[:sumBytes]...)
}

// MarshalBinary returns what [Entry.AppendBinary] appends.
func (e *Entry) MarshalBinary() ([]byte, error) {
	return e.AppendBinary(make([]byte, 0, 160+e.size()))
}

// size is about how many bytes the entry takes.
func (e *Entry) size() int {
	a := &e.Answer
	return len(e.Question) + 4*len(e.Vector) + len(a.Text) + len(a.Thinking) + len(a.Model)
}

// UnmarshalBinary reads what [Entry.AppendBinary] wrote. Used is set to Created.
// It returns ErrTorn, and leaves the entry as it was, for anything else; it reads
// bytes of any origin.
func (e *Entry) UnmarshalBinary(data []byte) error {
	n := len(data) - sumBytes
	if n < 1 || data[0] != encodingVersion {
		return ErrTorn
	}
	sum := sha256.Sum256(data[:n])
	if !bytes.Equal(sum[:sumBytes], data[n:]) {
		return ErrTorn
	}
	r := fieldReader{b: data[1:n]}
	var out Entry
	copy(out.Key[:], r.take(len(out.Key)))
	copy(out.Check[:], r.take(len(out.Check)))
	copy(out.Group[:], r.take(len(out.Group)))
	out.Level = chat.Level(r.number())
	out.Created = time.UnixMicro(int64(r.number())).UTC()
	out.Threshold = r.float()
	out.Question = r.text()
	out.Embedder = r.text()
	out.Vector = r.vector()
	r.answer(&out.Answer)
	if r.bad || len(r.b) > 0 {
		return ErrTorn
	}
	out.ID = NewID(out.Key, out.Created)
	out.Used = out.Created
	*e = out
	return nil
}

// EncodeVector writes a vector as little-endian float32 numbers.
func EncodeVector(v []float32) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// DecodeVector reads what [EncodeVector] wrote, nil where b has another length
// than whole numbers have.
func DecodeVector(b []byte) []float32 {
	if len(b)%4 != 0 || len(b) == 0 {
		return nil
	}
	v := make([]float32, len(b)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return v
}

// fieldWriter appends fields to bytes.
type fieldWriter struct{ b []byte }

func (w *fieldWriter) number(v uint64) { w.b = binary.AppendUvarint(w.b, v) }

func (w *fieldWriter) float(v float64) {
	w.b = binary.LittleEndian.AppendUint64(w.b, math.Float64bits(v))
}

func (w *fieldWriter) text(s string) {
	w.number(uint64(len(s)))
	w.b = append(w.b, s...)
}

func (w *fieldWriter) vector(v []float32) {
	w.number(uint64(4 * len(v)))
	for _, x := range v {
		w.b = binary.LittleEndian.AppendUint32(w.b, math.Float32bits(x))
	}
}

func (w *fieldWriter) answer(a *Answer) {
	w.text(a.Text)
	w.text(a.Thinking)
	w.text(string(a.Reason))
	w.number(uint64(a.Usage.PromptTokens))
	w.number(uint64(a.Usage.CompletionTokens))
	if a.Usage.Estimated {
		w.number(1)
	} else {
		w.number(0)
	}
	w.text(a.Tier)
	w.text(a.Backend)
	w.text(a.Model)
	w.text(a.Digest)
	w.float(a.CostCents)
}

// fieldReader takes fields off bytes. After the first field that is not there it is
// bad, and every later one is zero.
type fieldReader struct {
	b   []byte
	bad bool
}

func (r *fieldReader) take(n int) []byte {
	if r.bad || n < 0 || n > len(r.b) {
		r.bad = true
		return nil
	}
	head := r.b[:n]
	r.b = r.b[n:]
	return head
}

func (r *fieldReader) number() uint64 {
	v, n := binary.Uvarint(r.b)
	r.take(max(n, -1))
	if n <= 0 {
		r.bad = true
		return 0
	}
	return v
}

// sized takes as many bytes as the number before them says.
func (r *fieldReader) sized() []byte {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	return r.take(int(n))
}

func (r *fieldReader) float() float64 {
	if b := r.take(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (r *fieldReader) text() string { return string(r.sized()) }

func (r *fieldReader) vector() []float32 { return DecodeVector(r.sized()) }

func (r *fieldReader) answer(a *Answer) {
	a.Text = r.text()
	a.Thinking = r.text()
	a.Reason = chat.FinishReason(r.text())
	a.Usage.PromptTokens = int(r.number())
	a.Usage.CompletionTokens = int(r.number())
	a.Usage.Estimated = r.number() == 1
	a.Tier = r.text()
	a.Backend = r.text()
	a.Model = r.text()
	a.Digest = r.text()
	a.CostCents = r.float()
}
