package workspace

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Limits on what a question's mentions bring in. A model's window is much
// smaller; what of it fits is decided where the prompt is made.
const (
	maxItems        = 64
	maxGathered     = 512 << 10 // bytes of text
	maxMentioned    = 256 << 10 // bytes of one file that is named
	maxSearchLines  = 30
	maxSymbolsNamed = 3
)

// Focus is what the editor shows besides the question, as far as the server knows
// it. Any of it may be nil.
type Focus struct {
	// Given are the items that came with the question.
	Given []chat.ContextItem
	// Buffer is the document that @buffer means, whole.
	Buffer *chat.ContextItem
}

// Gather returns what a message's mentions mean, in their order and each once,
// and what of it is left out with the reason. What came with the question already
// is not repeated.
func (w *Workspace) Gather(ctx context.Context, message string, focus Focus) (items []chat.ContextItem, out []chat.Left) {
	g := gathering{w: w, focus: focus}
	for i, m := range Mentions(message) {
		if i == maxMentions {
			g.out = append(g.out, left(chat.ContextText, m.String(), "is one more than the %d mentions that are followed", maxMentions))
			break
		}
		if !slices.ContainsFunc(g.seen, func(s Mention) bool { return s.Kind == m.Kind && s.Value == m.Value }) {
			g.seen = append(g.seen, m)
			g.follow(ctx, m)
		}
	}
	return g.items, g.out
}

// Resolve returns what a client's item means that has a query instead of a text:
// words to search, the name of a symbol or a file, a revision of git. It follows
// the same rules as a mention.
func (w *Workspace) Resolve(ctx context.Context, item chat.ContextItem) ([]chat.ContextItem, []chat.Left) {
	g := gathering{w: w}
	switch item.Kind {
	case chat.ContextFile:
		g.follow(ctx, Mention{Kind: mentionFile, Value: item.Query})
	case chat.ContextSymbol:
		g.follow(ctx, Mention{Kind: mentionSymbol, Value: item.Query})
	case chat.ContextSearch:
		g.follow(ctx, Mention{Kind: mentionSearch, Value: item.Query})
	case chat.ContextGit:
		g.follow(ctx, Mention{Kind: mentionGit, Value: item.Query})
	default:
		g.out = append(g.out, left(item.Kind, string(item.Kind), "came without a text"))
	}
	return g.items, g.out
}

// gathering is what became of a message's mentions so far.
type gathering struct {
	w     *Workspace
	focus Focus
	seen  []Mention
	items []chat.ContextItem
	out   []chat.Left
	bytes int
}

// follow adds what one mention means.
func (g *gathering) follow(ctx context.Context, m Mention) {
	switch m.Kind {
	case mentionFile:
		g.file(ctx, m)
	case mentionBuffer:
		g.buffer(m)
	case mentionSelection:
		g.given(m, chat.ContextSelection, "was not sent: the editor has no selection")
	case mentionDiagnostics:
		g.given(m, chat.ContextDiagnostics, "were not sent by the editor")
	case mentionGit:
		g.git(ctx, m)
	case mentionSymbol:
		g.symbol(ctx, m)
	case mentionSearch:
		g.search(ctx, m)
	}
}

// given checks that something came with the question, where it stands already.
func (g *gathering) given(m Mention, kind chat.ContextKind, missing string) {
	if !slices.ContainsFunc(g.focus.Given, func(i chat.ContextItem) bool { return i.Kind == kind && i.Text != "" }) {
		g.out = append(g.out, left(kind, m.String(), "%s", missing))
	}
}

// add adds an item unless it is there already or too much.
func (g *gathering) add(m Mention, i chat.ContextItem) {
	same := func(o chat.ContextItem) bool { return o.Kind == i.Kind && o.URI == i.URI && o.Text == i.Text }
	if slices.ContainsFunc(g.items, same) || slices.ContainsFunc(g.focus.Given, same) {
		return
	}
	if len(g.items) == maxItems || g.bytes+len(i.Text) > maxGathered {
		l := left(i.Kind, m.String(), "is more than the %d KB that mentions may bring in", maxGathered>>10)
		l.URI = i.URI
		g.out = append(g.out, l)
		return
	}
	g.bytes += len(i.Text)
	g.items = append(g.items, i)
}

