// Package document keeps the editor's open documents and converts between the
// positions of the protocol and offsets in the text.
//
// A [Doc] is one version of one document and never changes. A [Store] holds the
// current version of each; it is written by the connection's read loop alone,
// in the order in which the editor sent its notifications, and hands out
// [Snapshot] values that go on showing what was current when they were taken.
// A request takes its snapshot on the read loop and can then be answered on any
// goroutine, however many edits arrive meanwhile.
//
// Positions are lines and characters, where a character is a byte, a UTF-16
// code unit or a code point, as agreed with the client. A position beyond the
// end of its line means the line's end, one beyond the last line the text's
// end, and one inside a character that character's start: a client that is
// wrong by one gets a sensible place, never a panic.
package document
