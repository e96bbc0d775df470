package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// walk follows the chain through the log's files, oldest first. The writer walks
// to find where to go on, [Verify] to find what is wrong; both see the same.
type walk struct {
	keys keys
	in   *bufio.Reader // over the file being read

	known bool // whether at is a place in the chain: from the first line that is authentic
	at    link // the last authentic line
	first uint64
	since time.Time // of the first authentic line

	file    string
	line    int    // of file, the one read last
	opened  bool   // whether file has had an authentic line
	pending region // what follows the last authentic line and is none
	tail    []byte // what follows the last newline of file, not judged yet
	foreign bool   // whether pending names another key

	lines     int // authentic ones
	recovered int // regions that a crash left
	broken    *Broken

	anchor link // the place that the head confirms
	passed bool // whether the walk came through it
}

// newWalk begins before the first line. The anchor is the place to look out for.
func newWalk(k keys, anchor link) *walk {
	return &walk{keys: k, in: newLineReader(nil), pending: k.region(), anchor: anchor, passed: anchor == link{}}
}

// read walks through one file. Whatever the file holds is no error; only reading
// it can fail.
func (w *walk) read(name string, r io.Reader) error {
	w.closeFile()
	w.file, w.line, w.opened = name, 0, false
	w.in.Reset(r)
	return eachLine(w.in, func(raw []byte, begins bool) {
		if begins {
			w.line++
		}
		w.take(raw)
	})
}

// newLineReader returns a reader whose buffer holds the longest line.
func newLineReader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, maxLine) }

// eachLine calls f for each line, newline included. A line longer than maxLine
// comes in pieces, of which begins marks the first.
func eachLine(in *bufio.Reader, f func(raw []byte, begins bool)) error {
	for begins := true; ; {
		raw, err := in.ReadSlice('\n')
		if len(raw) > 0 {
			f(raw, begins)
			begins = err == nil
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// take judges one line. What has no newline is kept for later: it may be a line
// of which a crash took nothing but that.
func (w *walk) take(raw []byte) {
	if raw[len(raw)-1] != '\n' && len(raw) < maxLine {
		w.tail = bytes.Clone(raw)
		return
	}
	var e entry
	line, ok := parseLine(raw, &e)
	switch {
	case ok && w.known && line.continues(w.keys.chain, w.at.mac):
		w.judge(e, "")
	case ok && w.adopts(line, e):
		w.judge(e, w.gap(e))
	default:
		w.foreign = w.foreign || ok && e.KeyID != "" && e.KeyID != w.keys.id
		w.pending.add(raw, w.line)
		return
	}
	w.accept(e, line)
}

// adopts tells whether the line is authentic by the MAC that it says it
// continues, as the first line of the oldest file that is kept is.
func (w *walk) adopts(line signed, e entry) bool {
	from, ok := parseMAC(e.From)
	if !ok || !line.continues(w.keys.chain, from) {
		return false
	}
	w.passed = w.passed || w.anchor == link{e.Seq - 1, from}
	return true
}

// gap says what an adopted line shows to be missing: nothing where it is the
// first authentic one of all.
func (w *walk) gap(e entry) string {
	switch {
	case !w.known:
		return ""
	case e.Seq > w.at.seq+1:
		return missingLines(w.at.seq+1, e.Seq-1) + " before this one"
	}
	return "it does not continue the line before it: a file is missing, was exchanged or stands in another's place"
}

// judge looks at what stands before an authentic line, and at what it says itself.
func (w *walk) judge(e entry, gap string) {
	left := w.pending.size > 0
	crash := e.From != "" && e.Event.Event == eventRecover && e.Torn == w.pending.size && e.TornHash == w.pending.sum()
	switch {
	case left && crash:
		w.recovered++
	case left:
		w.breaks(w.pending.line, w.brokenLine())
	case e.Torn > 0:
		w.breaks(w.line, "what a crash had left before it was removed")
	}
	if gap != "" && left {
		w.breaks(w.pending.line, gap)
	} else if gap != "" {
		w.breaks(w.line, gap)
	}
	if e.From != "" && e.Event.Event == eventDamage {
		w.breaks(w.line, "it records what was found when it was written: "+e.Reason)
	}
	if !w.opened && e.From == "" {
		w.breaks(w.line, "the line that begins the file is missing before it")
	}
}

// accept makes the line the last authentic one.
func (w *walk) accept(e entry, line signed) {
	if !w.known {
		w.first, w.since = e.Seq, e.Time
	}
	w.known, w.opened = true, true
	w.at = link{e.Seq, line.mac}
	w.passed = w.passed || w.at == w.anchor
	w.lines++
	if w.pending.size > 0 {
		w.pending, w.foreign = w.keys.region(), false
	}
}

// terminate judges the tail as the line that it is with a newline behind it.
func (w *walk) terminate() {
	line := slices.Concat(w.tail, []byte{'\n'})
	w.tail = nil
	w.take(line)
}

// closeFile ends a file that is read to its end.
func (w *walk) closeFile() {
	if len(w.tail) > 0 {
		w.pending.add(w.tail, w.line)
		w.tail = nil
	}
	if w.pending.size > 0 {
		w.breaks(w.pending.line, w.brokenLine())
		w.pending, w.foreign = w.keys.region(), false
	}
}

// brokenLine says why a line that is not authentic is not.
func (w *walk) brokenLine() string {
	if w.foreign {
		return fmt.Sprintf("it was written with another key than the one in this folder (%s)", w.keys.id)
	}
	return "it does not continue the line before it: it was changed or inserted, or what stood before it was removed"
}

// breaks notes the first place that is wrong.
func (w *walk) breaks(line int, why string) {
	if w.broken == nil {
		w.broken = &Broken{w.file, line, why}
	}
}

// torn tells whether the walk ended in what a crash may have left: bytes after
// the last authentic line that no head has confirmed.
func (w *walk) torn() bool {
	return w.pending.size+int64(len(w.tail)) > 0 && w.passed && w.at.seq >= w.anchor.seq && !w.foreign
}

// missingLines names lines by their numbers in the chain.
func missingLines(from, to uint64) string {
	if from == to {
		return fmt.Sprintf("the line numbered %d is missing", from)
	}
	return fmt.Sprintf("the lines numbered %d to %d are missing", from, to)
}
