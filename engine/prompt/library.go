package prompt

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Texts are the fixed texts of one question, their variables replaced.
type Texts struct {
	System string

	// Instruction is what the action asks for, "" for a free question. Spoken says
	// that it holds the person's own words, so that they do not follow it again.
	Instruction string
	Spoken      bool

	// Before is Instruction with the variable in place of the person's words: what
	// two questions must have in common to mean the same.
	Before string

	ID     string // names, versions and hashes of the templates
	Origin string // whose text overrides a built-in one, as a part of a sentence; "" where none does
}

// Library finds the texts of questions. It is safe for concurrent use, and reads
// the overriding files anew for each question. Make it with [NewLibrary].
type Library struct {
	userDir string // "" for none

	mu      sync.Mutex
	told    map[string]bool // problems that Err has returned, or will; guarded by mu
	pending []error         // guarded by mu
}

// NewLibrary returns a library whose built-in texts the files of a folder
// override, where userDir is not "". The folder need not exist.
func NewLibrary(userDir string) *Library {
	return &Library{userDir: userDir, told: map[string]bool{}}
}

// UserDir is the folder of the user's own templates beside a configuration file,
// "" where there is none.
func UserDir(configFile string) string {
	if configFile == "" {
		return ""
	}
	return filepath.Join(filepath.Dir(configFile), "prompts")
}

// workspaceDir is where a workspace's own templates lie in its folder.
const workspaceDir = ".rigrun/prompts"

// Texts finds the texts of a question. The action's instruction comes from the
// workspace that holds the code asked about, else from the user's folder, else it
// is the built-in one; in each place, one for the code's language goes before one
// for every language. The system prompt may be the user's, and is never a
// workspace's. A file that cannot be used is passed over, and [Library.Err] says why.
func (l *Library) Texts(req *chat.Request) Texts {
	system := cmp.Or(l.user("system"), builtin("system"))
	instruction := l.instruction(req)
	t := Texts{System: system.text, ID: system.id(), Origin: system.origin}
	if instruction == nil {
		return t
	}
	t.ID = instruction.id() + " " + t.ID
	t.Origin = cmp.Or(instruction.origin, t.Origin)
	if instruction.literal {
		t.Instruction, t.Before = instruction.text, instruction.text
		return t
	}
	values := variables(req)
	// The variables were checked when the template was read.
	t.Instruction, _ = expand(instruction.text, values)
	t.Spoken = uses(instruction.text, message)
	values[message] = "{{" + message + "}}"
	t.Before, _ = expand(instruction.text, values)
	return t
}

// instruction is the template of a request's instruction, nil for a free question.
func (l *Library) instruction(req *chat.Request) *template {
	if req.Instruction != "" {
		return l.custom(req)
	}
	if req.Action == "" {
		return nil
	}
	item := subject(req)
	if item == nil {
		item = &chat.ContextItem{}
	}
	names := forms(string(req.Action), item.Language)
	for _, find := range []func(string) *template{
		func(name string) *template { return l.workspace(item.Folder, name) }, l.user, builtin,
	} {
		for _, name := range names {
			if t := find(name); t != nil {
				return t
			}
		}
	}
	return nil
}

// custom is the template of a custom action. What is wrong with one the
// configuration has told before; here it is taken as it stands.
func (l *Library) custom(req *chat.Request) *template {
	text := req.Instruction
	if req.Edits {
		text += "\n" + builtin("edits").text
	}
	t, err := parseTemplate("custom", text)
	if err != nil {
		return &template{name: "custom", text: text, literal: true}
	}
	return t
}

// user returns a template of the user's folder, nil where there is none to use.
func (l *Library) user(name string) *template {
	if l.userDir == "" {
		return nil
	}
	file := filepath.Join(l.userDir, name+".md")
	return l.parse(name, file, "your prompt "+name+".md is used", func() (string, error) {
		return readText(os.DirFS(l.userDir), name+".md")
	})
}

// workspace returns a template of a workspace's folder, nil where there is none
// to use. The folder is a stranger's: no link leads out of it.
func (l *Library) workspace(folder, name string) *template {
	if folder == "" {
		return nil
	}
	file := path.Join(workspaceDir, name+".md")
	return l.parse(name, filepath.Join(folder, file), "the workspace's prompt "+file+" is used", func() (string, error) {
		root, err := os.OpenRoot(folder)
		if err != nil {
			return "", fs.ErrNotExist
		}
		defer func() { _ = root.Close() }() // only read
		return readText(root.FS(), file)
	})
}

// parse reads and parses a file. A file that is not there is no problem.
func (l *Library) parse(name, file, origin string, read func() (string, error)) *template {
	text, err := read()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var t *template
	if err == nil {
		t, err = parseTemplate(name, text)
	}
	if err != nil {
		l.tell(fmt.Errorf("the prompt %s is not used: %w", file, err))
		return nil
	}
	t.origin = origin
	return t
}

// readText reads a regular file of at most [MaxTemplate] bytes, and a little
// more for its version and line ends. What is not regular is not opened: a pipe
// would wait for its other end.
func readText(files fs.FS, name string) (string, error) {
	info, err := fs.Stat(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err != nil || !info.Mode().IsRegular() {
		return "", errors.New("a regular file inside the folder was expected")
	}
	const most = 2 * MaxTemplate
	if info.Size() > most {
		return "", tooLarge()
	}
	f, err := files.Open(name)
	if err != nil {
		return "", errors.New("it cannot be opened")
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return "", errors.New("it cannot be read")
	}
	return string(data), nil
}

// tell keeps a problem for Err, once.
func (l *Library) tell(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text := err.Error(); !l.told[text] {
		l.told[text] = true
		l.pending = append(l.pending, err)
	}
}

// Err returns what was wrong with overriding files since it was last called, nil
// where nothing was. Each problem is told once.
func (l *Library) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := errors.Join(l.pending...)
	l.pending = nil
	return err
}
