package semantic

import (
	"encoding/binary"
	"hash/fnv"
	"slices"
	"strings"
)

// Signature returns a number that two questions have in common wherever [Compare]
// agrees to them. So where no stored question has the signature of the one asked,
// there is nothing to compare and no vector to make. The reverse does not hold:
// of questions with one signature Compare still refuses some.
//
// It stands for what the guard wants equal, term by term and as a whole: the terms
// that nobody may leave out, which of them something comes from, goes to or is
// without, the negations, and how is asked as far as that must be the same. What
// one question may have and the other lack (names that go without saying, verbs
// that keywords leave out, kinds of things, prepositions that may stand for each
// other) is not in it.
//
// It takes about ten microseconds and depends on the guard's lexicon: what another
// version of this program stored may have another signature, and is then not found.
func Signature(text string) uint64 {
	l := english()
	pieces, long := l.scan(text)
	if long {
		return digest(text) // the same only as itself
	}
	q := l.read(pieces)
	if q.merged {
		return digest(text)
	}
	return q.signature(l)
}

// signature writes down what two questions cannot differ in.
func (q *question) signature(l *lexicon) uint64 {
	said := make([]string, 0, len(q.terms)+1)
	for i := range q.terms {
		t := &q.terms[i]
		if !l.light[t.key] && !l.unsaid[t.key] {
			said = append(said, string(binary.LittleEndian.AppendUint32([]byte(t.key), uint32(t.roles&strict))))
		}
	}
	slices.Sort(said)
	kinds := q.kinds
	if silent(kinds) { // keywords may mean it
		kinds = 0
	}
	whole := binary.LittleEndian.AppendUint32(nil, uint32(kinds))
	whole = binary.LittleEndian.AppendUint32(whole, uint32(q.nots))
	for _, is := range [...]bool{q.negated, q.or} {
		whole = append(whole, 0)
		if is {
			whole[len(whole)-1] = 1
		}
	}
	return digest(string(whole) + strings.Join(slices.Compact(said), "\xff")) // a byte that is in no text of UTF-8
}

// digest is stable over processes and machines, and no secret: who makes questions
// with one signature has them compared.
func digest(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text)) // a hash never fails
	return h.Sum64()
}
