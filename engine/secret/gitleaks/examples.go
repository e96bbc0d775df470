package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// upstream is gitleaks' module.
const upstream = "github.com/zricethezav/gitleaks/v8"

// writeExamples runs gitleaks' own generator with two files replaced and returns
// what it recorded, packed: one JSON object a line.
func writeExamples() ([]byte, error) {
	folder, err := moduleFolder()
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "gitleaks")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp) //nolint:errcheck // a temporary folder
	program := filepath.Join(temp, "generate")
	if err := buildRecorder(folder, temp, program); err != nil {
		return nil, err
	}
	recorded := filepath.Join(temp, "examples")
	cmd := exec.Command(program, filepath.Join(temp, "gitleaks.toml"))
	cmd.Dir = filepath.Join(folder, "cmd/generate/config")
	cmd.Env = append(os.Environ(), "GITLEAKS_EXAMPLES="+recorded)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	raw, err := os.ReadFile(recorded)
	return encode(raw), err
}

func moduleFolder() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", upstream).Output()
	return strings.TrimSpace(string(out)), err
}

// buildRecorder builds gitleaks' generator from a copy of its source with two
// files replaced, in the versions of dependencies that this module pins.
func buildRecorder(folder, temp, program string) error {
	clone := filepath.Join(temp, "gitleaks")
	if err := os.CopyFS(clone, os.DirFS(folder)); err != nil {
		return err
	}
	for file, with := range map[string]string{
		"cmd/generate/config/utils/validate.go": "overlay/validate.go.txt",
		"cmd/generate/secrets/regen.go":         "overlay/secrets.go.txt",
	} {
		if err := replace(filepath.Join(clone, file), with); err != nil {
			return err
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if name == "go.mod" {
			raw = append(raw, "\nreplace "+upstream+" => "+clone+"\n"...)
		}
		if err := os.WriteFile(filepath.Join(temp, name), raw, 0o600); err != nil {
			return err
		}
	}
	out, err := exec.Command("go", "build", "-mod=mod", "-modfile", filepath.Join(temp, "go.mod"), "-o", program, upstream+"/cmd/generate/config").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// replace puts another file's content in place of a file that must exist.
func replace(target, with string) error {
	if _, err := os.Stat(target); err != nil {
		return err
	}
	raw, err := os.ReadFile(with)
	if err != nil {
		return err
	}
	if err := os.Remove(target); err != nil {
		return err
	}
	return os.WriteFile(target, raw, 0o600)
}

func encode(raw []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant of the package
	}
	_, _ = w.Write(raw) // a bytes.Buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// decode is the inverse of encode.
func decode(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
