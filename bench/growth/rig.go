package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/rigrun/rigrun-lsp/bench/stdio"
)

// rounds is how many samples a figure is the median of.
const rounds = 5

// rig is what the measurements share.
type rig struct {
	dir    string // for everything that is written
	path   string // of the binary
	rounds int
	sizes  int // how many of the sizes are measured, from the least on; 0 is all
	homes  int // folders made so far
}

// upTo returns the sizes to measure.
func (r *rig) upTo(sizes ...int) []int {
	if r.sizes > 0 {
		return sizes[:r.sizes]
	}
	return sizes
}

// program is the program with a model server, in a home of its own.
type program struct {
	*stdio.Session
	model  *httptest.Server
	rounds int
	asked  int // questions, so that no two are the same
}

// start starts the program.
func (r *rig) start(settings map[string]any) (*program, error) {
	r.homes++
	home := filepath.Join(r.dir, fmt.Sprintf("home%d", r.homes))
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, fmt.Errorf("a home: %w", err)
	}
	model := newModel()
	s, err := stdio.Start(r.path, stdio.Options{
		URL: model.URL, Settings: settings,
		Env: []string{"HOME=" + home, "XDG_STATE_HOME=" + home, "XDG_CONFIG_HOME=" + home},
	})
	if err != nil {
		model.Close()
		return nil, err
	}
	return &program{Session: s, model: model, rounds: r.rounds}, nil
}

func (p *program) close() error {
	defer p.model.Close()
	return p.Close()
}

// use runs f with the program and ends it.
func (r *rig) use(settings map[string]any, f func(p *program) error) error {
	p, err := r.start(settings)
	if err != nil {
		return err
	}
	if err := f(p); err != nil {
		_ = p.Command.Process.Kill()
		_ = p.Command.Wait()
		p.model.Close()
		return err
	}
	return p.close()
}

// chat asks a question and waits for the whole answer. params are added to the message.
func (p *program) chat(message string, params map[string]any) (chatResult, error) {
	var result chatResult
	raw, err := p.Call("rigrun/chat", p.question(message, params), nil)
	if err == nil {
		err = json.Unmarshal(raw, &result)
	}
	return result, err
}

// chatResult is what is looked at of an answer.
type chatResult struct {
	ConversationID string
	Cache          struct{ Hit string }
}

func (p *program) question(message string, params map[string]any) map[string]any {
	p.asked++
	all := map[string]any{"message": message, "partialResultToken": p.asked}
	for name, value := range params {
		all[name] = value
	}
	return all
}

// sample returns what one of n equal things costs of the processor's time of the
// program, in microseconds, all that f sets off in the background included.
func (p *program) sample(n int, f func() error) (float64, error) {
	before, err := p.settled()
	if err != nil {
		return 0, err
	}
	if err := f(); err != nil {
		return 0, err
	}
	after, err := p.settled()
	return float64((after - before).Nanoseconds()) / 1000 / float64(n), err
}

// samples takes several.
func (p *program) samples(n int, f func() error) ([]float64, error) {
	all := make([]float64, p.rounds)
	for i := range all {
		var err error
		if all[i], err = p.sample(n, f); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// The program is at rest when it takes less than this in that time. Conversations
// go to their file half a second after they have changed.
const (
	rest     = 500 * time.Microsecond
	restTime = 700 * time.Millisecond
)

// settled waits until the program is at rest and returns the processor's time it
// has taken so far.
func (p *program) settled() (time.Duration, error) {
	before, err := processorTime(p.Command.Process.Pid)
	for err == nil {
		time.Sleep(restTime)
		var now time.Duration
		if now, err = processorTime(p.Command.Process.Pid); err == nil && now-before < rest {
			return now, nil
		}
		before = now
	}
	return 0, err
}

// processorTime is what all threads of a process have taken. Linux counts it in
// nanoseconds; no other system says it without a library.
func processorTime(pid int) (time.Duration, error) {
	paths, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(paths) == 0 {
		return 0, fmt.Errorf("the processor's time of a program needs Linux's /proc: %w", errMissing)
	}
	var sum int64
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return 0, fmt.Errorf("the processor's time of a thread: %w", err)
		}
		var spent int64
		if _, err := fmt.Sscan(string(text), &spent); err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		sum += spent
	}
	return time.Duration(sum), nil
}
