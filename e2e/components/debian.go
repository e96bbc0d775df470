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

// debian is a component that is unpacked from packages of a newer Debian suite,
// into the cache folder, together with its libraries.
type debian struct {
	name   string   // of the component and its folder
	pkgs   []string // the packages
	suites []string // that carry it, the best first
	// in returns the program in an unpacked folder, or which piece is missing.
	in func(root string) (Program, error)
	// version is the argument that has the program say its version, which shows
	// that it starts; "" means "--version".
	version string
}

// get returns the program, which it sets up first where that was not done before.
func (d debian) get(ctx context.Context) (Program, error) {
	cache, err := CacheDir()
	if err != nil {
		return Program{}, err
	}
	root := filepath.Join(cache, "components", d.name)
	if p, err := d.in(root); err == nil {
		return p, nil
	}
	if reason := cannotUnpackDebian(); reason != "" {
		return Program{}, &Unavailable{d.name, reason}
	}
	var missing, broken error
	for _, suite := range d.suites {
		p, err := d.install(ctx, suite, root)
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

// install makes root from one suite. It is put together in a folder of its own
// and appears under its name only after the program has started once.
func (d debian) install(ctx context.Context, suiteName, root string) (Program, error) {
	if err := os.MkdirAll(filepath.Dir(root), 0o755); err != nil {
		return Program{}, fmt.Errorf("make the folder of components: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(root), "."+d.name+"-")
	if err != nil {
		return Program{}, fmt.Errorf("make a folder for %s: %w", d.name, err)
	}
	defer os.RemoveAll(work)
	s, err := newSuite(suiteName, filepath.Join(work, "apt"))
	if err != nil {
		return Program{}, &Unavailable{d.name, err.Error()}
	}
	made := filepath.Join(work, "root")
	if err := s.unpack(ctx, made, d.pkgs...); err != nil {
		return Program{}, &Unavailable{d.name, err.Error()}
	}
	p, err := d.in(made)
	if err != nil {
		return Program{}, fmt.Errorf("%s of suite %s is not laid out as expected: %w", d.name, suiteName, err)
	}
	if out, err := p.Command(ctx, cmp.Or(d.version, "--version")).CombinedOutput(); err != nil {
		return Program{}, fmt.Errorf("%s of suite %s does not start: %w (%s)", d.name, suiteName, err, lastError(out))
	}
	return d.place(made, root)
}

// place moves a finished folder to its name. Where another process was quicker,
// its folder is as good; an incomplete old one is taken away first.
func (d debian) place(made, root string) (Program, error) {
	if p, err := d.in(root); err == nil {
		return p, nil
	}
	if err := os.RemoveAll(root); err != nil {
		return Program{}, fmt.Errorf("remove the incomplete %s: %w", d.name, err)
	}
	if err := os.Rename(made, root); err != nil {
		if p, perr := d.in(root); perr == nil {
			return p, nil
		}
		return Program{}, fmt.Errorf("move %s into place: %w", d.name, err)
	}
	return d.in(root)
}

// loaded is the program at usr/bin/name in an unpacked folder, run by that
// folder's own loader with its own libraries.
func loaded(root, name string) (Program, error) {
	lib := filepath.Join(root, "usr/lib/x86_64-linux-gnu")
	loader := filepath.Join(lib, "ld-linux-x86-64.so.2")
	program := filepath.Join(root, "usr/bin", name)
	for _, piece := range []string{loader, program, filepath.Join(lib, "libc.so.6")} {
		if _, err := os.Stat(piece); err != nil {
			return Program{}, fmt.Errorf("look for a piece of %s: %w", name, err)
		}
	}
	return Program{Path: loader, Args: []string{"--library-path", libraryPath(lib), "--argv0", name, program}}, nil
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
