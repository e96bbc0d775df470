package route

import "math/bits"

// kind says what a byte is to the scanner.
type kind uint8

const (
	other  kind = iota // a space, a bracket, a quotation mark
	letter             // also an underscore, and the bytes of letters beyond ASCII
	digit
	stop   // ends a sentence where a space follows
	clause // parts a sentence where a space follows
	symbol // an operator of mathematics or of a programming language
	wide   // starts a character of U+2000…U+2FFF, where typography and mathematical signs are
)

func byteKinds() [256]kind {
	var k [256]kind
	for b := range 256 {
		switch c := byte(b); {
		case c|0x20 >= 'a' && c|0x20 <= 'z', c == '_', c >= 0x80:
			k[b] = letter
		case c >= '0' && c <= '9':
			k[b] = digit
		}
	}
	for set, is := range map[string]kind{".?!": stop, ",;:": clause, "=^<>+*|&~%$": symbol} {
		for i := range len(set) {
			k[set[i]] = is
		}
	}
	k[0xE2] = wide
	return k
}

// lowerBytes maps the bytes of words to lower case, and others to 0.
func lowerBytes(kinds *[256]kind) (lower [256]byte) {
	for b, k := range kinds {
		if k == letter || k == digit {
			lower[b] = byte(b) | 0x20
		}
	}
	return lower
}

// text is what a message is made of, counted in one pass.
type text struct {
	words, long      int // long: words of nine letters and more
	sentences, parts int // parts: what commas, semicolons and colons part
	numbers, symbols int
	frames           int // positions in files (main.go:31), as stack traces and compilers print them
	opening          class
	question         bool // it has a question mark

	// counts holds how often words of each class occur, by the class's bit.
	counts [featureClasses]int
}

// featureClasses are the classes that features count: those before opensExplain.
const featureClasses = 10

func (t *text) count(c class) int { return t.counts[bits.TrailingZeros32(uint32(c))] }

// scanner walks through a message once.
type scanner struct {
	text
	*dictionary
	s    string
	told int // words and numbers up to the end of the last sentence

	// met are the hashes of words whose slot is not free, to be looked up together.
	// Looking each up where it stands costs a wrong guess of the processor at most
	// words of the vocabulary.
	met  [mostMet]uint64
	meet int // how many are met
}

// mostMet is how many words are looked up together: what a tally can count.
const mostMet = 1<<tallyBits - 1

// scan counts a message. It takes time in proportion to its length and allocates nothing.
func scan(s string) text {
	d := words()
	sc := scanner{dictionary: d, s: s}
	i := 0
	for i < len(s) && sc.words == 0 {
		i = sc.next(i)
	}
	for i < len(s) { // there is at most one word in each round
		if sc.meet == mostMet {
			sc.lookUp()
		}
		if i <= len(s)-2*chunkBytes {
			word, n := letters(load(s, i))
			c := s[i+n]
			if 0 < n && n < chunkBytes && (c == ' ' || !d.goesOn(c)) { // as most words are
				sc.word(word)
				if i += n; c == ' ' {
					i++
					continue
				}
			}
		}
		if i = sc.next(i); i < len(s) && s[i] == ' ' {
			i++
		}
	}
	sc.lookUp()
	if sc.words+sc.numbers > sc.told {
		sc.sentences++
	}
	return sc.text
}

// goesOn reports whether a word goes on with a byte that is no ASCII letter.
func (d *dictionary) goesOn(b byte) bool { return d.kinds[b]-letter <= digit-letter }

// next passes what is at i, and returns where it ends.
func (sc *scanner) next(i int) int {
	switch sc.kinds[sc.s[i]] {
	case letter:
		return sc.anyWord(i)
	case digit:
		return sc.number(i)
	case stop:
		return sc.stop(i)
	case wide:
		return sc.wide(i)
	case clause:
		if sc.gap(i + 1) {
			sc.parts++
		}
	case symbol:
		sc.symbols++
	case other:
	}
	return i + 1
}

