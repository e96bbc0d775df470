package lsp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/engine/workspace"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// maxFileBytes is the largest file that is read from the disk as context.
const maxFileBytes = 2 << 20

// request turns a chat's parameters into the engine's request. Text of a
// document comes from the editor's buffer where it is open, else from a file
// inside the workspace.
func (v view) request(ctx context.Context, p *ext.ChatParams) (chat.Request, error) {
	req, err := plainRequest(p)
	if err != nil {
		return req, err
	}
	req.Folders = v.folders
	for i, item := range p.Context {
		resolved, err := v.resolve(item)
		if w, ok := errors.AsType[*withheld](err); ok {
			req.Left = append(req.Left, chat.Left{Kind: item.Kind, URI: item.URI, Name: w.name, Reason: w.reason})
			if secret.File(resolved.Path) || secret.File(resolved.RealPath) {
				req.Context = append(req.Context, resolved) // without its text: the question stays on this machine
			}
			continue
		}
		if err != nil {
			return req, invalid(fmt.Sprintf("context.%d", i), "%v", err)
		}
		if queried(item) && v.files != nil {
			items, left := v.files.Resolve(ctx, resolved)
			req.Context, req.Left = append(req.Context, items...), append(req.Left, left...)
			continue
		}
		req.Context = append(req.Context, resolved)
	}
	v.gather(ctx, &req)
	return req, nil
}

// withheld is the error of a document that a rule of the workspace keeps out of
// questions: .rigrunignore of every one, the others of those of which it is not
// open in the editor.
type withheld struct{ name, reason string }

func (w *withheld) Error() string { return "uri: " + w.name + " " + w.reason }

// plainRequest checks every member but the context.
func plainRequest(p *ext.ChatParams) (chat.Request, error) {
	req := chat.Request{
		ConversationID: p.ConversationID, Action: p.Action, Model: p.Model,
		Mode: p.Mode, MaxTier: p.MaxTier, Cache: p.Cache,
	}
	if p.Message == nil {
		return req, invalid("message", "a string was expected")
	}
	req.Message = *p.Message
	if strings.TrimSpace(req.Message) == "" && p.Action == "" {
		return req, invalid("message", "a question was expected, or an action")
	}
	if p.Action != "" && !slices.Contains(chat.Actions(), p.Action) {
		return req, invalid("action", "one of %q was expected", chat.Actions())
	}
	if modes := []chat.Mode{"", chat.ModeAuto, chat.ModeLocal, chat.ModeCloud}; !slices.Contains(modes, p.Mode) {
		return req, invalid("mode", "one of %q was expected", modes[1:])
	}
	if uses := []chat.CacheUse{"", chat.CacheOn, chat.CacheRefresh, chat.CacheOff}; !slices.Contains(uses, p.Cache) {
		return req, invalid("cache", "one of %q was expected", uses[1:])
	}
	var err error
	if req.Classification, err = chat.ParseLevel(p.Classification); err != nil {
		return req, invalid("classification", "%v", err)
	}
	return req, nil
}

// resolve fills in the text of one context item.
func (v view) resolve(item ext.ContextItem) (chat.ContextItem, error) {
	out := chat.ContextItem{Kind: item.Kind, Query: item.Query, Text: item.Text, URI: item.URI}
	kinds := []chat.ContextKind{
		chat.ContextSelection, chat.ContextFile, chat.ContextDiagnostics, chat.ContextSymbol,
		chat.ContextGit, chat.ContextSearch, chat.ContextText,
	}
	if !slices.Contains(kinds, item.Kind) {
		return out, fmt.Errorf("kind: one of %q was expected", kinds)
	}
	if item.URI == "" {
		return out, nil
	}
	u, err := uri.Parse(item.URI)
	if err != nil {
		return out, fmt.Errorf("uri: a URI was expected")
	}
	out.Path = filePath(u)
	out.Folder = v.folders.holding(out.Path)
	if real, err := filepath.EvalSymlinks(out.Path); out.Path != "" && err == nil && real != out.Path {
		out.RealPath = real
	}
	if v.files != nil && out.Path != "" {
		if reason := v.files.Withheld(out.Path, out.RealPath); reason != "" {
			return out, &withheld{filepath.Base(out.Path), reason}
		}
	}
	doc, ok := v.Get(u)
	if !ok { // a client's own text of a document is marked as the whole of it is
		if doc, err = v.readDocument(u, out); err != nil && item.Text == "" {
			return out, err
		}
	}
	if doc != nil {
		locate(&out, item, doc)
	}
	return out, nil
}

