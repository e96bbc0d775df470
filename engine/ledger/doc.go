// Package ledger adds up what one user spent and saved today, over all processes
// of that user, and keeps a daily limit.
//
// Before an answer that costs something, [Ledger.Reserve] sets aside what it may
// cost at most, or refuses. The decision is made under a lock that all processes
// share, so ten of them that ask at once cannot pass the limit together. After
// the answer, [Reservation.Settle] replaces the amount by what was really spent.
// A process that dies in between leaves its reservation, which counts as spent
// until the day is over: the limit errs on the side of the user's money.
//
// # The folder
//
// One file per day of the local calendar, 2026-11-23.jsonl, to which lines are
// only ever appended, and the file "lock", held by whoever appends. The folder
// belongs to the user alone (0700, files 0600). Lines that make no sense, as a
// crash leaves them, are skipped. Files older than 400 days are removed. Nothing
// is fsynced: a power cut may cost the last half minute of a day's sums, the death
// of a process nothing.
//
// Amounts are US cents; inside and on the disk they are whole millionths of a
// cent, so that sums are exact.
//
// Where the folder cannot be written, the sums go on in memory, for this process
// alone, until the day is over; [Ledger.Today] says so once. No method starts a
// goroutine, and none waits for another process longer than a second.
package ledger
