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
}

// scan counts a message. It takes time in proportion to its length and allocates nothing.
func scan(s string) text {
	sc := scanner{dictionary: words(), s: s}
	for i := 0; i < len(s); {
		k := sc.kinds[s[i]]
		if k == letter {
			if i = sc.word(i); i < len(s) && s[i] == ' ' {
				i++ // as behind most words
			}
			continue
		}
		switch k {
		case digit:
			i = sc.number(i)
		case stop:
			i = sc.stop(i)
		case clause:
			if i++; sc.gap(i) {
				sc.parts++
			}
		case symbol:
			sc.symbols++
			i++
		case wide:
			i = sc.wide(i)
		default:
			i++
		}
	}
	if sc.words+sc.numbers > sc.told {
		sc.sentences++
	}
	return sc.text
}

// word counts the word that starts at i, and returns where it ends.
func (sc *scanner) word(i int) int {
	start := i
	h, n := sc.chunk(i)
	for i += n; n == chunkBytes; i += n {
		var more uint64
		more, n = sc.chunk(i)
		h = mix(h, more)
	}
	sc.words++
	if n := i - start; n >= 9 {
		sc.long++
		if sc.s[start] >= 0x80 {
			sc.words += n / 9 // scripts that part no words are as long as their bytes say
		}
	}
	if sc.index[slot(h)] == 0 {
		return i // as for most words
	}
	is := sc.find(h, sc.s[start:i])
	if sc.words == 1 {
		sc.opening = is
	}
	sc.add(is &^ unit)
	return i
}

// chunk reads up to eight bytes of a word that goes on at i, in lower case, and
// says how many there are. It looks at all of them at once: reading a word byte
// by byte costs a wrong guess of the processor at the end of most words.
func (sc *scanner) chunk(i int) (v uint64, n int) {
	if i+chunkBytes > len(sc.s) {
		return lastChunk(sc.s[i:], &sc.lower)
	}
	b := sc.s[i : i+chunkBytes]
	x := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
	if x&topBits != 0 {
		return lastChunk(b, &sc.lower)
	}
	x |= each * 0x20
	// A sum has a byte's top bit where the byte is at least the limit: 0x80-'a' and so on.
	letters := (x + each*(0x80-'a')) &^ (x + each*(0x7F-'z'))
	digits := (x + each*(0x80-'0')) &^ (x + each*(0x7F-'9'))
	underscores := x + each*(0x80-('_'|0x20))
	after := topBits &^ (letters | digits | underscores) // its lowest bit is the first byte that is not the word's
	return x & (after&-after>>7 - 1), bits.TrailingZeros64(after) / 8
}

// The constants of working on eight bytes at once.
const (
	each    = 0x0101010101010101 // times a byte: that byte, eight times
	topBits = each * 0x80
)

// add counts each class of a set.
func (sc *scanner) add(is class) {
	for is &= 1<<featureClasses - 1; is != 0; is &= is - 1 {
		sc.counts[bits.TrailingZeros32(uint32(is))]++
	}
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
	if word := sc.s[start:i]; word != "" && sc.find(sc.hash(word), word)&unit != 0 {
		sc.add(scale)
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
