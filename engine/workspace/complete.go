package workspace

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/syntax"
)

// maxCompletions is how many completions are offered at once.
const maxCompletions = 50

// Completion is something that can stand in a message.
type Completion struct {
	Label  string // as it is shown
	Insert string // what takes the place of everything from the "@" or "/" on
	Detail string // says more, may be ""
}

// Complete returns what can follow at the end of before, the part of a message up
// to the cursor, best first, and the byte of before from which Insert replaces:
// mentions after an "@"; after a "/" at the beginning, the commands that are
// handed in. Files are offered by how well they fit, those that are open before
// the others; symbols are those of the open documents and of files that were
// looked into already. An end of ctx ends the list early.
func (w *Workspace) Complete(ctx context.Context, before string, commands []Completion) (items []Completion, from int) {
	if trimmed := strings.TrimLeft(before, " \t\r\n"); strings.HasPrefix(trimmed, "/") && !strings.ContainsFunc(trimmed, unicode.IsSpace) {
		return fitting(commands, trimmed), len(before) - len(trimmed)
	}
	from = lastMention(before)
	if from < 0 {
		return nil, len(before)
	}
	kind, value, valued := strings.Cut(before[from+1:], ":")
	if !valued {
		items = kinds(kind)
		if len(kind) > 0 {
			items = append(items, w.completeFiles(ctx, kind, maxCompletions-len(items))...)
		}
		return items, from
	}
	value = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(strings.TrimPrefix(value, `"`))
	switch kind {
	case mentionFile:
		items = w.completeFiles(ctx, value, maxCompletions)
	case mentionSymbol:
		items = w.completeSymbols(ctx, value)
	case mentionGit:
		for _, c := range []Completion{{"HEAD~1", "", "since the commit before the last one"}, {"HEAD", "", "not committed yet"}, {"HEAD~1..HEAD", "", "the last commit"}} {
			if strings.HasPrefix(c.Label, value) {
				c.Insert = "@git:" + c.Label
				items = append(items, c)
			}
		}
	}
	return items, from
}

// lastMention is where a mention begins that the cursor may stand in, -1 where
// there is none.
func lastMention(before string) int {
	line := strings.LastIndexAny(before, "\r\n") + 1
	for at := len(before); ; {
		i := strings.LastIndexByte(before[line:at], '@')
		if i < 0 {
			return -1
		}
		at = line + i
		previous, _ := utf8.DecodeLastRuneInString(before[:at])
		if at > 0 && !unicode.IsSpace(previous) && !strings.ContainsRune("([{<,;\"'“„«—–", previous) {
			continue
		}
		_, value, _ := strings.Cut(before[at:], ":")
		if rest, quoted := strings.CutPrefix(value, `"`); quoted {
			if _, _, closed := readQuoted(value); closed || strings.Contains(rest, "\n") {
				return -1
			}
			return at
		}
		if strings.ContainsFunc(before[at:], unicode.IsSpace) {
			return -1
		}
		return at
	}
}

// fitting are the commands that a beginning fits.
func fitting(commands []Completion, begun string) (items []Completion) {
	for _, c := range commands {
		if strings.HasPrefix(c.Insert, begun) && len(items) < maxCompletions {
			items = append(items, c)
		}
	}
	return items
}

// kinds are the kinds of mentions that a beginning fits.
func kinds(begun string) (items []Completion) {
	for _, c := range []Completion{
		{"@file:", "@file:", "a file of the workspace"},
		{"@selection", "@selection", "what is selected in the editor"},
		{"@buffer", "@buffer", "the document that was touched last"},
		{"@diagnostics", "@diagnostics", "the problems that the editor reports"},
		{"@git", "@git", "changes that are not committed"},
		{"@git:", "@git:", "changes since a revision, or of a range"},
		{"@symbol:", "@symbol:", "a declaration, by its name"},
		{"@search:", "@search:", "lines that hold words"},
	} {
		if strings.HasPrefix(c.Label[1:], begun) {
			items = append(items, c)
		}
	}
	return items
}

// scored is a completion and how well it fits.
type scored struct {
	Completion
	score int
}

