package door

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// notebook is a witness that keeps everything.
type notebook struct {
	passed  []Passage
	refused []Passage
	why     []*Violation
}

func (n *notebook) Passed(p Passage) { n.passed = append(n.passed, p) }
func (n *notebook) Refused(p Passage, v *Violation) {
	n.refused, n.why = append(n.refused, p), append(n.why, v)
}

// hasher is a notebook that wants digests.
type hasher struct{ notebook }

func (*hasher) Hash(body []byte) string { return "len " + string(rune('0'+len(body)%10)) }

// finder finds the word "hunter2", and "swordfish" as two kinds.
func finder(text string) (kinds []string) {
	if strings.Contains(text, "swordfish") {
		kinds = append(kinds, "url-password", "generic")
	}
	if strings.Contains(text, "hunter2") {
		kinds = append(kinds, "generic")
	}
	return kinds
}

const (
	cloudURL = "https://api.cloud.test/v1/chat/completions"
	lanURL   = "http://gpu.lan:11434/api/chat"
	selfURL  = "http://127.0.0.1:11434/api/chat"
)

// house is the rules that the tests begin with.
func house(change func(*Rules)) Rules {
	r := Rules{CloudHost: "api.cloud.test:443", LocalHosts: []string{"gpu.lan:11434", "no port"}, Secrets: true}
	if change != nil {
		change(&r)
	}
	return r
}

