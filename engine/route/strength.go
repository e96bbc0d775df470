package route

import (
	"slices"
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
	for i, start := 0, true; i < len(l.Model); i++ {
		if c := l.Model[i]; start && c >= '0' && c <= '9' {
			if n := size(l.Model[i:]); n > 0 {
				return n
			}
		}
		start = hyphen(l.Model[i])
	}
	return max(0, float64(l.SizeBytes)) / bytesPerParameter / 1e9
}

// size reads a size at the start of s, in billions; 0 where there is none.
func size(s string) float64 {
	n, s := number(s)
	if s != "" && (s[0] == 'x' || s[0] == 'X') { // a mixture: so many experts of a size
		var each float64
		each, s = number(s[1:])
		n *= each
	}
	if s == "" || len(s) > 1 && !hyphen(s[1]) {
		return 0
	}
	switch s[0] {
	case 'b', 'B':
		return n
	case 'm', 'M':
		return n / 1000
	}
	return 0
}

// number reads a decimal number at the start of s and returns what follows it.
func number(s string) (n float64, rest string) {
	point, unit := false, 1.0
	for i := range len(s) {
		switch {
		case s[i] >= '0' && s[i] <= '9':
			n = 10*n + float64(s[i]-'0')
			if point {
				unit *= 10
			}
		case s[i] == '.' && !point:
			point = true
		default:
			return n / unit, s[i:]
		}
	}
	return n / unit, ""
}

// hyphen reports whether a byte parts the words of a model's name.
func hyphen(b byte) bool { return b == ':' || b == '-' || b == '_' || b == '/' || b == ' ' }
