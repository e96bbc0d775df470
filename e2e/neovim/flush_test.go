package neovim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
)

// The bar: what one flush of a stream may take of Neovim's main loop, p95, in a chat
// that has many lines.
const (
	flushLimit  = 200 * time.Microsecond
	tokens      = 10_000
	bufferLines = 5_000
)

// tokensOfCode are words of an answer with lists and code in it.
func tokensOfCode(n int) []string {
	words := []string{"The ", "function ", "`add` ", "takes ", "two ", "numbers", ", ", "and\n", "- returns ", "**their** ", "sum.\n\n", "```go\n", "return ", "a ", "+ b\n", "```\n\n"}
	all := make([]string, n)
	for i := range all {
		all[i] = words[i%len(words)]
	}
	return all
}

// took is how long something took in Neovim: the time that passed, which other
// programs on a busy machine make longer, and the processor time that Neovim itself
// used, which they do not. Its main loop waits for nothing in between, so on a machine
// at rest the two are the same.
type took struct{ passed, worked []time.Duration }

func (t *took) add(ns [2]int64) {
	t.passed = append(t.passed, time.Duration(ns[0]))
	t.worked = append(t.worked, time.Duration(ns[1]))
}

func (t took) String() string {
	return fmt.Sprintf("p50 %v, p95 %v (work %v, %v)", rank(t.passed, 50), rank(t.passed, 95), rank(t.worked, 50), rank(t.worked, 95))
}

// TestFlushCost streams 10,000 tokens into a chat of 5,000 lines, and into one of
// none, while keys are typed into a file beside it.
func TestFlushCost(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		h, _ := world(t, backendtest.Tokens(tokensOfCode(tokens)...))
		var flushes, parses []took
		for _, lines := range []int{0, bufferLines} {
			e := open(t, version, h)
			typed, rest := stream(e, lines)
			flush, parse := e.took("flushes"), e.took("highlight.parses")
			t.Logf("%d lines: %d flushes of %d tokens, %v, %v a token", lines, len(flush.passed), tokens, flush, sum(flush.passed)/tokens)
			t.Logf("%d lines: highlighted %d times, %v", lines, len(parse.passed), parse)
			t.Logf("%d lines: a key takes %v while it streams, %v at rest", lines, typed, rest)
			if a, b := rank(rest.worked, 50), rank(typed.worked, 50); b > 3*a+100*time.Microsecond {
				t.Errorf("a key is %v of work while an answer streams, and %v at rest", b, a)
			}
			flushes, parses = append(flushes, flush), append(parses, parse)
			e.quit()
		}
		t.Logf("the bar of %v is met: %t", flushLimit, rank(flushes[1].passed, 95) <= flushLimit)
		if p95 := rank(flushes[1].worked, 95); p95 > 3*flushLimit { // a slow machine is given room
			t.Errorf("a flush into %d lines is %v of work for the main loop (p95); it should be %v", bufferLines, p95, flushLimit)
		}
		for what, both := range map[string][]took{"a flush": flushes, "highlighting": parses} {
			if a, b := rank(both[0].worked, 50), rank(both[1].worked, 50); b > 3*a+50*time.Microsecond {
				t.Errorf("%s is %v of work in an empty chat and %v in one of %d lines", what, a, b, bufferLines)
			}
		}
	})
}

// stream has the whole answer come into a chat that has some lines already. It
// returns what each key took that was typed meanwhile, and before.
func stream(e *editor, lines int) (typed, rest took) {
	e.t.Helper()
	e.lua(nil, `vim.g.rigrun_measure = true
		local tail, n = require('rigrun.tail'), ...
		local talk = require('rigrun.chat').open().talk
		if n > 0 then
			tail.append(talk.bufnr, ('It **adds** two numbers.\n\n~~~go\nreturn a + b\n~~~\n\n'):rep(n / 6))
			vim.cmd('redraw')
		end
		vim.cmd('wincmd t | enew | startinsert')`, lines)
	for range 100 {
		rest.add(key(e))
	}
	e.lua(nil, `require('rigrun.chat').current():ask({ message = ..., cache = 'off' })`, fmt.Sprintf("with %d lines", lines))
	for done := false; !done; {
		typed.add(key(e))
		e.lua(&done, `return vim.tbl_contains(Events, 'RigrunDone')`)
	}
	var got string
	e.lua(&got, `local b = require('rigrun.chat').current().bufnr
		local all = vim.api.nvim_buf_get_lines(b, 0, -1, true)
		return table.concat(all, '\n')`)
	if _, answer, _ := strings.Cut(got, "## rigrun\n\n"); answer != strings.Join(tokensOfCode(tokens), "") {
		e.t.Errorf("the buffer does not hold the answer: %d bytes", len(answer))
	}
	return typed, rest
}

// took reads one of the lists that the chat's conversation keeps while it is measured.
func (e *editor) took(list string) (all took) {
	e.t.Helper()
	var ns [][2]int64
	e.lua(&ns, `return require('rigrun.chat').current().`+list)
	for _, n := range ns {
		all.add(n)
	}
	return all
}

// key types a letter or takes one back, redraws, and returns how long that took in
// Neovim from the key's arrival to the screen, in the order in which its loop does things.
func key(e *editor) (ns [2]int64) {
	e.t.Helper()
	e.lua(nil, `Took = nil
		vim.api.nvim_create_autocmd('TextChangedI', { once = true, callback = function()
			vim.cmd('redraw')
			Took = { vim.uv.hrtime() - Began[1], math.floor((os.clock() - Began[2]) * 1e9) }
		end })
		Typed = Typed == 'x' and '<BS>' or 'x' -- a line that grows takes longer each time
		Began = { vim.uv.hrtime(), os.clock() }
		vim.api.nvim_input(Typed)`)
	within(e.t, "a key is typed", e.screen, func() bool {
		e.lua(&ns, `return Took or { 0, 0 }`)
		return ns[0] != 0
	})
	return ns
}

func rank(all []time.Duration, percent int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)].Round(time.Microsecond)
}

func sum(all []time.Duration) (total time.Duration) {
	for _, d := range all {
		total += d
	}
	return total
}
