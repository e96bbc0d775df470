package secret

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opened returns the text that was packed with each letter moved by one, so that
// no scanner finds what a test is about.
func opened(packed string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r - 1
		}
		return r
	}, packed)
}

const githubToken = "hiq`b2C3d4E5f6G7h8I9j2K2l3M4n5O6p7Q8r9S2" // opened: a GitHub token

func TestRedactIsStable(t *testing.T) {
	text := `token = "` + opened(githubToken) + `"`
	first, places := Key{1}.Vault().Redact(text)
	second, _ := Key{1}.Vault(text, "other").Redact(text)
	other, _ := Key{2}.Vault().Redact(text)
	if first != second || first == other {
		t.Errorf("%q, the same key %q, another %q", first, second, other)
	}
	if !regexp.MustCompile(`^token = "REDACTED_GITHUB_PAT_[0-9a-f]{10}"$`).MatchString(first) {
		t.Error(first)
	}
	if len(places) != 1 || places[0].Kind != "github-pat" || places[0].Line != 1 || places[0].Start != 9 {
		t.Errorf("%+v", places)
	}
}

func TestRedactFindsKnownSecretsBare(t *testing.T) {
	v := Key{}.Vault(`DB_PASSWORD=k3yst0ne-77`, `password="test"`, `password: "hunter2"`)
	got, places := v.Redact("the k3yst0ne-77 of a test,\nhunter2, xhunter2x and xk3yst0ne-77x")
	if strings.Contains(got, "k3yst0ne") || !strings.Contains(got, "of a test") || !strings.Contains(got, "xhunter2x") || strings.Contains(got, " hunter2") {
		t.Error(got)
	}
	if len(places) != 3 || places[1].Line != 2 || places[0].Kind != "password" {
		t.Errorf("%+v", places)
	}
	if back := v.Restore(got); !strings.Contains(back, "the k3yst0ne-77 of a test,\nhunter2,") {
		t.Error(back)
	}
}

func TestEscapedFormsAreKnown(t *testing.T) {
	block := "-----BEGIN EC " + "PRIVATE KEY-----\nMHcCAQEEIIrYSSNdFX0q8mW0sXvQyY8fPq3o0dKzq1cE8hTn2JbPoAoGCCqGSM49\n-----END EC PRIVATE KEY-----"
	v := Key{}.Vault(block)
	text := `{"content":"` + strings.ReplaceAll(block, "\n", `\n`) + `"}`
	got, places := v.Redact(text)
	if len(places) != 1 || strings.Contains(got, "MHcC") || v.Restore(got) != text {
		t.Error(got)
	}
}

func TestRestoreAcceptsAnyCase(t *testing.T) {
	v := Key{}.Vault()
	got, _ := v.Redact(`password = "hunter2"`)
	for _, said := range []string{got, strings.ToLower(got), strings.ToUpper(got)} {
		if back := v.Restore(said); !strings.Contains(back, "hunter2") {
			t.Errorf("%q: %q", said, back)
		}
	}
}

// TestLookalikesSurvive: text that looks like the placeholder a secret would get,
// in the same texts, is neither given out nor put back.
func TestLookalikesSurvive(t *testing.T) {
	plain := `password = "hunter2"`
	would, _ := Key{}.Vault().Redact(plain)
	for _, literal := range []string{would, strings.ToLower(would), strings.ToUpper(would)} {
		text := plain + "\n" + literal
		v := Key{}.Vault(text)
		got, _ := v.Redact(text)
		if strings.Contains(got, "hunter2") || v.Restore(got) != text {
			t.Errorf("%q: %q, back %q", text, got, v.Restore(got))
		}
	}
}

// TestCollision gives two secrets the same first digits by closing them.
func TestCollision(t *testing.T) {
	v := Key{}.Vault()
	short := v.holder("password", "one")
	long := v.holder("password", "one")
	if len(long) != len(short)+2 || strings.HasPrefix(long, short) || placeholderAt(long, 0) != len(long) {
		t.Errorf("%s, %s", short, long)
	}
}

