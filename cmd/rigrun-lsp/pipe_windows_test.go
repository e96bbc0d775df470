package main

import (
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// listenPipe makes a named pipe as an editor does and returns its path, and the
// editor's end once somebody has connected.
func listenPipe(t *testing.T) (path string, accept func() io.ReadWriteCloser) {
	t.Helper()
	path = fmt.Sprintf(`\\.\pipe\rigrun-lsp-test-%d`, os.Getpid())
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	handle, err := windows.CreateNamedPipe(name, windows.PIPE_ACCESS_DUPLEX|windows.FILE_FLAG_OVERLAPPED, windows.PIPE_TYPE_BYTE, 1, 4096, 4096, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := os.NewFile(uintptr(handle), path)
	t.Cleanup(func() { _ = file.Close() })
	return path, func() io.ReadWriteCloser { return file } // a client connects to a pipe that is there
}

// TestPipeBothWays writes to the editor while a read from it is under way.
func TestPipeBothWays(t *testing.T) {
	path, accept := listenPipe(t)
	conn, err := connect(t.Context(), serveFlags{pipe: path}, stdio{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	editor := accept()
	read := make(chan string, 1)
	go func() {
		buffer := make([]byte, 8)
		n, _ := conn.Read(buffer)
		read <- string(buffer[:n])
	}()
	wrote := make(chan error, 1)
	go func() {
		_, err := conn.Write([]byte("from us"))
		wrote <- err
	}()
	select {
	case err := <-wrote:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("a write waits for a read")
	}
	buffer := make([]byte, 8)
	if n, err := editor.Read(buffer); err != nil || string(buffer[:n]) != "from us" {
		t.Errorf("the editor read %q: %v", buffer[:n], err)
	}
	if _, err := editor.Write([]byte("to us")); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "to us" {
		t.Errorf("read %q", got)
	}
}

// TestStateFolder is where a person's state goes on Windows.
func TestStateFolder(t *testing.T) {
	for want, set := range map[string]map[string]string{
		`D:\state\rigrun`:                  {"XDG_STATE_HOME": `D:\state`, "LocalAppData": `C:\Users\me\AppData\Local`},
		`C:\Users\me\AppData\Local\rigrun`: {"LocalAppData": `C:\Users\me\AppData\Local`, "HOME": `C:\home`},
		`C:\home\.local\state\rigrun`:      {"HOME": `C:\home`},
		"":                                 {},
	} {
		if got := stateDir(func(name string) string { return set[name] }); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
