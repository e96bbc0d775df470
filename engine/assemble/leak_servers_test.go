package assemble_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// The texts that the stubs put before their echoes.
const (
	fromCloud = "From the cloud: "
	fromHere  = "From here: "
)

// How a stub behaves is in the path of its URL: /JOB/BEHAVIOUR/v1/…
const (
	answers    = "answers"    // echoes
	marks      = "marks"      // echoes, and marks its answer
	unpaid     = "unpaid"     // 401
	busy       = "busy"       // 429, come back in a minute
	fails      = "fails"      // 500
	dies       = "dies"       // breaks the connection before the first byte
	redirects  = "redirects"  // 307 to a stranger
	crosses    = "crosses"    // the local server: 307 to the cloud
	refuses    = "refuses"    // nothing listens
	breaksDown = "breaksDown" // dies in the middle of the answer
)

// answerMark is what a marking cloud stub puts into its answers.
const answerMark = "CUI//SP-CTI"

// sent is a request as a stub got it.
type sent struct {
	raw   string // the request's line, header and body
	texts []string
	model string
	said  string // what the stub echoed, in pieces
}

// network is the world outside of the engine: the servers of the configuration,
// and one that nobody configured.
type network struct {
	cloud, local, stranger *httptest.Server
	dead                   string // an address that refuses

	dir       string // for the jobs' workspaces
	jobs      []*job // by number; those that run
	strange   atomic.Int64
	intruders sync.Map // what strangers got, by number
}

func startNetwork(t *testing.T, jobs []*job) *network {
	t.Helper()
	n := &network{jobs: jobs, dir: t.TempDir()}
	n.cloud = httptest.NewServer(http.HandlerFunc(n.serveCloud))
	n.local = httptest.NewServer(http.HandlerFunc(n.serveLocal))
	n.stranger = httptest.NewServer(http.HandlerFunc(n.serveStranger))
	gone := httptest.NewServer(http.NotFoundHandler())
	n.dead = gone.URL
	gone.Close()
	for _, s := range []*httptest.Server{n.cloud, n.local, n.stranger} {
		s.Config.ErrorLog = nil
		t.Cleanup(s.Close)
	}
	return n
}

// place reads a path's job and behaviour.
func (n *network) place(r *http.Request) (j *job, behaviour string) {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) < 3 {
		return nil, ""
	}
	number, err := strconv.Atoi(parts[1])
	if err != nil || number < 0 || number >= len(n.jobs) {
		return nil, ""
	}
	return n.jobs[number], parts[2]
}

func (n *network) serveStranger(_ http.ResponseWriter, r *http.Request) {
	n.intruders.Store(n.strange.Add(1), r.Method+" "+r.URL.Path)
}

// serveCloud keeps every byte, whatever it then does.
func (n *network) serveCloud(w http.ResponseWriter, r *http.Request) {
	j, behaviour := n.place(r)
	if j == nil {
		n.serveStranger(w, r)
		return
	}
	s := receive(r)
	echo := ""
	if behaviour == answers || behaviour == marks || behaviour == breaksDown {
		echo = s.echo()
	}
	j.keep(s)
	switch behaviour {
	case answers:
		stream(w, fromCloud+echo, true)
	case marks:
		stream(w, fromCloud+echo+"\n\n"+answerMark+"\n\n", true)
	case breaksDown:
		stream(w, fromCloud+echo, false)
	default:
		n.fail(w, r, behaviour)
	}
}

// serveLocal answers as a server of the OpenAI kind.
func (n *network) serveLocal(w http.ResponseWriter, r *http.Request) {
	_, behaviour := n.place(r)
	switch {
	case strings.HasSuffix(r.URL.Path, "/v1/models"):
		_, _ = io.WriteString(w, `{"object":"list","data":[{"id":"tiny","max_model_len":100000}]}`)
	case behaviour == answers:
		s := receive(r)
		stream(w, fromHere+s.echo(), true)
	default:
		n.fail(w, r, behaviour)
	}
}

