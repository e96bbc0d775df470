package store

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/database"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

func TestMain(m *testing.M) {
	if os.Getenv(workerVariable) != "" {
		work()
		return
	}
	goleak.VerifyTestMain(m)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// process is what one process has of the conversations in a file.
type process struct {
	*Conversations
	file *database.File
	t    testing.TB
}

// at opens the conversations of the file at path, as a process of its own would.
// They are closed when the test ends.
func at(t testing.TB, path string, change ...func(*Options)) *process {
	t.Helper()
	o := Options{File: database.New(path, time.Now), Now: time.Now, Settings: Settings{Enabled: true}}
	for _, c := range change {
		c(&o)
	}
	p := &process{Open(o), o.File, t}
	t.Cleanup(p.end)
	return p
}

// end closes them. It may be called more than once.
func (p *process) end() {
	p.t.Helper()
	must(p.t, p.Close())
	must(p.t, p.file.Close())
}

// begin asks something, and says where the answer comes from.
func (p *process) begin(req chat.Request) *Turn {
	p.t.Helper()
	turn, err := p.Begin(req, "rendered "+req.Message, "")
	must(p.t, err)
	turn.SetRoute(chat.RouteDecision{Model: "m", Classification: req.Classification})
	return turn
}

// ask asks something and has it answered.
func (p *process) ask(id, message, answer string) *Turn {
	p.t.Helper()
	turn := p.begin(chat.Request{ConversationID: id, Message: message})
	say(turn, answer)
	must(p.t, turn.Close(stream.End{Usage: chat.Usage{CompletionTokens: 3}}))
	turn.SetCache(chat.CacheInfo{Hit: chat.HitNone}, "entry of "+message)
	turn.Spent(0.5)
	return turn
}

func say(turn *Turn, text string) { _ = turn.Write(stream.Chunk{Data: []byte(text)}) }

// texts are what a conversation's messages say.
func (p *process) texts(id string) (all []string) {
	p.t.Helper()
	c, err := p.Get(id)
	must(p.t, err)
	for _, m := range c.Messages {
		all = append(all, m.Text)
	}
	return all
}

// save writes what is in memory, as the writer would do in a moment.
func (p *process) save() {
	p.t.Helper()
	must(p.t, p.flush())
}

func somewhere(t testing.TB) string { return filepath.Join(t.TempDir(), "state", "rigrun.db") }

// contents are all bytes of a file and of those that SQLite has beside it.
func contents(t testing.TB, path string) string {
	t.Helper()
	all := ""
	for _, end := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + end)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all += string(b)
	}
	return all
}
