package secret

import (
	"slices"
	"sort"
)

// texts is a set of texts that are looked for at every place of another text.
// Looking one place up takes time for the bytes that agree, not for the size of
// the set.
type texts struct {
	first  [256]bool // bytes that a text of the set begins with
	all    []string  // sorted where sorted is set; none is empty
	sorted bool
	fold   bool // all are in lower case, and case does not matter
}

func (t *texts) add(s string) {
	t.all = append(t.all, s)
	t.first[s[0]] = true
	if t.fold && letter(s[0]) {
		t.first[s[0]^0x20] = true
	}
	t.sorted = false
}

// sort must be called after the last add and before longestAt.
func (t *texts) sort() {
	if !t.sorted {
		slices.Sort(t.all)
		t.sorted = true
	}
}

// next returns the first place at or after i where a text of the set may begin;
// len(text) where there is none.
func (t *texts) next(text string, i int) int {
	for i < len(text) && !t.first[text[i]] {
		i++
	}
	return i
}

// longestAt returns the length of the longest text of the set that stands at i; 0
// where none does. partial reports whether text ends within another one that begins there.
func longestAt[T string | []byte](t *texts, text T, i int) (length int, partial bool) {
	lo, hi := 0, len(t.all)
	for n := 0; lo < hi; n++ {
		if len(t.all[lo]) == n {
			length = n
			lo++
		}
		if lo == hi {
			return length, false
		}
		if i+n == len(text) {
			return length, true
		}
		c := text[i+n]
		if t.fold && c-'A' < 26 {
			c |= 0x20
		}
		lo += sort.Search(hi-lo, func(k int) bool { return t.all[lo+k][n] >= c })
		hi = lo + sort.Search(hi-lo, func(k int) bool { return t.all[lo+k][n] > c })
	}
	return length, false
}