func address(t testing.TB, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// body is a chat request with the given messages.
func body(t testing.TB, contents ...string) []byte {
	t.Helper()
	turns := make([]chat.Turn, len(contents))
	for i, c := range contents {
		turns[i] = chat.Turn{Role: chat.RoleUser, Content: c}
	}
	raw, err := json.Marshal(map[string]any{"model": "m", "messages": turns, "stream": true})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestPass holds what each rule lets through, and which one a refusal names.
func TestPass(t *testing.T) {
	level := func(l chat.Level) func(*Rules) { return func(r *Rules) { r.Level = l } }
	offline := func(r *Rules) { r.Offline = true }
	paranoid := func(r *Rules) { r.Paranoid = true }
	both := func(r *Rules) { r.Offline, r.Paranoid = true, true }
	noHosts := func(r *Rules) { r.CloudHost, r.LocalHosts = "", nil }
	const marked, secretive = "x\n\n// SECRET//NOFORN\n", "password hunter2"
	for _, c := range []struct {
		name    string
		role    Role
		url     string
		rules   func(*Rules)
		level   chat.Level
		text    string
		want    Reach
		refusal string
	}{
		{"open question to the cloud", Cloud, cloudURL, nil, 0, "why?", Anywhere, ""},
		{"to the cloud in another spelling", Cloud, "https://API.Cloud.test.:443/x", nil, 0, "why?", Anywhere, ""},
		{"level of the question", Cloud, cloudURL, nil, chat.CUI, "why?", 0, RuleClassification},
		{"level beyond the list", Cloud, cloudURL, nil, 99, "why?", 0, RuleClassification},
		{"level of the settings", Cloud, cloudURL, level(chat.CUI), 0, "why?", 0, RuleClassification},
		{"marking in the body", Cloud, cloudURL, nil, 0, marked, 0, RuleClassification},
		{"marked and secret", Cloud, cloudURL, nil, 0, marked + secretive, 0, RuleClassification},
		{"paranoid", Cloud, cloudURL, paranoid, 0, "why?", 0, RuleParanoid},
		{"offline", Cloud, cloudURL, offline, 0, "why?", 0, RuleOffline},
		{"offline, on loopback", Cloud, "http://127.0.0.1:8080/", offline, 0, "why?", 0, RuleOffline},
		{"both", Cloud, cloudURL, both, 0, "why?", 0, RuleParanoid},
		{"both and marked", Cloud, cloudURL, both, chat.Secret, "why?", 0, RuleClassification},
		{"a secret", Cloud, cloudURL, nil, 0, secretive, 0, RuleSecrets},
		{"a secret without redaction", Cloud, cloudURL, func(r *Rules) { r.Secrets = false }, 0, secretive, 0, RuleSecrets},
		{"another cloud", Cloud, "https://evil.test/v1", nil, 0, "why?", 0, RuleDestination},
		{"another port", Cloud, "https://api.cloud.test:444/v1", nil, 0, "why?", 0, RuleDestination},
		{"without TLS", Cloud, "http://api.cloud.test/v1", nil, 0, "why?", 0, RuleDestination},
		{"a cloud on loopback that is none", Cloud, selfURL, nil, 0, "why?", 0, RuleDestination},
		{"a gateway on loopback", Cloud, "http://LOCALHOST.:4000/v1", func(r *Rules) { r.CloudHost = "localhost:4000" }, 0, "why?", Anywhere, ""},
		{"a gateway on loopback, marked", Cloud, "http://localhost:4000/v1", func(r *Rules) { r.CloudHost = "localhost:4000" }, 0, marked, 0, RuleClassification},
		{"no cloud", Cloud, cloudURL, noHosts, 0, "why?", 0, RuleDestination},
		{"no cloud and no host", Cloud, "http:///x", noHosts, 0, "why?", 0, RuleDestination},
		{"a role beyond the list", 7, cloudURL, offline, 0, "why?", 0, RuleOffline},
		{"a local server as the cloud", Cloud, lanURL, nil, 0, "why?", 0, RuleDestination},

		{"this machine", Local, selfURL, nil, 0, marked + secretive, Loopback, ""},
		{"this machine, whatever the rules", Local, selfURL, both, chat.TopSecret, marked, Loopback, ""},
		{"this machine by name, any port", Local, "http://a.localhost:1/x", noHosts, 0, "why?", Loopback, ""},
		{"the network, open", Local, lanURL, nil, 0, "why?", Anywhere, ""},
		{"the network, secrets are its own", Local, lanURL, nil, 0, secretive, Anywhere, ""},
		{"the network, marked", Local, lanURL, nil, 0, marked, Premises, ""},
		{"the network, level of the question", Local, lanURL, nil, chat.CUI, "why?", Premises, ""},
		{"the network, level of the settings", Local, lanURL, level(chat.CUI), 0, "why?", Premises, ""},
		{"the network, paranoid", Local, lanURL, paranoid, 0, "why?", Premises, ""},
		{"the network, offline", Local, lanURL, offline, 0, "why?", Loopback, ""},
		{"the network, offline and marked", Local, lanURL, both, chat.Secret, marked, Loopback, ""},
		{"a stranger", Local, "http://gpu.lan.evil.test:11434/", nil, 0, "why?", 0, RuleDestination},
		{"the cloud as a local server", Local, cloudURL, nil, 0, "why?", 0, RuleDestination},
		{"a name that looks like loopback", Local, "http://127.0.0.1.nip.io:11434/", nil, 0, "why?", 0, RuleDestination},
		{"a user that looks like loopback", Local, "http://127.0.0.1:11434@evil.test/", nil, 0, "why?", 0, RuleDestination},
		{"another protocol", Local, "ftp://127.0.0.1/", nil, 0, "why?", 0, RuleDestination},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := &notebook{}
			reach, err := New(house(c.rules), finder, n).Pass(t.Context(), Outgoing{
				Role: c.role, URL: address(t, c.url), Level: c.level, Model: "m", Body: body(t, "first", c.text),
			})
			if reach != c.want {
				t.Errorf("reach %s, want %s", reach, c.want)
			}
			judge(t, n, err, c.refusal)
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Error("the secret is in the error")
			}
		})
	}
}

// judge compares a refusal, "" for none, with what was returned and witnessed.
func judge(t *testing.T, n *notebook, err error, refusal string) {
	t.Helper()
	if refusal == "" {
		if err != nil || len(n.passed) != 1 || len(n.refused) != 0 {
			t.Errorf("%v, witnessed %+v", err, n)
		}
		return
	}
	v, ok := errors.AsType[*Violation](err)
	e, isChat := errors.AsType[*chat.Error](err)
	if !ok || !isChat || v.Rule != refusal {
		t.Fatalf("want %s, got %v (%+v)", refusal, err, v)
	}
	if e.Kind != chat.Policy || e.Message == "" || e.Hint == "" {
		t.Errorf("%+v", e)
	}
	if len(n.passed) != 0 || len(n.why) != 1 || n.why[0] != v {
		t.Errorf("witnessed %+v", n)
	}
}

