package secret

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// sourceText returns about a megabyte of files with an extension.
func sourceText(tb testing.TB, root, ext string) string {
	var b strings.Builder
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ext) || b.Len() > 4<<20 {
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

func BenchmarkHas(b *testing.B) {
	for name, text := range map[string]string{
		"project": sourceText(b, "../..", ".go"),
		"net":     sourceText(b, filepath.Join(runtime.GOROOT(), "src", "net"), ".go"),
		"go":      sourceText(b, filepath.Join(runtime.GOROOT(), "src", "cmd"), ".go"),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				Find(text)
			}
			b.ReportMetric(float64(len(Find(text))), "findings")
		})
	}
}
