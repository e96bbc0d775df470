package semantic

import "testing"

func TestLexiconReads(t *testing.T) {
	if _, err := readLexicon(lexiconText); err != nil {
		t.Fatal(err)
	}
}
