package door

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// BenchmarkPassLoopback measures what every local question pays.
func BenchmarkPassLoopback(b *testing.B) {
	d := New(house(func(r *Rules) { r.LocalHosts = []string{"127.0.0.1:11434"} }), finder, nil)
	o := Outgoing{Role: Local, URL: address(b, selfURL), Level: chat.CUI, Model: "m", Body: code(b, 100<<10)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Pass(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPassElsewhere measures the same for a server that is not configured
// but was found on this machine.
func BenchmarkPassElsewhere(b *testing.B) {
	d := New(house(nil), finder, nil)
	o := Outgoing{Role: Local, URL: address(b, selfURL)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Pass(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPassCloud measures a body of 100 KB with a look for secrets that
// costs nothing: the unescaping and the look for markings.
func BenchmarkPassCloud(b *testing.B) {
	d := New(house(nil), func(string) []string { return nil }, nil)
	o := Outgoing{Role: Cloud, URL: address(b, cloudURL), Model: "m", Body: code(b, 100<<10)}
	b.SetBytes(int64(len(o.Body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Pass(b.Context(), o); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBodyTexts measures the unescaping alone.
func BenchmarkBodyTexts(b *testing.B) {
	raw := code(b, 100<<10)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if len(bodyTexts(raw)) == 0 {
			b.Fatal("nothing")
		}
	}
}

// code is a chat request about at least n bytes of source code.
func code(b *testing.B, n int) []byte {
	const lines = "func (c *Client) Get(ctx context.Context, key string) ([]byte, error) {\n\tif key == \"\" {\n\t\treturn nil, fmt.Errorf(\"get: %w\", errEmpty)\n\t}\n\treturn c.store.Read(ctx, key) // the caller closes nothing\n}\n\n"
	return body(b, "You review Go code.", strings.Repeat(lines, n/len(lines)+1))
}