// TestTextsAround holds that markings and secrets count in the path, the query
// and the headers too, and that a server's own credentials are none.
func TestTextsAround(t *testing.T) {
	for _, c := range []struct {
		name, url string
		header    http.Header
		want      string
	}{
		{"nothing", cloudURL, http.Header{"X-Title": {"rigrun"}, "Idempotency-Key": nil}, ""},
		{"the key", cloudURL, http.Header{"Authorization": {"Bearer hunter2"}, "X-Api-Key": {"hunter2"}, "Cf-Aig-Token": {"hunter2"}}, ""},
		{"a header", cloudURL, http.Header{"X-Title": {"a", "hunter2"}}, RuleSecrets},
		{"a marked header", cloudURL, http.Header{"X-Title": {"SECRET//NOFORN"}}, RuleClassification},
		{"the path", "https://api.cloud.test/hunt%65r2", nil, RuleSecrets},
		{"the query", "https://api.cloud.test/?q=hunter2", nil, RuleSecrets},
		{"the query, escaped", "https://api.cloud.test/?q=hunt%65r2", nil, RuleSecrets},
		{"the query, badly escaped", "https://api.cloud.test/?q=%zz&p=hunter2", nil, RuleSecrets},
		{"a marked query", "https://api.cloud.test/?a%0ATOP+SECRET%2F%2FSI%0Ab", nil, RuleClassification},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := &notebook{}
			_, err := New(house(nil), finder, n).Pass(t.Context(), Outgoing{Role: Cloud, URL: address(t, c.url), Header: c.header})
			judge(t, n, err, c.want)
		})
	}
}

// TestPassage holds what the witness is told, and that it is no content.
func TestPassage(t *testing.T) {
	h := &hasher{}
	d := New(house(nil), finder, h)
	sent := body(t, "see swordfish and hunter2", "hunter2")
	_, err := d.Pass(t.Context(), Outgoing{Role: Cloud, URL: address(t, cloudURL), Model: "big", Body: sent})
	if err == nil || !strings.Contains(err.Error(), "(generic, url-password)") {
		t.Error(err)
	}
	_, err = d.Pass(t.Context(), Outgoing{Role: Local, URL: address(t, lanURL), Level: chat.CUI, Model: "small", Body: sent})
	if err != nil {
		t.Error(err)
	}
	digest := (*hasher)(nil).Hash(sent)
	refused := Passage{Role: Cloud, Host: "api.cloud.test:443", Model: "big", Bytes: len(sent), Secrets: []string{"generic", "url-password"}, Digest: digest}
	passed := Passage{Role: Local, Host: "gpu.lan:11434", Level: chat.CUI, Reach: Premises, Model: "small", Bytes: len(sent), Digest: digest}
	if len(h.refused) != 1 || !same(h.refused[0], refused) {
		t.Errorf("%+v", h.refused)
	}
	if len(h.passed) != 1 || !same(h.passed[0], passed) {
		t.Errorf("%+v", h.passed)
	}
	if _, err := d.Pass(t.Context(), Outgoing{URL: address(t, selfURL)}); err != nil || h.passed[1].Digest != "" {
		t.Errorf("%v, %+v", err, h.passed[1])
	}
}

func same(a, b Passage) bool {
	secrets := slices.Equal(a.Secrets, b.Secrets)
	a.Secrets, b.Secrets = nil, nil
	return secrets && a.Host == b.Host && a.Role == b.Role && a.Level == b.Level && a.Reach == b.Reach &&
		a.Model == b.Model && a.Bytes == b.Bytes && a.Digest == b.Digest
}

// TestCancelled holds that nothing passes after a cancel, and that it is no violation.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n := &notebook{}
	_, err := New(house(nil), finder, n).Pass(ctx, Outgoing{URL: address(t, selfURL)})
	if !errors.Is(err, context.Canceled) || len(n.passed)+len(n.refused) != 0 {
		t.Errorf("%v, %+v", err, n)
	}
}

