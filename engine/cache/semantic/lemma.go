package semantic

import "strings"

// lemma takes an English word's inflection away: plural, -ing, -ed, -ly. It
// never touches derivation ("conversion" is the synonym table's business), since
// a stemmer that makes "univers" of university and universe would hand out wrong
// answers. It need not find the dictionary's form, only the same form for all
// inflections of one word and different ones for different words.
func (l *lexicon) lemma(word string) string {
	if base, ok := l.irregular[word]; ok {
		return base
	}
	if len(word) < 4 || l.stop[word] {
		return word
	}
	base := singular(word)
	if irregular, ok := l.irregular[base]; ok {
		return irregular
	}
	if stem, ok := strings.CutSuffix(base, "ing"); ok && stemmable(stem) {
		return restore(stem)
	}
	if stem, ok := strings.CutSuffix(base, "ied"); ok && len(stem) > 1 {
		return stem + "y"
	}
	if stem, ok := strings.CutSuffix(base, "ed"); ok && stemmable(stem) && !strings.HasSuffix(stem, "e") {
		return restore(stem)
	}
	return adjective(base)
}

// singular takes the plural's or third person's -s off.
func singular(w string) string {
	n := len(w)
	switch {
	case !strings.HasSuffix(w, "s"), hasAny(w, "ss", "us", "is", "sis"):
		return w
	case strings.HasSuffix(w, "ies") && n > 4:
		return w[:n-3] + "y"
	case hasAny(w, "sses", "shes", "ches", "xes", "zzes"):
		return w[:n-2]
	}
	return w[:n-1]
}

// adjective takes the adverb's -ly off.
func adjective(w string) string {
	n := len(w)
	switch {
	case n < 6 || !strings.HasSuffix(w, "ly"):
		return w
	case strings.HasSuffix(w, "ically"):
		return w[:n-2]
	case strings.HasSuffix(w, "ily"):
		return w[:n-3] + "y"
	case hasAny(w, "ably", "ibly"):
		return w[:n-1] + "e"
	}
	return w[:n-2]
}

// stemmable tells whether a word can be left when -ing or -ed goes: "string" and
// "need" lose nothing.
func stemmable(stem string) bool {
	return len(stem) >= 2 && strings.ContainsAny(stem, "aeiouy") && stem != "th"
}

// restore gives a verb's stem its e or its single consonant back.
func restore(stem string) string {
	n := len(stem)
	last := stem[n-1]
	switch {
	case n > 2 && last == stem[n-2] && !strings.ContainsRune("lsz", rune(last)) && !vowel(last):
		return stem[:n-1]
	case n > 2 && last == stem[n-2]:
		return stem
	case strings.ContainsRune("vzcu", rune(last)), last == 's':
		return stem + "e"
	case last == 'g':
		return softG(stem)
	case last == 'l' && n > 2 && !vowel(stem[n-2]) && !strings.ContainsRune("lrw", rune(stem[n-2])):
		return stem + "e"
	case n < 3 || vowel(last) || strings.ContainsRune("wxy", rune(last)) || !vowel(stem[n-2]) || vowel(stem[n-3]):
		return stem
	case strings.Count(vowels(stem), "v") == 1:
		return stem + "e"
	case hasAny(stem, "at", "ut", "os", "id", "ud", "od", "am", "il", "ir", "ur", "ar", "in", "ap", "ad", "ok", "ak", "uk", "um", "ib", "ul"):
		return stem + "e"
	}
	return stem
}

// softG tells "changing" (change) from "hanging" (hang).
func softG(stem string) string {
	if strings.HasSuffix(stem, "ng") && !hasAny(stem, "chang", "rang", "halleng") {
		return stem
	}
	return stem + "e"
}

// vowels writes one v for every run of vowels in stem.
func vowels(stem string) string {
	var b strings.Builder
	in := false
	for i := range len(stem) {
		v := vowel(stem[i])
		if v && !in {
			b.WriteByte('v')
		}
		in = v
	}
	return b.String()
}

func vowel(c byte) bool { return strings.IndexByte("aeiouy", c) >= 0 }

func hasAny(s string, suffixes ...string) bool {
	for _, suffix := range suffixes {
		if strings.HasSuffix(s, suffix) {
			return true
		}
	}
	return false
}
