package policy

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// word is a level as a banner writes it.
type word struct {
	text  string
	level chat.Level
}

// levelWords are the levels of banners, longer ones before their beginnings.
// NATO's are in it with the United States' level that protects them (DoDM
// 5200.01 volume 2: NATO RESTRICTED as CONFIDENTIAL, modified handling).
var levelWords = [...]word{
	{"COSMIC TOP SECRET", chat.TopSecret},
	{"NATO CONFIDENTIAL", chat.Confidential},
	{"NATO RESTRICTED", chat.Confidential},
	{"NATO SECRET", chat.Secret},
	{"JOINT TOP SECRET", chat.TopSecret},
	{"JOINT SECRET", chat.Secret},
	{"JOINT CONFIDENTIAL", chat.Confidential},
	{"TOP SECRET", chat.TopSecret},
	{"TOP-SECRET", chat.TopSecret},
	{"SECRET", chat.Secret},
	{"CONFIDENTIAL", chat.Confidential},
	{"CONTROLLED UNCLASSIFIED INFORMATION", chat.CUI},
	{"CONTROLLED", chat.CUI},
	{"CUI", chat.CUI},
	{"UNCLASSIFIED", chat.Unclassified},
}

// shortWords are the levels of portion marks.
var shortWords = [...]word{
	{"TS", chat.TopSecret},
	{"S", chat.Secret},
	{"C", chat.Confidential},
	{"CUI", chat.CUI},
	{"U", chat.Unclassified},
}

// tail says what may follow a control.
type tail int

const (
	alone        tail = iota
	countries         // trigraphs and tetragraphs: "USA, FVEY"
	compartments      // "-G ABCD", "-BUTTER POPCORN"
)

// control is a control marking. One that is distinctive is no ordinary word and
// no likely name of a variable, so that it shows a marking in any case and place.
type control struct {
	text        string
	distinctive bool
	tail        tail
	level       chat.Level // the lowest level it may stand with, for a line of nothing else; below zero where it never stands alone
}

// never marks a control that does not stand alone.
const never = chat.Level(-1)

// controls are the control markings of the CAPCO Register and of the CUI
// Registry's limited dissemination controls, longer ones before their
// beginnings. NOFORN and REL TO are limited dissemination controls of CUI, too,
// which is the lowest level they stand with.
var controls = [...]control{
	{"NOT RELEASABLE TO FOREIGN NATIONALS", true, alone, chat.CUI},
	{"NOFORN", true, alone, chat.CUI},
	{"NF", false, alone, never},
	{"ORIGINATOR CONTROLLED", true, alone, chat.Confidential},
	{"ORCON-USGOV", true, alone, chat.Confidential},
	{"ORCON", true, alone, chat.Confidential},
	{"OC", false, alone, never},
	{"REL TO", true, countries, chat.CUI},
	{"RELIDO", true, alone, chat.Confidential},
	{"REL", false, countries, never},
	{"DISPLAY ONLY", true, countries, never},
	{"PROPIN", true, alone, chat.CUI},
	{"PR", false, alone, never},
	{"IMCON", true, alone, chat.Confidential},
	{"FOR OFFICIAL USE ONLY", true, alone, chat.CUI},
	{"FOUO", true, alone, chat.CUI},
	{"LAW ENFORCEMENT SENSITIVE", true, alone, chat.CUI},
	{"LES", false, alone, never},
	{"SENSITIVE BUT UNCLASSIFIED", true, alone, chat.CUI},
	{"SENSITIVE SECURITY INFORMATION", true, alone, chat.CUI},
	{"SBU", false, alone, never},
	{"SSI", false, alone, never},
	{"LIMDIS", true, alone, chat.CUI},
	{"EXDIS", true, alone, never},
	{"NODIS", true, alone, never},
	{"FISA", false, alone, never},
	{"RSEN", false, alone, never},
	{"DSEN", false, alone, never},
	{"FED ONLY", true, alone, chat.CUI},
	{"FEDCON", true, alone, chat.CUI},
	{"NOCON", true, alone, chat.CUI},
	{"DL ONLY", true, alone, never},
	{"FORMERLY RESTRICTED DATA", true, alone, chat.Confidential},
	{"RESTRICTED DATA", true, alone, chat.Confidential},
	{"FRD", false, compartments, never},
	{"RD", false, compartments, never},
	{"CNWDI", true, alone, never},
	{"SIGMA", false, compartments, never},
	{"TFNI", false, alone, never},
	{"FGI", false, countries, never},
	{"SPECIAL ACCESS REQUIRED", true, compartments, chat.Confidential},
	{"SAR", false, compartments, never},
	{"WAIVED", false, alone, never},
	{"SENSITIVE COMPARTMENTED INFORMATION", true, alone, chat.Confidential},
	{"SCI", false, alone, never},
	{"SPECIAL INTELLIGENCE", true, compartments, never},
	{"SI", false, compartments, never},
	{"TALENT KEYHOLE", true, compartments, never},
	{"TALENT-KEYHOLE", true, compartments, never},
	{"TK", false, compartments, never},
	{"HCS", false, compartments, never},
	{"KDK", false, compartments, never},
	{"BUR", false, compartments, never},
	{"RSV", false, compartments, never},
	{"COMINT", true, alone, never},
	{"ATOMAL", true, alone, chat.Confidential},
	{"BOHEMIA", false, alone, never},
	{"BALK", false, alone, never},
}

