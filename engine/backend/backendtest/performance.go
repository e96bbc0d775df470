package backendtest

import (
	"io"
	"net/http"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// performance is one answer on its way.
type performance struct {
	s     *Server
	w     http.ResponseWriter
	r     *http.Request
	begun bool // the headers have been sent
	gone  bool // the client closed the connection before the end
}

// perform does an answer's steps, and sends the end mark where the last of them
// is no ending.
func (p *performance) perform(a Answer) {
	for _, step := range a {
		if !p.do(step) {
			return
		}
	}
	p.write(p.s.dialect.end(Step{reason: chat.FinishStop, usage: chat.Usage{PromptTokens: 10, CompletionTokens: len(a)}}))
}

// do performs a step and reports whether the answer goes on.
func (p *performance) do(step Step) bool {
	d := p.s.dialect
	switch step.op {
	case opText:
		return p.write(d.text(step.text))
	case opThink:
		return p.write(d.think(step.text))
	case opTool:
		return p.write(d.call(step.tool, step.text))
	case opRaw:
		return p.write(step.text)
	case opHold:
		return p.hold(step.wait)
	case opEnd:
		p.write(d.end(step))
	case opNoEnd:
		p.begin()
	case opFail:
		p.write(d.fail(step.text))
	case opCut:
		p.flush()
		panic(http.ErrAbortHandler)
	case opStall:
		p.hold(nil)
	case opRefuse:
		p.answer(step.status, d.refusal(step.status, step.text), step.header)
	case opStatus:
		p.answer(step.status, step.text, step.header)
	case opDocument:
		p.answer(http.StatusOK, d.document(step.text), nil)
	}
	return false
}

// hold waits for a channel, nil for ever, and reports whether the client is still there.
func (p *performance) hold(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	case <-p.r.Context().Done():
		p.gone = true
	case <-p.s.done:
		panic(http.ErrAbortHandler) // a closed server ends no answer well
	}
	return false
}

func (p *performance) answer(status int, body string, header http.Header) {
	for name, values := range header {
		p.w.Header()[name] = values
	}
	writeStatus(p.w, status, body)
}

func (p *performance) begin() {
	if !p.begun {
		p.begun = true
		p.w.Header().Set("Content-Type", p.s.dialect.contentType())
		p.w.WriteHeader(http.StatusOK)
	}
}

func (p *performance) flush() {
	if p.begun {
		_ = http.NewResponseController(p.w).Flush() // the client may have gone
	}
}

// write sends text, a few bytes at a time where the script says so.
func (p *performance) write(text string) bool {
	p.begin()
	size := p.s.script.Split
	if size <= 0 {
		size = max(len(text), 1)
	}
	for len(text) > 0 {
		n := min(size, len(text))
		if _, err := io.WriteString(p.w, text[:n]); err != nil {
			p.gone = true
			return false
		}
		p.flush()
		text = text[n:]
	}
	return true
}
