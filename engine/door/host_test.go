package door

import (
	"net/netip"
	"net/url"
	"testing"
)

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST.": true, "a.localhost": true, "A.LocalHost.": true,
		"127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true, "0:0:0:0:0:0:0:1": true, "::1%lo": true,
		"localhost.test": false, "localhost.evil.com": false, "notlocalhost": false, "127.0.0.1.nip.io": false, "127.0.0.1.": false,
		"0x7f.0.0.1": false, "0x7f000001": false, "2130706433": false, "0177.0.0.1": false, "127.1": false, "127.0.0.01": false,
		"10.0.0.1": false, "0.0.0.0": false, "::": false, "::2": false, "": false, ".": false, "localhost..": false,
		"\u24dbocalhost": false, "loc\u0430lhost": false, "localhos\u212a": false, "127\u30020\u30020\u30021": false, "localhost%00": false,
	} {
		if IsLoopback(host) != want {
			t.Errorf("%q: want %v", host, want)
		}
	}
}

// TestTargets holds where URLs lead that are written to look like others.
func TestTargets(t *testing.T) {
	for raw, want := range map[string]target{
		"http://127.0.0.1:11434/api":          {"127.0.0.1:11434", true, true},
		"http://localhost":                    {"localhost:80", true, true},
		"https://LOCALHOST.":                  {"localhost:443", true, true},
		"http://[::1]:8080":                   {"[::1]:8080", true, true},
		"http://[::1%25lo]":                   {"[::1%lo]:80", true, true},
		"http://user:pass@127.0.0.1:80/#frag": {"127.0.0.1:80", true, true},
		"https://API.Example.com./v1":         {"api.example.com:443", false, true},
		"https://api.example.com:8443":        {"api.example.com:8443", false, true},
		"http://127.0.0.1@evil.com":           {"evil.com:80", false, true},
		"http://127.0.0.1:80@evil.com:81":     {"evil.com:81", false, true},
		"http://localhost.evil.com":           {"localhost.evil.com:80", false, true},
		"http://127.0.0.1.nip.io":             {"127.0.0.1.nip.io:80", false, true},
		"http://evil.com/127.0.0.1":           {"evil.com:80", false, true},
		"http://evil.com#@127.0.0.1":          {"evil.com:80", false, true},
		"http://evil.com?@127.0.0.1":          {"evil.com:80", false, true},
		"http://0x7f.1":                       {"0x7f.1:80", false, true},
		"http://2130706433":                   {"2130706433:80", false, true},
		"http://0177.0.0.1":                   {"0177.0.0.1:80", false, true},
		"http://127.0.0.1.":                   {"127.0.0.1.:80", false, true}, // a name, whatever a resolver takes it for
		"http://0.0.0.0:1":                    {"0.0.0.0:1", false, true},
		"http://[2001:DB8:0:0:0:0:0:1]:1":     {"[2001:db8::1]:1", false, true},
		"http://[::ffff:10.0.0.1]:1":          {"10.0.0.1:1", false, true},
		"http://b\u00fccher.example":          {"b\u00fccher.example:80", false, true},
		"http://B\u00dcCHER.example":          {"b\u00dccher.example:80", false, true},
		"http:127.0.0.1":                      {},
		"http:///path":                        {},
		"http://:80":                          {},
		"ftp://127.0.0.1":                     {},
		"//127.0.0.1":                         {},
		"unix:///var/run/x":                   {},
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := targetOf(u); got != want {
			t.Errorf("%s: %+v, want %+v", raw, got, want)
		}
	}
	if got := targetOf(nil); got.valid {
		t.Error("a missing URL is a target")
	}
}

// TestHandMadeURLs holds that fields put together by hand, past url.Parse, get
// no further than what they lead to.
func TestHandMadeURLs(t *testing.T) {
	for _, u := range []*url.URL{
		{Scheme: "http", Host: "127.0.0.1:80@evil.com"},
		{Scheme: "http", Host: "127.0.0.1/evil.com"},
		{Scheme: "http", Host: "evil.com#.localhost.x"},
		{Scheme: "http", Host: "[::1"},
		{Scheme: "http", Host: "127.0.0.1 evil.com"},
		{Scheme: "http", Host: "127.0.0.1:80", Opaque: "//evil.com/x"},
		{Scheme: "HTTP", Host: "127.0.0.1:80"},
	} {
		if got := targetOf(u); got.loopback {
			t.Errorf("%#v is taken for this machine: %+v", u, got)
		}
	}
}

// TestKnownTargets holds that a target that was read before is the one that
// reading it gives, and that nothing else is taken for it.
func TestKnownTargets(t *testing.T) {
	d := New(Rules{LocalHosts: []string{"127.0.0.1:11434", "LOCALHOST:1", "[::1]:2", "gpu.lan:3", "10.0.0.1:4", "127.0.0.1:x", "127.0.0.1:5@evil.test:6"}}, nil, nil)
	if len(d.self) != 3 {
		t.Errorf("known: %q", d.self)
	}
	for _, u := range []*url.URL{
		{Scheme: "http", Host: "127.0.0.1:11434"},
		{Scheme: "https", Host: "127.0.0.1:11434"},
		{Scheme: "ftp", Host: "127.0.0.1:11434"},
		{Scheme: "http", Host: "127.0.0.1:11434", Opaque: "//evil.test/"},
		{Scheme: "http", Host: "LOCALHOST:1"},
		{Scheme: "http", Host: "[::1]:2"},
		{Scheme: "http", Host: "gpu.lan:3"},
		{Scheme: "http", Host: "10.0.0.1:4"},
		{Scheme: "http", Host: ""},
		nil,
	} {
		if got, want := d.target(u), targetOf(u); got != want {
			t.Errorf("%v: %+v, want %+v", u, got, want)
		}
	}
}

func TestConfigured(t *testing.T) {
	for raw, want := range map[string]string{
		"API.Example.com.:443": "api.example.com:443", "[2001:DB8::1]:1": "[2001:db8::1]:1", "10.0.0.1:80": "10.0.0.1:80",
		"": "", "host": "", "host:": "", ":80": "", "a:b:c": "",
	} {
		if got := configured(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestReachOf(t *testing.T) {
	for addr, want := range map[string]Reach{
		"127.0.0.1": Loopback, "127.255.255.254": Loopback, "::1": Loopback, "::ffff:127.0.0.1": Loopback,
		"10.1.2.3": Premises, "172.16.0.1": Premises, "172.31.255.255": Premises, "192.168.1.1": Premises, "::ffff:10.0.0.1": Premises,
		"169.254.1.1": Premises, "fe80::1": Premises, "fe80::1%eth0": Premises, "fd00::1": Premises, "fc00::1": Premises,
		"100.64.0.1": Premises, "100.127.255.255": Premises, "::ffff:100.64.0.1": Premises,
		"100.63.255.255": Anywhere, "100.128.0.0": Anywhere, "172.15.0.1": Anywhere, "172.32.0.1": Anywhere, "192.169.0.1": Anywhere,
		"11.0.0.0": Anywhere, "128.0.0.1": Anywhere, "0.0.0.0": Anywhere, "::": Anywhere, "::2": Anywhere, "8.8.8.8": Anywhere,
		"64:ff9b::7f00:1": Anywhere, "2002:7f00:1::": Anywhere, "::127.0.0.1": Anywhere, "fec0::1": Anywhere, "fe00::1": Anywhere,
		"224.0.0.1": Anywhere, "255.255.255.255": Anywhere, "2001:db8::1": Anywhere,
	} {
		if got := reachOf(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}
