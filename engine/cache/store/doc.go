// Package store keeps cached answers in one SQLite file that all editor
// processes of a user share. [Store] is a [cache.Backing] and a [cache.Leaser].
//
// # Life
//
// [New] touches nothing. The first operation opens the file, making it (mode
// 0600) and its folder (0700) where they are missing. There is no goroutine of
// our own; [Store.Close] ends the one that database/sql has.
//
// # What is safe when
//
// The file is in WAL mode with synchronous=NORMAL. When [Store.Put] has returned
// nil, the entries are committed: they survive the death of this process and of
// every other at any moment. They survive the loss of power from the next
// [Store.Sync] on, which also happens at Close and whenever the log has grown to
// [checkpointPages] pages. Losing power before that loses the newest entries,
// never the older ones and never the file.
//
// # Waiting
//
// Reads wait for nobody. Of the writers in all processes one writes at a time;
// one waits for another for [busyWait] at most and then returns an error that is
// [cache.ErrBusy]. What a context says is looked at before an operation and not during
// it, since none takes longer than that.
//
// # When something is wrong
//
// A file that is damaged or no database is renamed, with the time in its name,
// the operation returns a [cache.SetAside] that says so, and the next one starts
// a new file. A database of a newer schema, or of another program, is left
// alone: every operation returns [ErrForeign]. A full disk, a folder that cannot
// be written and the like are errors too; a store that could not be opened tries
// again after a pause of one second, then two, up to a minute, and answers in no
// time meanwhile. A fault inside the database library ends the store, not the
// process.
package store
