package backendtest

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

// Replay starts a server that answers every request with a recorded response: a
// file with the status line, the headers, a blank line and the body as it is.
// paths, where given, have recordings of their own ("/api/show").
func Replay(t testing.TB, file string, paths map[string]string) string {
	t.Helper()
	standard := readRecording(t, file)
	special := map[string]recording{}
	for path, name := range paths {
		special[path] = readRecording(t, name)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := special[r.URL.Path]
		if !ok {
			answer = standard
		}
		_, _ = io.Copy(io.Discard, r.Body) // the client may have gone
		w.Header().Set("Content-Type", answer.contentType)
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

type recording struct {
	status      int
	contentType string
	body        []byte
}

func readRecording(t testing.TB, file string) recording {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(text)), nil)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	defer func() { _ = resp.Body.Close() }() // nothing to lose
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return recording{resp.StatusCode, resp.Header.Get("Content-Type"), body}
}
