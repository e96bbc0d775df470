package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/bench/stdio"
)

// This file measures the program itself, as an editor meets it: how large it
// is, how soon it answers, what it holds, what it adds to a token between the
// model server's socket and its own stdout, and how soon a cancel reaches the
// model server.

// budget is a figure and the limit it is held to, for the person who reads the
// table. Nothing here fails by time.
type budget struct {
	name, unit string
	limit      float64
	samples    []float64
}

func (b budget) String() string {
	slices.Sort(b.samples)
	at := func(p int) float64 { return b.samples[(len(b.samples)-1)*p/100] }
	return fmt.Sprintf("%-46s p50 %8.2f  p95 %8.2f  p99 %8.2f  limit %6.0f %s  (%d samples)\n",
		b.name, at(50), at(95), at(99), b.limit, b.unit, len(b.samples))
}

// The numbers of samples.
const (
	starts      = 21
	paced       = 200
	tokenRounds = 4
	cancels     = 100
)

// programTitle is the title of the figures below, for the flag -only.
const programTitle = "the program, over real stdio"

// program builds the program, measures it and prints the figures.
func program(w io.Writer) error {
	dir, err := os.MkdirTemp("", "rigrun-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	path, err := stdio.Build(dir)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	// 20 MB were allowed before the embedding model was in it, 28 are with it.
	budgets := []budget{{"size", "MB", 28, []float64{float64(info.Size()) / 1e6}}}
	for _, measure := range []func(string) ([]budget, error){measureStarts, measureStocked, measureTokens, measureCancels} {
		more, err := measure(path)
		if err != nil {
			return err
		}
		budgets = append(budgets, more...)
	}
	text := "\n" + programTitle + "\n"
	for _, b := range budgets {
		text += b.String()
	}
	_, err = io.WriteString(w, text)
	return err
}

// measureStarts starts the program again and again: until initialize is
// answered, and what it holds when nothing is asked any more.
func measureStarts(path string) ([]budget, error) {
	return measureStart(path, "", starts, stdio.Options{})
}

// measureStocked does the same where 10,000 answers are kept, which are counted
// before the memory is looked at.
func measureStocked(path string) ([]budget, error) {
	state, err := os.MkdirTemp("", "rigrun-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(state) //nolint:errcheck // a temporary folder
	if err := stock(filepath.Join(state, "rigrun", "rigrun.db")); err != nil {
		return nil, err
	}
	return measureStart(path, ", 10,000 answers", starts/2, stdio.Options{Env: []string{"XDG_STATE_HOME=" + state}})
}

func measureStart(path, what string, times int, o stdio.Options) ([]budget, error) {
	start := budget{name: "start to initialize's answer" + what, unit: "ms", limit: 15}
	memory := budget{name: "idle memory (resident)" + what, unit: "MB", limit: 20}
	for range times {
		began := time.Now()
		s, err := stdio.Start(path, o)
		if err != nil {
			return nil, err
		}
		start.samples = append(start.samples, milliseconds(s.Answered.Sub(began)))
		if err := counted(s, o.Env != nil); err != nil {
			return nil, err
		}
		if mb, ok := resident(s.Command.Process.Pid); ok {
			memory.samples = append(memory.samples, mb)
		}
		if err := s.Close(); err != nil {
			return nil, err
		}
	}
	if len(memory.samples) == 0 {
		return []budget{start}, nil // a system without /proc
	}
	return []budget{start, memory}, nil
}

// counted has the program count its kept answers, all of which must be there.
func counted(s *stdio.Session, all bool) error {
	var stats struct{ Cache struct{ Entries int } }
	answer, err := s.Call("rigrun/stats", map[string]any{}, nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, &stats); err != nil {
		return err
	}
	if all && stats.Cache.Entries != stocked {
		return fmt.Errorf("%d kept answers are counted, not %d", stats.Cache.Entries, stocked)
	}
	return nil
}

// resident returns a process's resident memory in MB, where /proc tells it.
func resident(pid int) (float64, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		var kb float64
		if _, err := fmt.Sscanf(line, "VmRSS: %f kB", &kb); err == nil {
			return kb / 1000, true
		}
	}
	return 0, false
}

// measureTokens has a model server send a token every few milliseconds, and
// compares when each was written with when it came out of the program. The same
// is done with a bare relay from the socket to stdout: most of the time is the
// system waking one process after the other, and only the rest is ours.
func measureTokens(path string) ([]budget, error) {
	ours := budget{name: "token, socket to stdout, through the program", unit: "µs", limit: 200}
	relay := budget{name: "token, socket to stdout, through a bare relay", unit: "µs", limit: 0}
	for range tokenRounds {
		for _, m := range []struct {
			to     *budget
			stream func(url string, take func(text string, at time.Time)) error
		}{
			{&relay, streamRelay},
			{&ours, func(url string, take func(string, time.Time)) error { return streamProgram(path, url, take) }},
		} {
			samples, err := timeTokens(m.stream)
			if err != nil {
				return nil, err
			}
			m.to.samples = append(m.to.samples, samples...)
		}
	}
	added := budget{name: "added to a token: the difference of the medians", unit: "µs", limit: 200}
	added.samples = []float64{median(ours.samples) - median(relay.samples)}
	return []budget{relay, ours, added}, nil
}

func median(samples []float64) float64 {
	sorted := slices.Sorted(slices.Values(samples))
	return sorted[(len(sorted)-1)/2]
}

// timeTokens streams one answer and returns each token's way in microseconds.
func timeTokens(stream func(url string, take func(string, time.Time)) error) ([]float64, error) {
	model := newModel(paced, 3*time.Millisecond)
	defer model.close()
	arrived := make([]time.Time, paced)
	err := stream(model.url, func(text string, at time.Time) {
		for word := range strings.FieldsSeq(text) {
			var n int
			if _, err := fmt.Sscanf(word, "w%d", &n); err == nil && n < paced {
				arrived[n] = at
			}
		}
	})
	if err != nil {
		return nil, err
	}
	var samples []float64
	for n, at := range arrived {
		if at.IsZero() {
			return nil, fmt.Errorf("token %d never arrived", n)
		}
		samples = append(samples, float64(at.Sub(model.sent(n)).Nanoseconds())/1000)
	}
	return samples, nil
}

// streamProgram asks the program for one answer.
func streamProgram(path, url string, take func(string, time.Time)) error {
	s, err := stdio.Start(path, stdio.Options{URL: url})
	if err != nil {
		return err
	}
	if _, err := s.Call("rigrun/chat", map[string]any{"message": "go", "partialResultToken": "t"}, take); err != nil {
		return err
	}
	return s.Close()
}

// streamRelay has a process copy the model server's bytes to its stdout. The
// process is this program, told by its environment to be nothing else.
func streamRelay(url string, take func(string, time.Time)) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.CommandContext(context.Background(), self)
	command.Env = append(os.Environ(), relayVariable+"="+strings.TrimPrefix(url, "http://"))
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := command.Start(); err != nil {
		return err
	}
	const before = `"content":"`
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if _, rest, ok := strings.Cut(lines.Text(), before); ok {
			take(rest, time.Now())
		}
	}
	return command.Wait()
}

