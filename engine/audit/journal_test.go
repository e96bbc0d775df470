package audit

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCrashAtEveryByte lets a writer die after every byte of a batch, before the
// head was replaced and, in a second round, while the next one recovers. The next
// writer closes off what is torn, and nothing reads as tampering.
func TestCrashAtEveryByte(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	put(t, j, small())
	before := filesIn(t, dir)
	put(t, j, small(), small())
	crashes(t, before, filesIn(t, dir)[currentFile], func(t *testing.T, torn files) {
		dir := torn.write(t)
		put(t, fastJournal(t, dir), small())
		after := filesIn(t, dir)[currentFile]
		if len(torn[currentFile])%97 == 0 {
			crashes(t, torn, after, func(t *testing.T, twice files) {
				dir := twice.write(t)
				put(t, fastJournal(t, dir), small())
				wantWhole(t, verified(t, dir))
			})
		}
		wantWhole(t, verified(t, dir))
	})
}

// crashes calls f with the files as a writer leaves them that dies after every
// byte of what it appends; in a short run, after every seventh.
func crashes(t *testing.T, before files, after []byte, f func(*testing.T, files)) {
	t.Helper()
	step := 1
	if testing.Short() {
		step = 7
	}
	for end := len(before[currentFile]); end <= len(after); end += step {
		f(t, before.with(currentFile, append([]byte{}, after[:end]...)))
		if t.Failed() {
			t.Fatalf("after a crash at byte %d", end)
		}
	}
}

// wantWhole wants a log without anything wrong.
func wantWhole(t *testing.T, r Report) {
	t.Helper()
	if r.First != nil {
		t.Errorf("verify names %v (%+v)", r.First, r)
	}
}

// TestCrashAtEveryByteOfTheFirstBatch is the same for a log that begins.
func TestCrashAtEveryByteOfTheFirstBatch(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	if _, err := j.begin(); err != nil {
		t.Fatal(err)
	}
	begun := filesIn(t, dir)
	put(t, j, small())
	crashes(t, begun.with(currentFile, []byte{}), filesIn(t, dir)[currentFile], func(t *testing.T, torn files) {
		dir := torn.write(t)
		put(t, fastJournal(t, dir), small())
		wantWhole(t, verified(t, dir))
	})
}

// TestCrashInARotation lets a writer die between renaming the full file and
// every byte of the new one.
func TestCrashInARotation(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	j.maxSize = 1
	put(t, j, small())
	oldHead := filesIn(t, dir)[headFile]
	put(t, j, small())
	full := filesIn(t, dir)
	renamed := full.with(headFile, oldHead).with(currentFile, nil)
	dir = renamed.write(t)
	put(t, fastJournal(t, dir), small())
	wantWhole(t, verified(t, dir))
	crashes(t, renamed.with(currentFile, []byte{}), full[currentFile], func(t *testing.T, torn files) {
		dir := torn.write(t)
		put(t, fastJournal(t, dir), small())
		wantWhole(t, verified(t, dir))
	})
}

// TestTornLineBeforeTheNextEvent: until somebody closes it off, a torn line is
// named, and as what it is.
func TestTornLineBeforeTheNextEvent(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	put(t, j, event(1))
	tear(t, dir, `{"seq":3`)
	r := verified(t, dir)
	wantBroken(t, r, currentFile, 3)
	if !strings.Contains(r.First.Why, "incomplete") {
		t.Errorf("a torn line reads as %q", r.First.Why)
	}
	put(t, j, event(2))
	if r := verified(t, dir); r.First != nil || r.Recovered != 1 {
		t.Errorf("a torn line that was closed off reads as %+v", r)
	}
}

