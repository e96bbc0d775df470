package secret

import (
	"slices"
	"strings"
	"testing"
)

func TestFindGivesTheSecretItself(t *testing.T) {
	text := "a: 1\nDB_PASSWORD=\"hunter2\" # x\nredis://u:pw-123@h/\n"
	var got []string
	for _, f := range Find(text) {
		got = append(got, f.Kind+" "+text[f.Start:f.End])
	}
	if want := []string{"password hunter2", "url-password pw-123"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if Find("") != nil || Find("password") != nil || Has("password =") {
		t.Error("found something in nothing")
	}
}

// TestFindIsOrdered: in their order, none within another, inside the text.
func TestFindIsOrdered(t *testing.T) {
	var all strings.Builder
	for _, e := range gitleaksExamples(t) {
		for _, x := range e.Found[:min(3, len(e.Found))] {
			all.WriteString(x.Text + "\n\n")
		}
	}
	text, at := all.String(), 0
	found := Find(text)
	for _, f := range found {
		if f.Start < at || f.End <= f.Start || f.End > len(text) || f.Kind == "" {
			t.Fatalf("%+v after %d", f, at)
		}
		at = f.End
	}
	if len(found) < 300 {
		t.Errorf("%d findings", len(found))
	}
}

// TestCleanTextAllocatesNothing: not even where words of rules stand in it.
func TestCleanTextAllocatesNothing(t *testing.T) {
	text := strings.Repeat("func (s *server) token(key string) (apiKey string, err error) {\n\treturn s.auth.Key(\"https://example.com/path\", key)\n}\n", 50)
	if Has(text) {
		t.Fatal("found something")
	}
	if n := testing.AllocsPerRun(50, func() { Has(text) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// hostile are texts made to take long.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	return map[string]string{
		"words":        fill("password token secret api_key key auth "),
		"assignments":  fill(`password=key=token:`),
		"colons":       fill("twitter:"),
		"unended":      fill(`password="`),
		"urls":         fill("http://a:"),
		"blocks":       fill("-----BEGIN " + "PRIVATE KEY-----"),
		"curl":         fill("curl -H \"Authorization: "),
		"curl -u":      fill("curl -u \"a:"),
		"commands":     fill("sshpass -p "),
		"lists":        fill("mysql \"-p\", "),
		"cut commands": fill("openssl -pass 'pass:"),
		"options":      fill("-pass "),
		"sockets":      fill("ab:cdef@tcp("),
		"tokens":       fill("xoxb-"),
		"jwt":          fill("-eyJaaaaaaaaaaaaaaaaa.eyJ"),
		"jwt long":     fill("-eyJaaaaaaaaaaaaaaaaaaaaaaaa"),
		"github":       fill("ghp_"),
		"brands":       fill("twitter_key = dropbox_key = plaid = bitbucket = discord = abcdefghij0123456789 "),
		"kind":         fill("kind: Secret data: "),
		"passwords":    fill("password=a1b2c3d4 "),
		"placeholders": fill("REDACTED_PASSWORD_0123456789"),
		"marks":        fill(mark),
		"quotes":       fill(`"\"`),
		"putty":        fill("PuTTY-User-Key-File-2: "),
		"cut blocks":   fill("-----BEGIN " + "PRIVATE KEY-----\nabc "),
		"users":        fill("a://b:c@"),
		"same":         fill("k"),
	}
}

// TestHostileTextIsRedacted: in few rounds, however it is made.
func TestHostileTextIsRedacted(t *testing.T) {
	for name, text := range hostile(1 << 13) {
		t.Run(name, func(t *testing.T) { checkRedact(t, text) })
	}
}
