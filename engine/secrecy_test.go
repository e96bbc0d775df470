package engine_test

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/route"
)

// TestPiecesOfSecretsStay asks about pieces of documents that no rule would know
// for what they are: without the rest of their document they are only letters.
func TestPiecesOfSecretsStay(t *testing.T) {
	const (
		body = "MIIEowIBAAKCAQEAx7Q2vZ1mN4kTq9Yb3LrWc8HsJd5Fg6Pz0UoEiAyVtBnMxKj\n9GhSdRfQwLzXcVbNmAsDfGhJkLqWeRtYuIoP1234567890zxcvbnmASDFGHJKLqw\n"
		key  = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + body + "-----END RSA PRIVATE KEY-----\n"
		env  = "user = svc\npassword = \"x7KqT2mZp9Lw\"\nretries = 3\n"
	)
	for _, test := range []struct {
		name, document, piece string
		stays                 bool
	}{
		{"lines of a key", "// below\n" + key, body, true},
		{"a key's head and a line, which are found", key, key[:60], false},
		{"the whole of a key", "// below\n" + key, key, false},
		{"a password without its name", env, "x7KqT2mZp9Lw", true},
		{"half a password", env, "x7KqT2", true},
		{"a password with its name", env, "password = \"x7KqT2mZp9Lw\"\n", false},
		{"the lines beside it", env, "retries = 3\n", false},
		{"a text that quotes a key", "// below\n" + key, "It says:\n> " + body[:64], true},
		{"a text that quotes nothing", "// below\n" + key, "It says: // below", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			big := words("openai", "above")
			h := openCloud(t, big, nil)
			start := strings.Index(test.document, test.piece)
			_, r, _ := say(t, h, chat.Request{Message: easy, Mode: chat.ModeCloud, Context: []chat.ContextItem{{
				Kind: chat.ContextSelection, Path: "/w/key.txt", Document: test.document, Text: test.piece,
				Span: chat.Span{Start: max(start, 0), End: max(start, 0) + len(test.piece), FirstLine: 1, LastLine: 1},
			}}})
			if stays := r.Route.ForcedBy == route.ForcedBySecrets; stays != test.stays || stays != (len(big.Prompts()) == 0) {
				t.Errorf("%+v, sent to the cloud: %+v", r.Route, big.Prompts())
			}
		})
	}
}

// TestEscapedNamesOfSecretFiles holds that a URI's escapes hide no file of secrets.
func TestEscapedNamesOfSecretFiles(t *testing.T) {
	for _, uri := range []string{"vscode-vfs://github/w/%2Eenv", "file:///w/%2eenv", "vfs:/w/server%2Epem"} {
		big := words("openai", "above")
		h := openCloud(t, big, nil)
		_, r, _ := say(t, h, chat.Request{Message: easy, Mode: chat.ModeCloud, Context: []chat.ContextItem{{Kind: chat.ContextFile, URI: uri, Text: "A=1\n"}}})
		if r.Route.ForcedBy != route.ForcedBySecrets || len(big.Prompts()) > 0 {
			t.Errorf("%s: %+v", uri, r.Route)
		}
	}
}
