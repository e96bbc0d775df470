package secret

import "strings"

// standsFor reports whether a value stands for a secret and is none: a
// placeholder of a document, a template, a variable of a shell.
func standsFor(v string) bool {
	v = strings.Trim(v, " \t\"'`")
	if len(v) < 3 || sameByte(v) {
		return true
	}
	switch v[0] {
	case '<', '{', '[', '%':
		if strings.Contains(v, "}:{") || strings.Contains(v, ">:<") || strings.Contains(v, "]:[") {
			return true // a user's name and a password
		}
		closing := strings.TrimLeft(v, "<{[%")
		if n := strings.IndexAny(closing, ">}]%"); n >= 0 && strings.Trim(closing[n:], ">}]%") == "" {
			return true
		}
	case '$':
		return strings.HasPrefix(v, "${") || strings.HasPrefix(v, "$(") || identifier(v[1:]) && !strings.HasPrefix(v, "$2")
	}
	for _, part := range [...]string{"${", "{{", "}}", "<%", "#{", "$(", "@{", "process.env", "os.environ", "getenv", "os.getenv", "env.", "secrets."} {
		if hasFold(v, part) {
			return true
		}
	}
	return documented(v) || len(v) > 4 && strings.HasPrefix(v, "__") && strings.HasSuffix(v, "__")
}

// documented are the values that documents show where a secret belongs.
func documented(v string) bool {
	for _, begin := range [...]string{"changeme", "change_me", "change-me", "change me", "changeit", "change-this", "change_this", "changethis", "your", "my-secret", "my_secret", "mysecret", "insert", "enter", "replace", "placeholder", "redacted", "example", "sample", "dummy", "todo", "fixme", "tbd", "xxx", "***", "...", "abcdefgh", "<", `\u003c`, "put-", "put_", "fake", "not-a-", "notasecret"} {
		if prefixFold(v, begin) {
			return true
		}
	}
	for _, part := range [...]string{"your_", "your-", "_here", "-here", "example_", "placeholder", "xxxx", "...", "****", "changeme"} {
		if hasFold(v, part) {
			return true
		}
	}
	if suffixFold(v, "example") || suffixFold(v, "examplekey") {
		return true
	}
	for _, whole := range [...]string{"password", "passwd", "pass", "pwd", "secret", "token", "null", "nil", "none", "true", "false", "undefined", "n/a", "string", "user", "username", "value", "key", "apikey", "api_key", "pw", "required", "invalid", "missing", "hidden", "text", "off", "on", "optional", "bearer", "basic", "passphrase", "passwort", "senha", "kennwort", "wachtwoord", "clave", "credentials", "empty"} {
		if len(v) == len(whole) && prefixFold(v, whole) {
			return true
		}
	}
	return false
}

func sameByte(v string) bool {
	for i := range len(v) {
		if v[i] != v[0] {
			return false
		}
	}
	return true
}

// echoes reports whether a value only says the name again: a label, a constant's
// own name, a key of a translation.
func echoes(name, v string) bool {
	if !words0(v) {
		return false
	}
	for _, part := range [...]string{"password", "passwd", "passphrase", "passcode", "secret", "token", "credential", "apikey", "api-key", "api_key", "_key", "-key", "pwd"} {
		if hasFold(v, part) {
			return true
		}
	}
	return len(v) >= 4 && strings.EqualFold(name, v)
}

// words0 reports whether a value is made of letters and what parts words.
func words0(v string) bool {
	for i := range len(v) {
		if c := v[i]; !letter(c) && strings.IndexByte(" _-./:,?!'*()[]@", c) < 0 && c < 0x80 {
			return false
		}
	}
	return true
}

// password judges the value of a name that promises a password.
func password(v string, a assignment) bool {
	if len(v) < 4 && !(len(v) == 3 && a.operator == '=') {
		return false
	}
	if a.quote == 0 {
		return true
	}
	if spaces := strings.Count(v, " "); spaces > 0 && words0(v) {
		return suffixFold(a.name, "passphrase") && spaces >= 2
	} else if spaces > 3 {
		return false // a sentence, with an example in it perhaps
	}
	return !address(v) && !foreign(v) && (a.operator != '(' || !getter(a.name)) && (a.operator != ',' || mixed(v))
}

// getter reports whether a call's name asks for a password instead of giving one.
func getter(name string) bool {
	for _, verb := range [...]string{"get", "find", "ask", "read", "prompt", "is", "has", "fetch", "lookup", "reset", "forgot"} {
		if prefixFold(name, verb) || hasFold(name, "."+verb) {
			return true
		}
	}
	return false
}