// controlsBy has the controls by their first letters, "A" first.
var controlsBy = func() (t [26][]control) {
	for _, c := range controls {
		t[c.text[0]-'A'] = append(t[c.text[0]-'A'], c)
	}
	return t
}()

// matchFold reports whether s has the upper-case phrase p at i, in any case and
// with any number of blanks for one, as whole words. upper is true where it
// stands there in capitals.
func matchFold(s string, i int, p string) (end int, upper, ok bool) {
	upper = true
	for k := range len(p) {
		if i >= len(s) {
			return 0, false, false
		}
		c := s[i]
		if p[k] == ' ' {
			n := blankAt(s, i)
			if n == 0 {
				return 0, false, false
			}
			for ; n > 0; n = blankAt(s, i) {
				i += n
			}
			continue
		}
		if c != p[k] {
			if c != p[k]|0x20 || !isUpper(p[k]) {
				return 0, false, false
			}
			upper = false
		}
		i++
	}
	if i < len(s) && isWord(s[i]) {
		return 0, false, false
	}
	return i, upper, true
}

// levelAt reads a level as banners write it.
func levelAt(s string, i int) (l chat.Level, end int, upper, ok bool) {
	if i >= len(s) {
		return 0, 0, false, false
	}
	for k := range levelWords {
		w := &levelWords[k]
		if w.text[0]|0x20 != s[i]|0x20 {
			continue
		}
		if end, upper, ok = matchFold(s, i, w.text); ok {
			if w.text[0] == 'J' {
				end = skipCountries(s, end)
			}
			return w.level, end, upper, true
		}
	}
	return 0, 0, false, false
}

// shortAt reads a level as portion marks write it.
func shortAt(s string, i int) (l chat.Level, end int, ok bool) {
	for _, w := range shortWords {
		if end, upper, ok := matchFold(s, i, w.text); ok && upper {
			return w.level, end, true
		}
	}
	return 0, 0, false
}

// caveats is what follows a level.
type caveats struct {
	end         int  // of the last control; where it was begun if there is none
	count       int  // controls read
	slashes     int  // in front of the first one
	spaced      bool // blanks in front of the first one
	distinctive bool // one of them is
	upper       bool // all in capitals
	level       chat.Level
}

