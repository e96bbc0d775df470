// Package modelserver runs real model servers for the end-to-end tests: llama-server,
// with a tiny model of random weights that is written when it is asked for, and any
// other that a test has a command for.
//
// A server runs from the call that starts it, which returns when it answers, to the
// end of the test or to [Server.Kill]. With it end its children: they are one process
// group. What it printed is shown when the test has failed.
package modelserver
