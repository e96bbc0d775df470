package neovim

import (
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// startupLimit is what the plugin may cost Neovim's start.
const startupLimit = time.Millisecond

// TestStartup sources what Neovim sources at its start: it is cheap, and loads
// nothing of the plugin's modules.
func TestStartup(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t)
		e := start(t, version, h)
		var loaded []string
		e.lua(&loaded, `local found = { 'none' }
			for name in pairs(package.loaded) do
				if name:find('^rigrun') then table.insert(found, name) end
			end
			return found`)
		if len(loaded) != 1 {
			t.Errorf("modules are loaded before the first use: %v", loaded[1:])
		}
		var took []time.Duration
		for range 21 {
			var ns int64
			e.lua(&ns, `vim.g.loaded_rigrun = nil
				local began = vim.uv.hrtime()
				vim.cmd('runtime plugin/rigrun.lua')
				return vim.uv.hrtime() - began`)
			took = append(took, time.Duration(ns))
		}
		t.Logf("start-up costs %v (p50), %v (p95)", rank(took, 50), rank(took, 95))
		if p50 := rank(took, 50); p50 > 5*startupLimit { // a busy machine is given room
			t.Errorf("start-up costs %v, more than %v", p50, startupLimit)
		}
	})
}

// TestHealth reads :checkhealth, with the server's own checks in it.
func TestHealth(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t, backendtest.Tokens("Yes."))
		e := open(t, version, h)
		e.command("Rigrun doctor")
		e.sees("rigrun: the plugin", "found by PATH", "rigrun: the server", "model server: ollama at")
		t.Logf("the health:\n%s", e.screen())
	})
}

// TestSettings names what does not fit, and keeps the rest.
func TestSettings(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t)
		e := start(t, version, h)
		var said []string
		e.lua(&said, `require('rigrun').setup({ chat = { layout = 'left', width = 60 }, keys = { close = false, nothing = 'x' }, colour = 1 })
			table.sort(Said)
			return Said`)
		want := []string{
			`rigrun: chat.layout: "right", "below", "float" was expected, not "left"`,
			"rigrun: colour: there is no such setting",
			"rigrun: keys.nothing: there is no such setting",
		}
		if len(said) != len(want) || said[0] != want[0] || said[1] != want[1] || said[2] != want[2] {
			t.Errorf("said %q, want %q", said, want)
		}
		e.is(`require('rigrun.config').get().chat.layout == 'right' and require('rigrun.config').get().chat.width == 60`)
		e.is(`require('rigrun.config').get().keys.close == false`)
	})
}

// TestNoServer says what is missing where there is no server's program.
func TestNoServer(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t)
		e := open(t, version, h)
		e.lua(nil, `require('rigrun').setup({ cmd = { '/nowhere/rigrun-lsp' } })`)
		e.command("Rigrun explain")
		e.is(`#Said == 1 and Said[1]:find('there is no such program', 1, true)`)
	})
}
