package audit

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryFlipIsFound changes every byte of every file of a log, one at a time,
// in two or three of its bits in turn; in a short run, in one.
func TestEveryFlipIsFound(t *testing.T) {
	f := sample(t)
	step := 3
	if testing.Short() {
		step = 8
	}
	for _, name := range append(f.logs(t), headFile, keyFile) {
		for at := range f[name] {
			for bit := at % step; bit < 8; bit += step {
				raw := bytes.Clone(f[name])
				raw[at] ^= 1 << bit
				r := f.with(name, raw).verify(t)
				if r.First == nil {
					t.Fatalf("%s: bit %d of byte %d was changed and nothing found", name, bit, at)
				}
				line := 1 + bytes.Count(f[name][:at], []byte("\n"))
				if name != headFile && name != keyFile && (r.First.File != name || r.First.Line > line) {
					t.Fatalf("%s: line %d was changed and %v found", name, line, r.First)
				}
			}
		}
	}
}

func TestRemovedLinesAreFound(t *testing.T) {
	f := sample(t)
	for _, name := range f.logs(t) {
		lines := f.lines(name)
		for i := range lines[:len(lines)-1] {
			r := f.with(name, join(without(lines, i))).verify(t)
			// Behind the last line of a file, the next file is where it is missed.
			if r.First == nil || i < len(lines)-2 && (r.First.File != name || r.First.Line > i+1) {
				t.Errorf("%s: line %d was removed and %v found", name, i+1, r.First)
			}
		}
	}
}

func TestMovedAndRepeatedLinesAreFound(t *testing.T) {
	f := sample(t)
	for _, name := range f.logs(t) {
		lines := f.lines(name)
		lines = lines[:len(lines)-1]
		for i := range lines {
			again := slices.Insert(slices.Clone(lines), i+1, lines[i])
			if r := f.with(name, join(again)).verify(t); r.First == nil || r.First.Line > i+2 {
				t.Errorf("%s: line %d was repeated and %v found", name, i+1, r.First)
			}
			for k := range i {
				swapped := slices.Clone(lines)
				swapped[i], swapped[k] = swapped[k], swapped[i]
				if r := f.with(name, join(swapped)).verify(t); r.First == nil || r.First.File != name || r.First.Line > k+1 {
					t.Errorf("%s: lines %d and %d were swapped and %v found", name, k+1, i+1, r.First)
				}
			}
		}
	}
}

// TestTruncationIsFound cuts every file at every byte.
func TestTruncationIsFound(t *testing.T) {
	f := sample(t)
	for _, name := range f.logs(t) {
		for end := range f[name] {
			if r := f.with(name, f[name][:end]).verify(t); r.First == nil {
				t.Fatalf("%s was cut after %d bytes and nothing found", name, end)
			}
		}
	}
}

func TestInsertedBytesAreFound(t *testing.T) {
	f := sample(t)
	for _, name := range f.logs(t) {
		for at := range len(f[name]) + 1 {
			for _, inserted := range []string{"\n", " ", "{}\n"} {
				raw := slices.Insert(bytes.Clone(f[name]), at, []byte(inserted)...)
				if r := f.with(name, raw).verify(t); r.First == nil {
					t.Fatalf("%s: %q was inserted at byte %d and nothing found", name, inserted, at)
				}
			}
		}
	}
}

func TestMissingFilesAreFound(t *testing.T) {
	f := sample(t)
	names := f.logs(t)
	wantBroken(t, f.with(names[0], nil).verify(t), headFile, 0)
	wantBroken(t, f.with(names[1], nil).verify(t), names[2], 1)
	wantBroken(t, f.with(names[2], nil).verify(t), names[1], 1+bytes.Count(f[names[1]], []byte("\n")))
	wantBroken(t, f.with(headFile, nil).verify(t), headFile, 0)
	none := f
	for _, name := range names {
		none = none.with(name, nil)
	}
	wantBroken(t, none.verify(t), currentFile, 1)
	swapped := f.with(names[0], f[names[1]]).with(names[1], f[names[0]])
	if r := swapped.verify(t); r.First == nil {
		t.Error("two files were swapped and nothing found")
	}
	if r := f.with("audit-20300101T000000Z-9.jsonl", f[names[0]]).verify(t); r.First == nil {
		t.Error("a file was repeated and nothing found")
	}
}

// TestForeignKey: the reason says that it is the key, not the lines.
func TestForeignKey(t *testing.T) {
	f := sample(t)
	other := sample(t)
	r := f.with(keyFile, other[keyFile]).verify(t)
	wantBroken(t, r, f.logs(t)[0], 1)
	if !strings.Contains(r.First.Why, "another key") {
		t.Errorf("a foreign key reads as %q", r.First.Why)
	}
	wantBroken(t, f.with(headFile, other[headFile]).verify(t), headFile, 0)
	dir := f.with(keyFile, nil).write(t)
	wantBroken(t, verified(t, dir), keyFile, 0)
}

