package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"testing"
	"time"
)

func contents() []file {
	return []file{{"x/rigrun-lsp", []byte("binary"), 0o755}, {"x/README.md", []byte("read me"), 0o644}}
}

// TestArchives packs twice, compares, and unpacks.
func TestArchives(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)
	for name, pack := range map[string]func([]file, time.Time) ([]byte, error){"tar.gz": tarball, "zip": zipped} {
		one, err := pack(contents(), at)
		if err != nil {
			t.Fatal(err)
		}
		two, err := pack(contents(), at)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one, two) {
			t.Errorf("%s: the same files give other bytes", name)
		}
		if later, _ := pack(contents(), at.Add(time.Hour)); bytes.Equal(one, later) {
			t.Errorf("%s: the time is not in it", name)
		}
	}
}

func TestTarballHasWhatItWasGiven(t *testing.T) {
	at := time.Unix(1_700_000_000, 0)
	data, err := tarball(contents(), at)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(unpacked)
	for _, want := range contents() {
		head, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil || head.Name != want.name || head.FileInfo().Mode() != want.mode || !head.ModTime.Equal(at) || !bytes.Equal(text, want.data) {
			t.Errorf("%+v %q %v", head, text, err)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("there is more: %v", err)
	}
}

func TestZipHasWhatItWasGiven(t *testing.T) {
	data, err := zipped(contents(), time.Unix(1_700_000_000, 0))
	if err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range contents() {
		got := r.File[i]
		in, err := got.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil || got.Name != want.name || got.Mode() != want.mode || !bytes.Equal(text, want.data) {
			t.Errorf("%s %v %q %v", got.Name, got.Mode(), text, err)
		}
	}
}

func TestDebianVersion(t *testing.T) {
	for described, want := range map[string]string{
		"v1.2.0":            "1.2.0",
		"v1.2.0-3-gabcdef0": "1.2.0+3+gabcdef0",
		"abcdef0":           "0~git.abcdef0",
		"abcdef0-dirty":     "0~git.abcdef0.dirty",
		"v0.1.0-dirty":      "0.1.0+dirty",
	} {
		if got := debianVersion(described); got != want {
			t.Errorf("%s is %s, not %s", described, got, want)
		}
	}
}
