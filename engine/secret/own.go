package secret

// Kinds that the rules by hand report.
const (
	kindPrivateKey  = "private-key"
	kindURLPassword = "url-password"
	kindPassword    = "password"
	kindCredential  = "credential"
	kindAWSSecret   = "aws-secret-access-key"
	kindGeneric     = "generic-api-key"
)

// ownRules are what gitleaks' rules do not find. The forms of tokens are their
// makers' documented ones; where a maker only documents the beginning, the length
// is that of tokens seen, or more.
var ownRules = [...]rule{
	{kind: kindPrivateKey, form: pemBlock, words: []string{`-- BEGIN`, `--BEGIN`, `-- begin`, `--begin`, `PuTTY-User-Key-File-`}},
	{kind: kindURLPassword, form: urlUser, words: []string{`a://`, `b://`, `c://`, `d://`, `e://`, `f://`, `g://`, `h://`, `i://`, `j://`, `k://`, `l://`, `m://`, `n://`, `o://`, `p://`, `q://`, `r://`, `s://`, `t://`, `u://`, `v://`, `w://`, `x://`, `y://`, `z://`, `0://`, `1://`, `2://`, `3://`, `4://`, `5://`, `6://`, `7://`, `8://`, `9://`}, fold: true},
	{kind: kindPassword, form: named, fold: true, words: []string{`pass`, `pwd`, `identified by`}},
	{kind: kindCredential, form: named, fold: true, words: []string{`secret`, `token`, `key`, `cred`}},
	{kind: kindPassword, form: commandLine, words: []string{`sshpass`, `curl`, `openssl`, `redis-cli`, `smbclient`, `sqlcmd`, `mysql`, `mysqldump`, `mysqladmin`, `mariadb`, `mariadb-dump`, `docker login`, `podman login`, `nerdctl login`, `buildah login`, `helm registry login`, `az login`, `mongo`, `mongosh`, `mongodump`, `mongorestore`, `mongoexport`, `mongoimport`, `ldapsearch`, `ldapmodify`, `ldapadd`, `ldapdelete`, `ldapwhoami`, `ldappasswd`}},
	// Only a name for what the rules above find.
	{kind: kindAWSSecret},

	{
		kind: "authorization-header", form: token, fold: true, words: []string{`authorization`},
		pattern: `(?i)authorization\\?["']?\]?\s{0,4}[:=,(]{1,2}\s{0,4}(?:(?:string|f|b)\s{0,2})?[\[{(]?\\?["'\x60]?(?:(?:bearer|basic|token|apikey|api-key|digest|bot|jwt)\s{1,4})([A-Za-z0-9\-._~+/]{8,}={0,3})`,
	},
	{
		kind: "bearer-token", form: token, fold: true, words: []string{`bearer `}, entropy: 3,
		pattern: `(?i)bearer\s{1,4}([A-Za-z0-9\-._~+/]{20,}={0,3})`,
		allow:   []allowance{{of: ofSecret, pattern: `^[A-Za-z_.\-/]+$`}},
	},
	{
		kind: "netrc-password", form: token, fold: true, words: []string{`machine `},
		pattern: `(?i)machine\s+\S+\s+login\s+\S+\s+password\s+(\S+)`,
	},
	{
		kind: kindPassword, form: nearby, words: []string{`@tcp(`, `@unix(`}, before: 136, after: 8,
		pattern: `[\w.-]{1,64}:([^\s:@"'\x60<>{}$%]{4,64})@(?:tcp|unix)\(`,
	},
	{
		kind: "azure-sas-signature", form: token, fold: true, words: []string{`&sig=`, `?sig=`},
		pattern: `(?i)[?&]sig=([A-Za-z0-9%+/]{20,}={0,2})`,
	},
	{
		kind: "anthropic-key", form: token, words: []string{`sk-ant-`}, entropy: 3,
		pattern: `\bsk-ant-[a-z0-9]{2,12}-[\w-]{20,}`,
	},
	{
		kind: "openrouter-key", form: token, words: []string{`sk-or-`}, entropy: 3,
		pattern: `\bsk-or-(?:v\d-)?[A-Za-z0-9]{20,}`,
	},
	{
		kind: "openai-key", form: token, words: []string{`sk-proj-`, `sk-svcacct-`, `sk-admin-`, `sk-None-`}, entropy: 3.5,
		pattern: `\bsk-(?:proj|svcacct|admin|None)-[\w-]{20,}`,
	},
	{
		kind: "sk-key", form: token, words: []string{`sk-`}, entropy: 3.5,
		pattern: `\bsk-[A-Za-z0-9]{32,}`, allow: []allowance{{of: ofSecret, pattern: `^sk-[a-z]+$`}},
	},
	{
		kind: "huggingface-token", form: token, words: []string{`hf_`}, entropy: 3,
		pattern: `\bhf_[A-Za-z0-9]{30,}`,
	},
	{kind: "groq-key", form: token, words: []string{`gsk_`}, entropy: 3.5, pattern: `\bgsk_[A-Za-z0-9]{40,}`},
	{kind: "xai-key", form: token, words: []string{`xai-`}, entropy: 3.5, pattern: `\bxai-[A-Za-z0-9]{40,}`},
	{kind: "replicate-token", form: token, words: []string{`r8_`}, entropy: 3, pattern: `\br8_[A-Za-z0-9]{37}\b`},
	{kind: "google-oauth-secret", form: token, words: []string{`GOCSPX-`}, pattern: `\bGOCSPX-[\w-]{20,}`},
	{kind: "google-oauth-token", form: token, words: []string{`ya29.`}, pattern: `\bya29\.[\w-]{20,}`},
	{kind: "docker-token", form: token, words: []string{`dckr_pat_`, `dckr_oat_`}, pattern: `\bdckr_[po]at_[\w-]{20,}`},
	{
		kind: "github-token", form: token, words: []string{`ghp_`, `gho_`, `ghu_`, `ghs_`, `ghr_`, `github_pat_`}, entropy: 3,
		pattern: `(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})`,
	},
	{kind: "supabase-token", form: token, words: []string{`sbp_`}, pattern: `\bsbp_[a-f0-9]{40}`},
	{kind: "webhook-secret", form: token, words: []string{`whsec_`}, entropy: 3, pattern: `\bwhsec_[A-Za-z0-9+/]{24,}={0,2}`},
	{kind: "tailscale-key", form: token, words: []string{`tskey-`}, entropy: 3, pattern: `\btskey-[a-z]+-[A-Za-z0-9]+-[A-Za-z0-9]{20,}`},
	{
		kind: "telegram-token", form: nearby, words: []string{`0:AA`, `1:AA`, `2:AA`, `3:AA`, `4:AA`, `5:AA`, `6:AA`, `7:AA`, `8:AA`, `9:AA`}, before: 12, after: 40,
		pattern: `\b\d{8,10}:AA[\w-]{33}`,
	},
	{
		kind: "discord-webhook", form: nearby, words: []string{`/api/webhooks/`}, before: 40, after: 140,
		pattern: `discord(?:app)?\.com/api/webhooks/\d{15,20}/([\w-]{60,})`,
	},
	{
		kind: "slack-token", form: token, words: []string{`xoxb-`, `xoxp-`, `xoxa-`, `xoxr-`, `xoxs-`, `xapp-`}, entropy: 3,
		pattern: `(?:xox[bpars]|xapp)-[A-Za-z0-9-]{20,}`, allow: []allowance{{of: ofSecret, pattern: `^[A-Za-z-]+$`}},
	},
	{
		kind: "aws-access-key-id", form: token, words: []string{`AKIA`, `ASIA`}, entropy: 3,
		pattern: `\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`, allow: []allowance{{of: ofSecret, pattern: `EXAMPLE$`}},
	},
	{
		kind: "json-web-token", form: token, words: []string{`eyJ`}, entropy: 3.5,
		pattern: `\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}`,
	},
}
