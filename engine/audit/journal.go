package audit

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/filelock"
)

// journal appends batches to the log in a folder. It keeps nothing between two
// batches but what it could not write: where the chain ends stands in the head,
// because other processes append too.
type journal struct {
	dir     string
	keys    keys
	maxSize int64                // of a file, in bytes, before it is rotated
	sync    func(*os.File) error // makes a batch last
	lost    int                  // events that could not be written since the last batch
}

func newJournal(dir string, k keys) *journal {
	return &journal{dir: dir, keys: k, maxSize: maxFile, sync: (*os.File).Sync}
}

func (j *journal) path(name string) string { return filepath.Join(j.dir, name) }

// write appends events as one batch and makes it last. It reports whether they
// are in the file, which they can be though something failed after it. What a
// crash leaves in between, the next batch of any process closes off.
func (j *journal) write(events []Event) (written bool, err error) {
	lock, err := filelock.Acquire(j.path(lockFile), lockWait)
	if err != nil {
		return false, err
	}
	defer lock.Release()
	p, err := j.locate()
	if err != nil {
		return false, err
	}
	var old []rotated
	if p.size >= j.maxSize && p.opening == nil {
		if old, err = j.rotate(&p); err != nil {
			return false, err
		}
	}
	batch, err := j.batch(p, events)
	if err != nil {
		return false, err
	}
	if written, err = j.appendTo(batch.bytes, p.size); err != nil {
		return written, err
	}
	j.lost = 0
	if err := j.writeHead(batch.at, p.first, p.size+int64(len(batch.bytes))); err != nil {
		return true, err
	}
	j.remove(old)
	return true, nil
}

// place is where a batch goes.
type place struct {
	at    link
	first uint64 // see head
	size  int64  // of the current file, 0 where it has to be made

	newline bool   // whether the file has to be given a newline first
	opening *entry // the log's own line to begin with
}

// locate finds the end of the chain. The head says it, unless a process died
// between writing a batch and writing the head, or somebody changed the files.
func (j *journal) locate() (place, error) {
	dir := os.DirFS(j.dir)
	h, state, err := j.keys.readHead(dir)
	if err != nil {
		return place{}, err
	}
	size, exists := int64(0), true
	info, err := fs.Stat(dir, currentFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		exists = false
	case err != nil:
		return place{}, err
	default:
		size = info.Size()
	}
	at, _ := h.link()
	if state == headGood && exists && size == h.Size && j.endsWith(at, size) {
		return place{at: at, first: h.First, size: size}, nil
	}
	return j.reconcile(dir, h, state, size)
}

// endsWith tells whether the current file, of the given size, ends with the line
// at. The size alone would not do: a new file can have the size of the one before
// it when a process dies in a rotation.
func (j *journal) endsWith(at link, size int64) bool {
	file, err := os.Open(j.path(currentFile))
	if err != nil {
		return false
	}
	defer file.Close()
	want := macMember(at.mac)
	got := make([]byte, len(want))
	_, err = file.ReadAt(got, max(0, size-int64(len(got))))
	return err == nil && bytes.Equal(got, want)
}

// reconcile finds the end of the chain where the head and the files disagree, and
// tells a crash from damage: a crash leaves the head behind, never ahead of the
// lines.
func (j *journal) reconcile(dir fs.FS, h head, state headState, size int64) (place, error) {
	names, err := logFiles(dir)
	if err != nil {
		return place{}, err
	}
	if len(names) == 0 && state == headMissing {
		return j.begin()
	}
	anchor, _ := h.link()
	w := newWalk(j.keys, anchor)
	// The head points into the current file, or to the end of the one before.
	for _, name := range names[max(0, len(names)-2):] {
		if err := w.readFile(dir, name); err != nil {
			return place{}, err
		}
	}
	newline := len(w.tail) > 0 && w.file == currentFile
	if newline {
		w.terminate()
	}
	p := place{at: w.at, first: h.First, size: size, newline: newline}
	sound := state == headGood && w.passed && w.at.seq >= h.Seq
	torn := w.pending.size > 0 && w.file == currentFile
	switch {
	case !sound:
		p.opening = damage(w, h, state)
		if anchor.seq > p.at.seq {
			p.at = anchor // no number is given twice
		}
		p.first = max(h.First, w.first, 1)
	case torn:
		p.opening = &entry{Event: Event{Event: eventRecover, Reason: "a process died while it wrote the lines before this one"}}
	case size == 0:
		p.opening = &entry{Event: Event{Event: eventFile}}
	}
	if torn {
		p.opening.Torn, p.opening.TornHash = w.pending.size, w.pending.sum()
	}
	return p, nil
}

