package semantic

import (
	"slices"
	"testing"
)

// TestSignatureIsSharedWhereTheGuardAgrees compares every question of the lists
// with every other, in all pairs that share a signature and one in sixteen of the
// others.
func TestSignatureIsSharedWhereTheGuardAgrees(t *testing.T) {
	var all []string
	for _, name := range []string{"dev.txt", "heldout.txt", "heldout2.txt", "heldout3.txt", "near.txt"} {
		for _, p := range readPairs(t, name) {
			all = append(all, p.stored, p.asked)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	signatures := make([]uint64, len(all))
	for i, q := range all {
		signatures[i] = Signature(q)
	}
	agreed, refused := 0, 0
	for i, a := range all {
		for j, b := range all[:i] {
			switch equal, near := signatures[i] == signatures[j], (i+j)%16 == 0; {
			case !equal && !near:
			case Compare(a, b).OK:
				if agreed++; !equal {
					t.Errorf("the guard agrees to %q and %q, whose signatures differ", a, b)
				}
			case equal:
				refused++
			}
		}
	}
	t.Logf("of %d questions, %d pairs agree; %d share a signature only", len(all), agreed, refused)
	if agreed < 200 || refused > agreed/2 {
		t.Errorf("%d pairs agree, %d share a signature only", agreed, refused)
	}
}

// TestSignatureTellsNearMissesApart counts the near misses of the lists that are
// known for such without a vector.
func TestSignatureTellsNearMissesApart(t *testing.T) {
	for _, name := range []string{"dev.txt", "heldout.txt", "heldout2.txt"} {
		misses, apart := 0, 0
		for _, p := range readPairs(t, name) {
			equal := Signature(p.stored) == Signature(p.asked)
			if v := Compare(p.stored, p.asked); v.OK && !equal {
				t.Errorf("the guard agrees to %q and %q, whose signatures differ", p.stored, p.asked)
			}
			if p.same {
				continue
			}
			if misses++; !equal {
				apart++
			}
		}
		t.Logf("%s: %d of %d near misses have another signature", name, apart, misses)
		if apart < misses*8/10 {
			t.Errorf("%s: %d of %d near misses have another signature", name, apart, misses)
		}
	}
}

func TestSignatureOfWhatIsComparedWithItselfOnly(t *testing.T) {
	long := ""
	for range maxPieces + 1 {
		long += "word "
	}
	if Signature(long) == Signature(long+"more") || Signature(long) == Signature(long[5:]) {
		t.Error("a long text is the same as another")
	}
	if Signature("") == Signature("how do I sort a slice?") {
		t.Error("nothing is something")
	}
}

func BenchmarkSignature(b *testing.B) {
	english()
	b.ReportAllocs()
	for b.Loop() {
		Signature("How do I convert a string to an integer in Go without losing its sign?")
	}
}
