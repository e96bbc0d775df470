package audit

import (
	"encoding/json"
	"io/fs"
	"os"
	"slices"
)

// Last returns the newest n events of the log in dir, the oldest of them first.
// The log's own lines are left out, and so are lines that make no sense; whether
// the others are as they were written, [Verify] says. A folder without a log
// gives none.
func Last(dir string, n int) ([]Event, error) {
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		return nil, nil
	}
	unlock, err := lockForReading(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	folder := os.DirFS(dir)
	names, err := logFiles(folder)
	if err != nil {
		return nil, err
	}
	var events []Event
	for _, name := range slices.Backward(names) {
		if len(events) >= n {
			break
		}
		older, err := fileEvents(folder, name)
		if err != nil {
			return nil, err
		}
		events = append(older, events...)
	}
	return events[max(0, len(events)-max(0, n)):], nil
}

// fileEvents reads the events of one file.
func fileEvents(dir fs.FS, name string) ([]Event, error) {
	var events []Event
	file, err := openRegular(dir, name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	err = eachLine(newLineReader(file), func(raw []byte, _ bool) {
		var e entry
		if json.Unmarshal(raw, &e) == nil && e.From == "" && e.Lost == 0 && e.Event.Event != "" {
			events = append(events, e.Event)
		}
	})
	return events, err
}
