package audit

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"time"
)

const currentFile = "audit.jsonl"

// The rotation: a file that has reached maxFile bytes gets its final name before
// the next batch is written. A rotated file is kept while it is one of the newest
// keepFiles or younger than keepAge, but never more than mostFiles of them, so
// that a flood of events does not fill the disk: 100 files are 800 MiB and about
// two million events.
const (
	maxFile   = 8 << 20
	keepFiles = 10
	keepAge   = 90 * 24 * time.Hour
	mostFiles = 100
)

const rotatedLayout = "20060102T150405Z"

// rotatedForm is what rotatedName gives.
var rotatedForm = regexp.MustCompile(`^audit-(\d{8}T\d{6}Z)-([1-9]\d{0,17})\.jsonl$`)

// rotated is a file that is written no more.
type rotated struct {
	name   string
	number int       // 1, 2, 3 …: the order, whatever the clock did
	at     time.Time // when it was rotated
}

func rotatedName(at time.Time, number int) string {
	return fmt.Sprintf("audit-%s-%d.jsonl", at.UTC().Format(rotatedLayout), number)
}

// rotatedFiles lists the rotated files, the oldest first.
func rotatedFiles(dir fs.FS) ([]rotated, error) {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var files []rotated
	for _, e := range entries {
		parts := rotatedForm.FindStringSubmatch(e.Name())
		if parts == nil {
			continue
		}
		// A time that no calendar has reads as very old, which only makes the file go sooner.
		at, _ := time.Parse(rotatedLayout, parts[1])
		number, err := strconv.Atoi(parts[2])
		if err == nil {
			files = append(files, rotated{e.Name(), number, at})
		}
	}
	slices.SortFunc(files, func(a, b rotated) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.name, b.name))
	})
	return files, nil
}

// expired are those of the files, given oldest first, that need not be kept.
func expired(files []rotated, now time.Time) []rotated {
	n := 0
	for n < len(files) {
		newer := len(files) - n
		if newer <= keepFiles || newer <= mostFiles && now.Sub(files[n].at) < keepAge {
			break
		}
		n++
	}
	return files[:n]
}
