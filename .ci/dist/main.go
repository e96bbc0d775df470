// Command dist makes everything that a release consists of in dist/: archives
// with the static binary for each system, Debian packages, the Neovim plugin, the
// packages for VS Code where they were made before (make vsix), a bill of
// materials, and the checksums of all of them. It prints their sizes.
//
// With -host, it makes only what this machine can install: its archive, its Debian
// package, its package for VS Code where that was made before (node package.mjs
// --host), and the Neovim plugin. The end-to-end tests run from these.
//
// The same commit gives the same bytes: Go is told to leave paths out, every
// file in an archive has the commit's time, and the order is by name.
//
// It is a module of its own, so that what packs is no dependency of what is packed.
package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	root := flag.String("root", "../..", "the repository")
	out := flag.String("out", "dist", "where to write, within the repository")
	host := flag.Bool("host", false, "make only what this machine can install")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	wanted := systems()
	if *host {
		wanted = []system{{runtime.GOOS, runtime.GOARCH}}
	}
	err := release(ctx, *root, filepath.Join(*root, *out), wanted)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

// system is one that a binary is made for.
type system struct{ os, arch string }

func systems() []system {
	return []system{
		{"darwin", "amd64"}, {"darwin", "arm64"}, {"linux", "amd64"}, {"linux", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
	}
}

// exe is the binary's name there.
func (s system) exe() string {
	if s.os == "windows" {
		return "rigrun-lsp.exe"
	}
	return "rigrun-lsp"
}

// making is a release under way.
type making struct {
	root, out string
	systems   []system
	version   string // as git describes the commit
	time      time.Time
	built     map[system]string // the binaries
	extras    []file            // what goes beside a binary
}

// file is one file of an archive.
type file struct {
	name string // in the archive
	data []byte
	mode os.FileMode
}

func release(ctx context.Context, root, out string, wanted []system) error {
	m := &making{root: root, out: out, systems: wanted, built: map[system]string{}}
	if err := m.describe(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(out); err != nil {
		return fmt.Errorf("empty the folder: %w", err)
	}
	for _, s := range m.systems {
		if err := m.build(ctx, s); err != nil {
			return err
		}
	}
	steps := []func(context.Context) error{m.gather, m.archives, m.debian, m.neovim, m.vscode, m.bill, m.checksums}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return m.print()
}

// describe asks git for the version and the time of what is packed.
func (m *making) describe(ctx context.Context) error {
	version, err := m.git(ctx, "describe", "--tags", "--always", "--dirty")
	if err != nil {
		return err
	}
	seconds, err := m.git(ctx, "log", "-1", "--format=%ct")
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(cmp.Or(os.Getenv("SOURCE_DATE_EPOCH"), seconds), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	m.version, m.time = version, time.Unix(n, 0).UTC()
	return nil
}

func (m *making) git(ctx context.Context, args ...string) (string, error) {
	text, err := m.run(ctx, nil, "git", args...)
	return strings.TrimSpace(string(text)), err
}

// run runs a program in the repository and returns its output.
func (m *making) run(ctx context.Context, env []string, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stderr = m.root, append(os.Environ(), env...), os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return text, nil
}

// build makes the binary of a system.
func (m *making) build(ctx context.Context, s system) error {
	path, err := filepath.Abs(filepath.Join(m.out, "bin", s.os+"_"+s.arch, s.exe()))
	if err != nil {
		return fmt.Errorf("the folder: %w", err)
	}
	m.built[s] = path
	env := []string{"GOOS=" + s.os, "GOARCH=" + s.arch, "GOAMD64=v1", "GOFLAGS=-buildvcs=false"}
	_, err = m.run(ctx, env, "make", "-s", "build", "BINARY="+path, "VERSION="+m.version)
	return err
}

// gather reads and makes what goes beside the binaries.
func (m *making) gather(ctx context.Context) error {
	for _, name := range []string{"LICENSE", "NOTICE", "README.md", "CHANGELOG.md"} {
		text, err := os.ReadFile(filepath.Join(m.root, name))
		if err != nil {
			return fmt.Errorf("what every package has: %w", err)
		}
		m.extras = append(m.extras, file{name, text, 0o644})
	}
	here := m.built[system{runtime.GOOS, runtime.GOARCH}]
	if here == "" {
		return errors.New("releases are made on Linux, macOS or Windows, on amd64 or arm64: the binary says its completions itself")
	}
	for name, args := range map[string][]string{
		"share/man/man1/rigrun-lsp.1":                     {"man"},
		"share/bash-completion/completions/rigrun-lsp":    {"completion", "bash"},
		"share/zsh/site-functions/_rigrun-lsp":            {"completion", "zsh"},
		"share/fish/vendor_completions.d/rigrun-lsp.fish": {"completion", "fish"},
	} {
		text, err := m.run(ctx, nil, here, args...)
		if err != nil {
			return err
		}
		m.extras = append(m.extras, file{name, text, 0o644})
	}
	if err := m.licences(ctx); err != nil {
		return err
	}
	slices.SortFunc(m.extras, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return nil
}

// archives packs each binary with what goes beside it.
func (m *making) archives(context.Context) error {
	for _, s := range m.systems {
		binary, err := os.ReadFile(m.built[s])
		if err != nil {
			return fmt.Errorf("a binary: %w", err)
		}
		folder := "rigrun-lsp_" + m.version + "_" + s.os + "_" + s.arch
		all := []file{{folder + "/" + s.exe(), binary, 0o755}}
		for _, f := range m.extras {
			all = append(all, file{folder + "/" + f.name, f.data, f.mode})
		}
		name, pack := folder+".tar.gz", tarball
		if s.os == "windows" {
			name, pack = folder+".zip", zipped
		}
		if err := m.write(name, all, pack); err != nil {
			return err
		}
	}
	return nil
}

// neovim packs the plugin as a folder that goes below pack/*/start.
func (m *making) neovim(ctx context.Context) error {
	names, err := m.git(ctx, "ls-files", "--", "editors/neovim/lua", "editors/neovim/plugin", "editors/neovim/lsp", "editors/neovim/doc")
	if err != nil {
		return err
	}
	all := []file{}
	for _, f := range m.extras {
		if f.name == "LICENSE" {
			all = append(all, file{"rigrun.nvim/LICENSE", f.data, f.mode})
		}
	}
	for name := range strings.Lines(names) {
		name = strings.TrimSpace(name)
		text, err := os.ReadFile(filepath.Join(m.root, name))
		if err != nil {
			return fmt.Errorf("the Neovim plugin: %w", err)
		}
		all = append(all, file{"rigrun.nvim/" + strings.TrimPrefix(name, "editors/neovim/"), text, 0o644})
	}
	if len(all) < 2 {
		return errors.New("there is no Neovim plugin in editors/neovim")
	}
	return m.write("rigrun.nvim_"+m.version+".tar.gz", all, tarball)
}

// vscode takes the packages that "make vsix" has made. Those of a whole release
// must be there; of one machine's alone, they are there where Node is.
func (m *making) vscode(context.Context) error {
	whole := len(m.systems) == len(systems())
	for _, s := range m.systems {
		made, err := filepath.Glob(filepath.Join(m.root, "editors/vscode/dist-vsix/rigrun-"+s.vscode()+"-*.vsix"))
		if err != nil || len(made) == 0 && whole {
			return fmt.Errorf("there is no package for VS Code on %s: make vsix comes first", s.vscode())
		}
		for _, path := range made {
			data, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("a package for VS Code: %w", err)
			}
			if err := os.WriteFile(filepath.Join(m.out, filepath.Base(path)), data, 0o600); err != nil {
				return fmt.Errorf("a package for VS Code: %w", err)
			}
		}
	}
	return nil
}

// vscode is what VS Code calls the system.
func (s system) vscode() string {
	name := map[string]string{"windows": "win32", "amd64": "x64"}
	return cmp.Or(name[s.os], s.os) + "-" + cmp.Or(name[s.arch], s.arch)
}

// write makes one file of the release.
func (m *making) write(name string, files []file, pack func([]file, time.Time) ([]byte, error)) error {
	data, err := pack(files, m.time)
	if err == nil {
		err = os.WriteFile(filepath.Join(m.out, name), data, 0o600)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// checksums writes SHA256SUMS, which sha256sum -c reads.
func (m *making) checksums(context.Context) error {
	var b bytes.Buffer
	names, err := m.made()
	if err != nil {
		return err
	}
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(m.out, name))
		if err != nil {
			return fmt.Errorf("the checksums: %w", err)
		}
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(data), name)
	}
	if err := os.WriteFile(filepath.Join(m.out, "SHA256SUMS"), b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("the checksums: %w", err)
	}
	return nil
}

// made are the names of the files of the release, in order.
func (m *making) made() (names []string, err error) {
	entries, err := os.ReadDir(m.out)
	if err != nil {
		return nil, fmt.Errorf("what was made: %w", err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// print writes the table of sizes.
func (m *making) print() error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	names, err := m.made()
	if err != nil {
		return err
	}
	for _, name := range names {
		info, err := os.Stat(filepath.Join(m.out, name))
		if err != nil {
			return fmt.Errorf("what was made: %w", err)
		}
		fmt.Fprintf(w, "%.1f MB\t  %s\n", float64(info.Size())/1e6, name)
	}
	return w.Flush()
}
