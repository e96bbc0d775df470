package door

import (
	"testing"
)

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST.": true, "a.localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"localhost.test": false, "notlocalhost": false, "10.0.0.1": false, "0.0.0.0": false, "": false,
	} {
		if IsLoopback(host) != want {
			t.Errorf("%q: want %v", host, want)
		}
	}
}
