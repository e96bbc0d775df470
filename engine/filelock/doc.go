// Package filelock lets several processes of one user take turns at a folder's
// files: whoever holds the lock of the folder's lock file may read and write
// them, the others wait.
//
// The lock is the operating system's (flock, LockFileEx): it ends with the
// process that holds it, however that process ends, so a killed server leaves
// nothing to clean up. It is advisory: only those who ask for it are kept out.
// Two locks taken by one process exclude each other like those of two processes.
//
// Nobody waits for ever: a holder that was stopped or hangs makes [Acquire]
// return [ErrBusy] after the time its caller gave. The lock file itself is empty
// and is never removed, because removing it would let two holders lock two files
// of the same name.
package filelock
