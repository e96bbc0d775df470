package door

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// reference returns the strings of valid JSON as encoding/json reads them.
func reference(t testing.TB, body []byte) (all []string) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := token.(string); ok && s != "" {
			all = append(all, s)
		}
	}
}

// cleaned replaces each invalid byte by U+FFFD, as encoding/json does.
func cleaned(s string) string { return string([]rune(s)) }

// compare holds a body's texts against the reference, where it is JSON, and else
// that the body itself is among them.
func compare(t testing.TB, body []byte) {
	t.Helper()
	got := bodyTexts(body)
	if !json.Valid(body) {
		return
	}
	var want []string
	for _, s := range reference(t, body) {
		want = append(want, cleaned(s))
	}
	for i := range got {
		got[i] = cleaned(got[i])
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q:\n got %q\nwant %q", body, got, want)
	}
}

func TestBodyTexts(t *testing.T) {
	for _, body := range []string{
		`{}`, `[]`, `""`, `null`, `-1.5e+10`, `[true,false,null,0]`,
		`{"model":"m","messages":[{"role":"user","content":"Why?"}],"stream":true}`,
		`{"a\"b":"c\\d\/e\b\f\n\r\t"}`, `"\u0053ECRET\u002f\u002FNOFORN"`,
		`"\ud83d\ude00"`, `"\ud83d"`, `"\ud83dx"`, `"\ude00"`, `"\ud83d\ud83d\ude00"`, `"\ud83d\u0041"`, `"\ud83d\n"`, `"\ufffd"`, `"\udbff\udfff"`, `"\u0000"`,
		"\"\xff\xfe\"", "\"a\xe2\x80\"", "\"\xe2\x80\xa8\"", ` { "k" : [ "a" , { "b" : "" } ] } `,
	} {
		if !json.Valid([]byte(body)) {
			t.Errorf("the test's own body is not JSON: %q", body)
		}
		compare(t, []byte(body))
	}
	if got := bodyTexts(nil); got != nil {
		t.Errorf("%q", got)
	}
}

// TestHostileBodies holds that what is no JSON hides nothing.
func TestHostileBodies(t *testing.T) {
	const marking = "SECRET//NOFORN"
	for _, body := range []string{
		marking, `{` + marking + `}`, `{"a":` + marking + `}`, `{"a":"b"} ` + marking,
		`{"a":"` + marking, `{"a":"x` + "\n" + marking + "\n", `"` + marking + `\`, `"` + marking + `\u00`,
		`"a" ` + marking + ` "b"`, `x"\u0053ECRET//NOFORN`, `x \u0053ECRET\/\/NOFORN`, `'\u0053ECRET\u002f/NOFORN'`,
		"\"a\x00\n" + marking + "\"", `"\q\n` + marking + `"`, `"` + strings.Repeat(`\\`, 9999) + `\"\n` + marking + `"`,
		"\ufeff\"" + marking + `"`, `"\ud800` + `\n` + marking + `"`, "\xff\xfe" + marking,
	} {
		if levelOf(bodyTexts([]byte(body))) == 0 {
			t.Errorf("no marking is found in %q", body)
		}
	}
}

// TestBodyTextsAllocate holds that the strings are parts of one.
func TestBodyTextsAllocate(t *testing.T) {
	raw := body(t, strings.Repeat("a line of text\n", 1000), "b", "c")
	if n := testing.AllocsPerRun(100, func() { bodyTexts(raw) }); n > 4 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzBodyTexts(f *testing.F) {
	for _, seed := range []string{`{"a":["b\n\u00e9\ud83d\ude00",1,null]}`, `"\ud800\u0041"`, `{"a`, `\u0053`, "\"\xff\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		compare(t, raw)
		quoted, err := json.Marshal(string(raw))
		if err != nil {
			t.Fatal(err)
		}
		compare(t, quoted)
	})
}
