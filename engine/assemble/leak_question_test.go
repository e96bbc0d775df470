package assemble_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
)

// question is a request and what was planted in it.
type question struct {
	request chat.Request
	nonce   string

	marked   bool     // a marking, in the text or in a document that a piece is from
	markings []string // as they were written
	sealed   bool     // a file of secrets
	cut      bool     // a part of a secret, or one without what shows that it is one: it may go or not, but not be seen
	secrets  []string // in what is sent
	planted  []credential
	hidden   []string // in documents, outside of what is sent
	raised   bool     // the request's own level
	unknown  bool     // it names a tier that there is not
	maxTier  int
}

// never are the texts that no log may hold.
func (q *question) never() (all []string) {
	for _, s := range slices.Concat(q.secrets, q.hidden, q.markings) {
		if len(s) > len("CONFIDENTIAL//NOFORN") || strings.Contains(s, "//") {
			all = append(all, s)
		}
	}
	return all
}

// talk is a conversation, and what the oracle knows of it.
type talk struct {
	id       string
	secrets  []string // of questions before
	holds    bool     // a secret, in a question that was answered
	confined string   // why nothing of it may leave any more
	before   []string // what was asked and answered
	cut      bool     // as of a question
	turns    int
}

// talk returns a conversation that goes on, or a new one.
func (j *job) talk() *talk {
	if len(j.talks) > 0 && !j.m.oneIn(3) {
		if c := j.talks[j.m.IntN(len(j.talks))]; c.turns < 5 {
			return c
		}
	}
	c := &talk{}
	j.talks = append(j.talks, c)
	return c
}

// may is the oracle: whether one byte of a question may reach the cloud.
func (j *job) may(c *talk, q *question) bool {
	return j.forbids(q) == "" && c.why(q) == "" && !j.mustKeep(c, q)
}

// mustKeep reports whether secrets keep a question here because they are not replaced.
func (j *job) mustKeep(c *talk, q *question) bool {
	return !j.knobs.redact && (c.holds || len(q.secrets) > 0)
}

// forbids says which setting keeps a question here.
func (j *job) forbids(q *question) string {
	k := &j.knobs
	mode := string(q.request.Mode)
	if mode == "" {
		mode = k.mode
	}
	switch {
	case k.noURL || k.noKey:
		return "no cloud"
	case k.paranoid:
		return "paranoid"
	case k.offline:
		return "offline"
	case k.level != "UNCLASSIFIED":
		return "level"
	case mode == "local":
		return "mode"
	case min(k.maxTier, q.maxTier) < 2:
		return "tier"
	case k.limit == "answer" || k.limit == "day":
		return "limit"
	case q.unknown:
		return "unknown tier"
	}
	return ""
}

// why says what of a question and its conversation keeps it here.
func (c *talk) why(q *question) string {
	switch {
	case c.confined != "":
		return c.confined
	case q.marked:
		return "marked"
	case q.sealed:
		return "a file of secrets"
	case q.raised:
		return "raised"
	}
	return ""
}

// must reports whether a question that may go must arrive and be answered there.
func (j *job) must(c *talk, q *question) bool {
	if !j.may(c, q) || q.cut || c.cut || j.knobs.cloud != answers && j.knobs.cloud != marks {
		return false
	}
	mode := string(q.request.Mode)
	if mode == "" {
		mode = j.knobs.mode
	}
	top := min(j.knobs.maxTier, q.maxTier)
	switch q.request.Model {
	case "":
		return mode == "cloud"
	case lowModel:
		return mode == "cloud" || j.knobs.local == answers
	case highModel:
		return top >= 3 && (mode == "cloud" || j.knobs.local == answers)
	}
	return false
}

// learn is what a conversation keeps.
func (c *talk) learn(q *question, h *heard) {
	if h.result != nil {
		c.id = h.result.ConversationID
	}
	c.turns++
	// What was refused before it was routed is not in the conversation, and leaves
	// nothing behind but that files of secrets were in it.
	if why := c.why(q); c.confined == "" && why != "" && (len(h.Routes()) > 0 || q.sealed) {
		c.confined = why + ", earlier"
	}
	c.secrets = append(c.secrets, q.secrets...)
	c.secrets = append(c.secrets, q.hidden...)
	c.cut = c.cut || q.cut
	text := h.Text()
	if strings.Contains(text, answerMark) {
		c.confined = "an answer was marked"
	}
	if text != "" {
		c.holds = c.holds || len(q.secrets) > 0
		c.before = append(c.before, rendered(q.request), text)
	}
	if h.err != nil && c.id == "" {
		c.turns = 99 // it never got an identifier, so nobody can go on with it
	}
}

