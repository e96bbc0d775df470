package stream

import "testing"

// TestPlainRun tries every byte at every place of a word, behind every other byte.
func TestPlainRun(t *testing.T) {
	stops := func(c byte) bool { return c < ' ' || c == '"' || c == '\\' }
	for place := range 17 {
		text := []byte("abcdefghijklmnopqrstuvwxyz")
		for before := range 256 {
			for c := range 256 {
				if place > 0 {
					text[place-1] = byte(before)
				}
				text[place] = byte(c)
				want := len(text)
				switch {
				case place > 0 && stops(byte(before)):
					want = place - 1
				case stops(byte(c)):
					want = place
				}
				end, high := plainRun(text, 0)
				seen := place > 0 && before >= 0x80 || want > place && c >= 0x80
				if end != want || seen && !high {
					t.Fatalf("%q: %d, %v, want %d, %v", text, end, high, want, seen)
				}
			}
		}
	}
}
