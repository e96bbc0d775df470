package secret

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

func fuzzSeeds(f *testing.F) {
	for _, e := range gitleaksExamples(f) {
		if len(e.Found) > 0 {
			f.Add(e.Found[0].Text)
		}
	}
	for _, l := range labelled(f, "labelled.b64") {
		f.Add(l.text)
	}
	f.Add("password=REDACTED_PASSWORD_0123456789 REDACTED_PASSWORD_0123456789abcdef")
	f.Add("REDACTED_PASSWORD_password=hunter2\npassword='hunter2x' redacted_password_hunter2x")
}

// FuzzRedact holds what comes out of Redact to its promises.
func FuzzRedact(f *testing.F) {
	fuzzSeeds(f)
	f.Fuzz(checkRedact)
}

func checkRedact(t *testing.T, text string) {
	v := Key{1}.Vault()
	redacted, places := v.Redact(text)
	if found := Find(redacted); found != nil {
		t.Fatalf("%q: redacted to %q, where %s is found", text, redacted, found[0].Kind)
	}
	if again, _ := v.Redact(redacted); again != redacted {
		t.Fatalf("%q: redacted to %q, and this to %q", text, redacted, again)
	}
	if restored := v.Restore(redacted); restored != text {
		t.Fatalf("%q: redacted to %q, restored to %q", text, redacted, restored)
	}
	if (len(places) == 0) != (redacted == text) {
		t.Fatalf("%q: %d places, redacted to %q", text, len(places), redacted)
	}
	if has := Has(text); has != (len(places) > 0) {
		t.Fatalf("%q: Has is %v, %d places", text, has, len(places))
	}
	checkPlaces(t, text, places)
}

func checkPlaces(t *testing.T, text string, places []Place) {
	t.Helper()
	at := -1
	for _, p := range places {
		if p.Start <= at || p.Start >= len(text) || p.Line != 1+strings.Count(text[:p.Start], "\n") || p.Placeholder == "" {
			t.Fatalf("%q: place %+v", text, p)
		}
		at = p.Start
	}
}

// FuzzRestorer splits a redacted text over chunks, as each byte of cuts says.
func FuzzRestorer(f *testing.F) {
	for _, e := range gitleaksExamples(f) {
		if len(e.Found) > 0 {
			f.Add(e.Found[0].Text, []byte{1, 2, 3, 200, 0, 7})
		}
	}
	f.Fuzz(func(t *testing.T, text string, cuts []byte) {
		v := Key{2}.Vault()
		redacted, _ := v.Redact(text)
		var got recorder
		r := v.Writer(&got)
		feed(t, r, stream.Text, redacted, cuts)
		if got.text(stream.Text) != text {
			t.Fatalf("%q: in chunks of %v: %q", text, cuts, got.text(stream.Text))
		}
	})
}

// feed writes a text in chunks whose sizes are the bytes of cuts.
func feed(t *testing.T, r *Restorer, kind stream.Kind, text string, cuts []byte) {
	t.Helper()
	for i := 0; len(text) > 0; i++ {
		n := len(text)
		if i < len(cuts) {
			n = min(n, int(cuts[i]))
		}
		if err := r.Write(stream.Chunk{Kind: kind, Data: []byte(text[:n])}); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
}

// recorder is a writer that keeps what it is given.
type recorder struct{ chunks []stream.Chunk }

func (r *recorder) Write(c stream.Chunk) error {
	c.Data = append([]byte(nil), c.Data...)
	r.chunks = append(r.chunks, c)
	return nil
}

func (r *recorder) text(kind stream.Kind) string {
	var b strings.Builder
	for _, c := range r.chunks {
		if c.Kind == kind {
			b.Write(c.Data)
		}
	}
	return b.String()
}
