package transport

import (
	"strings"
	"testing"
)

func TestBase(t *testing.T) {
	for _, test := range []struct{ raw, want, address string }{
		{"http://127.0.0.1:11434", "http://127.0.0.1:11434", "127.0.0.1:11434"},
		{" http://127.0.0.1:11434/ ", "http://127.0.0.1:11434", "127.0.0.1:11434"},
		{"127.0.0.1", "http://127.0.0.1:11434", "127.0.0.1:11434"},
		{"box", "http://box:11434", "box:11434"},
		{"box:80", "http://box:80", "box:80"},
		{"http://box", "http://box", "box:80"},
		{"https://api.test/v1/", "https://api.test/v1", "api.test:443"},
		{"0.0.0.0:5", "http://127.0.0.1:5", "127.0.0.1:5"},
		{"http://[::]:5", "http://[::1]:5", "[::1]:5"},
		{"http://[::1]", "http://[::1]", "[::1]:80"},
		{"https://u:p@box/a?key=b#c", "https://u:p@box/a", "box:443"},
	} {
		u, err := Base(test.raw, "11434")
		if err != nil || u.String() != test.want || Address(u) != test.address {
			t.Errorf("%q: %v, %v", test.raw, u, err)
		}
	}
	for _, raw := range []string{"", "ftp://box", "http://", "http://u:hunter22@bo x", "://x", "http://u:hunter22@"} {
		u, err := Base(raw, "1")
		if err == nil || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("%q: %v, %v", raw, u, err)
		}
	}
}
