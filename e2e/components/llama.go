package components

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

const llamaServer = "llama-server"

// suitesWithLlama are the Debian suites that carry llama.cpp-tools, newest first.
// Versions are not pinned: a mirror keeps only the latest.
func suitesWithLlama() []string { return []string{"sid", "testing"} }

// LlamaServer returns llama.cpp's llama-server, unpacked from a newer Debian suite
// into the cache folder together with its libraries and started by their own
// loader. Its CPU backend is chosen for this machine.
func LlamaServer(ctx context.Context) (Program, error) {
	cache, err := CacheDir()
	if err != nil {
		return Program{}, err
	}
	root := filepath.Join(cache, "components", llamaServer)
	if p, err := llamaIn(root); err == nil {
		return p, nil
	}
	if reason := cannotUnpackDebian(); reason != "" {
		return Program{}, &Unavailable{llamaServer, reason}
	}
	var missing, broken error
	for _, name := range suitesWithLlama() {
		p, err := installLlama(ctx, name, root)
		if err == nil {
			return p, nil
		}
		if _, ok := errors.AsType[*Unavailable](err); ok {
			missing = cmp.Or(missing, err)
		} else {
			broken = errors.Join(broken, err)
		}
	}
	return Program{}, cmp.Or(broken, missing) // what is broken must not pass for what is missing
}

// installLlama makes root from one suite. It is put together in a folder of its
// own and appears under its name only after the program has started once.
func installLlama(ctx context.Context, suiteName, root string) (Program, error) {
	if err := os.MkdirAll(filepath.Dir(root), 0o755); err != nil {
		return Program{}, fmt.Errorf("make the folder of components: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(root), "."+llamaServer+"-")
	if err != nil {
		return Program{}, fmt.Errorf("make a folder for %s: %w", llamaServer, err)
	}
	defer os.RemoveAll(work)
	s, err := newSuite(suiteName, filepath.Join(work, "apt"))
	if err != nil {
		return Program{}, &Unavailable{llamaServer, err.Error()}
	}
	made := filepath.Join(work, "root")
	if err := s.unpack(ctx, "llama.cpp-tools", made); err != nil {
		return Program{}, &Unavailable{llamaServer, err.Error()}
	}
	p, err := llamaIn(made)
	if err != nil {
		return Program{}, fmt.Errorf("%s of suite %s is not laid out as expected: %w", llamaServer, suiteName, err)
	}
	if out, err := p.Command(ctx, "--version").CombinedOutput(); err != nil {
		return Program{}, fmt.Errorf("%s of suite %s does not start: %w (%s)", llamaServer, suiteName, err, lastError(out))
	}
	return place(made, root)
}

// place moves a finished folder to its name. Where another process was quicker,
// its folder is as good; an incomplete old one is taken away first.
func place(made, root string) (Program, error) {
	if p, err := llamaIn(root); err == nil {
		return p, nil
	}
	if err := os.RemoveAll(root); err != nil {
		return Program{}, fmt.Errorf("remove the incomplete %s: %w", llamaServer, err)
	}
	if err := os.Rename(made, root); err != nil {
		if p, perr := llamaIn(root); perr == nil {
			return p, nil
		}
		return Program{}, fmt.Errorf("move %s into place: %w", llamaServer, err)
	}
	return llamaIn(root)
}

// llamaIn returns the program in an unpacked folder, or which piece is missing.
func llamaIn(root string) (Program, error) {
	lib := filepath.Join(root, "usr/lib/x86_64-linux-gnu")
	loader := filepath.Join(lib, "ld-linux-x86-64.so.2")
	program := filepath.Join(root, "usr/bin", llamaServer)
	backends, err := filepath.Glob(filepath.Join(lib, "ggml/*/libggml-cpu-"+cpuBackend()+".so"))
	if err != nil || len(backends) == 0 {
		return Program{}, fmt.Errorf("no CPU backend %q under %s", cpuBackend(), filepath.Base(lib))
	}
	for _, piece := range []string{loader, program, filepath.Join(lib, "libc.so.6")} {
		if _, err := os.Stat(piece); err != nil {
			return Program{}, fmt.Errorf("look for a piece of %s: %w", llamaServer, err)
		}
	}
	return Program{
		Path: loader,
		Args: []string{"--library-path", libraryPath(lib), "--argv0", llamaServer, program},
		Env:  []string{"GGML_BACKEND_PATH=" + backends[0]},
	}, nil
}

// libraryPath lists lib and those folders in it that hold libraries: a package
// may keep its private ones in a folder of its own.
func libraryPath(lib string) string {
	dirs := []string{lib}
	private, err := filepath.Glob(filepath.Join(lib, "*", "lib*.so*"))
	if err != nil {
		return lib // the pattern is fine, so this does not happen
	}
	for _, file := range private {
		if dir := filepath.Dir(file); dir != dirs[len(dirs)-1] {
			dirs = append(dirs, dir)
		}
	}
	return strings.Join(dirs, ":")
}

// cpuBackend names the build of ggml's CPU backend that this machine can run:
// "haswell" needs AVX2, FMA and F16C, "x64" runs everywhere.
func cpuBackend() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "x64"
	}
	return backendFor(string(info))
}

func backendFor(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		name, flags, _ := strings.Cut(line, ":")
		if strings.TrimSpace(name) != "flags" {
			continue
		}
		have := map[string]bool{}
		for flag := range strings.FieldsSeq(flags) {
			have[flag] = true
		}
		if have["avx2"] && have["fma"] && have["f16c"] && have["bmi2"] {
			return "haswell"
		}
		break
	}
	return "x64"
}

// cannotUnpackDebian says why this machine cannot unpack packages of a Debian
// suite, or "" where it can.
func cannotUnpackDebian() string {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return "it is unpacked from Debian packages for linux/amd64, and this is " + runtime.GOOS + "/" + runtime.GOARCH
	}
	for _, tool := range []string{"apt-get", "dpkg-deb"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "it is unpacked from Debian packages, and there is no " + tool
		}
	}
	if _, err := os.Stat(keyring); err != nil {
		return "it is unpacked from Debian packages, and the archive's keys are missing (package debian-archive-keyring)"
	}
	return ""
}
