package secret

import "testing"

func TestFile(t *testing.T) {
	for _, name := range []string{
		".env", "/w/.env", `C:\w\.ENV`, "/w/.env.production", "/w/prod.env", ".env.local", "/w/.env.", "/w/.env ", "/w/.env::$DATA", "server.pem", "/etc/ssl/Server.KEY",
		"/home/me/.ssh/id_rsa", "id_ed25519", "id_ed25519.bak", "deploy_rsa", "/home/me/.aws/credentials", ".docker/config.json", ".kube/config", ".netrc", ".npmrc", ".pypirc",
		"credentials.json", "service-account-prod.json", "terraform.tfstate", "terraform.tfstate.backup", "secrets.yml", "config/secrets.production.yml", ".vault-token",
		"store.jks", "a.p12", "pass.kdbx", "office.ovpn", ".git-credentials", ".htpasswd", ".pgpass", "untitled:/server.pem",
	} {
		if !File(name) {
			t.Errorf("%q is a file of secrets", name)
		}
	}
	for _, name := range []string{
		"", "/", "main.go", ".env.example", ".env.sample", ".env.template", "config/.env.dist", "id_rsa.pub", "env.go", "environment.ts", "credentials.go", "secrets.go",
		"keys.go", "key", "docker/config.json", "config", "monkey.py", "README.md", "credentials_test.go", "pem.go", "tokenizer.json", "package.json", "secretary.txt",
		".envoy.yaml", "service.json", "settings.xml",
	} {
		if File(name) {
			t.Errorf("%q is no file of secrets", name)
		}
	}
}
