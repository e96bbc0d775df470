package embed

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// golden is what the original model makes of a text; usegen's golden.mjs writes it.
type golden struct {
	Text   string
	Times  int
	Pieces []uint16
	Vector string // Dim little-endian float32 in base64
}

func (g golden) whole() string { return strings.Repeat(g.Text, g.Times) }

func (g golden) vector(t *testing.T) []float32 {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(g.Vector)
	if err != nil || len(raw) != 4*Dim {
		t.Fatalf("%.40q: %d bytes, %v", g.Text, len(raw), err)
	}
	v := make([]float32, Dim)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return v
}

func goldens(t testing.TB) []golden {
	t.Helper()
	f, err := os.Open("testdata/golden.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []golden
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var g golden
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	if len(all) < 60 || lines.Err() != nil {
		t.Fatalf("%d golden vectors, %v", len(all), lines.Err())
	}
	return all
}

// kernels are all that this processor can run.
func kernels() map[string]kernel {
	return map[string]kernel{"plain": sumTile, "fastest": fastest()}
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i, x := range a {
		ab += float64(x) * float64(b[i])
		aa += float64(x) * float64(x)
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

func TestPiecesAreTheOriginals(t *testing.T) {
	net := builtinNetwork(t, sumTile)
	for _, g := range goldens(t) {
		if got := (&scratch{}).tokenise(&net.trie, g.whole()); !slices.Equal(got, g.Pieces) {
			t.Errorf("%.60q × %d:\n got %v\nwant %v", g.Text, g.Times, got, g.Pieces)
		}
	}
}

func TestVectorsAreTheOriginals(t *testing.T) {
	m := Open()
	least := 1.0
	for _, g := range goldens(t) {
		got, err := m.Embed(t.Context(), g.whole())
		checkVector(t, got, err)
		c := cosine(got, g.vector(t))
		if !(c >= 0.998) {
			t.Errorf("%.60q × %d: cosine %.5f to the original's vector", g.Text, g.Times, c)
		}
		least = min(least, c)
	}
	t.Logf("least cosine to the original %.5f", least)
}

// TestKernelsGiveTheSameVectors holds in every bit: their sums are whole numbers.
func TestKernelsGiveTheSameVectors(t *testing.T) {
	m, plain := Open(), &Model{weights: builtin, kernel: sumTile}
	long := func(g golden) bool { return len(g.Pieces) > 16 } // the plain kernel takes its time
	for _, g := range slices.DeleteFunc(goldens(t), long)[:10] {
		want, err := plain.Embed(t.Context(), g.whole())
		checkVector(t, want, err)
		got, err := m.Embed(t.Context(), g.whole())
		checkVector(t, got, err)
		if !slices.Equal(got, want) {
			t.Errorf("%.60q × %d: differs from the plain kernel's, cosine %v", g.Text, g.Times, cosine(got, want))
		}
	}
}

func builtinNetwork(t testing.TB, k kernel) *network {
	t.Helper()
	net, err := load(builtin, k)
	if err != nil {
		t.Fatal(err)
	}
	return net
}
