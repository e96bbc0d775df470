package lsp_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

// project writes a workspace with files of every kind that a model may and may
// not read, and returns its folder.
func project(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{
		"sum.go":     "package sum\n\n// Sum adds.\nfunc Sum(a, b int) int { return a + b }\n",
		"plan.md":    "SECRET//NOFORN\n\n# The plan\n\nAttack at dawn.\n",
		"keys.go":    "package sum\n\nconst key = \"AKIA" + "Q3EGRIZ7P2MXWN5T\"\n",
		".env":       "TOKEN=abcdef0123456789\n",
		".gitignore": "dist.txt\n",
		"dist.txt":   "generated things\n",
	} {
		writeFile(t, filepath.Join(folder, name), text)
	}
	return folder
}

// reads is an answer that asks for files.
func reads(paths ...string) backendtest.Answer {
	var a backendtest.Answer
	for i, p := range paths {
		arguments, _ := json.Marshal(map[string]string{"path": p}) // a string always encodes
		a = append(a, backendtest.Call(i, "c"+string(rune('0'+i)), "read_file", string(arguments)))
	}
	return append(a, backendtest.End(chat.FinishTool, 10, 5))
}

// inThree has a call's arguments come in three pieces, as OpenAI's do.
func inThree(path string) backendtest.Answer {
	return backendtest.Answer{
		backendtest.Call(0, "c0", "read_file", `{"pa`), backendtest.Call(0, "", "", `th":"`), backendtest.Call(0, "", "", path+`"}`),
		backendtest.End(chat.FinishTool, 10, 5),
	}
}

// TestToolsOnTheWire has a local model read the workspace, in both dialects, its
// answers split at every byte.
func TestToolsOnTheWire(t *testing.T) {
	type starter func(testing.TB, backendtest.Script) *backendtest.Server
	for name, start := range map[string]starter{"ollama": backendtest.Ollama, "openai": backendtest.OpenAI} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			server := start(t, backendtest.Script{
				Split:   1,
				Models:  []backendtest.Model{{Name: "tiny", Context: 32768, Capabilities: []string{"completion", "tools"}}},
				Answers: []backendtest.Answer{append(backendtest.Answer{backendtest.Text("Let me look.")}, reads("sum.go", "../etc/passwd", ".env", "dist.txt")...), backendtest.Tokens("It ", "adds.")},
			})
			e := lsptest.Start(t, lsptest.Options{URL: server.URL, Folders: []string{project(t)}})
			call := e.Send("rigrun/chat", ask("what does Sum do?", "t"))
			result := answered(t, call)
			if text := call.Stream.Text(); text != "Let me look.\n\nIt adds." || result.FinishReason != chat.FinishStop {
				t.Errorf("%q, %+v", text, result)
			}
			var steps []chat.Step
			for _, v := range call.Stream.Values() {
				if v.Step != nil {
					steps = append(steps, *v.Step)
				}
			}
			if len(steps) != 4 || steps[0] != (chat.Step{Tool: "read_file", Detail: "sum.go, lines 1 to 4", OK: true}) {
				t.Errorf("%+v", steps)
			}
			for _, s := range steps[1:] {
				if s.OK {
					t.Errorf("%+v", s)
				}
			}
			stored := conversation(t, e, result.ConversationID).Messages[1].Steps
			if diff := cmp.Diff(steps, result.Steps) + cmp.Diff(steps, stored); diff != "" {
				t.Error(diff)
			}
			second := string(server.Chats()[1].Body)
			if !strings.Contains(second, "func Sum") || strings.Contains(second, "abcdef0123456789") || strings.Contains(second, "generated things") {
				t.Error(second)
			}
		})
	}
}

