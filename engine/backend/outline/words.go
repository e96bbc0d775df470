package outline

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxCode is the longest piece of code quoted in a sentence, in characters.
const maxCode = 72

// code quotes a piece of code in one line of Markdown: white space is collapsed,
// a long piece is cut with an ellipsis, and the fence is longer than any run of
// backquotes inside.
func code(s string) string {
	s = clip(strings.Join(strings.Fields(s), " "), maxCode)
	if s == "" {
		return "` `"
	}
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	mark := "``"
	for strings.Contains(s, mark) {
		mark += "`"
	}
	return mark + " " + s + " " + mark
}

// codes quotes each of a list.
func codes(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = code(s)
	}
	return out
}

// clip cuts s after n characters.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	runes := []rune(s)
	return strings.TrimRightFunc(string(runes[:n-1]), unicode.IsSpace) + "…"
}

// quote quotes a sentence of a comment in italics.
func quote(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.NewReplacer("*", `\*`, "_", `\_`, "<", "&lt;").Replace(s)
	return `*"` + clip(s, 300) + `"*`
}

// and joins a list as English does: "a, b and c".
func and(list []string) string { return join(list, "and") }

// join joins a list with commas and, before the last one, a word.
func join(list []string, word string) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return list[0]
	}
	last := len(list) - 1
	return strings.Join(list[:last], ", ") + " " + word + " " + list[last]
}

// number writes small counts as words.
func number(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

// count writes a number of things: "one case", "3 cases".
func count(n int, thing string) string {
	if n == 1 {
		return "one " + thing
	}
	switch {
	case strings.HasSuffix(thing, "ch"), strings.HasSuffix(thing, "s"):
		thing += "es"
	case strings.HasSuffix(thing, "y"):
		thing = strings.TrimSuffix(thing, "y") + "ies"
	default:
		thing += "s"
	}
	return number(n) + " " + thing
}

// article puts "a" or "an" before a noun, which may be quoted code.
func article(noun string) string {
	bare := strings.TrimLeft(noun, "`*[]")
	if bare != "" && strings.ContainsRune("aeiouAEIO", rune(bare[0])) && !strings.HasPrefix(bare, "uint") && !strings.HasPrefix(bare, "use") {
		return "an " + noun
	}
	return "a " + noun
}

// span writes a range of lines: "3" or "3–5".
func span(first, last int) string {
	if last <= first {
		return strconv.Itoa(first)
	}
	return fmt.Sprintf("%d–%d", first, last)
}

// linesOf writes a range of lines with the word: "line 3" or "lines 3–5".
func linesOf(first, last int) string {
	if last > first {
		return "lines " + span(first, last)
	}
	return "line " + span(first, last)
}

// upper makes the first letter of a sentence a capital.
func upper(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// firstSentence returns the first sentence of a comment's text: up to a full stop
// before white space, an empty line, or the end.
func firstSentence(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n\n")
	text = strings.Join(strings.Fields(text), " ")
	for i := 0; i < len(text); i++ {
		if !strings.ContainsRune(".!?", rune(text[i])) || i+1 < len(text) && text[i+1] != ' ' {
			continue
		}
		if !abbreviation(text[:i]) {
			return text[:i+1]
		}
	}
	return text
}

// abbreviation says whether text ends in a word that a full stop follows without
// ending the sentence.
func abbreviation(text string) bool {
	word := text[strings.LastIndexAny(text, " (")+1:]
	switch word {
	case "e.g", "i.e", "etc", "vs", "cf", "Mr", "Dr", "St":
		return true
	}
	return utf8.RuneCountInString(word) == 1 && word >= "A" && word <= "Z"
}
