package secret

import "sync"

// index finds the rules' words in a text. It looks at three neighbouring bytes, a
// group, at every second place: each word is represented by two groups of it, of
// which the one begins at an even place of the text and the other at an odd one.
type index struct {
	// hits has a bit for the hash of each group. It is all that the scan reads of
	// most texts: 64 KB, which a processor's nearest caches hold.
	hits [1 << hashBits / 8]uint8

	// slots tell for each byte of hits one more than the place in lists of the
	// words whose groups have their bits in it.
	slots [1 << hashBits / 8]uint16
	lists [][]entry
}

// entry is a word with the rules it belongs to.
type entry struct {
	word  string // as it is written, or in lower case where fold is set
	fold  bool
	at    int // where the group begins that the entry is listed under
	rules []uint16
}

const (
	hashBits  = 19
	groupSize = 3
)

// foldMask makes letters lower case. It maps some other bytes onto one another,
// which only makes a group found that is not there.
const foldMask = 0x20202020_20202020

// hashOf hashes the three low bytes of a group. The factor is one of few under
// which frequent groups of source code have no hash of a word.
func hashOf(group uint32) uint32 { return group << 8 * 0x18d2fe91 >> (32 - hashBits) }

var words = sync.OnceValue(buildIndex)

func buildIndex() *index {
	type key struct {
		word string
		fold bool
	}
	var order []key
	rules := map[key][]uint16{}
	for n := range len(engines) {
		r := ruleAt(n)
		for _, word := range r.words {
			k := key{word, r.fold}
			if rules[k] == nil {
				order = append(order, k)
			}
			rules[k] = append(rules[k], uint16(n))
		}
	}
	x := &index{}
	for _, k := range order {
		for parity := range 2 {
			x.add(entry{word: k.word, fold: k.fold, at: rarest(k.word, parity), rules: rules[k]})
		}
	}
	return x
}

// add lists a word under its group. A word of three bytes has only two in its
// second group, so it is listed under every group that begins with these.
func (x *index) add(e entry) {
	if e.at+groupSize <= len(e.word) {
		x.list(hashOf(groupAt(e.word, e.at)), e)
		return
	}
	for last := range uint32(256) {
		if last&0x20 != 0 && (last < 0x80 || last >= 0xe0) {
			x.list(hashOf(uint32(e.word[e.at])|uint32(e.word[e.at+1])<<8|last<<16|foldMask&0xffffff), e)
		}
	}
}

func (x *index) list(hash uint32, e entry) {
	x.hits[hash/8] |= 1 << (hash % 8)
	if x.slots[hash/8] == 0 {
		x.lists = append(x.lists, nil)
		x.slots[hash/8] = uint16(len(x.lists))
	}
	list := &x.lists[x.slots[hash/8]-1]
	*list = append(*list, e)
}

// groupAt returns three bytes of s in lower case.
func groupAt(s string, i int) uint32 {
	return uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | foldMask&0xffffff
}

// rarest returns where the word's least common group begins among those at even
// or at odd places: the fewer groups a text holds, the faster the scan.
func rarest(word string, parity int) int {
	best, at := -1, parity
	for i := parity; i+groupSize <= len(word); i += 2 {
		if r := rarity(groupAt(word, i)); r > best {
			best, at = r, i
		}
	}
	return at
}

// rarity is the rank of a group by how seldom it is in source code.
func rarity(group uint32) int {
	for i := 0; i < len(commonGroups); i += groupSize {
		if groupAt(commonGroups, i) == group {
			return i
		}
	}
	return len(commonGroups)
}

// next returns the first even place at or after i, which is even, where a group
// of some word stands; len(text) where there is none.
func (x *index) next(text string, i int) int {
	hits := &x.hits
	for ; i+8 <= len(text); i += 6 {
		v := load(text, i) | foldMask
		a, b, c := hashOf(uint32(v)), hashOf(uint32(v>>16)), hashOf(uint32(v>>32))
		if (hits[a/8]>>(a%8)|hits[b/8]>>(b%8)|hits[c/8]>>(c%8))&1 != 0 {
			break
		}
	}
	for ; i+groupSize <= len(text); i += 2 {
		if h := hashOf(groupAt(text, i)); hits[h/8]>>(h%8)&1 != 0 {
			return i
		}
	}
	return len(text)
}

// load reads eight bytes of text; the compiler makes one instruction of it.
func load(text string, i int) uint64 {
	b := text[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// entries returns the words whose group may stand at i; the caller compares them.
func (x *index) entries(text string, i int) []entry {
	if n := x.slots[hashOf(groupAt(text, i))/8]; n > 0 {
		return x.lists[n-1]
	}
	return nil
}

// start returns where the word begins if its group is at i and the whole word is
// in the text, else -1.
func (e *entry) start(text string, i int) int {
	from := i - e.at
	if from < 0 || from+len(e.word) > len(text) || (text[from]^e.word[0])&^0x20 != 0 {
		return -1
	}
	here := text[from : from+len(e.word)]
	if here == e.word || e.fold && equalFold(here, e.word) {
		return from
	}
	return -1
}

// equalFold compares with a text in lower case, ASCII letters only.
func equalFold(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if c-'A' < 26 {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
