// Package enginetest has what tests of the engine and of its callers need: a
// [Backend] that plays a script step by step under the test's control, a [Local]
// that hands it out, and a [Recorder] that keeps what a listener was told and
// fails the test where the engine breaks its promises about order.
package enginetest
