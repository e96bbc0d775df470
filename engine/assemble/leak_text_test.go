package assemble_test

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// credential is a text with a secret in it.
type credential struct {
	Kind   string `json:"kind"`
	Text   string `json:"text"`
	Secret string `json:"secret"`
}

// credentials reads testdata/secrets.jsonl.gz: up to eight examples of each of
// gitleaks' rules with the secret that gitleaks 8.30.1 itself, and nothing of
// this module, reports in them.
func credentials(tb testing.TB) []credential {
	tb.Helper()
	f, err := os.Open("testdata/secrets.jsonl.gz")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var all []credential
	for d := json.NewDecoder(r); d.More(); {
		var c credential
		if err := d.Decode(&c); err != nil {
			tb.Fatal(err)
		}
		all = append(all, c)
	}
	if len(all) < 1500 {
		tb.Fatalf("only %d examples of secrets", len(all))
	}
	return all
}

// maker makes texts. Everything it makes follows from its seed.
type maker struct {
	*rand.Rand
	known []credential
}

func (m maker) one(of ...string) string { return of[m.IntN(len(of))] }

// oneIn is true once in n times.
func (m maker) oneIn(n int) bool { return m.IntN(n) == 0 }

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

// of returns n random characters.
func (m maker) of(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[m.IntN(len(alphabet))]
	}
	return string(b)
}

// password is random and holds at least one character of each sort.
func (m maker) password() string {
	return m.of(lower, 3) + m.of(upper, 2) + m.of(digits, 3) + m.of(lower+upper+digits, 4+m.IntN(8))
}

// credential makes one, or takes one of the rules' own examples.
func (m maker) credential() credential {
	p := m.password()
	switch m.IntN(12) {
	case 0:
		return m.pem()
	case 1:
		return credential{"url", m.one("postgres://app:", "https://deploy:", "amqp://svc:", "redis://cache:") + p + "@" + m.one("db.corp.example:5432/app", "git.corp.example/x.git"), p}
	case 2:
		return credential{"json", `{"user": "svc", "password": "` + p + `", "retries": 3}`, p}
	case 3:
		return credential{"env", m.one("DB_PASSWORD=", "export PGPASSWORD=", "SMTP_PASSWORD=") + p, p}
	case 4:
		quote := m.one("", `"`, "'")
		return credential{"yaml", m.one("  password: ", "  db_password: ") + quote + p + quote, p}
	case 5:
		key := "AKIA" + m.of(upper+"234567", 16)
		return credential{"aws", `aws_access_key_id = "` + key + `"`, key}
	case 6:
		key := "ghp_" + m.of(lower+upper+digits, 36)
		return credential{"github", m.one("token := ", "GITHUB_TOKEN=", "") + `"` + key + `"`, key}
	}
	return m.known[m.IntN(len(m.known))]
}

// pem is a private key of random bytes.
func (m maker) pem() credential {
	raw := make([]byte, 200+m.IntN(900))
	for i := range raw {
		raw[i] = byte(m.Uint32())
	}
	var body strings.Builder
	for line := range slices.Chunk([]byte(base64.StdEncoding.EncodeToString(raw)), 64) {
		body.Write(line)
		body.WriteByte('\n')
	}
	kind := m.one("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY")
	return credential{"pem", "-----BEGIN " + kind + "-----\n" + body.String() + "-----END " + kind + "-----", strings.TrimSpace(body.String())}
}

// dialect is a kind of document: a comment's two ends, and its lines.
type dialect struct {
	name, language, extension string
	open, shut                string // "" where there are no comments
	lines                     []string
}

// dialects are written so that no line holds a marking or a secret. %d is filled in.
func dialects() []dialect {
	return []dialect{
		{"Go", "go", "go", "// ", "", []string{
			"package queue%d", "func (q *Queue) Push(v int) error {", "\tif len(q.items) >= %d {", "\t\treturn errFull", "\t}", "}", "",
			"// secretName is where the operator keeps it, which is no secret.", "const limit = %d", "type Ring struct{ head, tail int }",
			"\tfor i := range %d {", "\t\tsum += i * %d", "var errFull = errors.New(\"the queue is full\")",
		}},
		{"Python", "python", "py", "# ", "", []string{
			"import asyncio", "def drain(queue, most=%d):", "    while queue and most > %d:", "        most -= 1", "        yield queue.popleft()", "",
			"class Worker:", "    \"\"\"Takes %d jobs at once.\"\"\"", "    retries = %d", "print(f\"done {total} of %d\")",
		}},
		{"Markdown", "markdown", "md", "<!-- ", " -->", []string{
			"# Release %d", "", "The secret of good code is small functions.", "- top secret of testing: %d cases", "| a | b |", "|---|---|", "| %d | x |",
			"See `drain` in *worker.py*.", "```go", "x := %d", "```",
		}},
		{"CSV", "csv", "csv", "", "", []string{
			"id,name,amount", "%d,Ada Lovelace,12.50", "%d,Grace Hopper,3.75", "%d,\"Turing, Alan\",1.00", "%d,Barbara Liskov,88.10",
		}},
		{"minified", "javascript", "js", "/* ", " */", []string{
			"!function(e,t){for(var n=%d,r=0;r<t.length;r++)n+=t[r].w*e;return n}(3,[{w:1},{w:%d}]);",
			"var a=[%d,2,3].map(function(e){return e*e}),b=function(e,t){return e<t?-1:1};a.sort(b);",
		}},
		{"unicode", "rust", "rs", "// ", "", []string{
			"let größe = %d; // Länge in Metern", "fn 計算(値: u64) -> u64 { 値 * %d }", "// “smart” quotes… and a zero\u200bwidth space", "println!(\"Ünïcödé ✓ %d 🚀\");", "",
		}},
	}
}

