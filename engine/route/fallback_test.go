package route

import (
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func TestNext(t *testing.T) {
	const why = "it does not answer (503)"
	outline := Local{Backend: "outline", Model: "built-in"}
	const end = why + ": built-in outline; start Ollama for full answers"
	type step struct{ tier, backend, from, reason string }
	local := step{"local", "ollama", "large", why + ": Ollama at 127.0.0.1:11434 answers instead"}
	cloud := step{"small", "openai", "local", why + ": gpt-5-nano in the cloud, about 0.02 ¢"}
	ends := func(from string) step { return step{"local", "outline", from, end} }
	kept := func(by string) step { return step{"local", "outline", "local", by + ": stays on this machine; " + end} }
	for _, tc := range []struct {
		name    string
		message string
		change  func(r *Rules, l *Local)
		want    []step
	}{
		{"from the cloud", hard, func(*Rules, *Local) {}, []step{local, ends("local")}},
		{"from the cloud that was asked for", hard, func(r *Rules, _ *Local) { r.Mode = chat.ModeCloud }, []step{local, ends("local")}},
		{"from the cloud, no server", hard, func(_ *Rules, l *Local) { *l = Local{} }, []step{ends("large")}},
		{"from the local server", easy, func(*Rules, *Local) {}, []step{cloud, ends("small")}},
		{"from no server, in the cloud", easy, func(_ *Rules, l *Local) { *l = Local{} }, []step{ends("small")}},
		{"marked", easy, func(r *Rules, _ *Local) { r.Level = chat.TopSecret }, []step{kept("marked TOP SECRET")}},
		{"marked, no server", easy, func(r *Rules, l *Local) { r.Level = chat.CUI; *l = Local{} }, []step{kept("marked CUI")}},
		{"offline, no server", hard, func(r *Rules, l *Local) { r.Offline = true; *l = Local{} }, []step{kept("offline mode is on")}},
		{"asked for the cloud, no key, no server", easy, func(r *Rules, l *Local) {
			r.Mode, r.NoCloud = chat.ModeCloud, "no cloud key is set"
			*l = Local{Missing: "no server answers"}
		}, []step{{"local", "outline", "local", "no server answers; the cloud was asked for, but no cloud key is set: built-in outline; start Ollama for full answers"}}},
		{"no key", easy, func(r *Rules, _ *Local) { r.NoCloud = "no key" }, []step{ends("local")}},
		{"no key, and no server", easy, func(r *Rules, l *Local) { r.NoCloud = "no key"; *l = Local{} }, []step{ends("local")}},
		{"nothing left", easy, func(r *Rules, _ *Local) { r.DayLeftCents = 0 }, []step{ends("local")}},
	} {
		q, r, l := ask(tc.message), open(), localServer()
		tc.change(r, l)
		d := Decide(q, r, l)
		for i, want := range tc.want {
			next, ok := Next(d, why, q, r, l, outline)
			if got := (step{next.Tier, next.Backend, next.FallbackFrom, next.Reason}); !ok || got != want {
				t.Errorf("%s, step %d:\n got %q\nwant %q", tc.name, i, got, want)
			}
			if (next.EstimatedCostCents > 0) != (next.Backend == "openai") || next.Score != d.Score || next.Classification != r.Level {
				t.Errorf("%s, step %d: %+v", tc.name, i, next)
			}
			d = next
		}
		if next, ok := Next(d, why, q, r, l, outline); ok {
			t.Errorf("%s: %+v follows the outline", tc.name, next)
		}
	}
}

// TestNextIsNoOtherCloudModel: who asks for the cloud and names a model that costs too much
// gets no cheaper one in its place.
func TestNextIsNoOtherCloudModel(t *testing.T) {
	q, r, l := ask(easy), open(), &Local{Missing: "no server answers"}
	q.Model, r.Mode, r.MaxAnswerCents = "gpt-5", chat.ModeCloud, 0.1
	d := Decide(q, r, l)
	next, ok := Next(d, "no server answers", q, r, l, Local{Backend: "outline", Model: "built-in"})
	if d.Tier != chat.TierLocal || !ok || next.Backend != "outline" {
		t.Errorf("%+v is followed by %+v", d, next)
	}
}