// TestUnfinished holds that a door without its parts lets less through, not more.
func TestUnfinished(t *testing.T) {
	d := New(house(nil), nil, nil)
	_, err := d.Pass(t.Context(), Outgoing{Role: Cloud, URL: address(t, cloudURL), Body: body(t, "why?")})
	if v, ok := errors.AsType[*Violation](err); !ok || v.Rule != RuleSecrets {
		t.Error(err)
	}
	if _, err := d.Pass(t.Context(), Outgoing{}); err == nil {
		t.Error("a request without a URL passes")
	}
}

func TestDial(t *testing.T) {
	plain, offline := house(nil), house(func(r *Rules) { r.Offline = true })
	paranoid, marked := house(func(r *Rules) { r.Paranoid = true }), house(func(r *Rules) { r.Level = chat.CUI })
	for _, c := range []struct {
		rules   Rules
		reach   Reach
		addr    string // "" for none
		refusal string
	}{
		{plain, Anywhere, "8.8.8.8:443", ""},
		{plain, Anywhere, "127.0.0.1:1", ""},
		{plain, 99, "8.8.8.8:443", ""},
		{plain, Anywhere, "", RuleAddress},
		{plain, Premises, "10.0.0.1:1", ""},
		{plain, Premises, "[::1]:1", ""},
		{plain, Premises, "8.8.8.8:1", RuleAddress},
		{plain, Loopback, "127.0.0.1:1", ""},
		{plain, Loopback, "[::ffff:127.0.0.1]:1", ""},
		{plain, Loopback, "10.0.0.1:1", RuleAddress},
		{plain, -1, "127.0.0.1:1", RuleAddress},
		{offline, Anywhere, "8.8.8.8:1", RuleOffline},
		{offline, Anywhere, "10.0.0.1:1", RuleOffline},
		{offline, Anywhere, "127.0.0.1:1", ""},
		{paranoid, Anywhere, "8.8.8.8:1", RuleAddress},
		{paranoid, Anywhere, "10.0.0.1:1", ""},
		{marked, Anywhere, "8.8.8.8:1", RuleAddress},
		{marked, Anywhere, "192.168.0.1:1", ""},
	} {
		n := &notebook{}
		var addr netip.AddrPort
		if c.addr != "" {
			addr = netip.MustParseAddrPort(c.addr)
		}
		err := New(c.rules, finder, n).Dial(c.reach, addr)
		if c.refusal == "" {
			if err != nil || len(n.refused) != 0 {
				t.Errorf("%s within %s: %v", c.addr, c.reach, err)
			}
			continue
		}
		judge(t, n, err, c.refusal)
	}
}

func TestLookup(t *testing.T) {
	offline := house(func(r *Rules) { r.Offline = true })
	for _, c := range []struct {
		rules Rules
		reach Reach
		want  string
	}{{house(nil), Anywhere, ""}, {house(nil), Premises, ""}, {house(nil), Loopback, RuleAddress}, {offline, Anywhere, RuleOffline}} {
		n := &notebook{}
		err := New(c.rules, finder, n).Lookup(c.reach, "gpu.lan:11434")
		if c.want != "" {
			judge(t, n, err, c.want)
		} else if err != nil {
			t.Error(err)
		}
	}
}

// TestSentences holds that a refusal reads well whatever the host is made of.
func TestSentences(t *testing.T) {
	for _, host := range []string{"", "a b", "a\nb", "\x1b[31m", strings.Repeat("é", 500), "api.test:443"} {
		for _, rule := range []string{RuleClassification, RuleParanoid, RuleOffline, RuleSecrets, RuleDestination, RuleAddress} {
			for _, role := range []Role{Local, Cloud} {
				v := &Violation{Rule: rule, Role: role, Host: host, Level: chat.Secret, Secrets: []string{"a", "b", "c", "d", "e", "f", "g"}}
				e := v.refusal()
				if strings.ContainsAny(e.Message, "\n\x1b") || len(e.Message) > 400 || e.Hint == "" || !errors.Is(e, v) {
					t.Errorf("%q, %q", e.Message, e.Hint)
				}
				if host == "api.test:443" && !strings.Contains(e.Message, " "+host+" ") && !strings.HasPrefix(e.Message, host+" ") {
					t.Errorf("%s is not in %q", host, e.Message)
				}
			}
		}
	}
	if got := kinds([]string{"a", "b", "c", "d", "e", "f", "g"}); got != "a, b, c, d, e and 2 more" {
		t.Error(got)
	}
}