// damage is the line that records what is wrong, so that lines appended later do
// not hide it.
func damage(w *walk, h head, state headState) *entry {
	why := "the head was changed"
	switch {
	case state == headMissing:
		why = "the head was missing"
	case state == headForeign:
		why = "the log was written with another key"
	case state == headGood && w.at.seq < h.Seq:
		why = missingLines(w.at.seq+1, h.Seq)
	case state == headGood:
		why = "the files and the head come from different times"
	}
	return &entry{Event: Event{Event: eventDamage, Reason: why}}
}

// begin makes a new log. Its head comes first: a log without one has lost it.
func (j *journal) begin() (place, error) {
	err := j.writeHead(link{}, 1, 0)
	return place{first: 1, opening: &entry{Event: Event{Event: eventFile}}}, err
}

// rotate gives the current file its final name. It returns the files that need
// not be kept any more, and moves the place past them.
func (j *journal) rotate(p *place) (old []rotated, err error) {
	files, err := rotatedFiles(os.DirFS(j.dir))
	if err != nil {
		return nil, err
	}
	number := 1
	if len(files) > 0 {
		number = files[len(files)-1].number + 1
	}
	now := time.Now()
	name := rotatedName(now, number)
	if err := os.Rename(j.path(currentFile), j.path(name)); err != nil {
		return nil, err
	}
	p.size, p.opening = 0, &entry{Event: Event{Event: eventFile}}
	files = append(files, rotated{name, number, now})
	old = expired(files, now)
	if len(old) == 0 {
		return nil, nil
	}
	if first, ok := j.firstLine(files[len(old)].name); ok {
		p.first = max(p.first, first)
		return old, nil
	}
	return nil, nil // what follows them is damaged, so they stay
}

// firstLine returns the number of a file's first line.
func (j *journal) firstLine(name string) (uint64, bool) {
	w := newWalk(j.keys, link{})
	err := w.readFile(os.DirFS(j.dir), name)
	return w.first, err == nil && w.known && w.broken == nil
}

// remove removes rotated files. The head says already that they need not be
// there; one that cannot be removed, because somebody reads it, goes with the next
// rotation.
func (j *journal) remove(old []rotated) {
	for _, f := range old {
		_ = os.Remove(j.path(f.name))
	}
}

// batch is a run of lines.
type batch struct {
	keys  keys
	at    link
	bytes []byte
}

// batch builds the lines of events from the place on.
func (j *journal) batch(p place, events []Event) (*batch, error) {
	b := &batch{keys: j.keys, at: p.at}
	if p.newline {
		b.bytes = append(b.bytes, '\n')
	}
	var own []entry
	if p.opening != nil {
		p.opening.From, p.opening.KeyID = hex.EncodeToString(p.at.mac[:]), j.keys.id
		own = append(own, *p.opening)
	}
	if j.lost > 0 {
		own = append(own, entry{Event: Event{Event: eventLost}, Lost: j.lost})
	}
	for _, e := range own {
		if err := b.add(e); err != nil {
			return nil, err
		}
	}
	for _, e := range events {
		if err := b.add(entry{Event: e}); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *batch) add(e entry) error {
	e.Seq, e.Event = b.at.seq+1, e.prepared()
	if e.Prompt != "" && !isHash(e.Prompt) {
		e.Prompt = b.keys.hash([]byte(e.Prompt))
	}
	object, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("record an event: %w", err)
	}
	line, mac := sign(b.keys.chain, b.at.mac, object)
	b.bytes, b.at = append(b.bytes, line...), link{e.Seq, mac}
	return nil
}

// appendTo writes a batch at the end of the current file, which has size bytes.
// A write that failed half-way is taken back.
func (j *journal) appendTo(batch []byte, size int64) (written bool, err error) {
	file, err := os.OpenFile(j.path(currentFile), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return false, err
	}
	_, err = file.Write(batch)
	if err != nil {
		// Where this fails too, the next batch closes the rest off.
		_ = file.Truncate(size)
		return false, errors.Join(err, file.Close())
	}
	err = errors.Join(j.sync(file), file.Close())
	if size == 0 {
		j.syncFolder()
	}
	return true, err
}

// syncFolder makes new names last. Not every system can; a power cut may then
// lose the newest file, which the head shows.
func (j *journal) syncFolder() {
	if folder, err := os.Open(j.dir); err == nil {
		_ = j.sync(folder)
		_ = folder.Close()
	}
}

func (j *journal) writeHead(at link, first uint64, size int64) error {
	line, err := j.keys.headLine(at, first, size)
	if err != nil {
		return err
	}
	return replace(j.path(headFile), line, j.sync)
}
