package door

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// place is a host of the oracle's world, with what is true of it.
type place struct {
	url              string
	self, lan, cloud bool
}

func places() []place {
	return []place{
		{url: "http://127.0.0.1:11434/x", self: true},
		{url: "http://localhost:1234/x", self: true},
		{url: "https://u:p@[::1]/x", self: true},
		{url: "http://gpu.lan:11434/x", lan: true},
		{url: "http://GPU.lan.:11434/x", lan: true},
		{url: "http://192.168.1.9:8080/x", lan: true},
		{url: "https://api.cloud.test/v1", cloud: true},
		{url: "https://api.cloud.test:443/v1", cloud: true},
		{url: "https://evil.test/v1"},
		{url: "http://localhost.evil.test/v1"},
		{url: "http://127.0.0.1@evil.test/v1"},
		{url: "http://gpu.lan/x"},
		{url: "https://api.cloud.test:8443/v1"},
		{url: "http://0x7f000001:11434/"},
	}
}

// planted is a text with what was hidden in it.
type planted struct {
	text   string
	level  chat.Level
	secret bool
}

func plants() []planted {
	return []planted{
		{text: "Why does this loop not end?"},
		{text: "our secretary keeps the secret (c) 2026 // confidential talk"},
		{text: "for i := range 10 {\n\tsecret := vault[i]\n}"},
		{text: "x\n// CUI//SP-CTI\ny", level: chat.CUI},
		{text: "# SECRET//NOFORN", level: chat.Secret},
		{text: "a\n\nTOP SECRET//SI//NOFORN\n\nb", level: chat.TopSecret},
		{text: "(S//NF) The line is marked.", level: chat.Secret},
		{text: "password hunter2", secret: true},
		{text: "hunter2\n// SECRET//NOFORN\n", level: chat.Secret, secret: true},
	}
}

// written writes a string of JSON in one of the many ways that mean the same.
func written(r *rand.Rand, s string) string {
	var out strings.Builder
	out.WriteByte('"')
	odds := []int{0, 3, 30}[r.IntN(3)] // in 30, of an escape where none is needed
	for _, c := range s {
		switch {
		case c == '\n' && r.IntN(2) == 0:
			out.WriteString(`\n`)
		case c == '/' && r.IntN(2) == 0:
			out.WriteString(`\/`)
		case c < ' ' || c == '"' || c == '\\' || r.IntN(30) < odds:
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&out, []string{`\u%04x`, `\u%04X`}[r.IntN(2)], unit)
			}
		default:
			out.WriteRune(c)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// request makes a body around some plants, and says what is hidden in it.
func request(r *rand.Rand) (body string, hidden planted) {
	all := plants()
	var parts []string
	for range r.IntN(4) {
		p := all[r.IntN(len(all))]
		if r.IntN(2) == 0 {
			p = all[r.IntN(3)] // half of them harmless
		}
		hidden.level, hidden.secret = max(hidden.level, p.level), hidden.secret || p.secret
		turn := `{"role":"user","content":` + written(r, p.text) + `}`
		if r.IntN(8) == 0 {
			turn = `{` + written(r, p.text) + `:1}`
		}
		parts = append(parts, turn)
	}
	return `{"model":"m","messages":[` + strings.Join(parts, ",") + `],"temperature":-1e-3}`, hidden
}

// wanted is what may happen, said again in other words than the door's: ok, and
// how far.
func wanted(r Rules, role Role, at place, level chat.Level, hidden planted) (bool, Reach) {
	marked := r.Level > 0 || level > 0 || hidden.level > 0
	if role == Cloud {
		return at.cloud && !marked && !hidden.secret && !r.Paranoid && !r.Offline, Anywhere
	}
	if at.self {
		return true, Loopback
	}
	if r.Offline {
		return at.lan, Loopback
	}
	if marked || r.Paranoid {
		return at.lan, Premises
	}
	return at.lan, Anywhere
}

// TestOracle compares random requests under random rules with the oracle.
func TestOracle(t *testing.T) {
	const cases = 10_000
	r := rand.New(rand.NewPCG(3, 14))
	allowed := 0
	for range cases {
		rules := Rules{
			Offline: r.IntN(4) == 0, Paranoid: r.IntN(4) == 0, Secrets: r.IntN(2) == 0,
			CloudHost: "api.cloud.test:443", LocalHosts: []string{"gpu.lan:11434", "192.168.1.9:8080", "127.0.0.1:11434", "localhost:1234"}[:2+r.IntN(3)],
		}
		if r.IntN(4) == 0 {
			rules.Level = chat.Level(r.IntN(5))
		}
		at, role, level := places()[r.IntN(len(places()))], Role(r.IntN(2)), chat.Level(max(r.IntN(12)-7, 0))
		raw, hidden := request(r)
		n := &notebook{}
		reach, err := New(rules, finder, n).Pass(t.Context(), Outgoing{
			Role: role, URL: address(t, at.url), Level: level, Body: []byte(raw), Header: http.Header{"X-Title": {"t"}},
		})
		ok, far := wanted(rules, role, at, level, hidden)
		if ok != (err == nil) || ok && reach != far || !ok && reach != Loopback {
			t.Fatalf("%+v %s %s %s\n%s\ngot %s, %v, want %v %s", rules, role, at.url, level, raw, reach, err, ok, far)
		}
		if len(n.passed)+len(n.refused) != 1 || ok != (len(n.passed) == 1) {
			t.Fatalf("the witness was told %+v", n)
		}
		if ok {
			allowed++
		}
	}
	if allowed < cases/10 || allowed > cases*9/10 {
		t.Errorf("%d of %d were allowed: the cases say little", allowed, cases)
	}
}

// FuzzPass holds that no bytes make the door fail, and that what is hidden
// beside them in a string of its own is found whatever they are.
func FuzzPass(f *testing.F) {
	f.Add([]byte(`{"messages":[]}`), "https://api.cloud.test/v1", "a", uint64(1))
	f.Add([]byte(`"\ud800`), "http://127.0.0.1@evil.test", "\xff\n(", uint64(2))
	f.Add([]byte("\x00"), "http://[::1%25lo]:80", "Authorization", uint64(3))
	f.Fuzz(func(t *testing.T, raw []byte, where, text string, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 0))
		d := New(house(nil), finder, nil)
		at := address(t, cloudURL)
		if u, err := at.Parse(where); err == nil {
			for _, role := range []Role{Local, Cloud} {
				reach, err := d.Pass(t.Context(), Outgoing{Role: role, URL: u, Body: raw, Header: http.Header{text: {text}}})
				if err == nil && role == Cloud && (u.Hostname() == "" || reach != Anywhere) {
					t.Errorf("%q passes to the cloud", where)
				}
			}
		}
		hidden := append([]byte(`[`+written(r, text)+`,`+written(r, "hunter2\n// SECRET//NOFORN")+`]`), raw...)
		if _, err := d.Pass(t.Context(), Outgoing{Role: Cloud, URL: at, Body: hidden}); err == nil {
			t.Errorf("%q passes", hidden)
		}
		quoted := []byte(`{"a":` + written(r, text) + `,"b":` + written(r, "hunter2") + `}`)
		if _, err := d.Pass(t.Context(), Outgoing{Role: Cloud, URL: at, Body: quoted}); err == nil {
			t.Errorf("%q passes", quoted)
		}
	})
}
