package modelserver

import (
	"bytes"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a server may take to be ready on a busy machine.
const patience = 2 * time.Minute

// Server is a running model server.
type Server struct {
	URL  string
	kill func()
}

// Start runs a server until the test's end and returns when it answers at path.
func Start(t *testing.T, cmd *exec.Cmd, url, path string) *Server {
	t.Helper()
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { // ends with the process
		defer close(ended)
		_ = cmd.Wait() // a killed process ends with an error
	}()
	s := &Server{url, sync.OnceFunc(func() {
		killGroup(cmd)
		<-ended
	})}
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(cmd.Path), tail(output.String(), 40))
		}
	})
	for deadline := time.Now().Add(patience); !answers(url + path); {
		select {
		case <-ended:
			t.Fatal("the model server ended before it was ready")
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("the model server is not ready within %v", patience)
		}
	}
	return s
}

// Kill ends the process and waits for it; more than once without harm.
func (s *Server) Kill() { s.kill() }

// answers says whether there is a server that is content with itself.
func answers(url string) bool {
	resp, err := http.Get(url)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
