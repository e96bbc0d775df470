package outline

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// writerFunc makes a function a Writer.
type writerFunc func(stream.Chunk) error

func (f writerFunc) Write(c stream.Chunk) error { return f(c) }

func TestChunks(t *testing.T) {
	c := &collector{t: t}
	if _, err := New(Disk()).Chat(t.Context(), selection(t, "testdata/retry", "retry.go", chat.Explain, 11, 23), c); err != nil {
		t.Fatal(err)
	}
	if c.chunks < 15 {
		t.Errorf("the answer came in %d chunks", c.chunks)
	}
}

func TestWriteErrorStops(t *testing.T) {
	broken := errors.New("the pipe is closed")
	n := 0
	end, err := New(Disk()).Chat(t.Context(), selection(t, "testdata/retry", "retry.go", chat.Explain, 11, 23), writerFunc(func(stream.Chunk) error {
		n++
		if n == 3 {
			return broken
		}
		return nil
	}))
	if !errors.Is(err, broken) || !errors.Is(end.Err, broken) || n != 3 {
		t.Errorf("err %v, end %v, %d writes", err, end.Err, n)
	}
}

func TestCancelStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	end, err := New(Disk()).Chat(ctx, selection(t, "testdata/retry", "retry.go", chat.Explain, 11, 23), writerFunc(func(stream.Chunk) error {
		n++
		if n == 3 {
			cancel()
		}
		return nil
	}))
	if !errors.Is(err, context.Canceled) || !errors.Is(end.Err, context.Canceled) || n != 3 {
		t.Errorf("err %v, end %v, %d writes", err, end.Err, n)
	}
}

