package edit

import "strings"

// Rebase moves hunks within [start, end] of the text as it was to the text as
// it is now. It answers [ErrChanged] where the range was touched, and where it
// cannot be told which part of the text the range has become.
func Rebase(was, now string, start, end int, hunks []Hunk) ([]Hunk, error) {
	if start < 0 || end < start || end > len(was) {
		return nil, ErrChanged
	}
	at, ok := moved(was, now, start, end)
	if !ok {
		return nil, ErrChanged
	}
	out := make([]Hunk, len(hunks))
	for i, h := range hunks {
		out[i] = Hunk{h.Start + at - start, h.End + at - start, h.Text}
	}
	return out, nil
}

// moved finds where the range begins now. Text equal up to the range's end, or
// from its beginning on, says it by itself; they may disagree where equal text
// was put beside the range.
func moved(was, now string, start, end int) (int, bool) {
	stays := strings.HasPrefix(now, was[:end])
	shifts := strings.HasSuffix(now, was[start:])
	delta := len(now) - len(was)
	switch {
	case stays && shifts:
		return start, delta == 0
	case stays:
		return start, true
	case shifts:
		return start + delta, true
	}
	return among(was, now, start, end)
}

// among finds the range in a text that changed on both sides of it: by the
// fewest lines around it, on one side or on both, with which it is the only one
// of its kind in both texts.
func among(was, now string, start, end int) (int, bool) {
	const most = 8 // lines on each side; more of them say little more
	from, to := start, end
	for range most {
		for _, c := range [...][2]int{{start, end}, {from, end}, {start, to}, {from, to}} {
			text := was[c[0]:c[1]]
			if text == "" || strings.Count(was, text) != 1 || strings.Count(now, text) != 1 {
				continue
			}
			return strings.Index(now, text) + start - c[0], true
		}
		from = strings.LastIndexByte(was[:max(from-1, 0)], '\n') + 1
		if next := strings.IndexByte(was[min(to+1, len(was)):], '\n'); next >= 0 {
			to = min(to+1, len(was)) + next
		} else {
			to = len(was)
		}
	}
	return 0, false
}