func (n *network) fail(w http.ResponseWriter, r *http.Request, behaviour string) {
	status := map[string]int{unpaid: 401, busy: 429, fails: 500, redirects: 307, crosses: 307}[behaviour]
	switch behaviour {
	case dies:
		panic(http.ErrAbortHandler)
	case busy:
		w.Header().Set("Retry-After", "60")
	case redirects:
		w.Header().Set("Location", n.stranger.URL+r.URL.Path)
	case crosses:
		w.Header().Set("Location", n.cloud.URL+r.URL.Path)
	}
	w.WriteHeader(status)
	// A careless server repeats what it was asked in its error.
	repeated, _ := json.Marshal(careless(receive(r))) // of a string
	_, _ = fmt.Fprintf(w, `{"error":{"message":%s}}`, repeated)
}

// careless is what an error repeats: all of a request, or the end of its question.
func careless(s *sent) string {
	if len(s.texts) == 0 || len(s.raw)%2 == 0 {
		return s.raw[strings.Index(s.raw, "{")+1:]
	}
	last := s.texts[len(s.texts)-1]
	return strings.ToValidUTF8(last[max(len(last)-250, 0):], "")
}

// receive reads a request, and every string in its JSON.
func receive(r *http.Request) *sent {
	body, _ := io.ReadAll(r.Body) // what came is what is judged
	var raw bytes.Buffer
	fmt.Fprintf(&raw, "%s %s\n", r.Method, r.RequestURI)
	_ = r.Header.Write(&raw) // a buffer takes everything
	raw.Write(body)
	s := &sent{raw: raw.String()}
	r.Body = io.NopCloser(bytes.NewReader(body))
	var request struct {
		Model    string
		Messages []struct{ Content string }
	}
	if json.Unmarshal(body, &request) != nil {
		return s
	}
	s.model = request.Model
	for _, m := range request.Messages {
		s.texts = append(s.texts, m.Content)
	}
	return s
}

// echo chooses a part of what was asked: mostly all of the question, else some of
// its lines, or what was said before it.
func (s *sent) echo() string {
	if len(s.texts) == 0 {
		return ""
	}
	last := s.texts[len(s.texts)-1]
	r := seeded(last)
	switch r.IntN(8) {
	case 0:
		last = s.texts[len(s.texts)-1-r.IntN(len(s.texts))]
	case 1:
		lines := strings.SplitAfter(last, "\n")
		from := r.IntN(len(lines))
		last = strings.Join(lines[from:from+1+r.IntN(len(lines)-from)], "")
	}
	s.said = last
	return last
}

func seeded(text string) *rand.Rand {
	h := fnv.New64a()
	_, _ = io.WriteString(h, text) // never fails
	return rand.New(rand.NewPCG(h.Sum64(), 1))
}

// stream sends a text in pieces, as an event stream.
func stream(w http.ResponseWriter, text string, whole bool) {
	w.Header().Set("Content-Type", "text/event-stream")
	r := seeded(text)
	parts := split(r, text)
	if !whole {
		parts = parts[:(len(parts)+1)/2]
	}
	var b bytes.Buffer
	for i, part := range parts {
		data, _ := json.Marshal(part) // of a string
		fmt.Fprintf(&b, "data: {\"choices\":[{\"delta\":{\"content\":%s}}]}\n\n", data)
		if i == len(parts)/2 {
			_, _ = w.Write(b.Bytes()) // whoever asked may have left
			w.(http.Flusher).Flush()
			b.Reset()
		}
	}
	if !whole {
		_, _ = w.Write(b.Bytes())
		panic(http.ErrAbortHandler)
	}
	b.WriteString("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
	_, _ = w.Write(b.Bytes())
}

// keep notes what reached the cloud.
func (j *job) keep(s *sent) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.arrived = append(j.arrived, s)
}

// drain returns what reached the cloud since the last call.
func (j *job) drain() []*sent {
	j.mu.Lock()
	defer j.mu.Unlock()
	all := slices.Clone(j.arrived)
	j.arrived = j.arrived[:0]
	return all
}
