package edit

import (
	"errors"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Target is what an answer may change.
type Target struct {
	// Path is the document's path or its name, "" where it has none. It tells
	// this document's code from other files' in an answer; nothing is read from it.
	Path string

	// Language is the editor's language identifier ("go", "python", "typescriptreact").
	Language string

	// Text is the whole document as it was when the question was asked, with its
	// own line ends and byte order mark.
	Text string

	// Start and End are the range in bytes of Text, End exclusive.
	Start, End int

	// Action says what was asked: an answer to [chat.Document] may change
	// comments and nothing else.
	Action chat.Action

	// Finish says how the answer ended, "" where that is not known. One that was
	// cut ([chat.FinishLength]) is refused; one whose last fence is not closed is
	// read only where the model is known to have been done ([chat.FinishStop]).
	Finish chat.FinishReason
}

// Hunk replaces bytes [Start, End) of a text by Text.
type Hunk struct {
	Start, End int
	Text       string
}

// Proposal is what an answer changes. Both lists are sorted and their hunks do
// not overlap or touch.
type Proposal struct {
	// Hunks lie within [Target.Start, Target.End]. They are nil where the answer
	// only asks for imports.
	Hunks []Hunk

	// Imports lie outside the range, at the document's imports: a second edit,
	// which a person should confirm by itself. Nil for none.
	Imports []Hunk
}

// Refusal is the error of [Propose]: why an answer was not turned into an edit.
type Refusal struct {
	Reason string // one clause without a full stop: "the answer has no code"
}

// Error returns the reason.
func (r *Refusal) Error() string { return r.Reason }

// The reasons for a refusal that need no details.
var (
	errNoCode    = &Refusal{"the answer has no code"}
	errCut       = &Refusal{"the answer was cut off before its end"}
	errSame      = &Refusal{"the answer leaves the code as it is"}
	errEmptied   = &Refusal{"the answer would empty the selection"}
	errOutside   = &Refusal{"the answer changes code outside the selection"}
	errBadRange  = &Refusal{"the range does not lie in the document"}
	errNotText   = &Refusal{"the answer holds characters that do not belong in code"}
	errTooLong   = &Refusal{"the answer is too long to be an edit"}
	errUnplaced  = &Refusal{"it is not clear which lines the answer's code replaces"}
	errElided    = &Refusal{"the answer leaves out code, and it is not clear which"}
	errSeveral   = &Refusal{"the answer has several versions of the code"}
	errLost      = &Refusal{"the answer leaves out parts of the code without saying so"}
	errDecorator = &Refusal{"the answer drops the decorators of the code"}
	errProse     = &Refusal{"the answer mixes text into the code"}
	errSyntax    = &Refusal{"the code would no longer fit together with the answer's"}
	errMarkers   = &Refusal{"the answer's code still holds markers of a merge or of a model"}
	errSecret    = &Refusal{"the answer's code holds a stand-in for a secret instead of the secret"}
	errNotDoc    = &Refusal{"the answer changes the code where only documentation was asked for"}
	errNotFound  = &Refusal{"the answer replaces lines that the selection does not have"}
	errAmbiguous = &Refusal{"the answer replaces lines that stand in several places"}
	errOtherFile = &Refusal{"the answer's code is for another file"}
	errNeeds     = &Refusal{"the answer's code needs other code of the answer, which belongs elsewhere"}
	errUnrelated = &Refusal{"the answer's code has too little in common with the selection"}
)

// ErrChanged is what [Rebase] answers where the range is no longer what it was.
var ErrChanged = errors.New("the code was changed in the meantime")
