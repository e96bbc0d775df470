package outline

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// maxItems is how many pieces of code one answer tells about.
const maxItems = 5

// teller tells about one piece of code in one language.
type teller interface {
	explain()
	document()
	tests()
	// findings returns what is certainly worth a look in the selection, each as a
	// clause without a full stop.
	findings() []string
	// checked says what the checks behind findings looked for, "" where there
	// are none for the language.
	checked() string
}

// answer writes the answer's body.
func (b *Backend) answer(v *voice, p *chat.Prompt) {
	known := true
	if p.Action == "" && !explains(p.Question) {
		known = false
		v.line(cannot(p.Question))
		v.gap()
	}
	items := codeItems(p.Context)
	if len(items) == 0 {
		b.withoutCode(v, p, known)
		return
	}
	if !known {
		v.line("What can be read from the code that came with the question:")
		v.gap()
	}
	for i, item := range items[:min(len(items), maxItems)] {
		if i > 0 {
			v.gap()
		}
		b.tell(v, p.Action, item)
	}
	v.line(reported(p.Context))
	if n := len(items) - maxItems; n > 0 {
		v.gap()
		v.line(upper(count(n, "more piece")) + " of code came with the question and " + isAre(n) + " not told about here.")
	}
}

// reported quotes the diagnostics that came with the question, "" for none.
func reported(all []chat.ContextItem) string {
	var out []string
	for i := range all {
		if all[i].Kind != chat.ContextDiagnostics {
			continue
		}
		for line := range strings.Lines(all[i].Text) {
			if line = strings.TrimSpace(line); line != "" && len(out) <= maxItems {
				out = append(out, code(line))
			}
		}
	}
	switch {
	case len(out) == 0:
		return ""
	case len(out) > maxItems:
		return "\nThe editor reports, among others, " + and(out[:maxItems]) + "."
	}
	return "\nThe editor reports " + and(out) + "."
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// codeItems returns the items that hold code: the ones from a file, and text in
// a language. What the server added for a model's sake is not what was asked about.
func codeItems(all []chat.ContextItem) []*chat.ContextItem {
	var out []*chat.ContextItem
	for i := range all {
		item := &all[i]
		switch item.Kind {
		case chat.ContextDiagnostics, chat.ContextGit, chat.ContextSearch:
			continue
		}
		if item.Part != "" || item.Document == "" && strings.TrimSpace(item.Text) == "" && len(all) > 1 {
			continue
		}
		if item.Kind == chat.ContextText && language(item) == "" {
			continue
		}
		out = append(out, item)
	}
	return out
}

// withoutCode answers a question that brought no code.
func (b *Backend) withoutCode(v *voice, p *chat.Prompt, known bool) {
	if known && p.Action != "" {
		v.line("Nothing was selected, so there is no code to read: select a function, or open a file, and ask again.")
	} else if known {
		v.line("No code came with the question, so there is nothing to outline: select a function, or open a file, and ask again.")
	}
	for _, line := range install() {
		v.line(line)
	}
}

// cannot says that a question is beyond what reading code can answer.
func cannot(question string) string {
	if strings.TrimSpace(question) == "" {
		return "The question is empty."
	}
	return "That question needs a language model, and none is running: the built-in outline only tells what it reads in code."
}

// install says what to do to get answers from a model.
func install() []string {
	return []string{
		"To get answers, run a model on this machine:",
		"",
		"- with Ollama (https://ollama.com): `ollama serve`, then `ollama pull qwen2.5-coder:7b`;",
		"- or with any OpenAI-compatible server (llama-server, vLLM, LM Studio): start it and set `rigrun.local.url` to its address.",
	}
}

// explains says whether a free question asks for what an outline gives.
func explains(question string) bool {
	q := strings.ToLower(strings.Join(strings.Fields(question), " "))
	if q == "" {
		return true
	}
	for _, start := range []string{
		"explain", "what does", "what is this", "what's this", "what do these", "describe", "summar", "outline",
		"how does this", "how does it", "how do these", "walk me through", "document", "tell me what", "what happens",
	} {
		if strings.HasPrefix(q, start) || strings.HasPrefix(q, "please "+start) || strings.HasPrefix(q, "can you "+start) || strings.HasPrefix(q, "could you "+start) {
			return true
		}
	}
	return false
}

// tell answers one action about one piece of code.
func (b *Backend) tell(v *voice, action chat.Action, item *chat.ContextItem) {
	s := newSource(item)
	if strings.TrimSpace(s.text) == "" {
		v.line("There is no code here: the text is empty.")
		return
	}
	t, why := b.newTeller(v, s, newFence(b.files, item.Folder, b.budget))
	if why != "" {
		v.line(fmt.Sprintf("The built-in outline %s. The selection is %s of text (%s).", why, count(s.last-s.first+1, "line"), linesOf(s.first, s.last)))
		return
	}
	switch action {
	case chat.Document:
		t.document()
	case chat.Tests:
		t.tests()
	case chat.Review:
		review(v, t)
	case chat.Fix, chat.Refactor:
		v.line(changing(action))
		review(v, t)
		v.gap()
		t.explain()
	default:
		t.explain()
	}
}

// kindOfText names what a text is, where nothing reads it.
func kindOfText(s *source) string {
	if s.lang != "" {
		return "the language " + code(s.lang)
	}
	if ext := filepath.Ext(s.path); ext != "" {
		return code(ext) + " files"
	}
	return "this kind of text"
}

// changing says that an action is beyond reading.
func changing(action chat.Action) string {
	verb := "Fixing"
	if action == chat.Refactor {
		verb = "Refactoring"
	}
	return verb + " code needs a language model: the built-in outline reads code and does not change it. What it found:"
}

// review tells the certain checks and what they cannot judge.
func review(v *voice, t teller) {
	checked := t.checked()
	if checked == "" {
		v.line("There are no certain checks for this language without a model.")
		return
	}
	found := t.findings()
	for _, f := range found {
		v.line("- " + upper(f) + ".")
	}
	if len(found) == 0 {
		v.line("None of the certain checks found anything here.")
	}
	v.gap()
	v.line("Checked for: " + checked + ". Whether the code does what it is meant to, its design, its names, its speed and what happens when it runs at the same time elsewhere are not judged.")
}

// newTeller returns the teller for a piece of code, or why there is none. Where
// Go code does not parse, it says so and falls back to tokens.
func (b *Backend) newTeller(v *voice, s *source, fence *fence) (t teller, why string) {
	if s.lang == "go" {
		if t := newGoTeller(v, s, fence, &b.std); t != nil {
			return t, ""
		}
	}
	return newLexTeller(v, s)
}
