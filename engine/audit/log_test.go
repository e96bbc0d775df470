package audit

import (
	"os"
	"path/filepath"
	"testing"
)

// folder is a folder for a log that is not made yet.
func folder(t testing.TB) string { return filepath.Join(t.TempDir(), "audit") }

func verified(t testing.TB, dir string) Report {
	t.Helper()
	r, err := Verify(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecordAndVerify(t *testing.T) {
	dir := folder(t)
	l := Open(dir)
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("Open made the folder: %v", err)
	}
	for range 3 {
		l.Record(Event{Event: EventSend, Destination: "127.0.0.1:11434", RequestBytes: 12})
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r := verified(t, dir)
	if r.First != nil || r.Lines != 4 || r.Files != 1 || r.Recovered != 0 {
		t.Errorf("a log of three events reads as %+v", r)
	}
}