// TestOlderHead: a head of the same log from an earlier time hides nothing that
// is there, which is what a crash before the head was written looks like.
func TestOlderHead(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	put(t, j, event(1))
	old := filesIn(t, dir)[headFile]
	put(t, j, event(2))
	if r := filesIn(t, dir).with(headFile, old).verify(t); r.First != nil || r.Lines != 3 {
		t.Errorf("an older head reads as %+v", r)
	}
}

// TestHeadOfAnotherTime: a folder was put back to an earlier state and written on, and the
// head of what was written before belongs to lines that are gone.
func TestHeadOfAnotherTime(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	put(t, j, event(1))
	earlier := filesIn(t, dir)
	put(t, j, event(2))
	head := filesIn(t, dir)[headFile]
	again := earlier.write(t)
	put(t, fastJournal(t, again), event(3), event(4))
	r := filesIn(t, again).with(headFile, head).verify(t)
	wantBroken(t, r, headFile, 0)
	if !strings.Contains(r.First.Why, "another time") {
		t.Errorf("it reads as %q", r.First.Why)
	}
}

func TestVerifyWithoutALog(t *testing.T) {
	if r := verified(t, filepath.Join(t.TempDir(), "nobody")); r != (Report{}) {
		t.Errorf("a folder that is not there reads as %+v", r)
	}
	dir := folder(t)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, dir); r != (Report{}) {
		t.Errorf("an empty folder reads as %+v", r)
	}
	if _, err := Key(dir); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, dir); r != (Report{}) {
		t.Errorf("a folder with a key alone reads as %+v", r)
	}
	if err := os.Truncate(filepath.Join(dir, keyFile), 31); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(dir); err == nil || !strings.Contains(err.Error(), "31 bytes instead of 32") {
		t.Errorf("a short key: %v", err)
	}
}

func TestBrokenString(t *testing.T) {
	if got := (Broken{"audit.jsonl", 7, "why"}).String(); got != "audit.jsonl:7: why" {
		t.Error(got)
	}
	if got := (Broken{"head", 0, "why"}).String(); got != "head: why" {
		t.Error(got)
	}
}

// FuzzVerify: no bytes in the folder make Verify panic or fail, and none but the
// log as it was written are taken for whole.
func FuzzVerify(f *testing.F) {
	good := sample(f)
	names := append(good.logs(f), headFile)
	f.Add(uint8(0), uint16(0), uint16(1), []byte("{"))
	f.Add(uint8(1), uint16(40), uint16(9), []byte("\n"))
	f.Add(uint8(2), uint16(0), uint16(65535), []byte{})
	f.Add(uint8(3), uint16(0), uint16(65535), []byte(`{"mac":""}`))
	f.Fuzz(func(t *testing.T, which uint8, at, length uint16, raw []byte) {
		name := names[int(which)%len(names)]
		changed := splice(good[name], int(at), int(length), raw)
		r := good.with(name, changed).verify(t)
		if same := bytes.Equal(changed, good[name]); same != (r.First == nil) {
			t.Errorf("%s, the same as was written: %v; verify: %v", name, same, r.First)
		}
	})
}

// splice puts raw into old, in the place of length bytes.
func splice(old []byte, at, length int, raw []byte) []byte {
	at = min(at, len(old))
	return append([]byte{}, slices.Concat(old[:at], raw, old[min(at+length, len(old)):])...)
}

// TestVerifyWhileWriting: a log that grows, is rotated and loses old files while
// it is read is whole at every moment.
func TestVerifyWhileWriting(t *testing.T) {
	dir := folder(t)
	j := fastJournal(t, dir)
	j.maxSize = 1
	put(t, j, small())
	done := make(chan error)
	go func() { // ends with its last batch
		var err error
		for range 2 * mostFiles {
			if _, e := j.write([]Event{small()}); e != nil {
				err = e
			}
		}
		done <- err
	}()
	for reads := 0; ; reads++ {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			wantWhole(t, verified(t, dir))
			t.Logf("verified %d times", reads)
			return
		default:
			wantWhole(t, verified(t, dir))
		}
	}
}

// TestLongLines: a line longer than any that is written is one broken line.
func TestLongLines(t *testing.T) {
	f := sample(t)
	name := f.logs(t)[2]
	long := bytes.Repeat(binary.BigEndian.AppendUint32(nil, 0xdeadbeef), maxLine)
	raw := slices.Concat(long, []byte("\n"), f[name])
	wantBroken(t, f.with(name, raw).verify(t), name, 1)
	wantBroken(t, f.with(name, slices.Concat(f[name], long)).verify(t), name, 1+bytes.Count(f[name], []byte("\n")))
}
