// Package audit records what was decided and what was sent, so that a person can
// check it later and see that nobody changed the record.
//
// An [Event] goes in through [Log.Record], which only queues it. One goroutine
// per process writes the queue to the folder in batches, at the latest 200 ms
// after an event or with the 64th, each with an fsync; it starts with the first
// event and ends with [Log.Close], which writes what is left. A slow disk makes
// the queue longer, up to 4096 events; beyond that events are dropped and the
// log records how many. A disk that is full or read-only sets [Log.Err] once and
// costs the server nothing else.
//
// # The folder
//
//	audit.jsonl                          the current file, one JSON object a line
//	audit-20261123T045854Z-1.jsonl …     rotated ones, the number giving their order
//	head                                 how far the log goes
//	key                                  the user's key, see Key
//	lock                                 held by whoever writes
//
// The folder belongs to the user alone (0700, files 0600). A file is rotated by
// the first batch after it reached 8 MiB. A rotated file is kept while it is one
// of the ten newest or younger than 90 days, but never more than 100 of them.
//
// # The chain
//
// Each line ends with an HMAC-SHA256 over the line before and itself, under the
// user's key. The first line of a file repeats the value it continues, so the
// oldest files can be removed for their age and the rest still verifies. The head
// holds the number and the MAC of the last line and the number of the first one
// that must be there, signed, so that lines cut off at either end are missed.
//
// Several processes append to one chain: each takes the lock for a batch, reads
// the head, appends, and replaces the head. A process that dies in between leaves
// lines that the head does not know of, the last one perhaps torn; the next
// writer keeps the lines, and closes a torn one off with a signed "recover" line
// that holds the torn bytes' length and hash. Where lines are missing that the
// head does know of, it writes a "damage" line instead, which [Verify] reports.
//
// # What it proves
//
// Whoever cannot read the key can neither change, add, move nor remove a line
// without [Verify] naming the place. Whoever can read it, as any program of the
// same user can, can write a new log; and a copy of the whole folder that is put
// back later is a valid log of that time. Keep a copy of the head elsewhere where
// that matters.
//
// No line holds a prompt: [Event].Prompt is a keyed hash, so that a prompt one
// has can be found in the log, and one that is only guessed cannot.
package audit
