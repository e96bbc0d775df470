package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// panelMessages has the panel's own measurement run in Chromium (npm run
// growth:panel in editors/vscode), which writes its samples to a file.
func panelMessages(r *rig) (Plot, error) {
	plot := Plot{Title: "A token in the chat panel, by the messages above it", Size: "messages in the panel", Unit: "µs of processor time of the page"}
	if !chromium() {
		return plot, fmt.Errorf("%w: Chromium", errMissing)
	}
	node, err := exec.Command("../editors/vscode/setup.sh").Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		return plot, fmt.Errorf("%w: %s", errMissing, strings.TrimSpace(string(node)))
	}
	if err != nil {
		return plot, fmt.Errorf("set up the extension: %w", err)
	}
	path := filepath.Join(r.dir, "panel.json")
	sizes := r.upTo(10, 30, 100, 300, 1000)
	measure := exec.Command("npm", "run", "-s", "growth:panel")
	measure.Dir = "../editors/vscode"
	measure.Env = append(os.Environ(),
		"PATH="+strings.TrimSpace(string(node))+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GROWTH_FILE="+path, "GROWTH_ROUNDS="+strconv.Itoa(r.rounds), "GROWTH_SIZES="+joined(sizes),
	)
	if said, err := measure.CombinedOutput(); err != nil {
		return plot, fmt.Errorf("measure the panel: %w\n%s", err, said)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return plot, fmt.Errorf("the panel's samples: %w", err)
	}
	var curves []struct {
		Name    string
		Samples [][]float64 // for each size, in microseconds
	}
	if err := json.Unmarshal(text, &curves); err != nil {
		return plot, fmt.Errorf("the panel's samples: %w", err)
	}
	for _, c := range curves {
		curve := Curve{Name: c.Name}
		for i, samples := range c.Samples {
			curve.Points = append(curve.Points, pointOf(sizes[i], samples))
		}
		plot.Curve = append(plot.Curve, curve)
	}
	return plot, nil
}

// chromium reports whether the panel's tests find one.
func chromium() bool {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

func joined(sizes []int) string {
	words := make([]string, len(sizes))
	for i, n := range sizes {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ",")
}
