package lsp

import (
	"os"
	"path/filepath"
	"testing"

	"go.lsp.dev/uri"
)

func TestTestFileName(t *testing.T) {
	for source, want := range map[string]string{
		"sum.go": "sum_test.go", "sum_test.go": "", "sum.py": "test_sum.py", "test_sum.py": "",
		"sum.ts": "sum.test.ts", "Sum.tsx": "Sum.test.tsx", "sum.test.ts": "", "sum.spec.ts": "", "sum.mjs": "sum.test.mjs",
		"Sum.java": "SumTest.java", "Sum.cs": "SumTests.cs", "sum.rb": "sum_test.rb",
		"sum.rs": "", "Makefile": "", "": "", ".go": "",
	} {
		if got := testFileName(source); got != want {
			t.Errorf("%q: %q, want %q", source, got, want)
		}
	}
}

// TestNewTestFileStaysInside wants no file proposed outside the workspace, by
// whatever name, and none that is there.
func TestNewTestFileStaysInside(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(root, "link")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if err := os.Symlink(filepath.Join(outside, "none"), filepath.Join(root, "dangling_test.go")); err != nil {
		t.Fatal(err)
	}
	s := New(Options{})
	for name, want := range map[string]string{
		filepath.Join(root, "sum.go"):                    filepath.Join(root, "sum_test.go"),
		filepath.Join(root, "link", "sum.go"):            "",
		filepath.Join(root, "dangling.go"):               "",
		filepath.Join(root, "gone", "sum.go"):            "",
		filepath.Join(outside, "sum.go"):                 "",
		root + "/../" + filepath.Base(outside) + "/a.go": "",
	} {
		j := &job{path: filePath(uri.File(name)), view: view{folders: folders{root}}}
		if got := s.newTestFile(j); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
