// Package store keeps cached answers in the SQLite file that all editor processes
// of a user share; engine/database opens it and says what happens when it is full,
// damaged or somebody else's. [Store] is a [cache.Backing] and a [cache.Leaser].
//
// [New] touches nothing. The first operation opens the file. There is no goroutine
// of our own.
//
// When [Store.Put] has returned nil, the entries are committed: they survive the
// death of this process and of every other at any moment, and the loss of power
// from the next [Store.Sync] on.
//
// Reads wait for nobody. A write that others keep from its work for longer than
// [database.BusyWait] returns an error that is [cache.ErrBusy]. What a context says
// is looked at before an operation and not during it, since none takes longer than
// that.
package store
