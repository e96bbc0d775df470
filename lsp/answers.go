package lsp

import (
	"strings"
	"sync"

	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// maxAnswers is how many answers of commands are kept for hovers and documents.
const maxAnswers = 100

// answer is what a command made, growing while it streams.
type answer struct {
	id    string
	title string

	// uri, text and offset say what the question was about: the document, the
	// selected text, and where it began when the question was asked. All are
	// zero for a question about no code.
	uri    uri.URI
	text   string
	offset int

	mu       sync.Mutex
	body     strings.Builder    // guarded by mu
	decision chat.RouteDecision // guarded by mu
	closing  string             // guarded by mu: what is said after the text once it has ended
}

// documentURI is the address of the answer as a document of our own scheme.
func (a *answer) documentURI() (uri.URI, error) {
	return uri.From(uri.Components{Scheme: ext.Scheme, Path: "/answers/" + a.id + "/" + fileName(a.title)})
}

// fileName makes a file's name from a title. Only letters, digits and a few
// harmless signs remain.
func fileName(title string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '-'
	}, title)
	return strings.Trim(name, "-.") + ".md"
}

// markdown is the answer as a document.
func (a *answer) markdown() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var b strings.Builder
	b.WriteString("# " + a.title + "\n\n")
	b.WriteString(a.body.String())
	if a.closing != "" {
		b.WriteString("\n\n---\n\n" + a.closing + "\n")
	}
	return b.String()
}

// brief is the answer as a hover or a message: the text, and where it came from.
func (a *answer) brief() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.TrimRight(a.body.String(), "\n") + "\n\n" + a.closing
}

// over reports whether the answer was about text that is now at offset in
// current. The text is looked for where it was, and anywhere else only if it
// stands in one place: an answer must never be shown for other code.
func (a *answer) over(current string, offset int) (start, end int, ok bool) {
	if a.text == "" {
		return 0, 0, false
	}
	start = a.offset
	if start+len(a.text) > len(current) || current[start:start+len(a.text)] != a.text {
		if strings.Count(current, a.text) != 1 {
			return 0, 0, false
		}
		start = strings.Index(current, a.text)
	}
	end = start + len(a.text)
	return start, end, start <= offset && offset <= end
}

// answers are the last answers of commands, newest last. The zero value is ready.
type answers struct {
	mu   sync.Mutex
	list []*answer // guarded by mu
}

func (as *answers) add(a *answer) {
	as.mu.Lock()
	defer as.mu.Unlock()
	if len(as.list) == maxAnswers {
		as.list = append(as.list[:0:0], as.list[1:]...)
	}
	as.list = append(as.list, a)
}

func (as *answers) byID(id string) (*answer, bool) {
	as.mu.Lock()
	defer as.mu.Unlock()
	for _, a := range as.list {
		if a.id == id {
			return a, true
		}
	}
	return nil, false
}

// about returns the answers about a document, newest first.
func (as *answers) about(u uri.URI) []*answer {
	as.mu.Lock()
	defer as.mu.Unlock()
	var out []*answer
	for i := len(as.list) - 1; i >= 0; i-- {
		if as.list[i].uri == u {
			out = append(out, as.list[i])
		}
	}
	return out
}
