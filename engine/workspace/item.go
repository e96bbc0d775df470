package workspace

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/syntax"
)

// item is a context item about a file: the whole of it, until a piece is cut out.
// The document goes with every piece, so that whoever sends it sees the markings
// and the secrets of the whole.
func (w *Workspace) item(kind chat.ContextKind, at place, text string) chat.ContextItem {
	i := chat.ContextItem{
		Kind: kind, Path: at.path(), Folder: at.folder.path, Language: syntax.Language(at.name),
		Text: text, Document: text, Span: chat.Span{End: len(text)},
	}
	i.URI = fileURI(i.Path)
	if real := at.realPath(); real != i.Path {
		i.RealPath = real
	}
	return i
}

// fileURI is a path as a URI.
func fileURI(name string) string {
	name = filepath.ToSlash(name)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // Windows' C:/…
	}
	return (&url.URL{Scheme: "file", Path: name}).String()
}

// piece cuts bytes of the document out as the item's text.
func piece(i chat.ContextItem, start, end int) chat.ContextItem {
	i.Text = i.Document[start:end]
	last := strings.TrimSuffix(i.Text, "\n")
	i.Span = chat.Span{Start: start, End: end, FirstLine: lineAt(i.Document, start)}
	i.Span.LastLine = i.Span.FirstLine + strings.Count(last, "\n")
	return i
}

// wholeLines widens bytes to whole lines of a text.
func wholeLines(text string, start, end int) (from, to int) {
	from = strings.LastIndexByte(text[:start], '\n') + 1
	if end > start && text[end-1] == '\n' {
		return from, end
	}
	if i := strings.IndexByte(text[end:], '\n'); i >= 0 {
		return from, end + i + 1
	}
	return from, len(text)
}

// cutLines shortens bytes of a text to whole lines of at most so many bytes,
// from their beginning on. The first line is always kept.
func cutLines(text string, start, end, most int) int {
	if end-start <= most {
		return end
	}
	if i := strings.LastIndexByte(text[start:start+most], '\n'); i >= 0 {
		return start + i + 1
	}
	if i := strings.IndexByte(text[start:end], '\n'); i >= 0 {
		return start + i + 1
	}
	return end
}

// left is a chat.Left about something that was asked for.
func left(kind chat.ContextKind, name, reason string, args ...any) chat.Left {
	return chat.Left{Kind: kind, Name: shorten(printable(name), 200), Reason: fmt.Sprintf(reason, args...)}
}

// because is the reason of an error for a person.
func because(kind chat.ContextKind, name string, err error) chat.Left {
	if r, ok := err.(*Refusal); ok { //nolint:errorlint // this package's functions return it unwrapped
		return left(kind, name, "%s", r.Reason)
	}
	return left(kind, name, "could not be read in time")
}
