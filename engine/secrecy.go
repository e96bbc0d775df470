package engine

import (
	"cmp"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// hidden is a prompt whose secrets were replaced, and the way back.
type hidden struct {
	turns      []chat.Turn
	question   prompt.Question  // with nothing cut
	message    string           // the question's own words
	items      []string         // the texts of its context
	redactions []chat.Redaction // of this question: its message and its context
	vault      *secret.Vault
}

// hideSecrets replaces the secrets of a plan's prompt. They are looked for in the
// question's parts, where they have a place a person can go to, and again in the
// prompt that was rendered from them, which is what is sent.
func (p *plan) hideSecrets() *hidden {
	texts := make([]string, 0, len(p.turns)+len(p.question.Context))
	for _, t := range p.turns {
		texts = append(texts, t.Content)
	}
	for _, item := range p.question.Context {
		texts = append(texts, item.Text)
	}
	h := &hidden{vault: p.setup.Key().Vault(texts...), redactions: []chat.Redaction{}}
	seen := map[chat.Redaction]bool{}
	add := func(r chat.Redaction) {
		if !seen[r] {
			seen[r] = true
			h.redactions = append(h.redactions, r)
		}
	}
	var places []secret.Place
	h.message, places = h.vault.Redact(p.question.Message)
	for _, at := range places {
		add(chat.Redaction{Kind: at.Kind, Line: at.Line, Placeholder: at.Placeholder})
	}
	for _, item := range p.question.Context {
		text, places := h.vault.Redact(item.Text)
		h.items = append(h.items, text)
		for _, at := range places {
			add(chat.Redaction{Kind: at.Kind, URI: item.URI, Line: at.Line + max(item.Span.FirstLine-1, 0), Placeholder: at.Placeholder})
		}
	}
	h.turns = make([]chat.Turn, len(p.turns))
	for i, t := range p.turns {
		h.turns[i] = chat.Turn{Role: t.Role}
		h.turns[i].Content, _ = h.vault.Redact(t.Content)
	}
	h.question = h.hide(p.asked)
	return h
}

// arguments puts the secrets back into a tool call's arguments, which are JSON.
func (h *hidden) arguments(text string) string {
	var b builder
	w := h.vault.Writer(&b)
	_ = w.Write(stream.Chunk{Kind: stream.Tool, Data: []byte(text)}) // a builder takes everything
	_ = w.Flush()
	return b.String()
}

// builder is a writer that keeps the text.
type builder struct{ strings.Builder }

func (b *builder) Write(c stream.Chunk) error {
	b.Builder.Write(c.Data)
	return nil
}

// hide replaces the secrets in every part of a question. That comes before
// anything is cut from it: the half of a secret would not be found.
func (h *hidden) hide(q prompt.Question) prompt.Question {
	for _, text := range []*string{&q.Texts.System, &q.Texts.Instruction, &q.Summary} {
		*text, _ = h.vault.Redact(*text)
	}
	q.Message = h.message
	q.Context = slices.Clone(q.Context)
	for i := range q.Context {
		q.Context[i].Text = h.items[i]
	}
	q.History = h.turns[len(h.turns)-1-len(q.History) : len(h.turns)-1]
	return q
}

// redact replaces the secrets that only the rendered turns hold: in a file's
// name, or where two parts meet.
func (h *hidden) redact(turns []chat.Turn) {
	for i := range turns {
		turns[i].Content, _ = h.vault.Redact(turns[i].Content)
	}
}

// writer puts the secrets back into an answer.
func (h *hidden) writer(w stream.Writer) *secret.Restorer { return h.vault.Writer(w) }

// sealed says why a question may not go to a cloud because of the files it
// holds, as a part of a sentence, "" where it may: whole files of secrets are
// not redacted but kept here.
func sealed(req chat.Request) string {
	for _, item := range req.Context {
		for _, name := range []string{item.Path, item.RealPath, uriPath(item.URI)} {
			if secret.File(name) {
				return "the context holds " + base(name) + ", a file of secrets"
			}
		}
		if name := secretHunk(item.Text); name != "" {
			return "the context holds changes of " + base(name) + ", a file of secrets"
		}
		if item.Text != "" && len(item.Text) != len(item.Document) && cutSecret(&item, secret.Find(item.Document)) {
			return "the context holds a part of a secret of " + base(cmp.Or(item.Path, item.URI, "a document"))
		}
	}
	if name := secretHunk(req.Message); name != "" {
		return "the question holds changes of " + base(name) + ", a file of secrets"
	}
	return ""
}

// sealedItem is why nobody gets a piece that a tool has found, as a part of a
// sentence, "" where nothing stands against it. secrets are its document's.
func sealedItem(item *chat.ContextItem, secrets []secret.Finding) string {
	if secret.File(item.Path) || secretHunk(item.Text) != "" {
		return "it is a file of secrets"
	}
	if cutSecret(item, secrets) {
		return "it is a part of a secret"
	}
	return ""
}

// cutSecret reports whether a piece of a document holds a secret, or a part of
// one, that only the rest of the document shows to be one: some lines of a key, a
// password without its name. Nothing could find it in the prompt to replace it.
// hidden are the secrets of its document.
func cutSecret(item *chat.ContextItem, hidden []secret.Finding) bool {
	if len(hidden) == 0 || item.Text == "" || len(item.Text) == len(item.Document) {
		return false
	}
	shown := secret.Find(item.Text)
	at := place(item)
	for _, f := range hidden {
		if at < 0 {
			if quotes(item.Text, item.Document[f.Start:f.End], shown) {
				return true
			}
			continue
		}
		start, end := max(f.Start-at, 0), min(f.End-at, len(item.Text))
		for _, s := range shown {
			if s.Start <= start {
				start = max(start, s.End)
			}
		}
		if start < end && strings.TrimSpace(item.Text[start:end]) != "" {
			return true
		}
	}
	return false
}

// place is where in its document a piece begins, -1 where it is no piece of it.
func place(item *chat.ContextItem) int {
	at := item.Span
	if 0 <= at.Start && at.Start <= at.End && at.End <= len(item.Document) && item.Document[at.Start:at.End] == item.Text {
		return at.Start
	}
	return strings.Index(item.Document, item.Text)
}

// fewestQuoted is the least length in bytes of a line that is taken for a quote.
const fewestQuoted = 8

// quotes reports whether a text holds a line of a secret that no finding in the
// text covers.
func quotes(text, value string, shown []secret.Finding) bool {
	for line := range strings.Lines(value) {
		line = strings.TrimSpace(line)
		at := strings.Index(text, line)
		if len(line) < fewestQuoted || at < 0 {
			continue
		}
		if !slices.ContainsFunc(shown, func(f secret.Finding) bool { return f.Start <= at && at+len(line) <= f.End }) {
			return true
		}
	}
	return false
}

// uriPath is the path of a URI of any scheme, as a person reads it: "/w/.env" of
// "git:/w/%2Eenv?{…}", ".env" of "untitled:.env". What is no URI stays as it is.
func uriPath(uri string) string {
	if _, rest, ok := strings.Cut(uri, ":"); ok {
		uri = rest
	}
	uri, _, _ = strings.Cut(uri, "?")
	uri, _, _ = strings.Cut(uri, "#")
	if plain, err := url.PathUnescape(uri); err == nil {
		return plain
	}
	return uri
}

// secretHunk returns the name of a file of secrets that a diff in text changes.
func secretHunk(text string) string {
	for _, mark := range []string{"+++ ", "--- ", "diff --git "} {
		for rest, found := text, true; found; {
			var line string
			if _, rest, found = strings.Cut(rest, mark); !found {
				break
			}
			line, _, _ = strings.Cut(rest, "\n")
			for _, name := range strings.Fields(line) {
				if name = strings.Trim(name, `"`); secret.File(name) {
					return name
				}
			}
		}
	}
	return ""
}

// base is a file's name for a message.
func base(name string) string {
	return filepath.Base(strings.ReplaceAll(name, `\`, "/"))
}

// staysFor says why secrets keep a question here, "" where they do not. Where
// they are replaced before anything is sent, only whole files of them do. What was
// said before a restart has placeholders for them: it stays as it would have.
func (s *Setup) staysFor(r *route.Rules, sealed string, turns []chat.Turn) string {
	if sealed != "" || s.Redact || len(r.Tiers) == 0 {
		return sealed
	}
	for _, t := range turns {
		if secret.Has(t.Content) || secret.Replaced(t.Content) {
			return "the question holds a secret, and rigrun.security.redactSecrets is off"
		}
	}
	return ""
}
