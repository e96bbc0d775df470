package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// The limits of results, in bytes.
const (
	// MaxResult is the longest result of one call: some 4,000 tokens, which a
	// small model still reads with attention.
	MaxResult = 16 << 10
	// MaxResults is the most that all results of one answer may have together.
	MaxResults = 128 << 10
	// MinResults is the least room that makes tools worth offering.
	MinResults = 4 << 10

	leastRoom = 512 // below which a result is not begun
	maxDetail = 160 // of a step
)

// Options are what a session works with.
type Options struct {
	Workspace   Workspace
	Diagnostics []chat.ContextItem // what the editor gave with the question

	// Admit judges a piece of a document before the model is given it. The error
	// says why not, as a part of a sentence. Nil admits everything.
	Admit func(chat.ContextItem) error

	// Room is how many bytes all results may have together; 0 is [MaxResults].
	Room int
}

// Session runs the tools of one answer.
type Session struct {
	workspace   Workspace
	diagnostics []chat.ContextItem
	admit       func(chat.ContextItem) error
	room        int
	seen        map[string]bool // calls that were answered
}

// New returns a session.
func New(o Options) *Session {
	s := &Session{workspace: o.Workspace, diagnostics: o.Diagnostics, admit: o.Admit, room: o.Room, seen: map[string]bool{}}
	if s.admit == nil {
		s.admit = func(chat.ContextItem) error { return nil }
	}
	if s.room == 0 {
		s.room = MaxResults
	}
	return s
}

// Full reports whether there is no room for another result.
func (s *Session) Full() bool { return s.room < leastRoom }

// Call runs a tool. text is for the model, in valid UTF-8, step for a person. A
// call that cannot be done has a text that says why. The error is ctx's alone.
func (s *Session) Call(ctx context.Context, call chat.ToolCall) (text string, step chat.Step, err error) {
	step = chat.Step{Tool: shown(call.Name)}
	out, failed := s.run(ctx, call)
	if err := ctx.Err(); err != nil {
		return "", step, context.Cause(ctx)
	}
	step.OK, step.Detail, text = failed == nil, shown(out.about), out.text
	if failed != nil {
		text = "error: " + failed.Error()
		step.Detail = shown(failure(out.about, failed.Error()))
	}
	text = strings.ToValidUTF8(clipped(text, min(s.room, MaxResult)), "\uFFFD")
	s.room -= len(text)
	return text, step, nil
}

// failure is what a step says of a call that was not done.
func failure(about, why string) string {
	if about == "" || strings.HasPrefix(why, about) {
		return why
	}
	return about + ": " + why
}

// outcome is what a tool found.
type outcome struct {
	about string // for a person: what was looked at
	text  string // for the model
}

// run finds a call's tool and runs it. A call that was answered before is not run
// again: small models go in circles.
func (s *Session) run(ctx context.Context, call chat.ToolCall) (outcome, error) {
	args, err := readArguments(call.Arguments)
	if err != nil {
		return outcome{}, err
	}
	tool := s.tool(call.Name)
	if tool == nil {
		return outcome{}, fmt.Errorf("there is no such tool; the tools are %s", strings.Join(names(), ", "))
	}
	if s.Full() {
		return outcome{}, errors.New("there is no room for more; answer with what you have")
	}
	key := call.Name + "\x00" + call.Arguments
	if s.seen[key] {
		return outcome{about: "asked again"}, errors.New("this was asked before; its result stands above")
	}
	out, err := tool(ctx, args)
	if err == nil {
		s.seen[key] = true
	}
	return out, err
}

// tool returns the method behind a tool's name, nil where there is none.
func (s *Session) tool(name string) func(context.Context, arguments) (outcome, error) {
	switch name {
	case ReadFile:
		return s.readFile
	case ListFiles:
		return s.listFiles
	case Search:
		return s.search
	case Symbols:
		return s.symbols
	case Diagnostics:
		return s.showDiagnostics
	case GitLog:
		return s.gitLog
	case GitDiff:
		return s.gitDiff
	}
	return nil
}

func names() []string {
	all := Definitions()
	list := make([]string, len(all))
	for i := range all {
		list[i] = all[i].Name
	}
	return list
}

// shown is a text for a step: one short line.
func shown(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return cut(text, maxDetail)
}

// cut shortens a text to so many bytes and says that it did.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	const mark = "…"
	return text[:within(text, most-len(mark))] + mark
}

// within is the end of the last whole character among the first bytes of a text.
func within(text string, most int) int {
	end := min(max(most, 0), len(text))
	for end > 0 && end < len(text) && !utf8.RuneStart(text[end]) {
		end--
	}
	return end
}

// clipped cuts a result after its last whole line within the limit, and says so.
func clipped(text string, most int) string {
	const note = "\n(cut here: the result is too long)"
	if len(text) <= most {
		return text
	}
	end := within(text, most-len(note))
	if at := strings.LastIndexByte(text[:end], '\n'); at > 0 {
		end = at
	}
	return text[:end] + note
}