// sealedNote is what the file has in place of a context with a file of secrets.
const sealedNote = "\n\n(What this question was asked with holds secrets and was not kept.)"

// said reports whether a text is a part of what was said in a conversation. What
// was said before may have been read from the file, which has placeholders where
// memory had secrets, and a note where it had a file of them.
func (c *talk) said(q *question, text string) bool {
	if strings.Contains(rendered(q.request), text) {
		return true
	}
	text = strings.TrimSuffix(text, sealedNote)
	stored := storedForm(text)
	for _, turn := range append(c.before, systemPrompt()) {
		if strings.Contains(turn, text) || stored != nil && stored.MatchString(turn) {
			return true
		}
	}
	return false
}

// storedForm matches what a text with placeholders was made from, nil where it
// has none.
func storedForm(text string) *regexp.Regexp {
	parts := regexp.MustCompile(`REDACTED_[A-Z0-9_]+_[0-9a-f]{10,24}`).Split(text, -1)
	if len(parts) < 2 {
		return nil
	}
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`(?s)` + strings.Join(parts, `.+?`))
}

// systemPrompt is the turn before the first, which an echo may choose, too.
func systemPrompt() string { return asked(chat.Request{}).Texts.System }

func asked(req chat.Request) prompt.Question {
	return prompt.New(prompt.NewLibrary("").Texts(&req), &req)
}

// rendered is a question as a conversation keeps it.
func rendered(req chat.Request) string {
	q := asked(req)
	return q.Asked()
}

// question makes the next question of a conversation.
func (j *job) question(c *talk) *question {
	m := j.m
	q := &question{nonce: fmt.Sprintf("n%dq%dn", j.number, j.asked), maxTier: 4}
	q.request.ConversationID = c.id
	q.request.Message = m.one("What does this do? ", "Why is this slow? ", "Rename the function. ", "Prove that this queue is linearizable, compare hazard pointers with epochs, and explain every trade-off. ") + "See " + q.nonce + "."
	j.wishes(q)
	for range m.IntN(3) {
		j.item(q)
	}
	switch m.IntN(24) {
	case 0:
		words := m.marking()
		q.marked, q.markings = true, append(q.markings, words)
		q.request.Message = m.one(words+"\n\n"+q.request.Message, q.request.Message+"\n\n"+words, q.request.Message+"\n\n"+words+"\n\nand so on")
	case 1, 2, 3:
		x := m.credential()
		q.plant(x)
		q.request.Message += "\n" + x.Text + "\n" + m.one("", "It fails.")
	case 4:
		if m.oneIn(4) {
			q.sealed = true
			q.request.Message += "\ndiff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n-A=1\n+A=2\n"
		}
	}
	return q
}

// wishes are what a request says besides its text.
func (j *job) wishes(q *question) {
	m, r := j.m, &q.request
	switch m.IntN(6) {
	case 0:
		r.Mode = chat.ModeLocal
	case 1, 2, 3:
		r.Mode = chat.ModeCloud
	case 4:
		r.Mode = chat.ModeAuto
	}
	switch m.IntN(12) {
	case 0:
		r.Model = m.one(lowModel, highModel)
	case 1:
		q.maxTier = m.IntN(5)
		r.MaxTier = tierNames()[q.maxTier]
	case 2:
		if m.oneIn(8) {
			r.MaxTier, q.unknown = "gold", true
		}
	case 3:
		if m.oneIn(3) {
			r.Classification, q.raised = chat.Level(1+m.IntN(4)), true
		}
	case 4:
		r.Action = chat.Actions()[m.IntN(len(chat.Actions()))]
	}
	r.Cache = chat.CacheUse(m.one("", "", "", string(chat.CacheOff), string(chat.CacheRefresh)))
}

// plant notes a secret that is sent. What is shorter than eight characters is a
// word, and may stand elsewhere by chance.
func (q *question) plant(x credential) {
	if len(x.Secret) >= 8 {
		q.secrets, q.planted = append(q.secrets, x.Secret), append(q.planted, x)
	} else {
		q.cut = true
	}
}

// item adds a piece of context.
func (j *job) item(q *question) {
	m := j.m
	switch m.IntN(14) {
	case 0:
		j.searched(q)
		return
	case 1:
		if m.oneIn(3) {
			j.secretFile(q)
			return
		}
	}
	p := m.document(q.nonce)
	item := chat.ContextItem{Kind: chat.ContextFile, Path: "/w/src/" + m.of(lower, 6) + "." + p.extension, Folder: "/w", Language: p.language}
	item.URI = "file://" + item.Path
	var planted []credential
	for range 2 {
		if m.oneIn(6) {
			x := m.credential()
			at := m.IntN(len(p.lines) + 1)
			p.insert(at, x.Text)
			planted = append(planted, x)
		}
	}
	if m.oneIn(14) { // last: a line put beside a banner would make it one of many words
		q.marked, q.markings = true, append(q.markings, m.mark(&p))
	}
	text := m.join(p.lines)
	item.Document, item.Text = text, text
	item.Span = chat.Span{End: len(text), FirstLine: 1, LastLine: 1 + strings.Count(text, "\n")}
	if m.oneIn(3) {
		m.selectLines(&item)
	}
	for _, x := range planted {
		q.plantIn(&item, x)
	}
	q.request.Context = append(q.request.Context, item)
}

