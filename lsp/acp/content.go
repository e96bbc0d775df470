package acp

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"

	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
	"github.com/rigrun/rigrun-lsp/lsp/slash"
)

// maxBlocks is how many blocks of a prompt are read. What an editor makes of a
// message has a few.
const maxBlocks = 256

// block is one piece of a prompt, of any type.
type block struct {
	Type string `json:"type"`
	Text string `json:"text"`

	// Of a link.
	URI  string `json:"uri"`
	Name string `json:"name"`

	Resource *struct {
		URI  string  `json:"uri"`
		Text *string `json:"text"` // nil for one of bytes
	} `json:"resource"`
}

// request turns a prompt into the engine's request.
func (a *Agent) request(ctx context.Context, s *session, blocks []json.RawMessage) (chat.Request, error) {
	s.mu.Lock()
	req := chat.Request{ConversationID: s.id, Begins: !s.begun, Mode: s.mode, Model: s.model, Folders: s.folders}
	s.mu.Unlock()
	if len(blocks) > maxBlocks {
		return req, invalid("prompt", "at most %d blocks were expected, not %d", maxBlocks, len(blocks))
	}
	var message strings.Builder
	for i, raw := range blocks {
		var b block
		if err := json.Unmarshal(raw, &b); err != nil {
			return req, invalid(fmt.Sprintf("prompt.%d", i), "a content block was expected")
		}
		if err := s.take(ctx, &b, &message, &req); err != nil {
			return req, invalid(fmt.Sprintf("prompt.%d.%s", i, err.field), "%s", err.expected)
		}
	}
	req.Message = message.String()
	slash.Take(&req, a.settings.actions())
	if req.Message == "" && req.Action == "" && req.Instruction == "" {
		return req, invalid("prompt", "a question was expected")
	}
	s.gather(ctx, &req)
	return req, nil
}

// misfit is what is wrong with a block.
type misfit struct{ field, expected string }

// take adds a block to a question: what is said of it to the message, and what it
// stands for to the context.
func (s *session) take(ctx context.Context, b *block, message *strings.Builder, req *chat.Request) *misfit {
	switch b.Type {
	case "text":
		message.WriteString(b.Text)
	case "resource_link":
		if b.URI == "" {
			return &misfit{"uri", "a URI was expected"}
		}
		mention(message, b.Name, b.URI)
		s.attach(ctx, b.URI, nil, req)
	case "resource":
		if b.Resource == nil || b.Resource.URI == "" {
			return &misfit{"resource.uri", "a URI was expected"}
		}
		mention(message, "", b.Resource.URI)
		if b.Resource.Text == nil {
			req.Left = append(req.Left, chat.Left{Kind: chat.ContextFile, URI: b.Resource.URI, Name: nameOf(b.Resource.URI), Reason: "is no text"})
			break
		}
		s.attach(ctx, b.Resource.URI, b.Resource.Text, req)
	default:
		return &misfit{"type", `"text", "resource_link" or "resource" was expected`}
	}
	return nil
}

// mention says in the message what was attached there. Between backticks it can
// be no mention of ours.
func mention(message *strings.Builder, name, u string) {
	if name == "" {
		name = nameOf(u)
	}
	name = strings.Map(func(r rune) rune {
		if r == '`' || r < ' ' {
			return -1
		}
		return r
	}, frame.Shorten(name, 200))
	if name != "" {
		message.WriteString("`" + name + "`")
	}
}

