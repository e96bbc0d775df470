// Package database is the one file in which all editor processes of a user keep
// what should outlive them: answers (engine/cache/store) and conversations
// (engine/store). It is SQLite; the tables and their versions are declared here
// ([Version]), what is done with them is the business of those who use them.
//
// # Life
//
// [New] touches nothing. The first operation opens the file, making it (mode
// 0600) and its folder (0700) where they are missing, and takes an older one
// through the steps it lacks. There is no goroutine of our own; [File.Close] ends
// the one that database/sql has. A process opens a file once and shares it among
// all who use it.
//
// # What is safe when
//
// The file is in WAL mode with synchronous=NORMAL. When [File.Change] has returned
// nil, what it did is committed: it survives the death of this process and of
// every other at any moment. It survives the loss of power from the next
// [File.Sync] on, which also happens at Close and whenever the log has grown to
// [CheckpointPages] pages. Losing power before that loses the newest changes,
// never the older ones and never the file.
//
// What is deleted is overwritten in the file (secure_delete). Copies of it can
// remain in the log until that is emptied, which [File.Trim] does.
//
// # Waiting
//
// Reads wait for nobody. Of the writers in all processes one writes at a time;
// one waits for another for [BusyWait] at most and then returns [ErrBusy].
//
// # When something is wrong
//
// A file that is damaged or no database is renamed, with the time in its name,
// the operation returns a [SetAside] that says so, and the next one starts a new
// file, which has another [DB.Name]. A database of a newer schema, or of another
// program, is left alone: every operation returns [ErrForeign]. A full disk, a
// folder that cannot be written and the like are errors too; a file that could
// not be opened is tried again after a pause of one second, then two, up to a
// minute, and operations fail in no time meanwhile. A fault inside the database
// library ends the use of the file, not the process.
package database