func (g *gathering) file(ctx context.Context, m Mention) {
	at, err := g.w.locate(m.Value)
	if err != nil {
		g.out = append(g.out, because(chat.ContextFile, m.String(), err))
		return
	}
	text, err := g.w.text(ctx, at, maxFileBytes)
	if err != nil {
		g.out = append(g.out, because(chat.ContextFile, m.String(), err))
		return
	}
	i := g.w.item(chat.ContextFile, at, text)
	if len(text) > maxMentioned {
		i = piece(i, 0, cutLines(text, 0, len(text), maxMentioned))
		l := left(chat.ContextFile, m.String(), "is cut after line %d: %d KB of a file are read", i.Span.LastLine, maxMentioned>>10)
		l.URI = i.URI
		g.out = append(g.out, l)
	}
	g.add(m, i)
}

func (g *gathering) buffer(m Mention) {
	if g.focus.Buffer == nil {
		g.out = append(g.out, left(chat.ContextFile, m.String(), "means no document: none is open"))
		return
	}
	b := g.focus.Buffer
	reason := g.w.Withheld(b.Path, b.RealPath)
	if g.w.secret(b.Path) || g.w.secret(b.RealPath) {
		reason = reasonSecret
	}
	if reason != "" {
		l := left(chat.ContextFile, m.String(), "%s", filepath.Base(b.Path)+" "+reason)
		l.URI = b.URI
		g.out = append(g.out, l)
		return
	}
	g.add(m, *b)
}

func (g *gathering) git(ctx context.Context, m Mention) {
	changes, refused, err := g.w.Changes(ctx, m.Value)
	if err != nil {
		g.out = append(g.out, because(chat.ContextGit, m.String(), err))
		return
	}
	for _, r := range refused {
		g.out = append(g.out, left(chat.ContextGit, m.String(), "leaves out %s, which %s", r.Name, r.Reason))
	}
	for _, c := range changes {
		i := g.w.item(chat.ContextGit, c.at, c.Document)
		i.Query, i.Text, i.Span = m.Value, c.Text, chat.Span{}
		g.add(m, i)
	}
	if len(changes) == 0 && len(refused) == 0 {
		g.out = append(g.out, left(chat.ContextGit, m.String(), "tells of no changes"))
	}
}

func (g *gathering) symbol(ctx context.Context, m Mention) {
	found, err := g.w.Symbols(ctx, m.Value, maxSymbolsNamed+1)
	if err != nil {
		g.out = append(g.out, because(chat.ContextSymbol, m.String(), err))
		return
	}
	if len(found) == 0 {
		g.out = append(g.out, left(chat.ContextSymbol, m.String(), "is declared nowhere in the workspace"))
	}
	if len(found) > maxSymbolsNamed {
		found = found[:maxSymbolsNamed]
		g.out = append(g.out, left(chat.ContextSymbol, m.String(), "has more declarations than the first %d", maxSymbolsNamed))
	}
	for _, d := range found {
		i := g.w.item(chat.ContextSymbol, d.at, d.Document)
		from, to := wholeLines(d.Document, d.Start, d.End)
		end := cutLines(d.Document, from, to, maxEnclosing)
		if i = piece(i, from, end); end < to {
			g.out = append(g.out, left(chat.ContextSymbol, m.String(), "is cut after line %d", i.Span.LastLine))
		}
		i.Query = m.Value
		g.add(m, i)
	}
}

// search adds the lines that hold the words, an item for each file.
func (g *gathering) search(ctx context.Context, m Mention) {
	matches, more, err := g.w.Search(ctx, m.Value, maxSearchLines)
	switch {
	case err != nil:
		g.out = append(g.out, because(chat.ContextSearch, m.String(), err))
		return
	case len(matches) == 0:
		g.out = append(g.out, left(chat.ContextSearch, m.String(), "is found nowhere in the workspace"))
	case more:
		g.out = append(g.out, left(chat.ContextSearch, m.String(), "is found in more places than the %d best lines", len(matches)))
	}
	for len(matches) > 0 {
		first, n := matches[0], 1
		for n < len(matches) && matches[n].at == first.at {
			n++
		}
		var b strings.Builder
		for _, line := range matches[:n] {
			b.WriteString(strconv.Itoa(line.Line) + ": " + line.Text + "\n")
		}
		i := g.w.item(chat.ContextSearch, first.at, first.Document)
		i.Query, i.Text, i.Span = m.Value, b.String(), chat.Span{}
		g.add(m, i)
		matches = matches[n:]
	}
}
