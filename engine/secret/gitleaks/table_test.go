package main

import (
	"bytes"
	"os"
	"testing"
)

// TestWritten: what is committed is what the pinned version of gitleaks gives.
func TestWritten(t *testing.T) {
	for name, write := range map[string]func() ([]byte, error){tableFile: writeTable, examplesFile: writeExamples} {
		want, err := write()
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == examplesFile {
			// Another version of Go may pack the same lines in another way.
			got, want = unpacked(t, got), unpacked(t, want)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what this program writes: run go run . in this folder", name)
		}
	}
}

func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	raw, err := decode(packed)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
