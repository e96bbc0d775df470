package lsp

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/edit"
)

// writeTests proposes a new file with the answer's tests, where the language has
// a conventional name for it, the client creates files and none is there yet. The
// answer is shown in any case. note says what became of the file.
func (s *Server) writeTests(ctx context.Context, j *job, r *chat.Result) (note string) {
	file := s.newTestFile(j)
	if file == "" || !s.client.createsFiles || !s.client.applyEdit || r.Route.Backend == outlineName {
		return ""
	}
	text, err := edit.NewFile(j.answer.whole(), edit.Target{Path: file, Language: j.doc.Language, Finish: r.FinishReason})
	if err != nil {
		return ""
	}
	name := filepath.Base(file)
	refused, err := s.applyEdit(ctx, "Create "+name+" with rigrun", s.creation(uri.File(file), text, j))
	if err != nil || refused != "" {
		return name + " was not created"
	}
	return name + " was created"
}

// newTestFile is the path of the file that tests of the job's document belong
// in, "" where there is no convention, the file exists, or it would not lie in
// the workspace.
func (s *Server) newTestFile(j *job) string {
	name := testFileName(filepath.Base(j.path))
	folder := j.view.folders.holding(j.path)
	if j.path == "" || name == "" || folder == "" {
		return ""
	}
	root, errRoot := filepath.EvalSymlinks(folder)
	dir, errDir := filepath.EvalSymlinks(filepath.Dir(j.path))
	if errRoot != nil || errDir != nil || !within(root, dir) {
		return ""
	}
	file := filepath.Join(filepath.Dir(j.path), name)
	if _, err := os.Lstat(file); !os.IsNotExist(err) {
		return ""
	}
	if _, open := s.newest.get().Get(uri.File(file)); open {
		return ""
	}
	return file
}

// testFileName is the conventional name of the file with a source file's tests,
// "" where the language has none, or the file is one itself.
func testFileName(source string) string {
	extension := filepath.Ext(source)
	base := strings.TrimSuffix(source, extension)
	before, after := "", ""
	switch extension {
	case ".go", ".rb", ".dart":
		after = "_test"
	case ".py":
		before = "test_"
	case ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs":
		after = ".test"
	case ".java", ".kt", ".php":
		after = "Test"
	case ".cs":
		after = "Tests"
	default:
		return ""
	}
	if base == "" || before != "" && strings.HasPrefix(base, before) || after != "" && strings.HasSuffix(base, after) || strings.HasSuffix(base, ".spec") {
		return ""
	}
	return before + base + after + extension
}

// creation is an edit that creates a file with a text. A client that finds the
// file there refuses it.
func (s *Server) creation(file uri.URI, text string, j *job) protocol.WorkspaceEdit {
	no := false
	create := &protocol.CreateFile{Kind: "create", URI: file, Options: &protocol.CreateFileOptions{Overwrite: &no, IgnoreIfExists: &no}}
	insert := &protocol.TextDocumentEdit{
		TextDocument: protocol.OptionalVersionedTextDocumentIdentifier{TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: file}},
		Edits:        []protocol.TextDocumentEditElement{s.element(protocol.TextEdit{NewText: text}, annotateCode)},
	}
	e := protocol.WorkspaceEdit{DocumentChanges: []protocol.DocumentChange{create, insert}}
	if s.client.annotations {
		create.AnnotationID = annotateCode
		e.ChangeAnnotations = map[protocol.ChangeAnnotationIdentifier]protocol.ChangeAnnotation{annotateCode: j.annotation()}
	}
	return e
}
