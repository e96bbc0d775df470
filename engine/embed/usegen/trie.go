package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// reserved is the number of pieces at the vocabulary's head that no text matches:
// the unknown piece, the sentence marks, three spare ones.
const reserved = 6

// none marks a node at which no piece ends.
const none = 0xffff

// piece is an entry of vocab.json: its text and the logarithm of its probability.
// Seven pieces have null for it, which the original's arithmetic takes as 0.
type piece struct {
	text  string
	score float64
}

func (p *piece) UnmarshalJSON(raw []byte) error {
	return json.Unmarshal(raw, &[]any{&p.text, &p.score})
}

func vocabulary(raw []byte) ([]piece, error) {
	var all []piece
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, fmt.Errorf("vocab.json: %w", err)
	}
	if len(all) >= none {
		return nil, errors.New("vocab.json: more pieces than 16 bits number")
	}
	return all, nil
}

// node is a trie's node while it is being built.
type node struct {
	next  map[rune]*node
	piece uint16
}

func (n *node) insert(text string, id uint16) {
	for _, r := range text {
		if n.next[r] == nil {
			n.next[r] = &node{map[rune]*node{}, none}
		}
		n = n.next[r]
	}
	n.piece = id // of two equal pieces the later one counts, as in the original
}

// trie writes the vocabulary as a trie whose nodes are numbered breadth first, so
// that edge e leads to node e+1 and only the edges' runes are stored:
//
//	uint32            nodes n
//	uint32            pieces p
//	(n+1) × uint32    the first edge of each node; its edges end where the next one's start
//	(n-1) × uint32    the rune of each edge, ascending within a node
//	n × uint16        the piece that ends at each node, 0xffff for none
//	p × float64       the score of each piece
func (w *writer) trie(pieces []piece) {
	root := &node{map[rune]*node{}, none}
	for i := reserved; i < len(pieces); i++ {
		root.insert(pieces[i].text, uint16(i))
	}
	nodes := []*node{root}
	first := []uint32{}
	var runes []uint32
	for i := 0; i < len(nodes); i++ {
		first = append(first, uint32(len(runes)))
		for _, r := range slices.Sorted(maps.Keys(nodes[i].next)) {
			runes = append(runes, uint32(r))
			nodes = append(nodes, nodes[i].next[r])
		}
	}
	w.put(uint32(len(nodes)), uint32(len(pieces)), append(first, uint32(len(runes))), runes)
	for _, n := range nodes {
		w.put(n.piece)
	}
	for _, p := range pieces {
		w.put(p.score)
	}
}
