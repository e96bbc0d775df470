package edit

import (
	"errors"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Propose reads an answer as a change of the target's range. Its error is a
// *[Refusal] in every case.
func Propose(answer string, t Target) (Proposal, error) {
	if t.Finish == chat.FinishLength {
		return Proposal{}, errCut
	}
	r, err := newReader(t)
	if err != nil {
		return Proposal{}, err
	}
	text, err := clean(answer)
	if err != nil {
		return Proposal{}, err
	}
	r.findImports(text)
	changes, imports, err := r.read(text)
	if err != nil {
		return Proposal{}, err
	}
	return r.proposal(changes, imports)
}

// read turns an answer into changes and into the imports it asks for.
func (r *reader) read(answer string) ([]change, []string, error) {
	all, err := swaps(answer)
	if err != nil {
		return nil, nil, err
	}
	if len(all) > 0 {
		changes, err := r.patch(all)
		return changes, nil, err
	}
	code, prose := blocks(answer)
	if len(code) == 0 {
		code, prose = r.bare(answer)
	}
	code, foreign := r.own(code)
	if len(code) == 0 && foreign != nil {
		return nil, nil, foreign
	}
	asked := r.asked(code, prose)
	if len(code) == 0 && r.Finish != chat.FinishStop {
		asked = nil // words alone may be the beginning of more
	}
	changes, err := r.choose(code)
	if (errors.Is(err, errNoCode) || errors.Is(err, errSame)) && len(asked) > 0 {
		return nil, asked, nil
	}
	return changes, asked, err
}

// proposal checks the changes and turns them into hunks.
func (r *reader) proposal(changes []change, asked []string) (Proposal, error) {
	inside, outside, err := r.split(changes)
	if err != nil {
		return Proposal{}, err
	}
	hunks, err := r.hunks(inside)
	if err != nil {
		return Proposal{}, err
	}
	if err := r.check(inside, hunks); err != nil {
		return Proposal{}, err
	}
	p := Proposal{Hunks: hunks, Imports: r.outside(outside)}
	if len(outside) == 0 && len(asked) > 0 {
		used := map[string]bool{}
		for _, c := range inside {
			for w := range r.vocabulary(c.lines) {
				used[w] = true
			}
		}
		if len(inside) == 0 {
			used = r.vocabulary(r.old)
		}
		p.Imports = r.importHunks(r.missing(asked, used))
	}
	if len(p.Hunks) == 0 && len(p.Imports) == 0 {
		return Proposal{}, errSame
	}
	return p, nil
}

// split parts changes into those of the range and those of the imports. Any
// other change is outside the range.
func (r *reader) split(changes []change) (inside, imports []change, err error) {
	for _, c := range changes {
		switch {
		case c.i >= r.first && c.j <= r.last:
			inside = append(inside, c)
		case c.i == c.j && c.i <= r.importsAt.line && !r.importsAt.none && r.areImports(c.lines):
			imports = append(imports, c)
		default:
			return nil, nil, errOutside
		}
	}
	return inside, imports, nil
}

func (r *reader) areImports(lines []string) bool {
	return !slices.ContainsFunc(lines, func(line string) bool {
		return !blank(line) && !r.isImport(line) && (!r.isGo() || goSpec(line) == "")
	})
}

// check refuses what would be wrong in the document.
func (r *reader) check(changes []change, hunks []Hunk) error {
	if len(changes) == 0 {
		return nil
	}
	for _, c := range changes {
		for _, check := range [...]func([]string) error{r.textual, r.marked, r.secrets, r.prose, r.whatIsLeftOut} {
			if err := check(c.lines); err != nil {
				return err
			}
		}
	}
	text := Apply(r.Text, hunks)
	now := r.after(changes)
	if len(trimBlank(now)) == 0 && len(r.old) > 0 {
		return errEmptied
	}
	if r.Action == chat.Document && r.codeOf(now) != r.codeOf(r.old) {
		return errNotDoc
	}
	old, replaced := r.old, now
	if !blank(r.lead()) || !blank(r.trail()) {
		old = strings.Split(r.Text[r.start:r.end], "\n")
		replaced = strings.Split(text[r.start:len(text)-(len(r.Text)-r.end)], "\n")
	}
	if err := r.related(old, replaced); err != nil {
		return err
	}
	return r.fits(now, text)
}

// trimBlank cuts blank lines off both ends.
func trimBlank(lines []string) []string {
	for len(lines) > 0 && blank(lines[0]) {
		lines = lines[1:]
	}
	for len(lines) > 0 && blank(lines[len(lines)-1]) {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// hunks turns changes into hunks within the range.
func (r *reader) hunks(changes []change) ([]Hunk, error) {
	var out []Hunk
	for _, c := range changes {
		h, ok := r.fit(r.hunk(c.i, c.j, c.lines))
		if !ok {
			return nil, errOutside
		}
		if n := len(out); n > 0 && out[n-1].End == h.Start {
			out[n-1].End, out[n-1].Text = h.End, out[n-1].Text+h.Text
			continue
		}
		out = append(out, h)
	}
	return out, nil
}
