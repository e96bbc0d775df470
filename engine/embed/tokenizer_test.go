package embed

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// vocabulary reads the pieces back out of the trie, by their text.
func vocabulary(t testing.TB, of *trie) map[string]uint16 {
	t.Helper()
	all := map[string]uint16{}
	var walk func(node int, text string)
	walk = func(node int, text string) {
		if p := of.piece[node]; p != noPiece {
			all[text] = p
		}
		for e := of.first[node]; e < of.first[node+1]; e++ {
			walk(int(e)+1, text+string(rune(of.runes[e])))
		}
	}
	walk(0, "")
	if len(all) < 7900 {
		t.Fatalf("%d pieces", len(all))
	}
	return all
}

// originals tokenises as the original's program does, step by step: first all
// pieces that match anywhere, by where they end and start, then the best way to
// each end.
func originals(score []float64, known map[string]uint16, text string) []uint16 {
	text = norm.NFKC.String(text)
	if text == "" {
		return nil
	}
	runes := []rune("▁" + strings.ReplaceAll(text, " ", "▁"))
	type match struct {
		piece uint16
		score float64
	}
	ends := make([]map[int]match, len(runes)+1)
	for i := range ends {
		ends[i] = map[int]match{}
	}
	for i := range runes {
		found := false
		for end := i + 1; end <= min(i+16, len(runes)); end++ {
			if p, ok := known[string(runes[i:end])]; ok {
				ends[end][i] = match{p, score[p]}
				found = true
			}
		}
		if !found {
			ends[i+1][i] = match{unknown, 0}
		}
	}
	best, last, from := make([]float64, len(ends)), make([]uint16, len(ends)), make([]int, len(ends))
	for end := range ends {
		from[end] = end - 1
		for _, start := range slices.Sorted(maps.Keys(ends[end])) {
			m := ends[end][start]
			if s := m.score + best[start]; best[end] == 0 || s >= best[end] {
				best[end], last[end], from[end] = s, m.piece, start
			}
		}
	}
	var pieces []uint16
	for i := len(runes); i > 0; i = from[i] {
		pieces = append(pieces, last[i])
	}
	slices.Reverse(pieces)
	pieces = slices.CompactFunc(pieces, func(a, b uint16) bool { return a == unknown && b == unknown })
	return pieces[:min(len(pieces), maxPieces)]
}

func FuzzTokenise(f *testing.F) {
	for _, text := range odd() {
		f.Add(text[:min(len(text), 1000)])
	}
	for _, g := range goldens(f) {
		f.Add(g.Text)
	}
	net := builtinNetwork(f, sumTile)
	known := vocabulary(f, &net.trie)
	s := &scratch{}
	f.Fuzz(func(t *testing.T, text string) {
		got := s.tokenise(&net.trie, text)
		if len(got) > maxPieces {
			t.Fatalf("%d pieces", len(got))
		}
		if len(text) > 1000 {
			return // only the beginning is read, and normalised apart from the rest
		}
		if want := originals(net.trie.score, known, text); !slices.Equal(got, want) {
			t.Fatalf("%q:\n got %v\nwant %v", text, got, want)
		}
	})
}
