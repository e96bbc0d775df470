package components

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMirrorIn reads the archive's address from both forms of source lists, and
// takes neither the security archive nor a third party's.
func TestMirrorIn(t *testing.T) {
	const stanzas = `Types: deb
URIs: mirror://security/
Suites: bookworm-security
Components: main

# a comment with: a colon
Types: deb
URIs: mirror://archive/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`
	const lines = `# deb mirror://commented/ bookworm main
deb-src mirror://sources/ bookworm main
deb mirror://security/ bookworm-security main
deb [arch=amd64 signed-by=/key.gpg] mirror://archive/debian bookworm main contrib
`
	for name, c := range map[string]struct {
		list   string
		deb822 bool
		want   string
	}{
		"stanzas":              {stanzas, true, "mirror://archive/debian"},
		"stanzas with CRLF":    {strings.ReplaceAll(stanzas, "\n", "\r\n"), true, "mirror://archive/debian"},
		"lines":                {lines, false, "mirror://archive/debian"},
		"third party":          {"deb mirror://vendor/ stable vendor\n", false, ""},
		"unterminated options": {"deb [arch=amd64\n", false, ""},
		"nothing":              {"", true, ""},
	} {
		if got := mirrorIn(c.list, c.deb822); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestBackendFor picks the fast build only where the CPU has all it needs.
func TestBackendFor(t *testing.T) {
	for flags, want := range map[string]string{
		"flags\t\t: fpu avx avx2 fma f16c bmi2 sse4_2\n": "haswell",
		"flags\t\t: fpu avx avx2 f16c bmi2\n":            "x64",
		"flags\t\t: fpu avx2x fma f16c bmi2\n":           "x64",
		"model name\t: avx2 fma f16c bmi2\n":             "x64",
		"":                                               "x64",
	} {
		if got := backendFor(flags); got != want {
			t.Errorf("%q: %q, want %q", flags, got, want)
		}
	}
}

// TestLlamaInNamesWhatIsMissing checks that an incomplete folder is never taken
// for a component.
func TestLlamaInNamesWhatIsMissing(t *testing.T) {
	root := t.TempDir()
	lib := filepath.Join(root, "usr/lib/x86_64-linux-gnu")
	backend := filepath.Join(lib, "ggml/backends0/libggml-cpu-"+cpuBackend()+".so")
	pieces := []string{backend, filepath.Join(lib, "ld-linux-x86-64.so.2"), filepath.Join(root, "usr/bin/llama-server"), filepath.Join(lib, "libc.so.6")}
	for _, piece := range pieces {
		if _, err := llamaIn(root); err == nil {
			t.Errorf("taken for complete before %s was there", filepath.Base(piece))
		}
		if err := os.MkdirAll(filepath.Dir(piece), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(piece, nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := llamaIn(root); err != nil {
		t.Errorf("a complete folder is refused: %v", err)
	}
}

// TestCacheDir follows the variable the Makefile sets.
func TestCacheDir(t *testing.T) {
	want := filepath.Join(t.TempDir(), "cache")
	t.Setenv("RIGRUN_DEV_CACHE", want)
	if got, err := CacheDir(); err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	if _, err := os.Stat(want); err != nil {
		t.Errorf("the folder was not made: %v", err)
	}
}

// TestComponents sets each component up for real, twice: the second time from the
// folder the first one left.
func TestComponents(t *testing.T) {
	if os.Getenv("RIGRUN_E2E") == "" {
		t.Skip("downloads llama-server, redis-server, Helix and Emacs: set RIGRUN_E2E=1 (make e2e)")
	}
	for name, c := range map[string]struct {
		get  func(context.Context) (Program, error)
		says string
	}{
		llamaServer: {LlamaServer, "version"},
		redisServer: {RedisServer, "v="},
		"helix":     {Helix, "helix 2"},
		"emacs":     {Emacs, "GNU Emacs 3"},
	} {
		t.Run(name, func(t *testing.T) { setUpTwice(t, c.get, c.says) })
	}
}

func setUpTwice(t *testing.T, get func(context.Context) (Program, error), says string) {
	t.Helper()
	first, err := get(t.Context())
	if u, ok := errors.AsType[*Unavailable](err); ok {
		t.Skip(u.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := first.Command(t.Context(), "--version").CombinedOutput()
	if err != nil || !strings.Contains(string(out), says) {
		t.Fatalf("--version: %v\n%s", err, out)
	}
	t.Setenv("PATH", "") // without apt-get: the second call finds the folder complete
	second, err := get(t.Context())
	if err != nil {
		t.Fatalf("the second call: %v", err)
	}
	if first.Path != second.Path {
		t.Errorf("the second call gives %s, the first %s", second.Path, first.Path)
	}
}
