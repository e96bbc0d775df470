//go:build unix

package modelserver

import (
	"os/exec"
	"syscall"
)

// ownGroup starts a command as the head of a process group: Ollama runs each
// model in a child process, which must not outlive it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills a started command and its children.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // fails when all have ended
