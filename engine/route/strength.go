package route

import (
	"slices"
	"strconv"
	"strings"
)

// strength is the score from which a question leaves a local model of a size.
type strength struct {
	billions  float64 // parameters, at least
	threshold float64
}

// strengths is the table of sizes, largest first. The development set's labels
// were given with a model of about seven billion parameters in mind, so that
// those keep [StrongFrom], and so does a model whose size nobody knows. The steps
// are reasoned, not measured: below 3B, models lose the thread of anything that
// is not routine, which is where "moderate" begins; from 30B on they do most of
// what is "complex", and leave the cloud what is close to "expert".
func strengths() [5]strength {
	return [...]strength{
		{30, 0.70},
		{12, 0.58},
		{6, StrongFrom},
		{2, 0.42}, // 3B
		{0, 0.34}, // 1.5B and less
	}
}

// thinking is what a model gains by thinking before it answers, in thresholds:
// about as much as twice its size.
const thinking = 0.06

// strongFrom is the score from which a question leaves l.
func strongFrom(l *Local) float64 {
	size, threshold := billions(l), StrongFrom
	for _, s := range strengths() {
		if size > 0 && size >= s.billions {
			threshold = s.threshold
			break
		}
	}
	if slices.Contains(l.Capabilities, "thinking") {
		threshold += thinking
	}
	return threshold
}

// bytesPerParameter is what the 4-bit files of model servers take: 4.7 GB for 7.6
// billion parameters, 19.9 GB for 32.8 billion.
const bytesPerParameter = 0.61

// billions is a model's size in billions of parameters, by its name ("7b",
// "8x7b", "270m"), which says more than its file, or else by its file; 0 where
// nobody knows.
func billions(l *Local) float64 {
	for part := range strings.FieldsFuncSeq(l.Model, func(r rune) bool { return strings.ContainsRune(":-_/ ", r) }) {
		if n := sizeWord(part); n > 0 {
			return n
		}
	}
	return max(0, float64(l.SizeBytes)) / bytesPerParameter / 1e9
}

// sizeWord reads a size as models' names have it; 0 for any other word.
func sizeWord(word string) float64 {
	if len(word) < 2 {
		return 0
	}
	unit := 1.0
	switch word[len(word)-1] {
	case 'b', 'B':
	case 'm', 'M':
		unit = 1e-3
	default:
		return 0
	}
	experts, each, mixed := strings.Cut(word[:len(word)-1], "x")
	n, err := strconv.ParseFloat(experts, 64)
	if mixed && err == nil {
		var size float64
		size, err = strconv.ParseFloat(each, 64)
		n *= size
	}
	if err != nil || !(n > 0 && n < 1e5) {
		return 0
	}
	return n * unit
}
