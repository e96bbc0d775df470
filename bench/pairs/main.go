// Command pairs measures how well the answer cache tells questions apart. It
// takes files of labelled pairs of questions and prints, for every rule by which
// a cache might give one question's answer to the other, how many of the pairs
// that ask the same would be hits, and how many of the hits would be right.
//
//	go run ./pairs [-list] FILE…
//
// A file holds either one JSON object a line, {"a": "…", "b": "…", "same": true},
// or the lists of engine/cache/semantic/testdata ("?" a question, "=" the same
// again, "!" a near-miss). Nothing of them is kept.
//
// The rules are one threshold on the cosine (what most semantic caches do), the
// guard alone, and the guard behind a threshold.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/cache/semantic"
	"github.com/rigrun/rigrun-lsp/engine/embed"
)

func main() {
	list := flag.Bool("list", false, "print the guard's mistakes with their cosines and reasons")
	flag.Parse()
	if err := run(os.Stdout, *list, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "pairs:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, list bool, files []string) error {
	if len(files) == 0 {
		return errors.New("name a file of pairs")
	}
	model := embed.Open()
	defer model.Release()
	for _, name := range files {
		pairs, err := read(name)
		if err != nil {
			return err
		}
		if err := judge(model, pairs); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := report(w, name, pairs, model.Threshold()); err != nil {
			return err
		}
		if list {
			if err := mistakes(w, pairs); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge computes every pair's cosine and asks the guard, on all processors.
func judge(model *embed.Model, pairs []pair) error {
	var wg sync.WaitGroup
	errs := make([]error, runtime.GOMAXPROCS(0))
	for worker := range errs {
		wg.Go(func() {
			for i := worker; i < len(pairs) && errs[worker] == nil; i += len(errs) {
				errs[worker] = pairs[i].judge(model)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (p *pair) judge(model *embed.Model) error {
	a, err := model.Embed(context.Background(), p.A)
	if err != nil {
		return err
	}
	b, err := model.Embed(context.Background(), p.B)
	if err != nil {
		return err
	}
	for i := range a {
		p.cosine += float64(a[i]) * float64(b[i])
	}
	p.verdict = semantic.Compare(p.A, p.B)
	return nil
}

// rule is one way to decide on a hit.
type rule struct {
	name string
	hit  func(pair) bool
}

func rules(threshold float64) []rule {
	var all []rule
	for _, t := range []float64{0.50, 0.60, 0.70, 0.80, 0.85, 0.90, 0.95, 0.98} {
		all = append(all, rule{fmt.Sprintf("cosine ≥ %.2f alone", t), func(p pair) bool { return p.cosine >= t }})
	}
	all = append(all, rule{"guard alone", func(p pair) bool { return p.verdict.OK }})
	for _, t := range []float64{0.50, 0.60, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95} {
		name := fmt.Sprintf("guard and cosine ≥ %.2f", t)
		if t == threshold {
			name += " (the embedder's)"
		}
		all = append(all, rule{name, func(p pair) bool { return p.cosine >= t && p.verdict.OK }})
	}
	return all
}

// report prints the whole curve.
func report(w io.Writer, name string, pairs []pair, threshold float64) error {
	var same int
	for _, p := range pairs {
		if p.Same {
			same++
		}
	}
	out := fmt.Sprintf("\n%s: %d pairs ask the same, %d do not\n  hits of those that do   false hits   precision\n", name, same, len(pairs)-same)
	for _, r := range rules(threshold) {
		var right, wrong int
		for _, p := range pairs {
			switch {
			case r.hit(p) && p.Same:
				right++
			case r.hit(p):
				wrong++
			}
		}
		out += fmt.Sprintf("  %6d  %5.1f %%%22d%12.3f   %s\n", right, 100*ratio(right, same), wrong, ratio(right, right+wrong), r.name)
	}
	_, err := io.WriteString(w, out)
	return err
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// mistakes prints what the guard let through and what it refused in vain.
func mistakes(w io.Writer, pairs []pair) error {
	for _, p := range pairs {
		kind := "false hit"
		switch {
		case p.Same == p.verdict.OK:
			continue
		case p.Same:
			kind = "refused: " + p.verdict.Why
		}
		if _, err := fmt.Fprintf(w, "%.2f %s\n     %s\n     %s\n", p.cosine, kind, p.A, p.B); err != nil {
			return err
		}
	}
	return nil
}