// piece is a document under construction: its lines, and what was put among them.
type piece struct {
	dialect
	lines []string
}

// document makes the lines of a document of a random kind.
func (m maker) document(nonce string) piece {
	all := dialects()
	p := piece{dialect: all[m.IntN(len(all))]}
	for range 3 + m.IntN(9) {
		line := p.dialect.lines[m.IntN(len(p.dialect.lines))]
		if strings.Contains(line, "%d") {
			line = strings.ReplaceAll(line, "%d", fmt.Sprint(m.IntN(900)))
		}
		p.lines = append(p.lines, line)
	}
	p.insert(m.IntN(len(p.lines)+1), p.comment("see "+nonce))
	return p
}

// comment puts words where a document of this kind has its comments.
func (p *piece) comment(words string) string { return p.open + words + p.shut }

func (p *piece) insert(at int, lines ...string) { p.lines = slices.Insert(p.lines, at, lines...) }

// at chooses the head, the foot or the middle.
func (m maker) at(p piece) int {
	switch m.IntN(3) {
	case 0:
		return 0
	case 1:
		return len(p.lines)
	}
	return m.IntN(len(p.lines) + 1)
}

// mark puts a marking into a document, as a line of its own.
func (m maker) mark(p *piece) string {
	words := m.marking()
	line := p.comment(words)
	at := m.at(*p)
	if p.open == "" || m.oneIn(4) { // text without comments has its markings between empty lines
		p.insert(at, "", words, "")
	} else {
		p.insert(at, line)
	}
	return words
}

// marking makes one of CUI or above that no one can take for anything else.
func (m maker) marking() string {
	switch m.IntN(4) {
	case 0:
		return m.one("SECRET", "TOP SECRET", "CONFIDENTIAL", "CUI", "FOUO", "NATO SECRET", "COSMIC TOP SECRET")
	case 1:
		return m.one("(S//NF)", "(TS//SI)", "(CUI)", "(S)", "(TS)", "(C//NF)", "(S//REL TO USA, FVEY)") + " The convoy leaves at dawn."
	case 2:
		return m.one("CLASSIFICATION: SECRET", "Classification: TOP SECRET", "CLASSIFICATION: CONFIDENTIAL//NOFORN", "CUI Category: CTI")
	}
	return m.one("SECRET//NOFORN", "TOP SECRET//SI//NOFORN", "top secret//si//noforn", "Secret//NoForn", "CUI//SP-CTI", "CUI//SP-PRVCY/SP-HLTH//FED ONLY",
		"CONFIDENTIAL//NOFORN", "SECRET//REL TO USA, FVEY", "TS//SI//NF", "UNCLASSIFIED//FOR OFFICIAL USE ONLY",
		"CONTROLLED UNCLASSIFIED INFORMATION//SP-TAX", "SECRET//RD-CNWDI//NOFORN", "TOP SECRET//HCS-O-P//ORCON/NOFORN")
}

// join makes one text of the lines, with the ends of lines of either system.
func (m maker) join(lines []string) string {
	end := "\n"
	if m.oneIn(5) {
		end = "\r\n"
	}
	return strings.Join(lines, end) + m.one("", end)
}

// split cuts text at random places between characters, more finely where a
// placeholder is.
func split(r *rand.Rand, text string) (parts []string) {
	for text != "" {
		n := 1 + r.IntN(160)
		if at := strings.Index(text, "REDACTED"); at == 0 || r.IntN(8) == 0 {
			n = 1 + r.IntN(9)
		} else if at > 0 {
			n = min(n, at+r.IntN(3))
		}
		n = min(max(n, 1), len(text))
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n++
		}
		parts = append(parts, text[:n])
		text = text[n:]
	}
	return parts
}
