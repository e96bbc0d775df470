package ledger

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"
)

// ErrOverLimit says that an answer could cost more than the daily limit leaves.
var ErrOverLimit = errors.New("the daily limit would be passed")

// dateLayout names a day, in the local calendar.
const dateLayout = "2006-01-02"

// Ledger is what this user spent and saved today. Its methods are safe for
// concurrent use, by several ledgers of one folder too.
type Ledger struct {
	now func() time.Time

	mu     sync.Mutex
	folder folder // with an empty path, there is none
	date   string // of the day that follows
	today  *day   // what was read of its file, and what only memory holds
	offset int64  // bytes of the file that today has
	inMind bool   // whether today goes on in memory alone, since the folder failed
	err    error  // the first failure that Today has not told yet
	told   bool   // whether a failure was told
}

// Open returns the ledger in the folder dir, which must not be shared with
// anything else. Nothing is made before the first amount. Without a folder the
// ledger is in memory alone. now is the clock; nil is time.Now.
func Open(dir string, now func() time.Time) *Ledger {
	if now == nil {
		now = time.Now
	}
	return &Ledger{now: now, folder: folder(dir), today: newDay()}
}

// Reserve sets cents aside for an answer that is about to be asked for, if what
// was spent today, what is reserved and these cents do not pass the limit
// together; a limit of 0 or less is none. The error is [ErrOverLimit], with the
// amounts, or, where there is a limit, that another process kept the lock: then
// nobody knows what is left of it. The caller settles the reservation, in any
// case.
func (l *Ledger) Reserve(cents, limit float64) (*Reservation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	unlock, err := l.lock()
	if err != nil {
		if limit > 0 {
			return nil, fmt.Errorf("keep the daily limit: %w", err)
		}
		// Without a limit nothing has to be decided; the amount counts here.
		unlock = func() {}
	}
	defer unlock()
	l.refresh()
	want := amount(cents)
	if used := l.today.spent.add(l.today.held); limit > 0 && used.add(want) > amount(limit) {
		return nil, fmt.Errorf("%w: of %.2f cents %.2f are spent or reserved, and this answer may cost %.2f", ErrOverLimit, limit, used.cents(), want.cents())
	}
	r := &Reservation{ledger: l, date: l.date, id: rand.Text()}
	l.append(l.date, entry{ID: r.id, Reserve: &want}, err == nil)
	return r, nil
}

// Saved adds what an answer would have cost elsewhere.
func (l *Ledger) Saved(cents float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	saved := amount(cents)
	l.record(l.date, entry{Saved: &saved})
}

// Today returns what was spent, open reservations included, and saved since
// midnight, in US cents, by all processes. It costs a look at the file's size, and
// reads what others have appended since.
//
// The error is the first failure of the folder; one call returns it and no other
// does. The amounts are right even then, as far as this process knows.
func (l *Ledger) Today() (spentCents, savedCents float64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn()
	l.refresh()
	if l.err != nil && !l.told {
		l.told, err = true, l.err
	}
	return l.today.spent.add(l.today.held).cents(), l.today.saved.cents(), err
}

// Reservation is an amount that was set aside. It belongs to the day on which it
// was made.
type Reservation struct {
	ledger *Ledger
	date   string
	id     string
	once   sync.Once
}

// Settle replaces the reserved amount by what was really spent: 0 where the
// answer never came, more than the reservation where the estimate was low. Only
// the first call counts.
func (r *Reservation) Settle(spentCents float64) {
	r.once.Do(func() {
		l := r.ledger
		l.mu.Lock()
		defer l.mu.Unlock()
		l.turn()
		spent := amount(spentCents)
		l.record(r.date, entry{ID: r.id, Spent: &spent})
	})
}

// turn begins a new day where the date has changed. The folder gets another
// chance with it.
func (l *Ledger) turn() {
	date := l.now().Local().Format(dateLayout)
	if date == l.date {
		return
	}
	l.date, l.today, l.offset, l.inMind = date, newDay(), 0, false
	if l.folder != "" {
		l.folder.clean(l.now())
	}
}

// lock takes the folder's lock. Where the folder cannot be used at all, today
// goes on in memory, and there is nothing to lock.
func (l *Ledger) lock() (unlock func(), err error) {
	if l.folder == "" || l.inMind {
		return func() {}, nil
	}
	unlock, err = l.folder.lock()
	switch {
	case err == nil:
		return unlock, nil
	case busy(err):
		l.fail(err)
		return nil, err
	}
	l.refresh() // what can still be read counts
	l.forget(err)
	return func() {}, nil
}

// refresh reads what was appended to today's file since the last time.
func (l *Ledger) refresh() {
	if l.folder == "" || l.inMind {
		return
	}
	file, anew, err := l.folder.read(l.date, l.offset)
	if err != nil {
		l.fail(err)
		return
	}
	if anew {
		l.today, l.offset = newDay(), 0
	}
	if file == nil {
		return
	}
	defer file.Close()
	n, err := l.today.read(io.NewSectionReader(file, l.offset, math.MaxInt64-l.offset))
	l.offset += n
	if err != nil {
		l.fail(err)
	}
}

// record appends an entry under the lock. Where another process keeps the lock,
// the entry counts in this process alone; for a settlement that means that the
// others go on counting the reservation.
func (l *Ledger) record(date string, e entry) {
	unlock, err := l.lock()
	if err == nil {
		defer unlock()
	}
	l.append(date, e, err == nil)
}

// append writes an entry to a day's file and counts it where it is today's.
func (l *Ledger) append(date string, e entry, locked bool) {
	if l.folder != "" && !l.inMind && locked {
		err := l.folder.append(date, e)
		if err == nil {
			l.refresh()
			return
		}
		l.refresh()
		l.forget(err)
	}
	if date == l.date {
		l.today.apply(e)
	}
}

// forget gives the folder up until the day is over.
func (l *Ledger) forget(err error) {
	l.inMind = true
	l.fail(err)
}

func (l *Ledger) fail(err error) {
	if l.err == nil {
		l.err = fmt.Errorf("the ledger in %s: %w", l.folder, err)
	}
}