// nameOf is what a URI is called where no better name is known.
func nameOf(u string) string {
	u, _, _ = strings.Cut(u, "#")
	if parsed, err := uri.Parse(u); err == nil && parsed.Path() != "" {
		u = parsed.Path()
	}
	return frame.Shorten(path.Base(strings.ReplaceAll(u, `\`, "/")), 200)
}

// attach adds what a URI stands for to a question's context. given is the text
// that came with it, nil for none. A file follows the workspace's rules, whoever
// sends its text.
func (s *session) attach(ctx context.Context, u string, given *string, req *chat.Request) {
	left := func(reason string) {
		req.Left = append(req.Left, chat.Left{Kind: chat.ContextFile, URI: u, Name: nameOf(u), Reason: reason})
	}
	file := filePath(u)
	switch {
	case file == "" && given == nil:
		left("is no file")
		return
	case file == "":
		req.Context = append(req.Context, chat.ContextItem{Kind: chat.ContextText, URI: u, Text: *given})
		return
	case !s.holds(file):
		left("lies outside the session's folders")
		return
	}
	items, out := s.files.Resolve(ctx, chat.ContextItem{Kind: chat.ContextFile, Query: file})
	for i := range out {
		out[i].Name = nameOf(u)
	}
	if given == nil {
		req.Left = append(req.Left, out...)
	} else if len(items) == 0 {
		req.Left = append(req.Left, out...)
		return
	}
	for _, item := range items {
		if given != nil {
			item = embedded(item, *given)
		} else if first, last, ok := linesOf(u); ok {
			item = excerpt(item, first, last)
		}
		req.Context = append(req.Context, item)
	}
}

// embedded is an item with the text that came with it: a part of its document, or
// the document as the editor has it.
func embedded(item chat.ContextItem, given string) chat.ContextItem {
	if given == item.Document {
		return item
	}
	item.Text, item.Span = given, chat.Span{}
	if i := strings.Index(item.Document, given); i >= 0 && given != "" {
		item.Kind = chat.ContextSelection
		item.Span = span(item.Document, i, i+len(given))
	}
	return item
}

// excerpt is the lines first to last of an item's document, 1-based and inclusive.
func excerpt(item chat.ContextItem, first, last int) chat.ContextItem {
	start, end, n := -1, 0, 0
	at := 0
	for line := range strings.Lines(item.Document) {
		n++
		if n == first {
			start = at
		}
		at += len(line)
		if n <= last {
			end = at
		}
	}
	if start < 0 || end <= start {
		return item
	}
	item.Kind, item.Text = chat.ContextSelection, item.Document[start:end]
	item.Span = span(item.Document, start, end)
	return item
}

// span is a range of a document with its lines.
func span(document string, start, end int) chat.Span {
	first := 1 + strings.Count(document[:start], "\n")
	last := first + strings.Count(strings.TrimSuffix(document[start:end], "\n"), "\n")
	return chat.Span{Start: start, End: end, FirstLine: first, LastLine: last}
}

// lineFragment is how editors say which lines of a file are meant: "L3",
// "L3:10", "L3-10", "L3-L10".
var lineFragment = regexp.MustCompile(`^L(\d{1,9})(?:[:-]L?(\d{1,9}))?$`)

func linesOf(u string) (first, last int, ok bool) {
	_, fragment, _ := strings.Cut(u, "#")
	m := lineFragment.FindStringSubmatch(fragment)
	if m == nil {
		return 0, 0, false
	}
	first, _ = strconv.Atoi(m[1]) // digits
	if last = first; m[2] != "" {
		last, _ = strconv.Atoi(m[2])
	}
	return first, last, first >= 1 && last >= first
}

// filePath returns the path of a file URI, cleaned, "" for any other URI.
func filePath(u string) string {
	u, _, _ = strings.Cut(u, "#")
	parsed, err := uri.Parse(u)
	if err != nil || parsed.Scheme() != "file" || parsed.Authority() != "" && runtime.GOOS != "windows" {
		return ""
	}
	p := parsed.Path()
	if runtime.GOOS == "windows" {
		p = strings.TrimPrefix(p, "/")
	}
	if p == "" {
		return ""
	}
	return filepath.Clean(filepath.FromSlash(p))
}

// holds reports whether a path lies in one of the session's folders, by its name
// or by what the folder is a link to. What it leads to is the workspace's to check.
func (s *session) holds(path string) bool {
	if holding(s.folders, path) != "" {
		return true
	}
	for _, f := range s.folders {
		if real, err := filepath.EvalSymlinks(f); err == nil && holding([]string{real}, path) != "" {
			return true
		}
	}
	return false
}

// gather completes a question whose blocks are read: what its mentions mean, and,
// for a question with an action, what stands around what it is about.
func (s *session) gather(ctx context.Context, req *chat.Request) {
	if len(req.Message) > chat.MaxQuestionBytes {
		return
	}
	items, left := s.files.Gather(ctx, req.Message, workspace.Focus{Given: req.Context})
	req.Context, req.Left = append(req.Context, items...), append(req.Left, left...)
	if req.Action == "" && req.Instruction == "" {
		return
	}
	for i := range req.Context {
		if req.Context[i].Kind == chat.ContextSelection && req.Context[i].Document != "" {
			req.Context = append(req.Context, s.files.About(ctx, req.Context[i])...)
			return
		}
	}
}
