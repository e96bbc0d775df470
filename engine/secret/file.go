package secret

import (
	"path"
	"slices"
	"strings"
)

// File reports whether a file is a secret as a whole, by its name: what holds
// passwords, keys or tokens by convention (.env, *.pem, id_ed25519, .netrc,
// .aws/credentials …). name is a path or a URI's path, with slashes of either
// kind; case does not count. Names that say that they are examples
// (.env.example, id_rsa.pub) are not.
func File(name string) bool {
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '/' || r == '\\' })
	if len(parts) == 0 {
		return false
	}
	base := openedAs(parts[len(parts)-1])
	folder := ""
	if len(parts) > 1 {
		folder = parts[len(parts)-2]
	}
	if isExample(base) {
		return false
	}
	return slices.Contains(secretNames(), base) ||
		slices.Contains(secretExtensions(), path.Ext(base)) ||
		slices.Contains(secretPlaces(), folder+"/"+base) ||
		slices.ContainsFunc(secretPatterns(), func(pattern string) bool {
			ok, err := path.Match(pattern, base)
			return ok && err == nil
		})
}

// openedAs is the name of the file that a system opens for a name: Windows leaves
// off dots and blanks at the end, and what follows a colon names a stream of the
// same file.
func openedAs(base string) string {
	base, _, _ = strings.Cut(base, ":")
	return strings.TrimRight(base, ". ")
}

// isExample reports whether a name says that the file holds no secrets.
func isExample(base string) bool {
	for _, ending := range []string{".example", ".sample", ".template", ".dist", ".tmpl", ".pub"} {
		if strings.HasSuffix(base, ending) {
			return true
		}
	}
	return strings.Contains(base, ".example.") || strings.Contains(base, ".sample.")
}

// secretNames are whole names.
func secretNames() []string {
	return []string{
		".env", ".envrc", ".netrc", "_netrc", ".npmrc", ".pypirc", ".yarnrc", ".git-credentials", ".htpasswd", ".pgpass", "pgpass.conf", ".my.cnf",
		".mylogin.cnf", ".dockercfg", ".dockerconfigjson", ".s3cfg", ".boto", ".vault-token", ".vault-pass", ".vault_pass", ".terraformrc",
		"terraform.rc", "terraform.tfstate", "credentials", "credentials.json", "credentials.yml", "credentials.yaml", "credentials.toml", "credentials.xml",
		"client_secret.json", "application_default_credentials.json", "secrets", "secrets.yml", "secrets.yaml", "secrets.json", "secrets.toml",
		"secret.yml", "secret.yaml", "secret.json", "secret.toml", "secrets.env", "master.key", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk",
		"id_ed25519_sk", "identity", "known_secrets", "shadow", "gshadow", "passwd.bak", ".bash_history", ".zsh_history", ".psql_history", ".mysql_history",
		".rediscli_history", ".python_history", ".node_repl_history", "auth.json", ".cargo-credentials", "kubeconfig", "wp-config.php",
	}
}

// secretExtensions are those of files that hold keys.
func secretExtensions() []string {
	return []string{
		".pem", ".key", ".p12", ".pfx", ".p8", ".pk8", ".jks", ".jceks", ".keystore", ".bks", ".kdbx", ".kdb", ".ppk", ".ovpn", ".asc", ".gpg", ".pgp",
		".keychain", ".agekey", ".tfstate", ".pkcs12", ".snk",
	}
}

// secretPlaces are names that mean a secret only in their folder.
func secretPlaces() []string {
	return []string{
		".aws/credentials", ".aws/config", ".docker/config.json", ".kube/config", ".ssh/config", ".cargo/credentials.toml", ".gem/credentials",
		".config/gcloud", "gh/hosts.yml", "gcloud/credentials.db", ".azure/accesstokens.json", ".azure/msal_token_cache.json", ".m2/settings.xml",
		".gnupg/secring.gpg", ".composer/auth.json", "rclone/rclone.conf",
	}
}

// secretPatterns are those of path.Match.
func secretPatterns() []string {
	return []string{
		".env.*", "*.env", ".env-*", ".env_*", "env.local", "env.production", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "service-account*.json",
		"service_account*.json", "serviceaccount*.json", "client_secret*.json", "*.tfstate.*", "*-key.json", "*.tfvars.secret", "secrets.*.yml", "secrets.*.yaml",
		"secrets.*.json", "*.secret", "*.secrets", "*_rsa", "*_ed25519", "*_ecdsa", "*credentials.csv", "*accesskeys.csv", "*.auto.tfvars.secret",
	}
}
