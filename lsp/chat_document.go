package lsp

import (
	"context"
	"crypto/rand"
	"errors"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/edit"
	"github.com/rigrun/rigrun-lsp/engine/stream"
	"github.com/rigrun/rigrun-lsp/lsp/document"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
	"github.com/rigrun/rigrun-lsp/lsp/progress"
)

// sending are the chat documents that an answer is being written into. The zero
// value is ready.
type sending struct {
	mu   sync.Mutex
	open map[uri.URI]bool // guarded by mu
}

// begin reports whether an answer may be written into a document now, and notes
// that one is until end is called, for the first time.
func (s *sending) begin(u uri.URI) (end func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[u] {
		return nil, false
	}
	if s.open == nil {
		s.open = map[uri.URI]bool{}
	}
	s.open[u] = true
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, u)
	}), true
}

// sendCommand checks rigrun.send and starts its work.
func (s *Server) sendCommand(args []protocol.LSPAny, v view) error {
	var p ext.SendParams
	if err := firstArgument(args, &p); err != nil {
		return err
	}
	u, err := uri.Parse(p.URI)
	doc, open := v.Get(u)
	if err != nil || !open || !isChatDocument(doc) {
		return invalid("arguments.0.uri", "an open document was expected whose name ends in %s", chatDocument)
	}
	d := readDialogue(doc.Text)
	if d.question == "" {
		return invalid("arguments.0.uri", "the document has no question after its last answer")
	}
	end, ok := s.sending.begin(u)
	if !ok {
		return invalid("arguments.0.uri", "an answer is still being written into this document")
	}
	s.start(func(ctx context.Context) {
		defer end()
		s.send(ctx, doc, d, v, end)
	})
	return nil
}

// dialogue is what a chat document says.
type dialogue struct {
	question     string // after the last answer, "" where there is none
	conversation string // that the last answer belongs to, "" where there is none
	before       string // everything up to the question
	end          int    // byte after the question
}

// answerEnd matches the line after an answer. Its token is that of the line
// before the answer, which nobody could know before the answer began.
var answerEnd = regexp.MustCompile(`(?m)^<!-- /rigrun ([A-Z2-7]{26})(?: ([!-~]+))? -->[ \t]*\r?$`)

// readDialogue parts a chat document. An end without its beginning is text
// like any other.
func readDialogue(text string) dialogue {
	d := dialogue{}
	from := 0
	for _, m := range answerEnd.FindAllStringSubmatchIndex(text, -1) {
		if !strings.Contains(text[from:m[0]], answerBegin(text[m[2]:m[3]])) {
			continue
		}
		from = m[1]
		if m[4] >= 0 {
			d.conversation = text[m[4]:m[5]]
		}
	}
	d.before = text[:from]
	d.question = strings.TrimSpace(text[from:])
	d.end = len(strings.TrimRight(text, " \t\r\n"))
	return d
}

func answerBegin(token string) string { return "<!-- rigrun " + token + " -->" }

