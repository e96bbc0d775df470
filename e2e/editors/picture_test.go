package editors

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/binary"
	"github.com/rigrun/rigrun-lsp/e2e/components"
	"github.com/rigrun/rigrun-lsp/e2e/picture"
	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// images is the folder of the documentation's pictures.
const images = "../../docs/images"

// changing is what differs from run to run in what is pictured, and what stands for it.
var changing = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\d+ tokens/s *`), "87 tokens/s"},
	{regexp.MustCompile(`[⣾⣽⣻⢿⡿⣟⣯⣷]`), " "},
}

// pictures holds a picture's text to what the terminal shows, or draws the picture
// (-update). The colours are not compared: they are a theme's.
func (term *terminal) pictures(name string, columns int) {
	term.t.Helper()
	printed, err := term.command("capture-pane", "-p", "-e", "-N").Output()
	if err != nil {
		term.t.Fatalf("no screen: %v", err)
	}
	screen := picture.Parse(string(printed), columns)
	for _, c := range changing {
		screen.Replace(c.pattern, c.instead)
	}
	file := filepath.Join(images, name)
	if *update {
		if err := os.WriteFile(file, []byte(screen.SVG()), 0o644); err != nil {
			term.t.Fatal(err)
		}
		return
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		term.t.Fatal(err)
	}
	if was, now := picture.Described(string(raw)), screen.Text(); was != now {
		term.t.Errorf("%s shows\n%s\nbut the editor shows (-update draws it)\n%s", file, was, now)
	}
}

// resizes gives the terminal another size.
func (term *terminal) resizes(columns, lines int) {
	term.t.Helper()
	if out, err := term.command("resize-window", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(lines)).CombinedOutput(); err != nil {
		term.t.Fatalf("resize the terminal: %v\n%s", err, out)
	}
}

// TestHelixPicture has Helix show what its picture shows: the menu on a mistake.
func TestHelixPicture(t *testing.T) {
	t.Parallel()
	e := openHelix(t, scripted(t).URL)
	e.resizes(90, 15)
	e.types(":set true-color true")
	e.press("Enter")
	e.types(":theme dark_plus")
	e.press("Enter")
	e.misses(":theme")
	e.types("4ggx2x a")
	e.sees("Explain with rigrun", "Add subtracts")
	e.pictures("helix.svg", 90)
}

// pictured is an answer, a token a string.
var pictured = []string{
	"So `Add` **subtracts**: it takes `b` from `a`, and `Twice`, which is built on it, is always **0**.\n\n",
	"```go\n", "func Add(a, b int) int {\n", "\treturn a + b\n", "}\n", "```\n\n",
	"- `ga` here puts it into `sum.go`.\n", "- `u` there takes it back, in one step.",
}

// TestNeovimPicture has a Neovim with the page's configuration show what its picture
// shows: a chat about the selected lines.
func TestNeovimPicture(t *testing.T) {
	t.Parallel()
	program, err := components.Neovim(t.Context(), components.Neovim12)
	program = component(t, program, err)
	h := newHome(t, scripted(t, backendtest.Tokens(pictured...)).URL)
	e := openTerminal(t, h, program, "--server", serveNeovim(t, h, program), "--remote-ui")
	e.resizes(110, 26)
	e.sees("func Twice")
	e.types(":4,6Rigrun ask Why is Twice(2) 0?")
	e.press("Enter")
	e.sees("in one step", "tokens/s")
	e.types(":mode") // which draws the screen anew
	e.sees(":mode")
	e.press("Enter")
	e.misses(":mode")
	e.misses("Rigrun ask")
	e.pictures("neovim.svg", 110)
}

// serveNeovim runs a Neovim with the page's init.lua for a terminal to show, and
// returns its address: one that is run by a loader cannot start itself anew for that.
func serveNeovim(t *testing.T, h home, program components.Program) (address string) {
	t.Helper()
	plugin, err := binary.Plugin("../..", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(h.file("src/rigrun-lsp/editors"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(plugin, h.file("src/rigrun-lsp/editors/neovim")); err != nil {
		t.Fatal(err)
	}
	h.write("config/nvim/init.lua", blocks(t, "neovim.md", "lua")[1]+`
		vim.opt.runtimepath:append(vim.env.`+components.NeovimParsers+`)
		vim.o.number, vim.o.termguicolors, vim.o.background, vim.o.showcmd, vim.o.ruler = true, true, 'dark', false, false
		require('rigrun').setup({ chat = { width = 62, height = 3 }, settings = { ['local'] = { model = '`+model+`' } } })`)
	address = h.file("nvim.sock")
	cmd := program.Command(context.WithoutCancel(t.Context()), "--headless", "-i", "NONE", "--listen", address, "sum.go")
	cmd.Dir, cmd.Env = h.file("sum"), h.environment(program)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	eventually(t, "Neovim listens", func() error {
		_, err := os.Stat(address)
		return err
	})
	return address
}
