// Package cache keeps answers that were paid for, and gives one again only to
// the question it was an answer to.
//
// # The way of a question
//
// A [Question] is everything an answer depends on. [Cache.Lookup] makes its
// fingerprints, once, and then:
//
//   - [Lookup.Exact] looks for this very question: in memory, where a hit takes
//     some tens of nanoseconds and no lock, then in the [Backing]. It contacts no
//     model server, so it comes before everything else.
//     In the same round trip it learns whether any question of the same bucket was
//     asked: of the same group (everything else equal, bit for bit) and with the
//     signature that package semantic gives all questions its guard could agree to.
//   - [Lookup.Alike] says so. Most questions are like none, and then nothing is
//     embedded, searched or waited for: a miss costs some tens of microseconds.
//   - [Lookup.Similar], else, embeds the wording and takes the nearest question of
//     the bucket that is above the threshold and that the guard accepts. It takes
//     milliseconds, so it runs beside the connection set-up.
//   - [Lookup.Explain] says which questions came nearest in the whole group and why
//     they were refused, for who asks for it; no answer waits for that.
//   - [Lookup.Await] follows another process that is answering the same: what that
//     writes goes to a [Follower] piece by piece. Where there is none, this lookup
//     holds the question, and [Lookup.Share] lets others follow.
//   - [Lookup.Store] keeps the answer, if it ended cleanly, and [Lookup.Done]
//     says that none will come.
//
// A lookup that is not to read skips the first three ("refresh"); one that is
// neither to read nor to write is not made ("off").
//
// # What is kept where
//
// Everything is in memory first, up to a number of entries and of bytes. What is
// [Shareable] is also in the backing, which other processes share: the embedded
// store (package store) or a team's Redis (package redis). What is above that
// never leaves the process, and is kept in it only if [Options] allow. The caller
// gives the text that was sent and received with secrets replaced already.
//
// What others delete or replace is noticed within a second: copies in memory are
// then dropped and read again.
//
// # Goroutines and trouble
//
// Answers are written behind: the first thing to write starts a goroutine, which
// gathers for 50 ms, writes, syncs the backing five seconds after the last write
// and ends. A lease that is held has a goroutine that renews it, and publishes the
// answer while another process follows: it reads its [Source] at its own pace, so
// that no answer waits for the file. Who follows has no goroutine of its own. A
// slow one reads larger pieces, and keeps nobody waiting. [Cache.Close] writes what
// is waiting, ends all of them and closes the backing.
//
// No trouble of a backing reaches a question: it is a miss. [Cache.Err] tells
// each trouble once, for whoever talks to people. Nothing here logs, and no
// error holds a question or an answer. [Refusal] and [Match] do.
package cache
