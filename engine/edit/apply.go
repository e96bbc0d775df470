package edit

import "strings"

// Apply returns text with the hunks replaced. The hunks are sorted and do not
// overlap, as those of a [Proposal] are; what lies outside text is left out.
func Apply(text string, hunks []Hunk) string {
	var b strings.Builder
	at := 0
	for _, h := range hunks {
		if h.Start < at || h.End < h.Start || h.End > len(text) {
			continue
		}
		b.WriteString(text[at:h.Start])
		b.WriteString(h.Text)
		at = h.End
	}
	b.WriteString(text[at:])
	return b.String()
}
