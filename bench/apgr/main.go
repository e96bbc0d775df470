// Command apgr measures how well the router's score picks the questions that
// need a strong model, by RouteLLM's average performance gap recovered (APGR).
//
//	cd bench && go run ./apgr FILE
//
// FILE holds one JSON object a line: {"prompt": "…", "weak": true, "strong":
// true} says whether a weak and a strong model answered a question correctly.
// RouteLLM (Ong et al., 2024) published such answers of two models to GSM8K,
// MMLU and MT-Bench. They are not in this repository; nothing is fitted on them.
//
// The definition: send the fraction c of the questions with the highest scores
// to the strong model and the others to the weak one. The gap recovered at c is
// (accuracy at c − weak's accuracy) ÷ (strong's − weak's), and the APGR is its
// area over c from 0 to 1: 0.5 for a score that says nothing, more for one that
// finds the questions where the strong model is needed. RouteLLM takes the area
// over ten thresholds by trapezoids; here every question is a step. Questions
// with the same score count in the average of all their orders, so that neither
// the file's order nor a constant score earns anything.
//
// Length alone and chance are printed beside the score.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/route"
)

// question is a line of the file.
type question struct {
	Prompt string `json:"prompt"`
	Weak   *bool  `json:"weak"`
	Strong *bool  `json:"strong"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: apgr FILE")
		os.Exit(2)
	}
	if err := run(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "apgr:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, path string) error {
	f, err := os.Open(path) //nolint:gosec // the person named this file
	if err != nil {
		return err
	}
	defer f.Close()
	questions, err := read(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	byScore, err := apgr(questions, func(q question) float64 {
		return route.Assess(&route.Question{Request: chat.Request{Message: q.Prompt}}, 0).Score
	})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	byLength, err := apgr(questions, func(q question) float64 { return float64(len(q.Prompt)) })
	if err != nil {
		return err
	}
	weak, strong := accuracies(questions)
	_, err = fmt.Fprintf(w, "%d questions, weak %.3f, strong %.3f correct\nAPGR: the score %.4f, length alone %.4f, chance 0.5000\n",
		len(questions), weak, strong, byScore, byLength)
	return err
}

// read reads the questions.
func read(r io.Reader) ([]question, error) {
	var out []question
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(out)+1, err)
		}
		if q.Prompt == "" || q.Weak == nil || q.Strong == nil {
			return nil, fmt.Errorf(`line %d: "prompt", "weak" and "strong" were expected`, len(out)+1)
		}
		out = append(out, q)
	}
	return out, lines.Err()
}

// accuracies are the shares of questions that the two models answered correctly.
func accuracies(questions []question) (weak, strong float64) {
	for _, q := range questions {
		weak += number(*q.Weak) / float64(len(questions))
		strong += number(*q.Strong) / float64(len(questions))
	}
	return weak, strong
}

// apgr computes the average performance gap recovered by a score.
func apgr(questions []question, score func(question) float64) (float64, error) {
	type scored struct{ score, gain float64 }
	all := make([]scored, len(questions))
	gap := 0.0 // in questions
	for i, q := range questions {
		all[i] = scored{score(q), number(*q.Strong) - number(*q.Weak)}
		gap += all[i].gain
	}
	if gap <= 0 {
		return 0, errors.New("the strong model is not better than the weak one: there is no gap to recover")
	}
	slices.SortStableFunc(all, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	area, recovered := 0.0, 0.0
	for len(all) > 0 {
		ties, gain := 0, 0.0
		for ties < len(all) && all[ties].score == all[0].score {
			gain += all[ties].gain
			ties++
		}
		area += (recovered + gain/2) * float64(ties)
		recovered += gain
		all = all[ties:]
	}
	return area / gap / float64(len(questions)), nil
}

func number(correct bool) float64 {
	if correct {
		return 1
	}
	return 0
}