// top returns the best completions in order.
func top(all []scored, limit int) (items []Completion) {
	slices.SortFunc(all, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(len(a.Label), len(b.Label)), cmp.Compare(a.Label, b.Label))
	})
	for _, s := range all[:min(max(limit, 0), len(all))] {
		items = append(items, s.Completion)
	}
	return items
}

// completeFiles are the files whose names fit.
func (w *Workspace) completeFiles(ctx context.Context, begun string, limit int) []Completion {
	low := lowered(begun)
	recent := w.recency()
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []scored
	for _, f := range w.folders {
		files, err := w.files(ctx, f)
		if err != nil {
			break
		}
		for _, name := range files.names {
			at := place{f, name}
			shown := name
			if f.label != "" {
				shown = at.shown()
			}
			score, ok := fit(lowered(shown), low)
			if !ok {
				continue
			}
			c := Completion{Label: shown}
			if n, open := recent[at.path()]; len(recent) > 0 && open {
				score, c.Detail = score+200-min(n, 100), "open"
			}
			all = append(all, scored{c, score})
		}
	}
	items := top(all, limit)
	for i := range items {
		items[i].Insert = "@file:" + quoted(items[i].Label)
	}
	return items
}

// recency tells how recently each open document was touched, 0 for the last one.
func (w *Workspace) recency() map[string]int {
	if w.options.Files == nil {
		return nil
	}
	recent := map[string]int{}
	for i, p := range w.options.Files.Opened() {
		recent[p] = i
	}
	return recent
}

// fit says how well a name fits what was typed, both in lower case: as the
// beginning of its last element, of a word in it, anywhere, else letter by letter
// in order.
func fit(name, typed string) (score int, ok bool) {
	if typed == "" {
		return -strings.Count(name, "/"), true
	}
	base := path.Base(name)
	switch i := strings.Index(base, typed); {
	case base == typed:
		return 1000, true
	case i == 0:
		return 800, true
	case i > 0 && !isLetter(rune(base[i-1])):
		return 700, true
	case i > 0:
		return 600, true
	}
	if i := strings.Index(name, typed); i >= 0 {
		if i == 0 || name[i-1] == '/' {
			return 550, true
		}
		return 500, true
	}
	return inOrder(name, typed)
}

// inOrder looks for the letters of what was typed one after the other; letters
// that stand together or begin a word count.
func inOrder(name, typed string) (score int, ok bool) {
	at, previous := 0, -2
	for i := range len(typed) {
		next := strings.IndexByte(name[at:], typed[i])
		if next < 0 {
			return 0, false
		}
		next += at
		switch {
		case next == previous+1:
			score += 8
		case next == 0 || !isLetter(rune(name[next-1])):
			score += 6
		}
		previous, at = next, next+1
	}
	return min(score, 400), true
}

// completeSymbols are the known declarations whose names fit.
func (w *Workspace) completeSymbols(ctx context.Context, begun string) []Completion {
	low := lowered(begun)
	seen := map[string]bool{}
	var all []scored
	add := func(name, in string, bonus int) {
		if score, ok := fit(lowered(name), low); ok && name != "" && !seen[name] {
			seen[name] = true
			all = append(all, scored{Completion{Label: name, Insert: "@symbol:" + quoted(name), Detail: in}, score + bonus})
		}
	}
	for _, p := range w.openPlaces() {
		if text, ok := w.open(p); ok && ctx.Err() == nil {
			for _, s := range syntax.Symbols(syntax.Language(p.name), text) {
				add(s.Name, p.shown(), 100)
			}
		}
	}
	w.index.mu.Lock()
	defer w.index.mu.Unlock()
	for _, c := range w.index.known {
		for name := range strings.SplitSeq(strings.Trim(c.names, "\n"), "\n") {
			add(name, "", 0)
		}
	}
	return top(all, maxCompletions)
}

// openPlaces are the open documents that may be shown, the last touched first.
func (w *Workspace) openPlaces() (list []place) {
	if w.options.Files == nil {
		return nil
	}
	for _, p := range w.options.Files.Opened() {
		if at, err := w.locate(p); err == nil {
			list = append(list, at)
		}
	}
	return list
}
