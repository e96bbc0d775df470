package embed

import (
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// maxPieces is what the original reads of a text.
	maxPieces = 128
	// maxRunes is what is looked at to find them. Pieces have at most 16 runes, so
	// 2,048 would do, were it not for runs of unknown runes, which make one piece.
	maxRunes = 4096
	// maxBytes bounds a text before it is normalised, which can make it longer:
	// maxRunes of the longest form.
	maxBytes = maxRunes * utf8.UTFMax
	// mark stands for a space, and for the text's start.
	mark = '▁'
	// unknown is the piece of what is not in the vocabulary.
	unknown = 0
)

// normalised appends the runes that the vocabulary is looked up for: the text in
// NFKC, spaces marked, one mark before it. Nothing comes of the empty text.
func (s *scratch) normalised(text string) []rune {
	if len(text) > maxBytes {
		text = text[:maxBytes]
	}
	s.runes = s.runes[:0]
	if ascii(text) || norm.NFKC.IsNormalString(text) {
		for _, r := range text {
			s.rune(r)
		}
		return s.runes
	}
	s.bytes = norm.NFKC.AppendString(s.bytes[:0], text)
	for rest := s.bytes; len(rest) > 0 && len(s.runes) < maxRunes; {
		r, n := utf8.DecodeRune(rest)
		s.rune(r)
		rest = rest[n:]
	}
	return s.runes
}

// ascii tells texts that need no look at tables, which allocates.
func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (s *scratch) rune(r rune) {
	if len(s.runes) == 0 {
		s.runes = append(s.runes, mark)
	}
	if r == ' ' {
		r = mark
	}
	if len(s.runes) < maxRunes {
		s.runes = append(s.runes, r)
	}
}

// best is the best way to part the runes up to a position.
type best struct {
	score  float64 // 0 also stands for "no way known", as in the original
	piece  uint16  // the last one
	length int32   // of the last piece, in runes
}

// tokenise returns the text's first pieces: those of the most probable way to part
// the whole of it (Kudo, "Subword Regularization", 2018, section 3.2), found by
// Viterbi's algorithm. It decides as the original does in every case, odd ones
// included: an unknown rune scores 0, better than any known piece; a score of 0 is
// replaced by whatever comes next; of equal scores the shorter last piece wins; unknown
// runes in a row are one piece.
func (s *scratch) tokenise(t *trie, text string) []uint16 {
	runes := s.normalised(text)
	s.ways = slices.Grow(s.ways[:0], len(runes)+1)[:len(runes)+1]
	for i := range s.ways {
		s.ways[i] = best{piece: unknown, length: 1}
	}
	for i := range runes {
		s.extend(t, runes, i)
	}
	return s.walkBack()
}

// extend offers every piece that starts at rune i.
func (s *scratch) extend(t *trie, runes []rune, i int) {
	node, matched := 0, false
	for end, r := range runes[i:] {
		next, ok := t.step(node, r)
		if !ok {
			break
		}
		node = next
		if p := t.piece[node]; p != noPiece {
			s.offer(i, end+1, p, t.score[p])
			matched = true
		}
	}
	if !matched {
		s.offer(i, 1, unknown, 0)
	}
}

func (s *scratch) offer(start, length int, piece uint16, score float64) {
	score += s.ways[start].score
	if w := &s.ways[start+length]; w.score == 0 || score >= w.score {
		*w = best{score, piece, int32(length)}
	}
}

// walkBack gathers the best way's pieces from its end and turns them round.
func (s *scratch) walkBack() []uint16 {
	s.pieces = s.pieces[:0]
	for i := len(s.ways) - 1; i > 0; {
		p := s.ways[i].piece
		if n := len(s.pieces); p != unknown || n == 0 || s.pieces[n-1] != unknown {
			s.pieces = append(s.pieces, p)
		}
		i -= int(s.ways[i].length)
	}
	slices.Reverse(s.pieces)
	return s.pieces[:min(len(s.pieces), maxPieces)]
}
