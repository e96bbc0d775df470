package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Key is a secret of one user. It makes placeholders the same in all processes of
// that user, and keeps others from guessing a secret by its placeholder.
type Key [32]byte

// Vault knows secrets and what stands for them. It may be used by several
// goroutines at once.
type Vault struct {
	key Key

	mu      sync.RWMutex
	holders map[string]string // placeholder of each secret
	secrets map[string]string // secret of each placeholder in lower case

	// closed are the beginnings of placeholders, in lower case and with fewDigits
	// digits, that may not be given out: they are, or a text holds one already.
	// So no placeholder is the beginning of another, and text that only looks
	// like one is never put back.
	closed map[string]bool

	marks texts // the placeholders, in lower case
	bare  texts // the secrets that are replaced wherever they stand
}

// Place is one replacement.
type Place struct {
	Kind        string
	Placeholder string
	Line        int // in the text given to Redact, the first line is 1
	Start       int // byte in that text
}

// Vault returns a vault that knows every secret in the texts.
func (k Key) Vault(all ...string) *Vault {
	v := &Vault{key: k, holders: map[string]string{}, secrets: map[string]string{}, closed: map[string]bool{}}
	v.marks.fold = true
	for _, text := range all {
		v.reserve(text)
	}
	for _, text := range all {
		v.Redact(text)
	}
	return v
}

// Empty reports whether the vault knows no secret.
func (v *Vault) Empty() bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.secrets) == 0
}

// Redact returns the text with placeholders instead of the secrets that Find
// finds and of every other place of a secret that the vault knows. Short and
// simple secrets, as the password test, are replaced only where a rule finds
// them: elsewhere they are words. Redact learns the secrets it finds.
//
// Find finds nothing in the text it returns, redacting that again changes
// nothing, and Restore makes the text it was of it.
func (v *Vault) Redact(text string) (string, []Place) {
	v.mu.Lock()
	defer v.mu.Unlock()
	defer v.marks.sort()
	v.reserve(text)
	w := work{original: text, current: text}
	for round := 0; ; round++ {
		found := Find(w.current)
		if round >= patience {
			found = wholeLines(w.current, found)
		}
		for _, f := range found {
			v.learn(f.Kind, w.current[f.Start:f.End])
		}
		found = v.withKnown(w.current, found)
		if len(found) == 0 {
			return w.current, w.places()
		}
		w.replace(found, v.holders)
	}
}

// patience is after how many rounds whole lines are replaced. A placeholder can
// make a rule match what stands beside it, so there may be a second round; text
// made for it could want many.
const patience = 6

// wholeLines widens findings to all of their lines that no placeholder parts from
// them.
func wholeLines(text string, found []Finding) []Finding {
	covered := covers(text)
	for i := range found {
		f := &found[i]
		start := strings.LastIndexByte(text[:f.Start], '\n') + 1
		end := len(text)
		if n := strings.IndexByte(text[f.End:], '\n'); n >= 0 {
			end = f.End + n
		}
		for _, c := range covered {
			if c.end <= f.Start {
				start = max(start, c.end)
			} else if c.start >= f.End {
				end = min(end, c.start)
				break
			}
		}
		f.Start, f.End = start, end
	}
	if len(found) == 0 {
		return nil
	}
	return merged(found)
}

// withKnown adds the places of known secrets to the findings, in order.
func (v *Vault) withKnown(text string, found []Finding) []Finding {
	if len(v.bare.all) == 0 {
		return found
	}
	v.bare.sort()
	taken := covers(text)
	for _, f := range found {
		taken = append(taken, span{f.Start, f.End})
	}
	slices.SortFunc(taken, func(a, b span) int { return a.start - b.start })
	out := slices.Clone(found)
	at := 0
	for _, t := range append(taken, span{len(text), len(text)}) {
		if at < t.start {
			out = v.known(out, text, at, t.start)
		}
		at = max(at, t.end)
	}
	slices.SortFunc(out, func(a, b Finding) int { return a.Start - b.Start })
	return out
}

