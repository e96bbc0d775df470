package edit

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// NewFile reads an answer as the whole text of a new file, whose path and
// language the target has; the rest of the target is not looked at. The error is
// a *[Refusal] in every case: where there are several pieces of code, it cannot
// be told which are the file's.
func NewFile(answer string, t Target) (string, error) {
	if t.Finish == chat.FinishLength {
		return "", errCut
	}
	r, err := newReader(Target{Path: t.Path, Language: t.Language})
	if err != nil {
		return "", err
	}
	text, err := clean(answer)
	if err != nil {
		return "", err
	}
	all, _ := blocks(text)
	code, foreign := r.own(all)
	if len(code) == 0 && foreign != nil {
		return "", foreign
	}
	if len(code) != 1 || !code[0].closed || r.diffed(code[0]) {
		return "", errNoFile
	}
	lines := trimBlank(code[0].lines)
	if len(lines) == 0 {
		return "", errNoCode
	}
	return r.fileOf(lines)
}

var errNoFile = &Refusal{"the answer is not one whole file"}

// fileOf checks the lines of a new file.
func (r *reader) fileOf(lines []string) (string, error) {
	for _, check := range []func([]string) error{r.textual, r.marked, r.secrets, r.prose, r.whatIsLeftOut} {
		if err := check(lines); err != nil {
			return "", err
		}
	}
	text := strings.Join(lines, "\n") + "\n"
	if ok := r.checker(); ok != nil && !ok(text) {
		return "", errSyntax
	}
	return text, nil
}