// send asks a chat document's question and writes the answer under it. It calls
// written once nothing more comes, before it says so: the next question may follow at once.
func (s *Server) send(ctx context.Context, doc *document.Doc, d dialogue, v view, written func()) {
	s.configured(ctx)
	req, err := v.request(ctx, &ext.ChatParams{Message: &d.question, ConversationID: d.conversation})
	if err != nil {
		s.warn(wireError(err).Error())
		return
	}
	if !s.client.applyEdit { // what cannot be written is shown
		s.perform(ctx, job{request: req, answer: &answer{title: frame.Shorten(oneLine(d.question), 60)}})
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	token := s.createProgress(ctx)
	defer s.tokens.Add(token, cancel)()
	activity := s.status.begin()
	defer activity.end()
	widget := progress.Begin(ctx, s.conn, token, "rigrun: "+frame.Shorten(oneLine(d.question), 60), s.now)
	n := &note{server: s, uri: doc.URI, token: rand.Text(), cancel: cancel, crlf: strings.Contains(doc.Text, "\r\n")}
	if err := n.open(ctx, doc, d.end-len(d.question), d.end); err != nil {
		s.warn(err.Error())
		written()
		widget.End(ctx, err.Error())
		return
	}
	result, err := s.engine.Chat(ctx, req, newReply(ctx, n, widget, activity, s.now))
	if errors.Is(err, engine.ErrNoConversation) { // forgotten or removed: the document remembers
		req.ConversationID = ""
		req.Context = append(req.Context, chat.ContextItem{Kind: chat.ContextText, Query: "the conversation so far", Text: d.before})
		result, err = s.engine.Chat(ctx, req, newReply(ctx, n, widget, activity, s.now))
	}
	if result != nil {
		req.Left = result.Left
	}
	n.finish(closing(n.decision, err) + leftOut(req.Left))
	if err != nil {
		s.report(true, ext.CommandSend, err)
	}
	s.tellTrouble()
	written()
	widget.End(ctx, outcome(result, err)) // last: a widget that ends says that everything is written
}

// note is an answer that is written into a chat document while it comes. It is
// the end of the answer's line, behind the coalescer, so that it may wait for the
// editor. Everything is put in front of the mark that ends the answer, wherever
// that has gone, so that nothing a person types is overwritten or moved.
type note struct {
	server *Server
	uri    uri.URI
	token  string
	crlf   bool               // the document's lines end in "\r\n"
	cancel context.CancelFunc // stops the answer

	decision     chat.RouteDecision
	conversation string
	pending      string    // not yet in the document
	drawn        time.Time // when it was last written to
	lost         error     // why no more can be written, nil while it can
}

// Begun notes which conversation the answer belongs to.
func (n *note) Begun(conversationID string) { n.conversation = conversationID }

// Route notes where the answer comes from.
func (n *note) Route(d chat.RouteDecision, _ *chat.CacheInfo) error {
	n.decision = d
	return nil
}

// Write writes what has come to the document, at most four times a second.
func (n *note) Write(c stream.Chunk) error {
	if c.Kind != stream.Text || n.lost != nil {
		return n.lost
	}
	n.pending += strings.ReplaceAll(string(c.Data), "\r", "")
	if now := n.server.now(); now.Sub(n.drawn) >= redraw {
		n.drawn = now
		n.lost = n.flush(n.server.ctx, "")
	}
	if n.lost != nil {
		n.cancel()
	}
	return n.lost
}

// Close leaves the end to finish, which knows how the answer ended.
func (n *note) Close(stream.End) error { return nil }

// open puts the marks of an answer under the question, which stands between two
// bytes of the document as it was.
func (n *note) open(ctx context.Context, doc *document.Doc, from, at int) error {
	text := n.lines("\n\n" + answerBegin(n.token) + "\n\n\n\n<!-- /rigrun " + n.token + " -->\n")
	return n.put(ctx, text, func(now *document.Doc) ([]edit.Hunk, error) {
		if strings.Contains(now.Text, n.token) {
			return nil, nil
		}
		return edit.Rebase(doc.Text, now.Text, from, at, []edit.Hunk{{Start: at, End: at, Text: text}})
	})
}

// finish writes the rest, what is said under it, and its conversation.
func (n *note) finish(closing string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(n.server.ctx), patience)
	defer cancel()
	if n.lost == nil {
		n.pending += "\n\n" + closing
		n.lost = n.flush(ctx, n.conversation)
	}
	if n.lost != nil && n.server.ctx.Err() == nil {
		n.server.warn("the rest of the answer was not written: " + n.lost.Error())
	}
}

