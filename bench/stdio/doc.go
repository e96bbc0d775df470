// Package stdio runs the program as an editor does: it builds the binary, starts
// it, and talks to it over its real stdin and stdout.
//
// A path of the binary goes in, calls and notifications follow, and the responses
// and partial results come out on the caller's own goroutine: there is no other,
// so a Session is for one goroutine, and a program that writes is read only while
// a call waits. Close ends the program as an editor would and waits for it.
package stdio
