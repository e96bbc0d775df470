package store

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/database"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

const (
	// workerVariable makes the test's binary a worker: a path, a conversation and a number.
	workerVariable = "RIGRUN_STORE_WORKER"

	// killsVariable is how many kills TestKilled does in place of defaultKills.
	killsVariable = "RIGRUN_STORE_KILLS"

	defaultKills = 12
	workers      = 3

	// mayLose is how much of an answer a death may cost.
	mayLose = time.Second

	// pace is how fast a worker's answers stream: one number at a time.
	pace = 5 * time.Millisecond
)

// work streams answers, as an editor's process does, until it is killed. It
// prints "said ID N" after the number N has streamed into the conversation ID, and
// "done ID N" when an answer of the numbers up to N has ended. Some of its turns
// go to a conversation that all workers share.
func work() {
	path, rest, _ := strings.Cut(os.Getenv(workerVariable), "|")
	shared, number, _ := strings.Cut(rest, "|")
	seed, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		fatal(err)
	}
	s := Open(Options{File: database.New(path, time.Now), Now: time.Now, Settings: Settings{Enabled: true}})
	r := rand.New(rand.NewPCG(seed, seed))
	fmt.Println("alive")
	var wg sync.WaitGroup
	for lane := range 2 { // one in the shared conversation, one in its own
		wg.Go(func() {
			id := ""
			if lane == 0 {
				id = shared
			}
			for {
				if err := stream1(s, &id, 5+r.IntN(200)); err != nil {
					fatal(err)
				}
				if err := s.Err(); err != nil {
					fatal(err)
				}
			}
		})
	}
	wg.Wait()
}

func fatal(err error) {
	fmt.Println("failed", err)
	os.Exit(1)
}

// stream1 streams one answer of n numbers.
func stream1(s *Conversations, id *string, n int) error {
	turn, err := s.Begin(chat.Request{ConversationID: *id, Message: "count"}, "count", "")
	if err != nil {
		return err
	}
	*id = turn.ConversationID
	turn.SetRoute(chat.RouteDecision{Model: "m"})
	for i := range n {
		_ = turn.Write(stream.Chunk{Data: []byte(strconv.Itoa(i) + " ")})
		fmt.Println("said", turn.ConversationID, turn.MessageID, i)
		time.Sleep(pace)
	}
	_ = turn.Close(stream.End{Reason: chat.FinishStop})
	fmt.Println("done", turn.ConversationID, turn.MessageID, n-1)
	return nil
}

// spoken is how far an answer had come, and when.
type spoken struct {
	conversation string
	at           []time.Time // of each number
	done         bool
	doneAt       time.Time
}

// life starts a worker, kills it d after it has begun, and returns what it had said.
func life(t *testing.T, path, shared string, seed uint64, d time.Duration) (said map[string]*spoken, killed time.Time) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%s|%d", workerVariable, path, shared, seed))
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	var mu sync.Mutex
	kill := func() {
		mu.Lock()
		defer mu.Unlock()
		if killed.IsZero() {
			killed = time.Now()
		}
		_ = cmd.Process.Kill()
	}
	timer := time.AfterFunc(time.Minute, kill)
	defer timer.Stop()
	said = map[string]*spoken{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch words[0] {
		case "alive":
			timer.Reset(d)
		case "failed":
			t.Errorf("a worker failed: %s", lines.Text())
		case "said", "done":
			s := said[words[2]]
			if s == nil {
				s = &spoken{conversation: words[1]}
				said[words[2]] = s
			}
			if words[0] == "done" {
				s.done, s.doneAt = true, time.Now()
				continue
			}
			s.at = append(s.at, time.Now())
		}
	}
	_ = cmd.Wait() // it was killed
	mu.Lock()
	defer mu.Unlock()
	return said, killed
}

// TestKilled kills processes with SIGKILL at random moments while three of them
// stream answers into one file, some of them into one conversation. What was said
// a second before the death must be there, answers in mid-stream must be marked,
// and the file must be sound.
//
// RIGRUN_STORE_KILLS=300 kills that often.
func TestKilled(t *testing.T) {
	kills := defaultKills
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills = n
	}
	path := somewhere(t)
	first := at(t, path)
	shared := first.ask("", "begin", "begun").ConversationID
	first.end()
	r := rand.New(rand.NewPCG(uint64(kills), 1))
	answers, lost, most := 0, 0, time.Duration(0)
	for done := 0; done < kills; done += workers {
		var mu sync.Mutex
		var wg sync.WaitGroup
		p := at(t, path)
		for range workers {
			seed, d := r.Uint64(), 200*time.Millisecond+time.Duration(r.IntN(2500))*time.Millisecond
			wg.Go(func() {
				said, killed := life(t, path, shared, seed, d)
				mu.Lock()
				defer mu.Unlock()
				for id, s := range said {
					answers++
					if gone := s.lost(t, p, id, killed); gone > 0 {
						lost++
						most = max(most, gone)
					}
				}
			})
		}
		wg.Wait()
		checkFile(t, p)
		if found, err := p.Search(t.Context(), "count", 0); err != nil || len(found) == 0 {
			t.Errorf("nothing of it is found: %v", err)
		}
		p.end()
	}
	t.Logf("%d kills in mid-answer of %d answers: %d lost something, at most the last %v", kills, answers, lost, most.Round(time.Millisecond))
}

// lost compares what an answer had said with what is in the file, and returns how
// long before the death what is missing was said.
func (s *spoken) lost(t *testing.T, p *process, id string, killed time.Time) time.Duration {
	c, err := p.Get(s.conversation)
	if errors.Is(err, ErrNotFound) && len(s.at) > 0 && killed.Sub(s.at[0]) < slowness*mayLose {
		return killed.Sub(s.at[0]) // it had only just begun
	}
	if err != nil {
		t.Errorf("the conversation of an answer is lost: %v", err)
		return 0
	}
	there, interrupted := 0, true
	for _, m := range c.Messages {
		if m.MessageID == id {
			there, interrupted = len(strings.Fields(m.Text)), m.Interrupted
		}
	}
	if !interrupted && !s.done {
		t.Error("an interrupted answer is not marked")
	}
	if s.done && interrupted && killed.Sub(s.doneAt) > slowness*mayLose {
		t.Error("an answer that ended is marked as interrupted")
	}
	if there >= len(s.at) {
		return 0
	}
	gone := killed.Sub(s.at[there])
	if gone > slowness*mayLose {
		t.Errorf("%v of an answer are lost", gone)
	}
	return gone
}