// flush puts what is pending in front of the mark that ends the answer, and the
// conversation into the mark.
func (n *note) flush(ctx context.Context, conversation string) error {
	whole := wholeRunes(n.pending)
	text := n.lines(n.pending[:whole])
	if text == "" {
		return nil
	}
	err := n.put(ctx, text, func(now *document.Doc) ([]edit.Hunk, error) {
		mark := "<!-- /rigrun " + n.token
		at := strings.Index(now.Text, mark)
		if at < 0 {
			return nil, errors.New("its end mark is gone")
		}
		to := trimLineEnds(now.Text[:at], 2)
		hunks := []edit.Hunk{{Start: to, End: to, Text: text}}
		if conversation != "" {
			hunks = append(hunks, edit.Hunk{Start: at + len(mark), End: at + len(mark), Text: " " + conversation})
		}
		return hunks, nil
	})
	if err == nil {
		n.pending = n.pending[whole:]
	}
	return err
}

// wholeRunes is the length of s without a character at its end that is not all there.
func wholeRunes(s string) int {
	for back := 1; back < utf8.UTFMax && back <= len(s); back++ {
		if at := len(s) - back; utf8.RuneStart(s[at]) {
			if !utf8.FullRuneInString(s[at:]) {
				return at
			}
			break
		}
	}
	return len(s)
}

// trimLineEnds is the length of s without its last n line ends.
func trimLineEnds(s string, n int) int {
	for range n {
		s = strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
	}
	return len(s)
}

// lines gives a text the line ends of the document.
func (n *note) lines(s string) string {
	if n.crlf {
		return strings.ReplaceAll(s, "\n", "\r\n")
	}
	return s
}

// put has the client make hunks in the document as it is now, and waits until it
// has told of them: what comes next is placed in what it told. text is what the
// hunks bring. No hunks are no work.
func (n *note) put(ctx context.Context, text string, hunks func(*document.Doc) ([]edit.Hunk, error)) error {
	s := n.server
	for range maxAttempts {
		now, ok := s.newest.get().Get(n.uri)
		if !ok {
			return errClosed
		}
		list, err := hunks(now)
		if err != nil || len(list) == 0 {
			return err
		}
		refused, err := s.applyEdit(ctx, "Answer by rigrun", s.plainEdit(now, list))
		if err != nil {
			return err
		}
		after := now
		if refused == "" {
			if after, err = n.told(ctx, now); err != nil {
				return err
			}
		} else if after, ok = s.newest.get().Get(n.uri); !ok || after.Version == now.Version {
			return errors.New(refused)
		}
		// A client may say that it has applied an edit of an old version, and ignore it.
		if strings.Count(after.Text, text) > strings.Count(now.Text, text) {
			return nil
		}
	}
	return errors.New("the document changes too fast")
}

var errClosed = errors.New("the document was closed")

// told waits for the version after the one that was edited.
func (n *note) told(ctx context.Context, now *document.Doc) (after *document.Doc, err error) {
	ctx, cancel := context.WithTimeout(ctx, landing)
	defer cancel()
	open := true
	err = n.server.newest.wait(ctx, func(all document.Snapshot) bool {
		after, open = all.Get(n.uri)
		return !open || after.Version != now.Version
	})
	switch {
	case !open:
		return nil, errClosed
	case err != nil:
		return nil, errors.New("the editor did not tell of its edit")
	}
	return after, nil
}

// plainEdit is an edit that needs no confirmation.
func (s *Server) plainEdit(doc *document.Doc, hunks []edit.Hunk) protocol.WorkspaceEdit {
	plain := make([]protocol.TextEdit, len(hunks))
	elements := make([]protocol.TextDocumentEditElement, len(hunks))
	for i, h := range hunks {
		plain[i] = textEdit(doc, h)
		elements[i] = &plain[i]
	}
	if !s.client.documentChanges {
		return protocol.WorkspaceEdit{Changes: map[uri.URI][]protocol.TextEdit{doc.URI: plain}}
	}
	return protocol.WorkspaceEdit{DocumentChanges: []protocol.DocumentChange{&protocol.TextDocumentEdit{
		TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{
			TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: doc.URI}, Version: &doc.Version,
		},
		Edits: elements,
	}}}
}
