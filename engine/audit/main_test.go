package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"go.uber.org/goleak"
)

// childVariable makes the test binary a writer of its own, see child in
// process_test.go.
const childVariable = "RIGRUN_AUDIT_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		child(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// folder is a folder for a log that is not made yet.
func folder(t testing.TB) string { return filepath.Join(t.TempDir(), "audit") }

// files are the files of a log.
type files map[string][]byte

func filesIn(t testing.TB, dir string) files {
	t.Helper()
	f := files{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		f[e.Name()] = raw
	}
	return f
}

// write makes a folder of the files, in memory where the system has a place for
// that: on a disk thousands of folders take minutes.
func (f files) write(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "rigrun-audit-")
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for name, raw := range f {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// with is a copy with one file exchanged, or removed where raw is nil.
func (f files) with(name string, raw []byte) files {
	f = maps.Clone(f)
	if f[name] = raw; raw == nil {
		delete(f, name)
	}
	return f
}

func (f files) fs() fs.FS {
	m := fstest.MapFS{}
	for name, raw := range f {
		m[name] = &fstest.MapFile{Data: raw, Mode: 0o600}
	}
	return m
}

// logs are the names of the files with lines, the oldest first.
func (f files) logs(t testing.TB) []string {
	t.Helper()
	names, err := logFiles(f.fs())
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func (f files) lines(name string) [][]byte { return bytes.SplitAfter(f[name], []byte("\n")) }

// verify verifies the files in memory, with the key among them.
func (f files) verify(t testing.TB) Report {
	t.Helper()
	r, err := verify(f.fs(), deriveKeys([32]byte(f[keyFile])), func() (func(), error) { return func() {}, nil })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func verified(t testing.TB, dir string) Report {
	t.Helper()
	r, err := Verify(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fastJournal returns the journal in dir without waiting for the disk.
func fastJournal(t testing.TB, dir string) *journal {
	t.Helper()
	key, err := Key(dir)
	if err != nil {
		t.Fatal(err)
	}
	j := newJournal(dir, deriveKeys(key))
	j.sync = func(*os.File) error { return nil }
	return j
}

// put writes one batch.
func put(t testing.TB, j *journal, events ...Event) {
	t.Helper()
	if written, err := j.write(events); err != nil || !written {
		t.Fatalf("written %v: %v", written, err)
	}
}

// event is an event that looks like a real one; n tells it from others.
func event(n int) Event {
	return Event{
		Event: EventSend, Tier: "cloud", Backend: "openai", Model: "gpt-4o", Level: "UNCLASSIFIED",
		Destination: "api.example.com:443", RequestBytes: n, Redactions: map[string]int{"aws-access-key": 1},
		Prompt: fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, n))),
	}
}

// small is an event without anything optional.
func small() Event { return Event{Event: EventRoute} }

// sample is a log of three files, with a crash in the second of them.
func sample(t testing.TB) files {
	t.Helper()
	dir := folder(t)
	j := fastJournal(t, dir)
	j.maxSize = 400
	put(t, j, event(0))
	for n := range 4 {
		put(t, j, small())
		if n == 0 {
			tear(t, dir, `{"seq":99,"ti`)
		}
	}
	f := filesIn(t, dir)
	if got := f.logs(t); len(got) != 3 {
		t.Fatalf("the sample has the files %q, want three", got)
	}
	if r := f.verify(t); r.First != nil || r.Recovered != 1 || r.Lines != 9 {
		t.Fatalf("the sample reads as %+v", r)
	}
	return f
}

// tear appends bytes to the current file as a crash would leave them.
func tear(t testing.TB, dir, torn string) {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(dir, currentFile), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteString(torn)
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// wantBroken wants a report that names a place.
func wantBroken(t testing.TB, r Report, file string, line int) {
	t.Helper()
	if r.First == nil || r.First.File != file || r.First.Line != line {
		t.Errorf("verify names %v, want %s:%d", r.First, file, line)
	}
}

// without removes an element.
func without(lines [][]byte, i int) [][]byte { return slices.Delete(slices.Clone(lines), i, i+1) }

func join(lines [][]byte) []byte { return bytes.Join(lines, nil) }
