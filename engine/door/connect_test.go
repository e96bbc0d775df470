package door

import (
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// TestConnect goes through who may be connected to for the shared cache, and how far.
func TestConnect(t *testing.T) {
	for name, c := range map[string]struct {
		rules Rules
		host  string
		reach Reach
		ok    bool
	}{
		"the configured one":  {Rules{CacheHost: "Cache.example:6379"}, "cache.example:6379", Anywhere, true},
		"another host":        {Rules{CacheHost: "cache.example:6379"}, "thief.example:6379", Loopback, false},
		"another port":        {Rules{CacheHost: "cache.example:6379"}, "cache.example:22", Loopback, false},
		"none is configured":  {Rules{}, "cache.example:6379", Loopback, false},
		"the cloud is no one": {Rules{CloudHost: "cloud.example:443"}, "cloud.example:443", Loopback, false},
		"offline":             {Rules{CacheHost: "cache.example:6379", Offline: true}, "cache.example:6379", Loopback, true},
		"paranoid":            {Rules{CacheHost: "cache.example:6379", Paranoid: true}, "cache.example:6379", Premises, true},
		"marked":              {Rules{CacheHost: "cache.example:6379", Level: chat.CUI}, "cache.example:6379", Premises, true},
	} {
		reach, err := New(c.rules, nil, nil).Connect(c.host)
		if reach != c.reach || (err == nil) != c.ok {
			t.Errorf("%s: %v, %v", name, reach, err)
		}
		if err != nil && chat.KindOf(err) != chat.Policy {
			t.Errorf("%s: %v", name, err)
		}
	}
}
