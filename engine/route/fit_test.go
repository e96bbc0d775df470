package route

import (
	"flag"
	"fmt"
	"go/format"
	"math"
	"os"
	"regexp"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

var fit = flag.Bool("fit", false, "write the weights that the development set gives into weights.go")

// featureNames are the constants' names, as weights.go has them.
func featureNames() [featureCount]string {
	return [featureCount]string{
		"always", "length", "sentences", "parts", "longWords", "lookupOpening",
		"choreWords", "designWords", "proofWords", "deepWords", "constraintWords", "connectiveWords", "scaleWords",
		"numbers", "symbols", "failureWords", "framesSeen",
		"actionExplain", "actionFix", "actionRefactor", "actionDocument", "actionTests", "actionReview",
		"codeLines", "codeDepth", "contextItems", "historyTurns", "windowUse",
	}
}

// TestFit fits the weights anew and compares them with the table; with -fit it
// writes the table.
func TestFit(t *testing.T) {
	fitted := train(readSamples(t, development))
	if *fit {
		writeWeights(t, fitted)
		return
	}
	for f, name := range featureNames() {
		if d := math.Abs(fitted[f] - weights[f]); d > 0.011 { // one step of rounding: processors differ in the last bit
			t.Errorf("the weight of %s is %v in the table, %v by the development set: run with -fit", name, weights[f], fitted[f])
		}
	}
}

func writeWeights(t *testing.T, fitted [featureCount]float64) {
	source, err := os.ReadFile("weights.go")
	if err != nil {
		t.Fatal(err)
	}
	for f, name := range featureNames() {
		row := regexp.MustCompile(`(?m)^(\t` + name + `:\s+)[-0-9.]+,`)
		if !row.Match(source) {
			t.Fatalf("weights.go has no row for %s", name)
		}
		source = row.ReplaceAll(source, fmt.Appendf(nil, "${1}%v,", fitted[f]))
	}
	if source, err = format.Source(source); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("weights.go", source, 0o600); err != nil {
		t.Fatal(err)
	}
}

// target is the score that a label stands for, about the middle of its range.
func target(c chat.Complexity) float64 {
	return [...]float64{0.05, 0.19, 0.38, 0.66, 0.92}[rank(c)]
}

// least is the least weight a feature may have. More text, more code, more files
// and a longer conversation may never make a question look easier. A weight of
// zero would say that the development set, which has only made-up code and short
// conversations, knows them not to matter; it does not know that. Most of its
// questions are short, too, so that clauses and conditions count less in it than
// where a question is a page long.
func least(f feature) float64 {
	switch f {
	case parts:
		return 0.5
	case connectiveWords:
		return 0.3
	case length, sentences, codeLines, codeDepth, contextItems, historyTurns, windowUse:
		return 0.1
	}
	return math.Inf(-1)
}

// train fits the weights: logistic regression on the labels' targets with an L2
// penalty, by accelerated gradient descent (Nesterov's) over the whole set, with
// a fixed number of steps, in one order, from zero. The penalty was chosen by
// five-fold cross-validation inside the development set.
func train(samples []sample) [featureCount]float64 {
	const steps, rate, penalty = 1500, 1.0, 0.0001
	rows := make([]row, len(samples))
	for i, s := range samples {
		rows[i].x, _ = features(s.question())
		rows[i].want = target(s.Complexity)
	}
	var w, before [featureCount]float64
	for step := range steps {
		momentum := float64(step) / float64(step+3)
		var ahead [featureCount]float64
		for j := range w {
			ahead[j] = w[j] + momentum*(w[j]-before[j])
		}
		slope := gradient(rows, &ahead)
		before = w
		for j := range w {
			if feature(j) != always {
				slope[j] += penalty * ahead[j]
			}
			w[j] = max(ahead[j]-rate*slope[j], least(feature(j)))
		}
	}
	for j := range w {
		w[j] = math.Round(100*w[j]) / 100
	}
	return w
}

// row is a question as the regression sees it.
type row struct {
	x    [featureCount]float64
	want float64
}

// gradient is that of the mean cross-entropy at w.
func gradient(rows []row, w *[featureCount]float64) (g [featureCount]float64) {
	for i := range rows {
		sum := 0.0
		for j, x := range rows[i].x {
			sum += w[j] * x
		}
		miss := 1/(1+math.Exp(-sum)) - rows[i].want
		for j, x := range rows[i].x {
			g[j] += miss * x / float64(len(rows))
		}
	}
	return g
}