// known finds known secrets between two places of a text.
func (v *Vault) known(out []Finding, text string, from, to int) []Finding {
	gap := text[:to]
	for i := v.bare.next(gap, from); i < to; {
		n, _ := longestAt(&v.bare, gap, i)
		if n == 0 || n < boldLength && !alone(text, i, i+n) {
			i = v.bare.next(gap, i+1)
			continue
		}
		out = append(out, Finding{v.kindOf(gap[i : i+n]), i, i + n})
		i = v.bare.next(gap, i+n)
	}
	return out
}

// kindOf reads a secret's kind out of its placeholder.
func (v *Vault) kindOf(secret string) string {
	holder := v.holders[secret]
	name := holder[len(mark):strings.LastIndexByte(holder, '_')]
	return strings.ReplaceAll(strings.ToLower(name), "_", "-")
}

func alone(text string, start, end int) bool {
	return (start == 0 || !wordByte(text[start-1])) && (end == len(text) || !wordByte(text[end]))
}

// A secret of boldLength bytes is replaced within longer words too; one of fewer
// only as a word of its own, one of fewer than leastBold only where a rule finds it.
const (
	boldLength   = 8
	leastBold    = 6
	boldDistinct = 5 // different bytes it must have
)

// bold reports whether a secret is unlike any word.
func bold(secret string) bool {
	if len(secret) < leastBold || !mixed(secret) && !(len(secret) >= 16 && entropy(secret) > randomEntropy) {
		return false
	}
	var seen [256]bool
	distinct := 0
	for i := range len(secret) {
		if !seen[secret[i]] {
			seen[secret[i]] = true
			distinct++
		}
	}
	return distinct >= boldDistinct
}

// learn gives a secret a placeholder. Where the secret has bytes that JSON and
// most languages escape in strings, its other forms are secrets as well, and so
// are the lines of one that has several.
func (v *Vault) learn(kind, secret string) {
	if v.holders[secret] != "" {
		return
	}
	v.issue(kind, secret)
	v.learnLines(kind, secret)
	if bare := strings.Trim(secret, "\"'`"); bare != secret && bare != "" { // some rules find quotes and all
		v.issue(kind, bare)
	}
	if len(secret) < boldLength {
		return
	}
	if form := escaped(secret); form != secret {
		v.issue(kind, form)
	}
	if strings.IndexByte(secret, '\\') >= 0 {
		if form, err := strconv.Unquote(`"` + secret + `"`); err == nil && len(form) >= boldLength {
			v.issue(kind, form)
			v.learnLines(kind, form)
		}
	}
}

// longLine is the least length of a secret's line that is a secret by itself, in bytes.
const longLine = 24

// learnLines learns the lines of a private key: an answer may quote one of them,
// and no rule would know it without the others.
func (v *Vault) learnLines(kind, secret string) {
	if !strings.Contains(secret, "\n") {
		return
	}
	for line := range strings.Lines(secret) {
		if line = strings.TrimSpace(line); len(line) >= longLine && !strings.HasPrefix(line, "-----") {
			v.issue(kind, line)
		}
	}
}

func (v *Vault) issue(kind, secret string) {
	if v.holders[secret] != "" {
		return
	}
	holder := v.holder(kind, secret)
	v.holders[secret] = holder
	v.secrets[strings.ToLower(holder)] = secret
	v.marks.add(strings.ToLower(holder))
	if bold(secret) {
		v.bare.add(secret)
	}
}

// holder makes the placeholder of a secret: one that is new, with more digits of
// another digest where the first is not.
func (v *Vault) holder(kind, secret string) string {
	for n := 0; ; n++ {
		mac := hmac.New(sha256.New, v.key[:])
		_, _ = mac.Write([]byte(secret)) // a hash takes everything
		if n > 0 {
			_, _ = mac.Write([]byte{0, byte(n)})
		}
		digits := hex.EncodeToString(mac.Sum(nil))[:min(fewDigits+2*n, mostDigits)]
		holder := mark + kindName(kind) + "_" + digits
		head := strings.ToLower(holder[:len(holder)-len(digits)+fewDigits])
		if !v.closed[head] {
			v.closed[head] = true
			return holder
		}
	}
}

