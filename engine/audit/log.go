package audit

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/filelock"
)

const (
	batchEvents = 64                     // a batch is written at once when it has so many events
	batchTime   = 200 * time.Millisecond // or so long after its first one
	maxQueue    = 4096                   // events that wait for the disk; further ones are dropped and counted
	closeWait   = 5 * time.Second        // that Close waits for a disk that does not answer
)

// Log records events. Its methods are safe for concurrent use. The zero value
// is a log that is off: it records nothing and touches nothing.
type Log struct {
	dir  string
	keys func() (keys, error) // reads or makes the key, once

	wake chan struct{} // holds a token when the queue is no longer empty
	full chan struct{} // holds a token when a batch is complete
	stop chan struct{} // closed by Close
	done chan struct{} // closed when the writer has ended

	mu      sync.Mutex
	queue   []Event
	spare   []Event // the memory of the batch before, so that the queue need not grow again
	dropped int     // events that found the queue full
	started bool    // whether the writer's goroutine runs or ran
	closed  bool    // nothing is queued once it is set
	err     error   // the first failure
}

// Off returns a log that records nothing.
func Off() *Log { return &Log{} }

// Open returns the log in the folder dir, which must not be shared with anything
// else. Neither the folder nor a goroutine is made before the first event. A log
// without a folder is [Off].
func Open(dir string) *Log {
	if dir == "" {
		return Off()
	}
	return &Log{
		dir: dir,
		keys: sync.OnceValues(func() (keys, error) {
			key, err := Key(dir)
			return deriveKeys(key), err
		}),
		wake: make(chan struct{}, 1),
		full: make(chan struct{}, 1),
		stop: make(chan struct{}),
		done: make(chan struct{}),
	}
}

// Record takes note of an event. It returns at once: the event is on the disk at
// most 200 ms later, or with the 63 that follow it. It cannot fail; what goes
// wrong later shows in [Log.Err], and how many events were lost, in the log itself.
// After Close it does nothing.
func (l *Log) Record(e Event) {
	if l.dir == "" {
		return
	}
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if len(e.Redactions) > 0 {
		e.Redactions = maps.Clone(e.Redactions)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	if len(l.queue) == maxQueue {
		l.dropped++
		return
	}
	l.queue = append(l.queue, e)
	if !l.started {
		l.started = true
		go l.run() // ends when Close is called
	}
	switch len(l.queue) {
	case 1:
		give(l.wake)
	case batchEvents:
		give(l.full)
	}
}

// give puts a token into a channel that has room for one.
func give(token chan struct{}) {
	select {
	case token <- struct{}{}:
	default:
	}
}

// Hash is the keyed hash of a prompt, for [Event].Prompt: 64 hexadecimal digits.
// The same prompt always has the same hash, and nobody without the user's key can
// try prompts against it. It is "" where the log is off or has no key.
func (l *Log) Hash(prompt []byte) string {
	if l.dir == "" {
		return ""
	}
	k, err := l.keys()
	if err != nil {
		l.fail(err)
		return ""
	}
	return k.hash(prompt)
}

// Err returns the first failure, for one report to the person; nil while all
// went well.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

func (l *Log) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = fmt.Errorf("the audit log in %s: %w", l.dir, err)
	}
}

// Close writes what is queued, ends the writer and returns [Log.Err]. It waits
// at most five seconds for a disk or a lock. Calling it again is harmless.
func (l *Log) Close() error {
	if l.dir == "" {
		return nil
	}
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.stop)
	}
	started := l.started
	l.mu.Unlock()
	if started {
		timer := time.NewTimer(closeWait)
		defer timer.Stop()
		select {
		case <-l.done:
		case <-timer.C:
			l.fail(errors.New("the disk did not answer before the end"))
		}
	}
	return l.Err()
}

// run is the writer.
func (l *Log) run() {
	defer close(l.done)
	k, err := l.keys()
	if err != nil {
		l.fail(err)
	}
	j := newJournal(l.dir, k)
	for more := true; more; {
		more = l.awaitBatch()
		events, dropped := l.take()
		if err != nil || len(events) == 0 {
			continue
		}
		j.lost += dropped
		l.write(j, events, more)
		l.giveBack(events)
	}
}

// awaitBatch waits until a batch is due. It reports whether another one can follow.
func (l *Log) awaitBatch() bool {
	select {
	case <-l.wake:
	case <-l.stop:
		return false
	}
	timer := time.NewTimer(batchTime)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.full:
	case <-l.stop:
		return false
	}
	return true
}

// take empties the queue.
func (l *Log) take() ([]Event, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	events, dropped := l.queue, l.dropped
	l.queue, l.spare, l.dropped = l.spare, nil, 0
	select {
	case <-l.full:
	default:
	}
	return events, dropped
}

// giveBack keeps the memory of a batch, without what its events hold. A flood's
// is left to the collector.
func (l *Log) giveBack(events []Event) {
	if cap(events) > 4*batchEvents {
		return
	}
	clear(events)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.spare = events[:0]
}

// write writes a batch. Where another process keeps the lock, the events go back
// into the queue, as long as there will be another try.
func (l *Log) write(j *journal, events []Event, again bool) {
	written, err := j.write(events)
	if again && errors.Is(err, filelock.ErrBusy) {
		l.putBack(events)
		return
	}
	if !written {
		j.lost += len(events)
	}
	if err != nil {
		l.fail(err)
	}
}

// putBack queues events before those that have come since.
func (l *Log) putBack(events []Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = slices.Concat(events, l.queue)
	if over := len(l.queue) - maxQueue; over > 0 {
		l.queue, l.dropped = l.queue[:maxQueue], l.dropped+over
	}
	give(l.wake)
	if len(l.queue) >= batchEvents {
		give(l.full)
	}
}