func TestEmpty(t *testing.T) {
	v := Key{}.Vault("nothing here")
	if got, places := v.Redact("nor here"); !v.Empty() || got != "nor here" || places != nil || v.Restore(got) != got {
		t.Error(got, places, v.Empty())
	}
	v.Redact(`password="hunter2"`)
	if v.Empty() {
		t.Error("knows nothing")
	}
}

// TestPlaceholdersAreNoSecrets tries every kind in the places where rules look.
func TestPlaceholdersAreNoSecrets(t *testing.T) {
	for n := range len(engines) {
		holder := mark + kindName(ruleAt(n).kind) + "_0123456789"
		for _, frame := range []string{"%s", "password=%s", `api_key: "%s"`, "https://u:%s@host/", "Authorization: Bearer %s", `{"private_key":"%s"}`, "AccountKey=%s;", "curl -u me:%s https://x.org ", "twitter_token = '%s'"} {
			if text := fmt.Sprintf(frame, holder); Has(text) {
				t.Errorf("%s: found in %q", ruleAt(n).kind, text)
			}
		}
	}
}

func TestVaultIsForSeveralGoroutines(t *testing.T) {
	v := Key{}.Vault()
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			text := fmt.Sprintf(`password = "hunter2-%d"`, n)
			for range 20 {
				got, _ := v.Redact(text)
				if v.Restore(got) != text {
					t.Errorf("%q: %q", text, got)
				}
			}
		})
	}
	group.Wait()
}

// TestExamplesRoundTrip holds Redact to its promises on gitleaks' examples and on our own.
func TestExamplesRoundTrip(t *testing.T) {
	for _, l := range labelled(t, "labelled.b64") {
		checkRedact(t, l.text)
	}
	n := 0
	for _, e := range gitleaksExamples(t) {
		for _, x := range append(e.Found, e.Clean...) {
			if n++; n%4 == 0 || !testing.Short() && n%2 == 0 {
				checkRedact(t, x.Text)
			}
		}
	}
}

// TestLinesOfAKey holds that a line of a key is kept back where it stands alone.
func TestLinesOfAKey(t *testing.T) {
	const line = "MIIEowIBAAKCAQEAx7Q2vZ1mN4kTq9Yb3LrWc8HsJd5Fg6Pz0UoEiAyVtBnMxKj9"
	for _, key := range []string{
		"-----BEGIN RSA " + "PRIVATE KEY-----\n" + line + "\n" + strings.ToLower(line) + "\n-----END RSA PRIVATE KEY-----\n",
		"{\"key\": \"-----BEGIN RSA " + `PRIVATE KEY-----\n` + line + `\n` + strings.ToLower(line) + `\n-----END RSA PRIVATE KEY-----\n"}`,
	} {
		v := Key{1}.Vault(key)
		quote := "The key begins with `" + line + "`."
		text, places := v.Redact(quote)
		if strings.Contains(text, line) || len(places) != 1 || v.Restore(text) != quote {
			t.Errorf("%q becomes %q", quote, text)
		}
		if whole, places := v.Redact(key); len(places) != 1 || v.Restore(whole) != key {
			t.Errorf("the whole key becomes %q", whole)
		}
	}
}

func TestUnfinished(t *testing.T) {
	const phrase = "Correct-Horse 7 battery!staple"
	v := Key{1}.Vault(`password: "` + phrase + `"`)
	for n := 1; n < len(phrase); n++ {
		if got := v.Unfinished("use " + phrase[:n]); got != len("use ") {
			t.Errorf("%q may begin at %d", phrase[:n], got)
		}
	}
	for _, whole := range []string{"", "use ", "use " + phrase, "use " + phrase + " ", phrase[1:]} {
		if got := v.Unfinished(whole); got != len(whole) {
			t.Errorf("%q is unfinished at %d", whole, got)
		}
	}
}
