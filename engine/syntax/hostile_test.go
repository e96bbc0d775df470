package syntax

import (
	"strings"
	"testing"
	"time"
)

// TestHostile reads texts that are made to take long. Reading stays near linear,
// so each of these takes milliseconds; time beyond proportion would be minutes.
func TestHostile(t *testing.T) {
	const size = 20_000
	for _, unit := range []string{"def ", "fn a ", "(", "{", "/**/ ", "/[ ", "%(", "q( ", "'", "\"", "`", "<<A\n", "<<A ", "r#", "a<", "struct x ", "`${", "let a ", "@a\n", "f(x) => ", "\\\n", "[=", "a: ", "\"\"\"\n", "def a\n ", "#define a\\\n"} {
		text := strings.Repeat(unit, size/len(unit))
		for _, language := range strings.Fields("python typescript rust cpp ruby perl shellscript") {
			began := time.Now()
			Symbols(language, text)
			Imports(language, text)
			Uses(language, text, 100, 200)
			Enclosing(language, text, size/2, size/2)
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%q as %s took %v", unit, language, took)
			}
		}
	}
}
