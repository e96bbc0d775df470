//go:build !windows

package main

import (
	"net"
	"path/filepath"
	"testing"
)

// TestPipeBothWays connects to a socket that the editor has made.
func TestPipeBothWays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	conn, err := connect(t.Context(), serveFlags{pipe: path}, stdio{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	editor, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer editor.Close()
	for _, way := range []struct {
		from interface{ Write([]byte) (int, error) }
		to   interface{ Read([]byte) (int, error) }
	}{{conn, editor}, {editor, conn}} {
		if _, err := way.from.Write([]byte("so")); err != nil {
			t.Fatal(err)
		}
		buffer := make([]byte, 8)
		if n, err := way.to.Read(buffer); err != nil || string(buffer[:n]) != "so" {
			t.Errorf("read %q: %v", buffer[:n], err)
		}
	}
}

// TestStateFolder is where a person's state goes; LocalAppData is Windows' alone.
func TestStateFolder(t *testing.T) {
	for want, set := range map[string]map[string]string{
		"/state/rigrun":                {"XDG_STATE_HOME": "/state", "HOME": "/home/me"},
		"/home/me/.local/state/rigrun": {"HOME": "/home/me", "LocalAppData": "/elsewhere"},
		"":                             {"LocalAppData": "/elsewhere"},
	} {
		if got := stateDir(func(name string) string { return set[name] }); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
