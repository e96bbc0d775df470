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

	// uri is the document the question was about, "" for a question about no code.
	uri uri.URI

	mu       sync.Mutex
	texts    []excerpt          // guarded by mu: the code it was about, and what it became; each from a moment of its own
	body     strings.Builder    // guarded by mu
	decision chat.RouteDecision // guarded by mu
	left     []chat.Left        // guarded by mu: what the question was to bring in and did not; at its end, all that the model was not sent
	closing  string             // guarded by mu: what is said after the text once it has ended
}

// excerpt is a part of a document, and where it began at some moment.
type excerpt struct {
	text   string
	offset int
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

// whole is the answer's text.
func (a *answer) whole() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.body.String()
}

// route is where the answer comes from.
func (a *answer) route() chat.RouteDecision {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.decision
}

// applied notes what the code has become by an edit.
func (a *answer) applied(e readyEdit) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if strings.TrimSpace(e.text) != "" {
		a.texts = append(a.texts, excerpt{e.text, e.start})
	}
}

// over reports whether the answer was about text that is now at offset in
// current, or has become it.
func (a *answer) over(current string, offset int) (start, end int, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.texts {
		if start, end, ok = e.over(current, offset); ok {
			return start, end, true
		}
	}
	return 0, 0, false
}

// over reports whether an excerpt is now at offset in current. Its text is
// looked for where it was, and anywhere else only if it stands in one place: an
// answer must never be shown for other code.
func (e excerpt) over(current string, offset int) (start, end int, ok bool) {
	if e.text == "" {
		return 0, 0, false
	}
	start = e.offset
	if start+len(e.text) > len(current) || current[start:start+len(e.text)] != e.text {
		if strings.Count(current, e.text) != 1 {
			return 0, 0, false
		}
		start = strings.Index(current, e.text)
	}
	end = start + len(e.text)
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