// anyWord counts the word that starts at i, whatever it is made of, and returns
// where it ends.
func (sc *scanner) anyWord(i int) int {
	h, n := sc.chunk(i)
	end := i + n
	for n == chunkBytes {
		var more uint64
		more, n = sc.chunk(end)
		h = mix(h, more)
		end += n
	}
	if sc.words == 0 {
		sc.opening = sc.find(h).is
	}
	sc.word(h)
	if n := end - i; n >= 9 {
		sc.long++
		if sc.s[i] >= 0x80 {
			sc.words += n / 9 // scripts that part no words are as long as their bytes say
		}
	}
	return end
}

// word counts a word whose hash is h. There must be room for it in met.
func (sc *scanner) word(h uint64) {
	sc.words++
	sc.met[sc.meet] = h
	if sc.index[slot(h)] != 0 { // without a branch
		sc.meet++
	}
}

// lookUp counts the classes of the words met.
func (sc *scanner) lookUp() {
	var sum uint64
	for _, h := range sc.met[:sc.meet] {
		sum += sc.find(h).tally
	}
	for i := range sc.counts {
		sc.counts[i] += int(sum >> (i * tallyBits) & mostMet)
	}
	sc.meet = 0
}

// letters keeps of eight bytes the ASCII letters before any other byte, in lower
// case, and says how many there are. It looks at all of them at once: reading a
// word byte by byte costs a wrong guess of the processor at the end of most words.
func letters(x uint64) (v uint64, n int) {
	x |= each * 0x20
	// The difference has a byte's top bit where the byte is before 'a', the sum where
	// it is behind 'z'. A byte beyond ASCII has it in one of them, and spoils those of
	// the bytes behind it only.
	after := ((each*(0x7F+'a') - x) | (x + each*(0x7F-'z'))) & topBits
	return x & (after&-after>>7 - 1), bits.TrailingZeros64(after) / 8
}

// load reads the eight bytes of s from i on.
func load(s string, i int) uint64 {
	_ = s[i+7]
	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
		uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
}

// The constants of working on eight bytes at once.
const (
	each    = 0x0101010101010101 // times a byte: that byte, eight times
	topBits = each * 0x80
)

// chunk reads up to eight bytes of a word that goes on at i, in lower case, and
// says how many there are.
func (sc *scanner) chunk(i int) (v uint64, n int) {
	if i+chunkBytes <= len(sc.s) {
		if v, n = letters(load(sc.s, i)); n == chunkBytes || !sc.goesOn(sc.s[i+n]) {
			return v, n
		}
	}
	return lastChunk(sc.s[i:], &sc.lower)
}

// number counts the number that starts at i with its separators, and a unit
// directly behind it. It returns where they end.
func (sc *scanner) number(i int) int {
	if i > 1 && sc.s[i-1] == ':' && sc.kinds[sc.s[i-2]] == letter {
		sc.frames++
	}
	for i < len(sc.s) && (sc.kinds[sc.s[i]] == digit || sc.separator(i)) {
		i++
	}
	sc.numbers++
	start := i
	for i < len(sc.s) && sc.kinds[sc.s[i]] == letter {
		i++
	}
	if word := sc.s[start:i]; word != "" && sc.find(sc.hash(word)).is&unit != 0 {
		sc.counts[bits.TrailingZeros32(uint32(scale))]++
	}
	return i
}

// separator reports whether a point or a comma inside a number stands at i.
func (sc *scanner) separator(i int) bool {
	return (sc.s[i] == '.' || sc.s[i] == ',') && i+1 < len(sc.s) && sc.kinds[sc.s[i+1]] == digit
}

// stop passes a full stop, a question mark or an exclamation mark.
func (sc *scanner) stop(i int) int {
	sc.question = sc.question || sc.s[i] == '?'
	if i++; sc.words+sc.numbers > sc.told && sc.gap(i) {
		sc.sentences++
		sc.told = sc.words + sc.numbers
	}
	return i
}

// gap reports whether a space, a line's end or the text's end is at i.
func (sc *scanner) gap(i int) bool {
	return i == len(sc.s) || sc.s[i] == ' ' || sc.s[i] == '\n'
}

// wide passes a character of three bytes: dashes and quotation marks part words
// as their ASCII sisters do, arrows and operators count as symbols.
func (sc *scanner) wide(i int) int {
	if i+1 < len(sc.s) && sc.s[i+1] >= 0x86 && sc.s[i+1] <= 0x8B {
		sc.symbols++
	}
	return min(i+3, len(sc.s))
}