// relayVariable makes this program a bare relay for the address it holds.
const relayVariable = "RIGRUN_BENCH_RELAY"

// relay asks the model server at addr for an answer and copies what comes.
func relay(addr string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // read to its end
	if _, err := fmt.Fprint(conn, "POST /api/chat HTTP/1.0\r\nContent-Length: 0\r\n\r\n"); err != nil {
		return err
	}
	buffer := make([]byte, 32<<10)
	for {
		n, err := conn.Read(buffer)
		if _, err := os.Stdout.Write(buffer[:n]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// measureCancels cancels answers in mid-stream, and asks the model server when
// it saw its connection close.
func measureCancels(path string) ([]budget, error) {
	model := newModel(1<<20, time.Millisecond)
	defer model.close()
	s, err := stdio.Start(path, stdio.Options{URL: model.url})
	if err != nil {
		return nil, err
	}
	closing := budget{name: "cancel to the model server's closed connection", unit: "ms", limit: 100}
	for range cancels {
		var cancelled time.Time
		params := map[string]any{"message": "go", "partialResultToken": "t", "cache": "off"}
		_, err := s.Call("rigrun/chat", params, func(string, time.Time) {
			if cancelled.IsZero() {
				cancelled = time.Now()
				s.Notify("$/cancelRequest", map[string]any{"id": s.ID})
			}
		})
		if err == nil || !strings.Contains(err.Error(), "-32800") {
			return nil, fmt.Errorf("a cancelled chat answered: %w", err)
		}
		closing.samples = append(closing.samples, milliseconds((<-model.closed).Sub(cancelled)))
	}
	return []budget{closing}, s.Close()
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