func TestTogether(t *testing.T) {
	b := New(Disk())
	p := selection(t, "testdata/retry", "retry.go", chat.Explain, 11, 23)
	py := selection(t, "testdata/lang", "client.py", chat.Explain, 16, 16)
	var wg sync.WaitGroup
	for range 8 {
		for _, p := range []*chat.Prompt{p, py} {
			wg.Go(func() {
				if _, err := b.Chat(t.Context(), p, discard{}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
}

func TestQuestions(t *testing.T) {
	item := chat.ContextItem{Kind: chat.ContextText, Language: "go", Text: "func Twice(n int) int { return 2 * n }"}
	tests := []struct {
		name   string
		prompt chat.Prompt
		want   []string
		not    string
	}{
		{
			"free question",
			chat.Prompt{Question: "Which database should I use?", Reason: "no model server was found at 127.0.0.1:11434"},
			[]string{"needs a language model", "`ollama serve`", "`ollama pull qwen2.5-coder:7b`", "`rigrun.local.url`", "no model server was found at 127.0.0.1:11434"},
			"**",
		},
		{
			"free question with code",
			chat.Prompt{Question: "Why is this slow?", Context: []chat.ContextItem{item}},
			[]string{"needs a language model", "**Twice**"},
			"",
		},
		{
			"explain with code",
			chat.Prompt{Question: "Explain this, please", Context: []chat.ContextItem{item}},
			[]string{"**Twice**", "`2 * n`"},
			"needs a language model",
		},
		{"explain without code", chat.Prompt{Question: "explain this"}, []string{"No code came with the question", "`ollama serve`"}, ""},
		{"action without code", chat.Prompt{Action: chat.Tests}, []string{"Nothing was selected"}, ""},
		{"empty question", chat.Prompt{}, []string{"No code came"}, ""},
		{
			"unknown language",
			chat.Prompt{Action: chat.Explain, Context: []chat.ContextItem{{Path: "/a/b.xyz", Document: "hello\nworld\n"}}},
			[]string{"no reader for `.xyz` files", "3 lines"},
			"",
		},
		{"empty file", chat.Prompt{Action: chat.Explain, Context: []chat.ContextItem{{Path: "/a/b.go", Text: " \n"}}}, []string{"the text is empty"}, ""},
		{
			"statements",
			chat.Prompt{Action: chat.Explain, Context: []chat.ContextItem{{Language: "go", Text: "x := f()\nreturn x", Span: chat.Span{FirstLine: 41}}}},
			[]string{"statements without their function (lines 41–42)", "`f`"},
			"",
		},
		{
			"fragment lines",
			chat.Prompt{Action: chat.Explain, Context: []chat.ContextItem{{Language: "go", Text: "func F() {\n\tfor {\n\t}\n}", Span: chat.Span{FirstLine: 101}}}},
			[]string{"(line 102)"},
			"package",
		},
		{
			"lone carriage returns",
			chat.Prompt{Action: chat.Explain, Context: []chat.ContextItem{{Language: "go", Document: "package p\rfunc F() {\r\tfor {\r\t}\r}\r", Span: chat.Span{FirstLine: 2, LastLine: 2}}}},
			[]string{"(line 3)"},
			"",
		},
		{
			"line directive",
			chat.Prompt{Action: chat.Explain, Context: []chat.ContextItem{{Language: "go", Document: "package p\n\n//line other.go:900\nfunc F() {\n\tfor {\n\t}\n}\n", Span: chat.Span{FirstLine: 4, LastLine: 4}}}},
			[]string{"(line 5)"},
			"90",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ask(t, nil, &tt.prompt)
			for _, want := range tt.want {
				if !strings.Contains(strings.Replace(got, "three lines", "3 lines", 1), want) {
					t.Errorf("%q is missing in\n%s", want, got)
				}
			}
			if tt.not != "" && strings.Contains(got, tt.not) {
				t.Errorf("%q should not be in\n%s", tt.not, got)
			}
		})
	}
}

// watched notes every path that is read, and lists names that lead astray.
type watched struct {
	mu    sync.Mutex
	paths []string
}

func (w *watched) note(path string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paths = append(w.paths, path)
}

func (w *watched) ReadFile(path string) ([]byte, error) {
	w.note(path)
	return Disk().ReadFile(path)
}

func (w *watched) ReadDir(dir string) ([]string, error) {
	w.note(dir)
	names, err := Disk().ReadDir(dir)
	return append(names, "../outside.go", "../", "./", "/etc/", "..", "a/../../b.go"), err
}

func TestStaysInside(t *testing.T) {
	for _, p := range []*chat.Prompt{
		selection(t, "testdata/go", "store.go", chat.Explain, 113, 113),
		selection(t, "testdata/go", "store.go", chat.Explain, 47, 47),
		selection(t, "testdata/retry", "retry.go", chat.Explain, 11, 23),
	} {
		for _, folder := range []string{p.Context[0].Folder, "", filepath.Join(p.Context[0].Folder, "cmd")} {
			p.Context[0].Folder = folder
			w := &watched{}
			ask(t, w, p)
			for _, path := range w.paths {
				if rel, err := filepath.Rel(folder, path); folder == "" || err != nil || !filepath.IsLocal(rel) {
					t.Errorf("%s was read for folder %q", path, folder)
				}
			}
			if len(w.paths) == 0 && folder == filepath.Dir(p.Context[0].Path) {
				t.Error("nothing was read")
			}
		}
	}
}

func TestDiskLeavesOutLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"link.go": "a.go", "up": ".."} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	names, err := Disk().ReadDir(dir)
	if err != nil || strings.Join(names, " ") != "a.go sub/" {
		t.Errorf("ReadDir gives %q, %v", names, err)
	}
}

func FuzzChat(f *testing.F) {
	for _, seed := range []struct{ lang, doc string }{
		{"go", broken},
		{"go", "package p\nfunc f() { for { select { case <-c: default: } } }"},
		{"go", "func (T[A, B]) m(x ...int) (a, b int, err error) { defer func() {}(); go f(); x[0]++; return }"},
		{"go", "package p; type T = struct{ a, b int; *E }; const ( A = iota; B ); var x, y = f()"},
		{"go", "package p\n//line x:1\nfunc f() error { if err := g(); err == nil { } else if x { } else { return err }; switch x := y.(type) { case nil: fallthrough; default: }; l: for range 3 { break l }; return fmt.Errorf(\"%w\", err) }"},
		{"go", "x, err := f()\nif err != nil {\n\treturn\n}"},
		{"go", "package\x00 \xff {"},
		{"python", "def f(a, b=1):\n  \"\"\"Doc.\"\"\"\n  for x in a:\n    yield x\nclass C: pass"},
		{"typescript", "export const f = async <T,>(x: T) => { if (x) return; }; class A { get x() {} }"},
		{"rust", "impl<T> A for B<T> where T: X { fn f<'a>(&'a self) -> u8 { match x { _ => 1 } } }"},
		{"cpp", "template<class T> int A::b(T x) const noexcept { for(;;) {} }"},
		{"ruby", "def a?; end\nclass << self\ndef b\nend\nend"},
		{"elixir", "defmodule A do\n def f(x), do: x\nend"},
		{"sql", "select 1; create table if not exists t (a int);"},
		{"shellscript", "f() { echo `x`; }\n"},
		{"haskell", "f :: Int\nf = 1"},
		{"", "plain"},
		{"java", "class A { A(int x) {} <T> void m(Map<K,V> a) throws E { throw new E(); } }"},
	} {
		for action := range 7 {
			f.Add(seed.lang, seed.doc, 1, 3, 0, len(seed.doc), action, true)
		}
		f.Add(seed.lang, seed.doc, 2, 2, 1, 2, 0, false)
	}
	b := New(nil)
	f.Fuzz(func(t *testing.T, lang, doc string, first, last, start, end, action int, whole bool) {
		actions := append(chat.Actions(), "")
		item := chat.ContextItem{Kind: chat.ContextSelection, Language: lang, Text: doc, Span: chat.Span{Start: start, End: end, FirstLine: first, LastLine: last}}
		if whole {
			item.Document = doc
		}
		valid := writerFunc(func(c stream.Chunk) error {
			if !utf8.Valid(c.Data) {
				t.Errorf("%q is not valid UTF-8", c.Data)
			}
			return nil
		})
		p := &chat.Prompt{Action: actions[((action%len(actions))+len(actions))%len(actions)], Question: "explain", Context: []chat.ContextItem{item}}
		if _, err := b.Chat(t.Context(), p, valid); err != nil {
			t.Error(err)
		}
	})
}
