package e2e

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fact is what a test knows of a question that it asked: whether one byte of it
// may reach the cloud, whether it must, and what must not be seen there.
type fact struct {
	nonce    string
	kept     string // why it stays, "" where nothing keeps it
	closed   bool   // it is about a file of secrets that the editor has not open
	confined string // why what follows it in its conversation stays, too
	must     bool
	never    []string // secrets
	restored []string // those that an echo must bring back
	unlogged []string // no log may hold these
}

// scene is a process of the binary with one configuration, and its questions.
type scene struct {
	t     *testing.T
	r     *rand.Rand
	w     *world
	e     *editor
	root  string // the workspace's folder
	open  bool   // the configuration lets questions out
	mode  string // of the configuration
	hides bool   // secrets are replaced
	facts []*fact
	known []credential
	asked int
}

// credential is a text with a secret in it, as gitleaks itself reports it.
type credential struct{ Kind, Text, Secret string }

// credentials reads the examples that the engine's own tests use.
func credentials(t *testing.T) (all []credential) {
	t.Helper()
	f, err := os.Open("../engine/assemble/testdata/secrets.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(r); d.More(); {
		var c credential
		if err := d.Decode(&c); err != nil {
			t.Fatal(err)
		}
		if len(c.Secret) >= 12 {
			all = append(all, c)
		}
	}
	return all
}

func (s *scene) one(of ...string) string { return of[s.r.IntN(len(of))] }

func (s *scene) password() string {
	raw := make([]byte, 12)
	for i := range raw {
		raw[i] = byte(s.r.Uint32())
	}
	return "x7K" + base64.RawURLEncoding.EncodeToString(raw)
}

// credential makes one, or takes an example.
func (s *scene) credential() credential {
	p := s.password()
	switch s.r.IntN(7) {
	case 0:
		return credential{"url", "postgres://app:" + p + "@db.corp.example/app", p}
	case 1:
		return credential{"json", `{"user": "svc", "password": "` + p + `"}`, p}
	case 2:
		return credential{"env", "DB_PASSWORD=" + p, p}
	case 3:
		body := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(p, 12)))
		return credential{"pem", "-----BEGIN " + "PRIVATE KEY-----\n" + body[:64] + "\n" + body[64:] + "\n-----END PRIVATE KEY-----", body[:64]}
	}
	return s.known[s.r.IntN(len(s.known))]
}

// marking makes one of CUI or above.
func (s *scene) marking() string {
	return s.one("SECRET//NOFORN", "TOP SECRET//SI//NOFORN", "CUI//SP-CTI", "(S//NF) The convoy leaves at dawn.", "CLASSIFICATION: SECRET",
		"SECRET//REL TO USA, FVEY", "UNCLASSIFIED//FOR OFFICIAL USE ONLY", "(TS//SI) The range is 40 km.", "CONFIDENTIAL//NOFORN")
}

// file writes a document into the workspace, and opens it where asked with
// another text than the disk has. It returns its URI.
func (s *scene) file(name, disk, buffer string) string {
	path := filepath.Join(s.root, name)
	writeFile(s.t, path, disk)
	uri := fileURI(path)
	if buffer != "" {
		s.e.notify("textDocument/didOpen", map[string]any{
			"textDocument": map[string]any{"uri": uri, "languageId": "go", "version": 1, "text": buffer},
		})
	}
	return uri
}

// question makes the parameters of a question, and what is known of it.
func (s *scene) question() (map[string]any, *fact) {
	s.asked++
	f := &fact{nonce: fmt.Sprintf("n%dq%dn", s.r.IntN(1e6), s.asked)}
	s.facts = append(s.facts, f)
	params := map[string]any{"message": "What does this do? See " + f.nonce + ".", "cache": "off"}
	if !s.open {
		f.kept = "the configuration"
	}
	mode := s.one("", "auto", "cloud", "cloud", "cloud", "local")
	if mode != "" {
		params["mode"] = mode
	} else {
		mode = s.mode
	}
	f.must = mode == "cloud"
	if mode == "local" {
		f.keep("the mode")
	}
	switch s.r.IntN(16) {
	case 0:
		params["maxTier"] = "local"
		f.keep("maxTier")
	case 1:
		params["classification"] = s.one("CUI", "SECRET", "TOP SECRET")
		f.confine("the request's level")
	case 2:
		params["model"] = "large-cloud"
	}
	s.context(params, f)
	f.must = f.must && f.kept == ""
	return params, f
}

// keep notes why a question stays, whatever comes after it.
func (f *fact) keep(why string) {
	if f.kept == "" {
		f.kept = why
	}
}

