package ledger

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"math"
)

// micros are millionths of a US cent.
type micros int64

const perCent = 1_000_000

// most is the largest amount that is kept, a billion cents. Sums of so many
// lines as fit a file cannot overflow, because add stops at the top.
const most = micros(1e9 * perCent)

// amount turns cents into micros: 0 for what is no amount, at most most.
func amount(cents float64) micros {
	switch {
	case math.IsNaN(cents) || cents <= 0:
		return 0
	case cents >= 1e9:
		return most
	}
	return micros(math.Round(cents * perCent))
}

func (m micros) cents() float64 { return float64(m) / perCent }

// add adds two amounts that are not negative.
func (m micros) add(n micros) micros {
	if m > math.MaxInt64-n {
		return math.MaxInt64
	}
	return m + n
}

// entry is a line of a day's file: a reservation, what became of it, or what was
// saved. Exactly one of the amounts is given.
type entry struct {
	ID      string  `json:"id"` // of the reservation
	Reserve *micros `json:"reserve"`
	Spent   *micros `json:"spent"`
	Saved   *micros `json:"saved"`
}

// day is the sum of a day's lines.
type day struct {
	open  map[string]micros // reservations without an end
	held  micros            // their sum
	spent micros
	saved micros
}

func newDay() *day { return &day{open: map[string]micros{}} }

// apply adds an entry. One that makes no sense changes nothing.
func (d *day) apply(e entry) {
	switch {
	case e.Reserve != nil && sensible(*e.Reserve) && e.ID != "":
		if _, again := d.open[e.ID]; !again {
			d.open[e.ID] = *e.Reserve
			d.held = d.held.add(*e.Reserve)
		}
	case e.Spent != nil && sensible(*e.Spent) && e.ID != "":
		if held, ok := d.open[e.ID]; ok {
			delete(d.open, e.ID)
			d.held -= held
			d.spent = d.spent.add(*e.Spent)
		}
	case e.Saved != nil && sensible(*e.Saved):
		d.saved = d.saved.add(*e.Saved)
	}
}

func sensible(m micros) bool { return m >= 0 && m <= most }

// mostLine is the longest line that is read, in bytes; those that are written
// have less than a hundred.
const mostLine = 4 << 10

// read applies whole lines and returns how many bytes they had. What follows the
// last newline is another process's line in the making, or torn; it is left.
func (d *day) read(r io.Reader) (n int64, err error) {
	in := bufio.NewReaderSize(r, mostLine)
	length, whole := int64(0), true
	for {
		piece, err := in.ReadSlice('\n')
		length += int64(len(piece))
		switch {
		case err == nil:
			var e entry
			if whole && json.Unmarshal(piece, &e) == nil {
				d.apply(e)
			}
			n, length, whole = n+length, 0, true
		case errors.Is(err, bufio.ErrBufferFull):
			whole = false
		case err == io.EOF:
			return n, nil
		default:
			return n, err
		}
	}
}
