package complete

import "strings"

// The most bytes around the cursor that a model is given: at four bytes a token
// some 1,500 tokens before it and 400 after, which small models read in a few
// tenths of a second.
const (
	maxBefore = 6 << 10
	maxAfter  = 1536
)

// step is by how much the window's beginning moves at a time. Between two steps
// the prompt begins with the same bytes, so that a model server's prefix cache
// hits while someone types.
const step = 2 << 10

// Window cuts what stands before and after a place to what a model is given. Both
// parts are whole lines but for the cursor's own.
func Window(text string, at int) (before, after string) {
	at = min(max(at, 0), len(text))
	before, after = text[:at], text[at:]
	if over := len(before) - maxBefore; over > 0 {
		from := (over + step - 1) / step * step
		if line := strings.IndexByte(before[from:], '\n'); line >= 0 {
			from += line + 1
		}
		before = before[from:]
	}
	if len(after) > maxAfter {
		end := maxAfter
		if line := strings.LastIndexByte(after[:end], '\n'); line >= 0 {
			end = line + 1
		}
		after = after[:end]
	}
	return strings.ToValidUTF8(before, ""), strings.ToValidUTF8(after, "")
}