// foreign reports whether a value is a word of a language with more letters: a
// label in a translation.
func foreign(v string) bool {
	others := false
	for i := range len(v) {
		if !letter(v[i]) && v[i] != ' ' && v[i] < 0x80 {
			return false
		}
		others = others || v[i] >= 0x80
	}
	return others
}

// address reports whether a value is a path or a URL.
func address(v string) bool {
	if strings.HasPrefix(v, "/") || strings.HasPrefix(v, "./") || strings.HasPrefix(v, "../") || strings.HasPrefix(v, "~/") {
		return strings.Count(v, "/") > 1 || words0(v)
	}
	return strings.Contains(v, "://") || strings.HasPrefix(v, "arn:") || strings.HasPrefix(v, "vault:") || strings.HasPrefix(v, "file:") || strings.HasPrefix(v, "op:")
}

// The least of a credential. Tokens in use have 16 characters and more; shorter
// ones are set by hand.
const (
	leastCredential = 6
	randomEntropy   = 3.0
)

// credential judges the value of a name that promises a token or a key.
func credential(v string) bool {
	if len(v) < leastCredential || address(v) || strings.IndexByte(v, ' ') >= 0 || strings.IndexByte(v, '\n') >= 0 {
		return false
	}
	if numeric(v) {
		return false
	}
	if !mixed(v) {
		return len(v) >= 16 && restless(v) && entropy(v) > 3.5
	}
	if len(v) < 16 && wordsAndNumber(v) {
		return false
	}
	return entropy(v) > min(randomEntropy, float64(len(v))/4+0.5) && !dotted(v)
}

// restless reports whether letters change their case as random ones do.
func restless(v string) bool {
	changes := 0
	for i := 1; i < len(v); i++ {
		if letter(v[i]) && letter(v[i-1]) && (v[i]^v[i-1])&0x20 != 0 {
			changes++
		}
	}
	return changes*4 > len(v)
}

// wordsAndNumber reports whether a value is words with a number behind: key-1, token_v2.
func wordsAndNumber(v string) bool {
	stem := strings.TrimRight(v, "0123456789")
	return len(stem) < len(v) && strings.TrimRight(stem, "-_v") != stem && words0(stem)
}

// mixed reports whether a value has digits besides letters, or signs that no word has.
func mixed(v string) bool {
	var digits, letters, signs bool
	for i := range len(v) {
		switch c := v[i]; {
		case digit(c):
			digits = true
		case letter(c):
			letters = true
		case strings.IndexByte("!@#$%^&*+=~?", c) >= 0:
			signs = true
		}
	}
	return digits && letters || signs && (digits || letters)
}

func numeric(v string) bool {
	for i := range len(v) {
		if !digit(v[i]) {
			return false
		}
	}
	return len(v) >= 4
}

// plain reports whether a bare value has no sign of code in it.
func plain(v string) bool {
	if strings.ContainsAny(v, "(){}[]<>`|\"'") || strings.HasPrefix(v, "&") || strings.HasPrefix(v, "*") {
		return false
	}
	return !address(v) && !strings.HasSuffix(v, ":") && !strings.HasSuffix(v, "\\")
}

// dotted reports whether a value is a chain of identifiers: args.password1.
func dotted(v string) bool {
	if strings.IndexByte(v, '.') < 0 {
		return false
	}
	for part := range strings.SplitSeq(v, ".") {
		if !identifier(part) || len(part) > 24 {
			return false
		}
	}
	return true
}

func identifier(v string) bool {
	if v == "" || digit(v[0]) {
		return false
	}
	for i := range len(v) {
		if !wordByte(v[i]) {
			return false
		}
	}
	return true
}

func lowerWord(v string) bool {
	for i := range len(v) {
		if v[i]-'a' >= 26 {
			return false
		}
	}
	return len(v) >= 5
}

// codeWord are types and variables that stand where a bare value may.
func codeWord(v string) bool {
	switch v {
	case "string", "bytes", "number", "boolean", "object", "unknown", "never", "varchar", "binary", "integer", "symbol",
		"input", "value", "hashed", "param", "params", "field", "forbidden", "allowed", "enabled", "disabled", "plain",
		"plaintext", "cleartext", "encrypted", "default", "undefined", "result", "response", "prompt", "await", "const",
		"never_expires", "masked", "redacted", "generated", "random", "inherit", "manual", "strict", "always":
		return true
	}
	return false
}
