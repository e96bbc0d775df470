//go:build !unix

package modelserver

import "os/exec"

// ownGroup does nothing where there are no process groups.
func ownGroup(*exec.Cmd) {}

// killGroup kills a started command.
func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() } // fails when it has ended by itself
