package secret

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// example is a text with the path that gitleaks gives it, if any.
type example struct{ Path, Text string }

// examples are gitleaks' own about one rule.
type examples struct {
	Kind         string
	Found, Clean []example
}

func gitleaksExamples(tb testing.TB) []examples {
	tb.Helper()
	f, err := os.Open("testdata/gitleaks.jsonl.gz")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var all []examples
	for d := json.NewDecoder(r); d.More(); {
		var e examples
		if err := d.Decode(&e); err != nil {
			tb.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// by returns what one rule finds, whatever others do.
func by(r *rule, text string) []Finding {
	s := scanner{text: text, index: words(), only: r}
	s.scan()
	return s.found
}

// unlikely tells of gitleaks' examples that are random text by their expression
// and not what they stand for: a token's header is JSON, so it begins with eyJ.
func unlikely(text string) bool { return strings.Contains(text, "ey2tQK2km6HppZQAGI9.") }

// elsewhere are rules of gitleaks that look at a file's name, with the names they
// look at: their other examples are clean only because of the name.
func elsewhere() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"freemius-secret-key":    regexp.MustCompile(`(?i)\.php$`),
		"hashicorp-tf-password":  regexp.MustCompile(`(?i)\.(?:tf|hcl)$`),
		"kubernetes-secret-yaml": regexp.MustCompile(`(?i)\.ya?ml$`),
		"nuget-config-password":  regexp.MustCompile(`(?i)nuget\.config$`),
	}
}

func TestGitleaksExamples(t *testing.T) {
	rules := map[string]*rule{}
	for n := range len(engines) {
		rules[ruleAt(n).kind] = ruleAt(n)
	}
	paths := elsewhere()
	found, clean := 0, 0
	for _, e := range gitleaksExamples(t) {
		if e.Kind == "pkcs12-file" {
			continue // about names of files: see TestFile
		}
		r := rules[e.Kind]
		if r == nil {
			t.Errorf("%s: no rule", e.Kind)
			continue
		}
		own := 0
		for i, x := range e.Found {
			if len(by(r, x.Text)) > 0 {
				own++
			}
			if !Has(x.Text) && !unlikely(x.Text) {
				t.Errorf("%s: example %d is not found: %q", e.Kind, i, x.Text)
			}
			found++
		}
		if own == 0 {
			t.Errorf("%s: the rule finds none of its own %d examples", e.Kind, len(e.Found))
		}
		for i, x := range e.Clean {
			if p := paths[e.Kind]; p != nil && !p.MatchString(x.Path) {
				continue
			}
			if got := by(r, x.Text); len(got) > 0 {
				t.Errorf("%s: clean example %d: found %q in %q", e.Kind, i, x.Text[got[0].Start:got[0].End], x.Text)
			}
			clean++
		}
	}
	t.Logf("%d examples found, %d clean", found, clean)
}

// TestSecretsAlone has nothing stand around each secret of the examples, or only a
// sign: where its expression still reads it and wants no word beside it, it is found.
func TestSecretsAlone(t *testing.T) {
	numbers := map[string]int{}
	for n := range len(engines) {
		numbers[ruleAt(n).kind] = n
	}
	alone := 0
	for _, e := range gitleaksExamples(t) {
		n, known := numbers[e.Kind]
		if !known || ruleAt(n).form != token {
			continue
		}
		for _, x := range e.Found {
			for _, f := range by(ruleAt(n), x.Text) {
				secret := x.Text[f.Start:f.End]
				for _, text := range []string{secret, secret + "\n", "|" + secret + "\n"} {
					if !engineAt(n).re.MatchString(text) {
						continue
					}
					alone++
					if !Has(text) {
						t.Errorf("%s is not found in %q", e.Kind, text)
					}
				}
			}
		}
	}
	if alone < 100 {
		t.Errorf("only %d texts were tried", alone)
	}
}