// caveatsAt reads the controls that follow at i; cui lets categories of the CUI
// Registry be among them, of which there are too many to list.
func caveatsAt(s string, i int, cui bool) caveats {
	c := caveats{end: i, upper: true, level: never}
	for {
		at, slashes, spaced := skipSeparators(s, c.end)
		if c.count == 0 {
			c.slashes, c.spaced = slashes, spaced
		}
		end, found, upper := controlAt(s, at)
		if end == 0 && cui && slashes > 0 && !spaced {
			end, found = categoryAt(s, at)
			upper = end > 0 && isUpper(s[at])
		}
		if end == 0 {
			return c
		}
		c.end = end
		c.count++
		c.distinctive = c.distinctive || found.distinctive
		c.upper = c.upper && upper
		c.level = max(c.level, found.level)
	}
}

// skipSeparators skips what stands between controls.
func skipSeparators(s string, i int) (at, slashes int, spaced bool) {
	for i < len(s) {
		switch c := s[i]; {
		case c == '/':
			slashes++
		case blankAt(s, i) > 0:
			spaced = true
			i += blankAt(s, i) - 1
		case c != ',' && c != '-':
			return i, slashes, spaced
		}
		i++
	}
	return i, slashes, spaced
}

// controlAt reads one control and what belongs to it; end is 0 where there is none.
func controlAt(s string, i int) (end int, found control, upper bool) {
	if i >= len(s) || !isLetter(s[i]) {
		return 0, control{}, false
	}
	list := controlsBy[s[i]|0x20-'a']
	for k := range list {
		c := &list[k]
		end, upper, ok := matchFold(s, i, c.text)
		if !ok {
			continue
		}
		switch c.tail {
		case countries:
			end = skipCountries(s, end)
		case compartments:
			end = skipCompartments(s, end)
		case alone:
		}
		return end, *c, upper
	}
	return 0, control{}, false
}

// skipCountries skips codes of countries and organisations.
func skipCountries(s string, i int) int {
	for {
		at := i
		for at < len(s) && (blankAt(s, at) > 0 || s[at] == ',') {
			at += max(1, blankAt(s, at))
		}
		end := at
		for end < len(s) && isLetter(s[end]) {
			end++
		}
		// In small letters, a word after a comma is a code and any other is prose.
		capitals := at < len(s) && isUpper(s[at]) && end > at && isUpper(s[end-1])
		if n := end - at; at == i || n < 3 || n > 4 || !capitals && s[at-1] != ',' && !strings.Contains(s[i:at], ",") && !codeFollows(s, end) {
			return i
		}
		i = end
	}
}

// codeFollows reports whether a list goes on, or the line ends, after a code.
func codeFollows(s string, i int) bool {
	return i >= len(s) || s[i] == ',' || s[i] == '\n' || s[i] == '\r' || s[i] == '/' || s[i] == ')'
}

// skipCompartments skips "-G ABCD": compartments after a hyphen, and the
// further words in capitals that only follow one.
func skipCompartments(s string, i int) int {
	hyphen := false
	for i+1 < len(s) {
		next := i + 1
		if s[i] == '-' && (isUpper(s[next]) || isDigit(s[next])) {
			hyphen = true
		} else if s[i] != ' ' || !hyphen || !isUpper(s[next]) {
			return i
		}
		for next < len(s) && (isUpper(s[next]) || isDigit(s[next])) {
			next++
		}
		if next < len(s) && isLetter(s[next]) {
			return i
		}
		i = next
	}
	return i
}

// categoryAt reads a category of CUI: "SP-CTI", "PRVCY".
func categoryAt(s string, i int) (end int, found control) {
	if _, _, ok := matchFold(s, i, "SP"); ok && i+2 < len(s) && s[i+2] == '-' {
		found.distinctive = true
		i += 3
	}
	end = i
	for end < len(s) && isLetter(s[end]) && (isUpper(s[end]) || found.distinctive) {
		end++
	}
	if n := end - i; n < 2 || n > 8 || end < len(s) && isWord(s[end]) || isNote(s[i:end]) {
		return 0, control{}
	}
	return end, control{distinctive: found.distinctive, level: chat.CUI}
}

// isNote tells the words that programmers begin a note with.
func isNote(s string) bool {
	switch s {
	case "TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "NOTE", "NB", "BUG", "WIP", "OK":
		return true
	}
	return false
}