// reserve closes what a text holds that looks like a placeholder, in any case.
func (v *Vault) reserve(text string) {
	for i := 0; i+len(mark) <= len(text); i++ {
		n := strings.IndexAny(text[i:], "rR")
		if n < 0 {
			return
		}
		i += n
		if i+len(mark) > len(text) || !prefixFold(text[i:], "redacted_") {
			continue
		}
		window := strings.ToLower(text[i:min(len(text), i+len(mark)+mostMarking+mostDigits)])
		for end := len(mark) + 1 + fewDigits; end <= len(window); end++ {
			if window[end-fewDigits-1] == '_' && hexadecimal(window[end-fewDigits:end]) {
				v.closed[window[:end]] = true
			}
		}
	}
}

func hexadecimal(s string) bool {
	for i := range len(s) {
		if !digit(s[i]) && s[i]-'a' >= 6 {
			return false
		}
	}
	return true
}

// escaped returns a text as it stands within the quotes of a JSON string.
func escaped(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r == '\u2028' || r == '\u2029' }) < 0 {
		return s
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return s
	}
	return strings.TrimSuffix(b.String(), "\"\n")[1:]
}

// work is a text with replacements.
type work struct {
	original, current string
	done              []replacement // in the order of their places
}

// replacement is a range of the original text and what stands for it.
type replacement struct {
	start, end   int
	kind, holder string
}

// replace puts placeholders in the place of findings of the current text, which
// are in order and outside of earlier placeholders.
func (w *work) replace(found []Finding, holders map[string]string) {
	shift, next := 0, 0 // of the current text against the original; the next of done
	all := make([]replacement, 0, len(w.done)+len(found))
	for _, f := range found {
		for next < len(w.done) && w.done[next].start+shift < f.Start {
			d := w.done[next]
			shift += len(d.holder) - (d.end - d.start)
			all = append(all, d)
			next++
		}
		all = append(all, replacement{f.Start - shift, f.End - shift, f.Kind, holders[w.current[f.Start:f.End]]})
	}
	w.done = append(all, w.done[next:]...)
	var b strings.Builder
	at := 0
	for _, d := range w.done {
		b.WriteString(w.original[at:d.start])
		b.WriteString(d.holder)
		at = d.end
	}
	b.WriteString(w.original[at:])
	w.current = b.String()
}

func (w *work) places() []Place {
	var out []Place
	line, at := 1, 0
	for _, d := range w.done {
		line += strings.Count(w.original[at:d.start], "\n")
		at = d.start
		out = append(out, Place{Kind: d.kind, Placeholder: d.holder, Line: line, Start: d.start})
	}
	return out
}

// Restore returns the text with the secrets in the place of their placeholders,
// in whatever case these are written. What only looks like a placeholder stays.
func (v *Vault) Restore(text string) string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if len(v.secrets) == 0 {
		return text
	}
	var out []byte
	at := 0
	for i := v.marks.next(text, 0); i < len(text); {
		n, _ := longestAt(&v.marks, text, i)
		if n == 0 {
			i = v.marks.next(text, i+1)
			continue
		}
		out = append(append(out, text[at:i]...), v.secrets[strings.ToLower(text[i:i+n])]...)
		at = i + n
		i = v.marks.next(text, at)
	}
	if at == 0 {
		return text
	}
	return string(append(out, text[at:]...))
}

// Unfinished returns where in a text that is still being written a secret of the
// vault may have begun that its end cuts off, and len(text) where none has.
func (v *Vault) Unfinished(text string) int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	end := len(text)
	for s := range v.holders {
		for n := min(len(s)-1, len(text)); n > len(text)-end; n-- {
			if text[len(text)-n:] == s[:n] {
				end = len(text) - n
				break
			}
		}
	}
	return end
}
