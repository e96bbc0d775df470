package edit

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Propose reads an answer as a change of the target's range. Its error is a
// *[Refusal] in every case.
func Propose(answer string, t Target) (Proposal, error) {
	if t.Finish == chat.FinishLength {
		return Proposal{}, errCut
	}
	p, err := newPage(t)
	if err != nil {
		return Proposal{}, err
	}
	text, err := clean(answer)
	if err != nil {
		return Proposal{}, err
	}
	code, _ := blocks(text)
	if len(code) != 1 {
		return Proposal{}, errNoCode
	}
	return p.propose(trimBlank(code[0].lines))
}

func (p *page) propose(lines []string) (Proposal, error) {
	if len(lines) == 0 {
		return Proposal{}, errEmptied
	}
	hunks, err := p.hunks(p.reduce(change{p.first, p.last, lines}))
	if err == nil && len(hunks) == 0 {
		err = errSame
	}
	return Proposal{Hunks: hunks}, err
}

// hunks turns changes into hunks within the range.
func (p *page) hunks(changes []change) ([]Hunk, error) {
	var out []Hunk
	for _, c := range changes {
		h, ok := p.fit(p.hunk(c.i, c.j, c.lines))
		if !ok {
			return nil, errOutside
		}
		out = append(out, h)
	}
	return out, nil
}

// trimBlank cuts blank lines off both ends.
func trimBlank(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
