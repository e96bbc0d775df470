// Package components sets up the real programs that the end-to-end tests run
// against, in the developers' cache folder and nowhere else.
//
// A component is asked for by a function that returns a [Program]: a command
// line, ready to start. The first call downloads and unpacks, which takes some
// seconds; later calls find the folder complete and touch no network. A folder
// appears by one rename when everything in it has been checked, so a set-up that
// was interrupted is simply done again, and two processes may run it at once.
//
// Where a machine cannot have a component (another system, no network), the error
// is an [*Unavailable], which names the component and the reason. Tests skip with
// that sentence; any other error is a failure and must not be skipped.
//
// Nothing is installed into the system, and no right beyond an ordinary user's is
// needed.
package components