// readDocument reads a file that is not open. Its real path, with every
// symbolic link resolved, must lie inside a workspace folder's, and the rules of
// mentions hold for it.
func (v view) readDocument(u uri.URI, item chat.ContextItem) (*document.Doc, error) {
	if item.Path == "" {
		return nil, fmt.Errorf("uri: %s is not open and is no file", u)
	}
	if item.Folder == "" {
		return nil, fmt.Errorf("uri: %s is not open and lies outside the workspace's folders", u)
	}
	real, err := filepath.EvalSymlinks(item.Path)
	if err != nil {
		return nil, fmt.Errorf("uri: %s cannot be read", u)
	}
	root, err := filepath.EvalSymlinks(item.Folder)
	if err != nil || !within(root, real) {
		return nil, fmt.Errorf("uri: %s leads outside the workspace's folders", u)
	}
	info, err := os.Stat(real)
	if err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("uri: %s is no regular file", u)
	}
	if v.files != nil {
		if reason := v.files.Forbids(item.Path); reason != "" {
			return nil, &withheld{filepath.Base(item.Path), reason}
		}
	}
	if info.Size() > maxFileBytes {
		return nil, fmt.Errorf("uri: %s has %d bytes, the limit for a file that is not open is %d", u, info.Size(), maxFileBytes)
	}
	text, err := os.ReadFile(real) //nolint:gosec // checked above to lie inside the workspace
	if err != nil {
		return nil, fmt.Errorf("uri: %s cannot be read", u)
	}
	if !workspace.IsText(string(text)) {
		return nil, &withheld{filepath.Base(item.Path), workspace.ReasonNoText}
	}
	return document.NewDoc(u, languageOf(real), 0, string(text), v.Encoding()), nil
}

// languageOf guesses a language identifier from a file's extension, for fences.
// Only those whose identifier is not the extension itself are listed.
func languageOf(path string) string {
	names := map[string]string{
		"py": "python", "ts": "typescript", "tsx": "typescriptreact", "js": "javascript", "jsx": "javascriptreact",
		"rs": "rust", "rb": "ruby", "kt": "kotlin", "cs": "csharp", "sh": "shellscript", "md": "markdown",
		"yml": "yaml", "h": "c", "hpp": "cpp", "cc": "cpp", "cxx": "cpp", "hs": "haskell", "ex": "elixir", "pl": "perl",
	}
	extension := filepath.Ext(path)
	if extension == "" {
		return ""
	}
	if name, ok := names[extension[1:]]; ok {
		return name
	}
	return extension[1:]
}

// locate puts an item's text into its document.
func locate(out *chat.ContextItem, item ext.ContextItem, doc *document.Doc) {
	out.Language = doc.Language
	out.Document = doc.Text
	start, end := 0, len(doc.Text)
	if item.Range != nil {
		start, end = doc.Span(*item.Range)
	}
	if out.Text == "" && (item.Kind == chat.ContextSelection || item.Kind == chat.ContextFile || item.Kind == chat.ContextSymbol) {
		out.Text = doc.Text[start:end]
	}
	out.Span = chat.Span{Start: start, End: end}
	if item.Range != nil || item.Kind == chat.ContextSelection {
		first, last := doc.Position(start), doc.Position(end)
		out.Span.FirstLine, out.Span.LastLine = int(first.Line)+1, int(last.Line)+1
		if last.Character == 0 && last.Line > first.Line {
			out.Span.LastLine-- // a selection of whole lines ends at the start of the next
		}
	}
}
