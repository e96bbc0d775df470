// Package shop sells things.
package shop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
)

// ErrNone says that there is no such item.
var ErrNone = errors.New("no such item")

// Kind is what sort of item it is.
type Kind int

// The kinds.
const (
	Book Kind = iota // printed
	Disc
)

// Store keeps items by name. It is safe for concurrent use.
type Store struct {
	mu    sync.Mutex
	items map[string]Item

	Logger
}

// Item is one thing on the shelf.
type Item struct {
	Name  string `json:"name"`
	Price int
}

// Logger takes messages.
type Logger interface {
	Log(format string, args ...any)
}

// Load reads items from a file. An item without a name is an error.
func (s *Store) Load(path string) (n int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("open the shelf: %w", err)
	}
	defer f.Close()
	dec := json.NewDecoder(f)
	for {
		var it Item
		if err := dec.Decode(&it); err == io.EOF {
			break
		} else if err != nil {
			return n, err
		}
		if it.Name == "" {
			return n, errors.New("an item has no name")
		}
		s.put(it)
		n++
	}
	return n, nil
}

func (s *Store) put(it Item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[it.Name] = it
}

// Take removes an item.
func (s *Store) Take(name string) (Item, error) {
	s.mu.Lock()
	it, ok := s.items[name]
	if !ok {
		return Item{}, ErrNone
	}
	delete(s.items, name)
	s.mu.Unlock()
	return it, nil
}

func describe(k Kind, v any) string {
	switch k {
	case Book:
		return "a book"
	case Disc:
		return "a disc"
	default:
		panic(fmt.Sprintf("kind %d of %v", k))
	}
}

func sizeOf(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []byte, nil:
		return 0
	}
	return -1
}

// Fetch gets all urls at once.
func Fetch(ctx context.Context, urls []string) <-chan int {
	out := make(chan int)
	var wg sync.WaitGroup
	for _, url := range urls {
		go func() {
			wg.Add(1)
			defer wg.Done()
			resp, err := http.Get(url)
			if err != nil {
				return
			}
			select {
			case out <- resp.StatusCode:
			case <-ctx.Done():
			}
		}()
	}
	go func() {
		wg.Wait()
		close(out)
	}()
	return out
}

func cleanup(paths []string) error {
	var last error
	seen := map[string]bool{}
	for i, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			last = err
			continue
		}
		defer f.Close()
		seen[p] = true
		if i > 10 {
			break
		}
	}
	if last != nil {
		return last
	}
	return nil
	fmt.Println(seen)
}

// Max returns the larger one.
func Max[T int | string](a, b T) T {
	if a > b {
		return a
	}
	return b
}

func counts(words []string) map[string]int {
	var m map[string]int
	for _, w := range words {
		m[w]++
		m[w] = m[w] + 1
	}
	return m
}

func tries(n int, f func() error) (err error) {
	for i := 0; i < n; i++ {
		if err = f(); err == nil {
			break
		}
	}
	return fmt.Errorf("after %d tries: %w", n, err)
}

func lost(f func() error) (err error) {
	if true {
		_, err := fmt.Println()
		fmt.Println(err)
		err = f()
	}
	return err
}

func empty() {}

func save(s *Store, path string) {
	os.Remove(path)
	s.Load(path)
	fmt.Println("saved")
	_, _ = s.Take("x")
}
