package embed

import (
	"encoding/binary"
	"math"
	"sort"
)

// noPiece marks a node at which no piece ends.
const noPiece = 0xffff

// trie holds the vocabulary. Nodes are numbered breadth first from the root, 0,
// so that edge e leads to node e+1; the file's form is usegen's.
type trie struct {
	first []uint32  // nodes+1: where each node's edges start; they end where the next one's start
	runes []uint32  // of each edge, ascending within a node
	piece []uint16  // that ends at each node, or noPiece
	score []float64 // of each piece: the logarithm of its probability
}

func (r *reader) trie() trie {
	nodes, pieces := r.uint32(), r.uint32()
	if nodes < 1 || nodes > len(r.rest) || pieces > len(r.rest) {
		r.bad = true
		return trie{}
	}
	return trie{
		first: numbers(r, nodes+1, 4, binary.LittleEndian.Uint32),
		runes: numbers(r, nodes-1, 4, binary.LittleEndian.Uint32),
		piece: numbers(r, nodes, 2, binary.LittleEndian.Uint16),
		score: numbers(r, pieces, 8, func(b []byte) float64 {
			return math.Float64frombits(binary.LittleEndian.Uint64(b))
		}),
	}
}

// sound tells whether no walk through the trie can leave its arrays.
func (t *trie) sound() bool {
	if len(t.first) == 0 || t.first[0] != 0 || int(t.first[len(t.first)-1]) != len(t.runes) {
		return false
	}
	for i := 1; i < len(t.first); i++ {
		if t.first[i] < t.first[i-1] {
			return false
		}
	}
	for _, p := range t.piece {
		if p != noPiece && int(p) >= min(len(t.score), pieceCount) {
			return false
		}
	}
	return true
}

// step follows the edge with the rune from a node.
func (t *trie) step(node int, r rune) (int, bool) {
	low, high := int(t.first[node]), int(t.first[node+1])
	edges := t.runes[low:high]
	i := sort.Search(len(edges), func(i int) bool { return edges[i] >= uint32(r) })
	if i == len(edges) || edges[i] != uint32(r) {
		return 0, false
	}
	return low + i + 1, true
}