// TestDamageStaysVisible: a writer that finds lines changed or missing goes on,
// and what it appends does not hide the damage.
func TestDamageStaysVisible(t *testing.T) {
	f := sample(t)
	names := f.logs(t)
	current := f.lines(currentFile)
	last := len(current) - 2
	for name, c := range map[string]struct {
		files files
		file  string
		line  int
	}{
		"the last line cut off":   {f.with(currentFile, join(current[:last])), currentFile, last + 1},
		"half of the last line":   {f.with(currentFile, f[currentFile][:len(f[currentFile])-9]), currentFile, last + 1},
		"the current file gone":   {f.with(currentFile, nil), currentFile, 1},
		"the current file empty":  {f.with(currentFile, []byte{}), currentFile, 1},
		"the head gone":           {f.with(headFile, nil), currentFile, last + 2},
		"the head changed":        {f.with(headFile, []byte("{}\n")), currentFile, last + 2},
		"the first line changed":  {f.with(names[0], append([]byte(" "), f[names[0]]...)), names[0], 1},
		"another key":             {f.with(keyFile, bytes.Repeat([]byte{7}, 32)), names[0], 1},
		"all files gone":          {f.with(names[0], nil).with(names[1], nil).with(names[2], nil), currentFile, 1},
		"all but the key is gone": {files{keyFile: f[keyFile], currentFile: f[currentFile]}, currentFile, last + 2},
	} {
		t.Run(name, func(t *testing.T) {
			dir := c.files.write(t)
			j := fastJournal(t, dir)
			put(t, j, event(100))
			put(t, j, event(101))
			wantBroken(t, verified(t, dir), c.file, c.line)
			events, err := Last(dir, 2)
			if err != nil || len(events) != 2 || events[0].RequestBytes != 100 || events[1].RequestBytes != 101 {
				t.Errorf("the events after the damage are %v, %v", events, err)
			}
		})
	}
}

// TestRotation: files are rotated by size, kept by number and age, and what was
// removed for its age is not missed.
func TestRotation(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	j.maxSize = 1
	for n := range 12 {
		put(t, j, event(n))
	}
	names := filesIn(t, dir).logs(t)
	if len(names) != 12 {
		t.Fatalf("young files were removed: %q", names)
	}
	// The names say when the files were rotated.
	long := time.Now().Add(-keepAge - time.Hour)
	for i, name := range names[:11] {
		if err := os.Rename(filepath.Join(dir, name), filepath.Join(dir, rotatedName(long, i+1))); err != nil {
			t.Fatal(err)
		}
	}
	put(t, j, event(12))
	names = filesIn(t, dir).logs(t)
	if len(names) != keepFiles+1 || !strings.HasSuffix(names[0], "-3.jsonl") {
		t.Errorf("with files that are old enough, these are kept: %q", names)
	}
	wantWhole(t, verified(t, dir))
	// One more than the rotation removed.
	if err := os.Remove(filepath.Join(dir, names[0])); err != nil {
		t.Fatal(err)
	}
	wantBroken(t, verified(t, dir), headFile, 0)
}

func TestExpired(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	make := func(n int, age time.Duration) (all []rotated) {
		for i := range n {
			all = append(all, rotated{number: i + 1, at: now.Add(-age)})
		}
		return all
	}
	for _, c := range []struct{ files, days, want int }{
		{0, 0, 0}, {10, 1000, 0}, {11, 1000, 1}, {50, 1000, 40}, {50, 89, 0}, {100, 1, 0}, {103, 1, 3}, {103, 1000, 93},
	} {
		if got := len(expired(make(c.files, time.Duration(c.days)*24*time.Hour), now)); got != c.want {
			t.Errorf("of %d files, %d days old, %d are removed, want %d", c.files, c.days, got, c.want)
		}
	}
}

func TestModes(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "audit")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	j := fastJournal(t, dir)
	j.maxSize = 1
	put(t, j, event(1))
	put(t, j, event(2))
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has the mode %v", info.Mode())
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
		if info, err := e.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s has the mode %v (%v)", e.Name(), info.Mode(), err)
		}
	}
	if len(names) != 5 {
		t.Errorf("the folder holds %q, want the two files, head, key and lock", names)
	}
}

// TestLines: every line is one JSON object with the documented members, in order.
func TestLines(t *testing.T) {
	dir := folder(t)
	e := event(7)
	e.Reason, e.Time = "a \"reason\"\nof two lines\u2028", time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 3600))
	put(t, fastJournal(t, dir), e)
	lines := filesIn(t, dir).lines(currentFile)
	want := `{"seq":2,"time":"2026-11-23T11:00:00Z","event":"send","tier":"cloud","backend":"openai","model":"gpt-4o",` +
		`"level":"UNCLASSIFIED","destination":"api.example.com:443","reason":"a \"reason\"\nof two lines\u2028","requestBytes":7,` +
		`"redactions":{"aws-access-key":1},"prompt":"` + e.Prompt + `","mac":"`
	if got := string(lines[1]); !strings.HasPrefix(got, want) || len(got) != len(want)+64+len("\"}\n") {
		t.Errorf("the line is\n%s\nwant\n%s…", got, want)
	}
	var members map[string]any
	if err := json.Unmarshal(lines[1], &members); err != nil {
		t.Error(err)
	}
}
