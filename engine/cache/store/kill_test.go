package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
	"github.com/rigrun/rigrun-lsp/engine/database"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

const (
	// workerVariable makes the test's binary a worker: a path, a seed, and what to do.
	workerVariable = "RIGRUN_STORE_WORKER"

	// killsVariable is how many kills TestKilled does in place of defaultKills.
	killsVariable = "RIGRUN_STORE_KILLS"

	defaultKills = 60
	workers      = 3
)

// made is when the entries of workers are made: any process can tell what an
// entry must be from its number.
func made() time.Time { return time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC) }

// work is what a worker does until it is killed. It prints "put N" once entry N
// is acknowledged, "gone N" before it deletes entry N, and "synced" after a sync.
func work() {
	path, rest, _ := strings.Cut(os.Getenv(workerVariable), "|")
	task, number, _ := strings.Cut(rest, "|")
	seed, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		fatal(err)
	}
	s := New(Options{Path: path, Now: time.Now})
	fmt.Println("alive")
	switch task {
	case "load":
		load(s, seed)
	case "limited":
		limited(s)
	case "answer":
		answering(s)
	}
}

func fatal(err error) {
	fmt.Println("failed", err)
	os.Exit(1)
}

// load writes, reads, searches and deletes as fast as it can.
func load(s *Store, seed uint64) {
	r := rand.New(rand.NewPCG(seed, seed))
	ctx := context.Background()
	for n := int(seed) * 1000; ; {
		var batch []cache.Entry
		for range 1 + r.IntN(5) {
			batch = append(batch, asked(n, made(), semantic.Dim))
			n++
		}
		err := s.Put(ctx, batch...)
		if err == nil {
			for i := range batch {
				fmt.Println("put", n-len(batch)+i)
			}
		} else if !errors.Is(err, cache.ErrBusy) {
			fatal(err)
		}
		if err := loadOnce(ctx, s, r, batch[0], n-len(batch)); err != nil && !errors.Is(err, cache.ErrBusy) {
			fatal(err)
		}
	}
}

// loadOnce does something besides putting.
func loadOnce(ctx context.Context, s *Store, r *rand.Rand, e cache.Entry, n int) (err error) {
	switch r.IntN(5) {
	case 0:
		fmt.Println("gone", n)
		_, err = s.Delete(ctx, e.ID)
	case 1:
		if err = s.Sync(ctx); err == nil {
			fmt.Println("synced")
		}
	case 2:
		_, err = s.Near(ctx, cache.Probe{Group: e.Group, Embedder: e.Embedder, Vector: e.Vector, K: 3, AtLeast: 0.5})
	case 3:
		err = publishOnce(ctx, s, e.Key, n)
	case 4:
		err = s.Touch(ctx, time.Now(), e.Key)
	}
	return err
}

// publishOnce takes a lease and writes under it, and gives it back half of the time.
func publishOnce(ctx context.Context, s *Store, k cache.Key, n int) error {
	owner := fmt.Sprintf("%d-%d", os.Getpid(), n)
	held, _, err := s.Lease(ctx, k, owner, 10*time.Millisecond)
	if !held || err != nil {
		return err
	}
	more := []stream.Chunk{{Kind: stream.Text, Data: bytes.Repeat([]byte("so it is "), 50)}}
	till, err := s.Publish(ctx, k, owner, cache.Maker{Model: "m"}, 0, more)
	if err != nil {
		return err
	}
	p, err := s.Follow(ctx, k, till-9)
	if err != nil {
		return err
	}
	if p.Owner == owner && (len(p.More) != 1 || string(p.More[0].Data) != "so it is ") {
		return fmt.Errorf("what was published is followed as %+v", p)
	}
	if n%2 == 0 {
		return nil
	}
	return s.Release(ctx, k, owner)
}

// killed is one worker's life: what it had acknowledged when it died.
type killed struct {
	put, gone map[int]bool
	failed    string
}

// lives starts a worker and kills it d after it has begun.
func lives(t *testing.T, path string, seed uint64, d time.Duration) killed {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|load|%d", workerVariable, path, seed))
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	k := killed{put: map[int]bool{}, gone: map[int]bool{}}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		n, _ := strconv.Atoi(rest)
		switch word {
		case "alive":
			timer.Reset(d)
		case "put":
			k.put[n] = true
		case "gone":
			k.gone[n] = true
		case "failed":
			k.failed = rest
		}
	}
	_ = cmd.Wait() // it was killed
	return k
}

