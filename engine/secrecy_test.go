package engine_test

import (
	"strings"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/stream"
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

// TestEscapedNamesOfSecretFiles holds that a URI's escapes, its scheme and what
// follows its path hide no file of secrets.
func TestEscapedNamesOfSecretFiles(t *testing.T) {
	for _, uri := range []string{"vscode-vfs://github/w/%2Eenv", "file:///w/%2eenv", "vfs:/w/server%2Epem", "untitled:.env", "git:/w/.env?%7B%22ref%22:%22HEAD%22%7D", "vscode-notebook-cell:/w/id_rsa#W0s"} {
		big := words("openai", "above")
		h := openCloud(t, big, nil)
		_, r, _ := say(t, h, chat.Request{Message: easy, Mode: chat.ModeCloud, Context: []chat.ContextItem{{Kind: chat.ContextFile, URI: uri, Text: "A=1\n"}}})
		if r.Route.ForcedBy != route.ForcedBySecrets || len(big.Prompts()) > 0 {
			t.Errorf("%s: %+v", uri, r.Route)
		}
	}
}

// TestASecretInAFilesNameIsReplaced holds that what only the rendered prompt shows,
// here the name of a file, is looked at, too.
func TestASecretInAFilesNameIsReplaced(t *testing.T) {
	big := words("openai", "above")
	h := openCloud(t, big, nil)
	_, r, _ := say(t, h, chat.Request{Message: easy, Mode: chat.ModeCloud, Context: []chat.ContextItem{{
		Kind: chat.ContextFile, Path: "/w/" + awsKey + ".go", URI: "file:///w/" + awsKey + ".go", Text: "package w\n",
	}}})
	if r.Route.Tier != chat.TierCloud || len(big.Prompts()) != 1 {
		t.Fatalf("%+v, sent %d prompts", r.Route, len(big.Prompts()))
	}
	if sent := sentTo(big); strings.Contains(sent, awsKey) || !strings.Contains(sent, "package w") {
		t.Errorf("sent %s", sent)
	}
}

// TestAnAnswerThatEndsLikeAPlaceholderIsWhole lets a cloud's answer end in what may
// become a placeholder, which is held back until it is known that it does not.
func TestAnAnswerThatEndsLikeAPlaceholderIsWhole(t *testing.T) {
	ending := ""
	h := openCloud(t, &asker{t: t, reply: func(p *chat.Prompt, w stream.Writer) error {
		sent := p.Turns[len(p.Turns)-1].Content
		_, ending, _ = strings.Cut(sent, "REDACTED_")
		ending = "REDACTED_" + ending[:3]
		return w.Write(stream.Chunk{Data: []byte("It begins with " + ending)})
	}}, nil)
	text, _, _ := say(t, h, chat.Request{Message: "what is " + awsKey + " for?", Mode: chat.ModeCloud})
	if want := "It begins with " + ending; ending == "" || text != want {
		t.Errorf("%q, want %q", text, want)
	}
}
