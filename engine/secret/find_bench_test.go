package secret

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sourceText returns at most some megabytes of the files with an extension. It
// leaves this package out: its rules and tests are made of words of rules.
func sourceText(tb testing.TB, root, ext string) string {
	var b strings.Builder
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ext) || b.Len() > 4<<20 || strings.Contains(filepath.ToSlash(name), "engine/secret/") {
			return err
		}
		raw, err := os.ReadFile(name)
		b.Write(raw)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// BenchmarkHas scans Go's own source and this project's.
func BenchmarkHas(b *testing.B) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		b.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "src")
	for name, text := range map[string]string{
		"project": sourceText(b, "../..", ".go"),
		"net":     sourceText(b, filepath.Join(root, "net"), ".go"),
		"cmd":     sourceText(b, filepath.Join(root, "cmd"), ".go"),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				Has(text)
			}
			b.ReportMetric(float64(len(Find(text))), "findings")
		})
	}
}