// confine notes why a question and what follows it stay.
func (f *fact) confine(why string) {
	f.keep(why)
	f.confined = why
}

// plant puts a secret into a question that is sent.
func (s *scene) plant(f *fact) string {
	c := s.credential()
	f.never, f.unlogged = append(f.never, c.Secret), append(f.unlogged, c.Secret)
	if !s.hides {
		f.confine("a secret that is not replaced")
	} else {
		f.restored = append(f.restored, c.Secret)
	}
	return c.Text
}

func (s *scene) mark(f *fact) string {
	words := s.marking()
	f.confine("marked " + words)
	if strings.Contains(words, "//") {
		f.unlogged = append(f.unlogged, words)
	}
	return words
}

// context adds one piece of context, or puts something into the message.
func (s *scene) context(params map[string]any, f *fact) {
	plain := "package queue\n\n// see " + f.nonce + "\nfunc Push(v int) error {\n\treturn errFull\n}\n"
	name := fmt.Sprintf("src/f%d.go", s.asked)
	item := map[string]any{"kind": "file"}
	switch s.r.IntN(16) {
	case 0: // a clean file on the disk
		item["uri"] = s.file(name, plain, "")
	case 1: // marked on the disk
		item["uri"] = s.file(name, "// "+s.mark(f)+"\n"+plain, "")
	case 2: // marked in the buffer alone
		item["uri"] = s.file(name, plain, plain+"\n\n"+s.mark(f)+"\n")
	case 3: // marked on the disk, and no longer in the buffer
		item["uri"] = s.file(name, "// "+s.marking()+"\n"+plain, plain)
	case 4: // a piece of a document whose head is marked
		item = s.selection(s.file(name, plain, "// "+s.mark(f)+"\n"+plain), 4, 5)
	case 5: // a secret in the buffer
		item["uri"] = s.file(name, plain, plain+s.plant(f)+"\n")
	case 6: // lines of a key without its head
		item = s.key(f, name)
	case 7: // a file of secrets by its name, or by what it links to
		item["uri"] = s.secretFile(f)
	case 8: // free text
		item = map[string]any{"kind": "text", "text": f.nonce + "\n" + s.plant(f) + "\n"}
	case 9:
		item = map[string]any{"kind": "text", "text": f.nonce + "\n\n\n" + s.mark(f) + "\n"}
	case 10:
		params["message"] = fmt.Sprint(params["message"], "\n", s.plant(f), "\nIt fails.")
		return
	case 11:
		params["message"] = fmt.Sprint(params["message"], "\n\n", s.mark(f))
		return
	case 12:
		item = s.selection(s.file(name, plain+s.credential().Text+"\n", ""), 0, 5)
	case 13: // a client's own text of a marked document that is not open
		item = map[string]any{"kind": "selection", "uri": s.file(name, "// "+s.mark(f)+"\n"+plain, ""), "text": "func Push(v int) error { // " + f.nonce + "\n"}
	default:
		return
	}
	params["context"] = []any{item}
}

func (s *scene) selection(uri string, first, last int) map[string]any {
	return map[string]any{"kind": "selection", "uri": uri, "range": map[string]any{
		"start": map[string]any{"line": first, "character": 0}, "end": map[string]any{"line": last, "character": 0},
	}}
}

// key selects the lines of a private key, without what says that they are one.
func (s *scene) key(f *fact, name string) map[string]any {
	secret := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(s.password(), 4)))[:64]
	text := "-----BEGIN RSA " + "PRIVATE KEY-----\n" + secret + "\n" + strings.ToUpper(secret) + "\n-----END RSA PRIVATE KEY-----\n"
	f.never, f.unlogged = append(f.never, secret), append(f.unlogged, secret)
	f.confine("a part of a key")
	return s.selection(s.file(name, text, ""), 1, 3)
}

// secretFile is the URI of a file that is a secret by its name: its own, or that
// of what it links to.
func (s *scene) secretFile(f *fact) string {
	f.confine("a file of secrets")
	name := s.one(".env", ".env.local", "id_rsa", "server.pem", ".netrc")
	name, text, buffer := fmt.Sprintf("d%d/%s", s.asked, name), "A="+f.nonce+"\n", ""
	if f.closed = s.r.IntN(2) == 0; !f.closed {
		buffer = text
	}
	if s.r.IntN(2) == 0 {
		return s.file(name, text, buffer)
	}
	f.closed = true
	path := filepath.Join(s.root, name)
	writeFile(s.t, path, text)
	link := filepath.Join(filepath.Dir(path), "notes.txt")
	if err := os.Symlink(path, link); err != nil {
		return fileURI(path) // a system without symbolic links
	}
	return fileURI(link)
}
