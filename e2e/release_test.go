package e2e

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/e2e/binary"
)

// release returns the folder of the release that is tested.
func release(t *testing.T) string {
	t.Helper()
	dist := binary.Release()
	if dist == "" {
		t.Skip("the binary is made from the tree: RIGRUN_E2E_DIST names a folder of a release (.ci/test dist e2e)")
	}
	return dist
}

// TestReleaseArchive unpacks what a person downloads and runs what is in it.
func TestReleaseArchive(t *testing.T) {
	dist, dir := release(t), t.TempDir()
	path, err := binary.Build("..", dir)
	if err != nil {
		t.Fatal(err)
	}
	checkVersion(t, path, dist)
	for _, name := range []string{
		"LICENSE", "NOTICE", "README.md", "CHANGELOG.md", "THIRD-PARTY-LICENSES", "share/man/man1/rigrun-lsp.1",
		"share/bash-completion/completions/rigrun-lsp", "share/zsh/site-functions/_rigrun-lsp", "share/fish/vendor_completions.d/rigrun-lsp.fish",
	} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("the archive has no %s: %v", name, err)
		}
	}
}

// checkVersion holds what a binary says of itself to the name of the archive.
func checkVersion(t *testing.T, path, dist string) {
	t.Helper()
	archive, err := binary.Package(dist, "rigrun-lsp_*_"+runtime.GOOS+"_"+runtime.GOARCH+".tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	version := strings.Split(filepath.Base(archive), "_")[1]
	if said := output(t, path, "version"); !strings.Contains(said, version) {
		t.Errorf("%s says it is %q, not %s", path, said, version)
	}
}

// output runs a program and returns what it printed.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, text)
	}
	return string(text)
}

// TestReleaseDebian installs the Debian package into an empty folder with dpkg,
// runs what it installed, and removes it again.
func TestReleaseDebian(t *testing.T) {
	dist := release(t)
	if _, err := exec.LookPath("dpkg"); err != nil || runtime.GOOS != "linux" {
		t.Skip("no dpkg here")
	}
	if os.Getuid() != 0 {
		t.Skip("dpkg installs for root alone")
	}
	path, err := binary.Package(dist, "rigrun-lsp_*_"+runtime.GOARCH+".deb")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, folder := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(root, "var/lib/dpkg/status"), "")
	output(t, "dpkg", "--root="+root, "--log="+filepath.Join(root, "log"), "--install", path)
	binary := filepath.Join(root, "usr/bin/rigrun-lsp")
	checkVersion(t, binary, dist)
	if said := askFrom(t, binary); !strings.Contains(said, "Double") {
		t.Errorf("asked about Double, it says %q", said)
	}
	for _, name := range []string{"share/man/man1/rigrun-lsp.1.gz", "share/bash-completion/completions/rigrun-lsp", "share/doc/rigrun-lsp/copyright"} {
		if _, err := os.Stat(filepath.Join(root, "usr", name)); err != nil {
			t.Error(err)
		}
	}
	output(t, "dpkg", "--root="+root, "--log="+filepath.Join(root, "log"), "--remove", "rigrun-lsp")
	if _, err := os.Stat(binary); err == nil {
		t.Error("the binary is there after the package was removed")
	}
}

// askFrom asks a binary about a file of Go in a folder of its own, with no model
// server there, so that the outline answers.
func askFrom(t *testing.T, path string) string {
	t.Helper()
	home := t.TempDir()
	file := filepath.Join(home, "double.go")
	writeFile(t, filepath.Join(home, ".config/rigrun/config.toml"), "[local]\nurl = \"http://127.0.0.1:9\"\n")
	writeFile(t, file, "package double\n\n// Double returns n twice.\nfunc Double(n int) int { return 2 * n }\n")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "ask", "--file", file, "What does Double do?")
	cmd.Env = []string{"HOME=" + home}
	text, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("ask: %v\n%s", err, text)
	}
	return string(text)
}

// TestReleaseVSCode looks for the server in the package of the extension; the phase
// vscode installs it.
func TestReleaseVSCode(t *testing.T) {
	dist := release(t)
	all, err := filepath.Glob(filepath.Join(dist, "rigrun-*.vsix"))
	if err != nil || len(all) == 0 {
		t.Skip("no package for VS Code was made: it needs Node")
	}
	files, err := zip.OpenReader(all[0])
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	server, err := files.Open("extension/server/rigrun-lsp")
	if err != nil {
		t.Fatal(err)
	}
	info, err := server.Stat()
	if err != nil || info.Mode()&0o100 == 0 || info.Size() < 1e6 {
		t.Errorf("the server is %v: %v", info, err)
	}
}

// TestReleaseSums holds the checksums to the files.
func TestReleaseSums(t *testing.T) {
	dist := release(t)
	sums, err := os.ReadFile(filepath.Join(dist, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(sums)) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		data, err := os.ReadFile(filepath.Join(dist, name))
		if got := fmt.Sprintf("%x", sha256.Sum256(data)); err != nil || got != want {
			t.Errorf("%s has the sum %s, not %s: %v", name, got, want, err)
		}
		n++
	}
	if n < 4 {
		t.Errorf("%d sums", n)
	}
}
