package secret

import "strings"

// What a name promises.
const (
	isPassword   = 1 + iota // any value but a placeholder is a secret
	isCredential            // a value that looks random is a secret
)

// classOf tells what values a name has, by how it ends; 0 where none are secret.
func classOf(name string) int {
	name = strings.TrimRight(name, "0123456789_-.")
	if name == "" {
		return 0
	}
	for _, suffix := range [...]string{"password", "passwd", "passphrase", "passcode", "passwort", "userpass", "dbpass", "rootpass"} {
		if suffixFold(name, suffix) {
			return isPassword
		}
	}
	for _, suffix := range [...]string{"pass", "pwd", "pw", "psw"} {
		if suffixFold(name, suffix) && edge(name, len(name)-len(suffix)) && name != "PWD" && name != "OLDPWD" {
			return isPassword
		}
	}
	if equalFold(name, "by") || suffixFold(name, "identified by") {
		return isPassword
	}
	return credentialClass(name)
}

func credentialClass(name string) int {
	if !credentialName(name) {
		return 0
	}
	for _, part := range [...]string{"csrf", "xsrf", "nextpage", "next_page", "next_token", "nexttoken", "pagetoken", "page_token", "continuation", "public", "cancel"} {
		if hasFold(name, part) {
			return 0
		}
	}
	return isCredential
}

// credentialName reports whether a name ends as those of tokens and keys do.
func credentialName(name string) bool {
	for _, suffix := range [...]string{"secret", "token", "apikey", "credential", "credentials", "creds", "secrets"} {
		if suffixFold(name, suffix) {
			return true
		}
	}
	if !suffixFold(name, "key") {
		return false
	}
	stem := strings.TrimRight(name[:len(name)-len("key")], "_-. ")
	for _, word := range [...]string{"secret", "api", "access", "private", "auth", "account", "encryption", "signing", "master", "storage", "session", "app", "subscription", "license", "client", "jwt", "hmac", "service", "deploy", "webhook"} {
		if suffixFold(stem, word) {
			return true
		}
	}
	return false
}

// edge reports whether a word begins at i of a name: after a sign, or in camel case.
func edge(name string, i int) bool {
	if i == 0 || !letter(name[i-1]) {
		return true
	}
	return name[i]-'A' < 26 && name[i-1]-'a' < 26
}

func suffixFold(s, lower string) bool {
	return len(s) >= len(lower) && equalFold(s[len(s)-len(lower):], lower)
}

func prefixFold(s, lower string) bool {
	return len(s) >= len(lower) && equalFold(s[:len(lower)], lower)
}

// hasFold reports whether s holds a text in lower case, in any case.
func hasFold(s, lower string) bool {
	for i := 0; i+len(lower) <= len(s); i++ {
		if s[i]|0x20 == lower[0]|0x20 && equalFold(s[i:i+len(lower)], lower) {
			return true
		}
	}
	return false
}