// TestToolsAndTheCloud has a cloud model ask for what may not leave.
func TestToolsAndTheCloud(t *testing.T) {
	noLeaks(t)
	cloud := backendtest.OpenAI(t, backendtest.Script{Split: 1, Answers: []backendtest.Answer{
		inThree("plan.md"), inThree("keys.go"),
		{backendtest.Call(0, "c0", "search", `{"words":"dawn"}`), backendtest.Call(1, "c1", "git_diff", `{"revisions":"--output=`+filepath.Join(t.TempDir(), "f")+`"}`), backendtest.End(chat.FinishTool, 1, 1)},
		backendtest.Tokens("done"),
	}})
	here := backendtest.Ollama(t, backendtest.Script{})
	e := lsptest.Start(t, lsptest.Options{
		URL: here.URL, Folders: []string{project(t)},
		Layers: func() ([]config.Layer, []config.Problem) {
			return []config.Layer{{Source: "the test", CloudKey: "sk-test", Values: map[string]any{"cloud.url": cloud.URL, "cloud.model": "big"}}}, nil
		},
	})
	params := map[string]any{"message": "what is the plan?", "mode": "cloud"}
	result := answered(t, e.Send("rigrun/chat", params))
	if result.Route.Tier != chat.TierCloud || *result.Text != "done" || len(result.Steps) != 4 {
		t.Fatalf("%+v", result)
	}
	if result.Steps[0].OK || !result.Steps[1].OK || result.Steps[2].OK || result.Steps[3].OK {
		t.Errorf("%+v", result.Steps)
	}
	if len(result.Redactions) != 1 || !strings.HasSuffix(result.Redactions[0].URI, "/keys.go") || result.Redactions[0].Line != 3 {
		t.Errorf("%+v", result.Redactions)
	}
	for i, r := range cloud.Chats() {
		for _, never := range []string{"AKIAQ3E", "at dawn", "NOFORN"} {
			if strings.Contains(string(r.Body), never) {
				t.Errorf("request %d holds %q: %s", i, never, r.Body)
			}
		}
	}
	if last := string(cloud.Chats()[2].Body); !strings.Contains(last, "REDACTED_AWS") {
		t.Errorf("the third request: %s", last)
	}
}

// TestToolsReadWhatIsOpen holds that the editor's text wins over the file's.
func TestToolsReadWhatIsOpen(t *testing.T) {
	noLeaks(t)
	server := backendtest.Ollama(t, backendtest.Script{
		Models:  []backendtest.Model{{Name: "tiny", Context: 32768, Capabilities: []string{"completion", "tools"}}},
		Answers: []backendtest.Answer{reads("sum.go"), backendtest.Tokens("yes")},
	})
	folder := project(t)
	e := lsptest.Start(t, lsptest.Options{URL: server.URL, Folders: []string{folder}})
	e.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": "file://" + filepath.ToSlash(filepath.Join(folder, "sum.go")), "languageId": "go", "version": 1, "text": "package unsaved\n",
	}})
	answered(t, e.Send("rigrun/chat", map[string]any{"message": "what is in sum.go?"}))
	if second := string(server.Chats()[1].Body); !strings.Contains(second, "package unsaved") || strings.Contains(second, "Sum adds") {
		t.Error(second)
	}
}

// TestAWorkspaceTurnsToolsOff holds that a folder's own file can.
func TestAWorkspaceTurnsToolsOff(t *testing.T) {
	noLeaks(t)
	server := backendtest.Ollama(t, backendtest.Script{Models: []backendtest.Model{{Name: "tiny", Context: 32768, Capabilities: []string{"completion", "tools"}}}})
	folder := project(t)
	e := lsptest.Start(t, lsptest.Options{URL: server.URL, Folders: []string{folder}})
	answered(t, e.Send("rigrun/chat", map[string]any{"message": "is it on?"}))
	writeFile(t, filepath.Join(folder, config.WorkspaceFile), "[tools]\nenabled = false\n")
	answered(t, e.Send("rigrun/chat", map[string]any{"message": "is it off?"}))
	chats := server.Chats()
	if len(chats) != 2 || !strings.Contains(string(chats[0].Body), `"tools"`) || strings.Contains(string(chats[1].Body), `"tools"`) {
		t.Errorf("%d requests", len(chats))
	}
}
