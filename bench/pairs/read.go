package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
)

// pair is two questions and, once judged, what is thought of them.
type pair struct {
	A    string `json:"a"`
	B    string `json:"b"`
	Same bool   `json:"same"`

	cosine  float64
	verdict semantic.Verdict
}

// read reads a file of pairs in either form.
func read(name string) ([]pair, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var pairs []pair
	var question string
	number := 0
	for line := range bytes.Lines(data) {
		number++
		mark, text, _ := bytes.Cut(bytes.TrimSpace(line), []byte(" "))
		switch string(mark) {
		case "", "#":
		case "?":
			question = string(text)
		case "=", "!":
			pairs = append(pairs, pair{A: question, B: string(text), Same: string(mark) == "="})
		default:
			var p pair
			if err := json.Unmarshal(line, &p); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, number, err)
			}
			pairs = append(pairs, p)
		}
	}
	return pairs, nil
}