// TestKilled kills processes with SIGKILL at random moments while three of them
// work on one file: while they make it, write, sync and copy the log. Whenever
// all three are dead, the file must open, pass SQLite's own check, hold whatever
// was acknowledged, whole, and nothing else that is not whole.
//
// RIGRUN_STORE_KILLS=1000 kills that often.
func TestKilled(t *testing.T) {
	kills := defaultKills
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		kills = n
	}
	r := rand.New(rand.NewPCG(uint64(kills), 1))
	path := filepath.Join(t.TempDir(), "cache.db")
	acknowledgedNow := map[int]bool{}
	seed, acknowledged := uint64(0), 0
	longest := slowness * 80 * time.Millisecond
	for done := 0; done < kills; done += workers {
		if acknowledged < done { // a slow machine: give them the time to get something done
			longest = min(2*longest, time.Second)
		}
		if done/workers%8 == 0 { // kill some while they make the file
			for _, name := range []string{"", "-wal", "-shm"} {
				_ = os.Remove(path + name)
			}
			clear(acknowledgedNow)
		}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range workers {
			seed++
			own, d := seed, time.Duration(r.Int64N(int64(longest)))
			wg.Go(func() {
				k := lives(t, path, own, d)
				mu.Lock()
				defer mu.Unlock()
				if k.failed != "" {
					t.Errorf("a worker failed: %s", k.failed)
				}
				for n := range k.put {
					acknowledged++
					acknowledgedNow[n] = true
				}
				for n := range k.gone {
					delete(acknowledgedNow, n)
				}
			})
		}
		wg.Wait()
		if !survived(t, path, acknowledgedNow) {
			t.Fatalf("after %d kills", done+workers)
		}
	}
	t.Logf("%d kills, %d entries acknowledged, %d of the last file's found again", kills, acknowledged, len(acknowledgedNow))
	if acknowledged < kills {
		t.Errorf("only %d entries were acknowledged in %d lives: the test kills too early", acknowledged, kills)
	}
}

// survived opens the file of dead processes and looks at all of it.
func survived(t *testing.T, path string, want map[int]bool) bool {
	t.Helper()
	s := New(Options{Path: path, Now: time.Now})
	defer func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}()
	for n := range want {
		w := asked(n, made(), semantic.Dim)
		e, ok := got(t, s, w.Key)
		e.Used = w.Used
		if diff := cmp.Diff(w, e); !ok || diff != "" {
			t.Errorf("entry %d was acknowledged; found %v, difference:\n%s", n, ok, diff)
		}
	}
	return !t.Failed() && sound(t, s)
}

// sound has SQLite check its file and every row its checksum.
func sound(t *testing.T, s *Store) bool {
	t.Helper()
	must(t, s.use(t.Context(), func(d *database.DB) error {
		var verdict string
		if err := d.SQL.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("integrity: %s, %v", verdict, err)
		}
		var count, stray int
		if err := d.SQL.QueryRow("SELECT count(*), (SELECT count(*) FROM vectors WHERE n NOT IN (SELECT n FROM entries)) + (SELECT count(*) FROM pieces WHERE owner NOT IN (SELECT owner FROM leases)) FROM entries").Scan(&count, &stray); err != nil {
			return err
		}
		if kept, err := readTotals(d); err != nil || kept.entries != count || stray > 0 {
			t.Errorf("the totals say %d entries, there are %d; %d vectors without one or pieces without a lease; %v", kept.entries, count, stray, err)
		}
		return nil
	}))
	for _, n := range numbers(t, s) {
		must(t, s.use(t.Context(), func(d *database.DB) error {
			_, ok, err := s.entry(d, getNumbered, n)
			if !ok {
				t.Errorf("row %d is torn", n)
			}
			return err
		}))
	}
	return !t.Failed()
}

func numbers(t *testing.T, s *Store) (all []int64) {
	t.Helper()
	must(t, s.use(t.Context(), func(d *database.DB) error {
		rows, err := d.SQL.Query("SELECT n FROM entries")
		if err != nil {
			return err
		}
		for rows.Next() {
			var n int64
			if err := rows.Scan(&n); err != nil {
				return err
			}
			all = append(all, n)
		}
		return errors.Join(rows.Err(), rows.Close())
	}))
	return all
}

// TestLogCutAnywhere cuts the log of a file at many bytes, as a death of the
// whole machine might leave it, and looks that what is found is a beginning of
// what was put.
func TestLogCutAnywhere(t *testing.T) {
	from := filepath.Join(t.TempDir(), "cache.db")
	s := opened(t, Options{Path: from})
	const puts = 12
	for i := range puts {
		must(t, s.Put(t.Context(), asked(i, made(), semantic.Dim)))
	}
	db, err := os.ReadFile(from)
	must(t, err)
	log, err := os.ReadFile(from + "-wal")
	must(t, err)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 80 / slowness {
		path := filepath.Join(t.TempDir(), "cache.db")
		must(t, os.WriteFile(path, db, 0o600))
		cut := r.IntN(len(log) + 1)
		half := append([]byte(nil), log[:cut]...)
		if i%2 == 0 && cut > 0 { // a sector that was never written
			clear(half[max(0, cut-512):])
		}
		must(t, os.WriteFile(path+"-wal", half, 0o600))
		checkBeginning(t, path, puts)
	}
}

func checkBeginning(t *testing.T, path string, puts int) {
	t.Helper()
	s := New(Options{Path: path, Now: newClock().Now})
	defer func() { must(t, s.Close()) }()
	ended := false
	for i := range puts {
		w := asked(i, made(), semantic.Dim)
		e, ok := got(t, s, w.Key)
		if ok && (ended || !cmp.Equal(w, e)) {
			t.Errorf("entry %d: found after a lost one: %v, equal: %v", i, ended, cmp.Equal(w, e))
		}
		ended = ended || !ok
	}
	sound(t, s)
}