// plantIn notes a secret of a document: sent, or left behind in what is not.
func (q *question) plantIn(item *chat.ContextItem, x credential) {
	secret, text := strings.TrimSpace(x.Secret), x.Text
	switch {
	case len(secret) < 8:
		q.cut = true
	case strings.Contains(item.Text, secret):
		q.secrets, q.planted = append(q.secrets, secret), append(q.planted, x)
		q.cut = q.cut || !strings.Contains(item.Text, text)
	default:
		q.hidden = append(q.hidden, secret)
		q.cut = q.cut || len(longLines(item.Text, text)) > 0
		if lines := longLines(item.Text, secret); len(lines) > 0 {
			q.secrets, q.cut = append(q.secrets, lines...), true
		}
	}
}

// longLines are the lines of a secret that a text holds, as of a key whose head
// was left out.
func longLines(text, secret string) (all []string) {
	for line := range strings.Lines(secret) {
		if line = strings.TrimSpace(line); len(line) >= 12 && strings.Contains(text, line) {
			all = append(all, line)
		}
	}
	return all
}

// selectLines leaves some of a document's lines in a piece.
func (m maker) selectLines(item *chat.ContextItem) {
	lines := strings.SplitAfter(item.Document, "\n")
	from := m.IntN(len(lines))
	to := from + 1 + m.IntN(len(lines)-from)
	item.Kind = chat.ContextSelection
	item.Span = chat.Span{
		Start: len(strings.Join(lines[:from], "")), End: len(strings.Join(lines[:to], "")),
		FirstLine: from + 1, LastLine: to,
	}
	item.Text = item.Document[item.Span.Start:item.Span.End]
	if m.oneIn(6) { // a client's own text, without the range that it is from
		item.Span = chat.Span{End: len(item.Document)}
	}
}

// searched adds what a search, a diff or a person's clipboard brings.
func (j *job) searched(q *question) {
	m := j.m
	item := chat.ContextItem{Kind: chat.ContextKind(m.one("search", "git", "text", "diagnostics")), Query: "queue " + m.of(lower, 4), Text: "queue.go:12: " + q.nonce + "\n"}
	switch m.IntN(5) {
	case 0:
		x := m.credential()
		item.Text += x.Text + "\n"
		q.plant(x)
	case 1:
		item.Text += "\n\n" + m.one("SECRET//NOFORN", "(TS//SI) The range is 40 km.", "CUI//SP-CTI") + "\n"
		q.marked = true
	case 2:
		secret := m.password()
		item.URI = "https://bob:" + secret + "@git.example/x.go"
		q.plant(credential{"url", item.URI, secret})
	case 3:
		item.Query = m.one("SECRET//NOFORN", "CUI//SP-CTI")
		q.marked = true
	}
	q.request.Context = append(q.request.Context, item)
}

// secretFile adds a file that is a secret by its name, by the name it links to,
// by its URI, or by the diff that it is in.
func (j *job) secretFile(q *question) {
	m := j.m
	name := m.one(".env", ".env.local", ".env.production", "certs/server.pem", "id_rsa", ".ssh/id_ed25519", ".netrc", ".aws/credentials", ".ENV")
	item := chat.ContextItem{Kind: chat.ContextFile, Text: "A=" + q.nonce + "\n", Document: "A=" + q.nonce + "\n"}
	switch m.IntN(6) {
	case 0:
		item.Path = "/w/" + name
	case 1:
		item.Path, item.RealPath = "/w/notes.txt", "/home/u/"+name
	case 2:
		item.URI = "file:///w/" + name
	case 3:
		item.Kind = chat.ContextGit
		item.Text = "diff --git a/" + name + " b/" + name + "\n--- a/" + name + "\n+++ b/" + name + "\n@@ -1 +1 @@\n-A=1\n+A=" + q.nonce + "\n"
	case 4:
		item.Path = `C:\w\` + strings.ReplaceAll(name, "/", `\`)
	case 5:
		item.URI = "vscode-vfs://github/w/" + strings.Replace(name, ".", "%2E", 1)
	}
	q.sealed = true
	q.request.Context = append(q.request.Context, item)
}
