// Package secret finds secrets in text, replaces them by placeholders before the
// text leaves the machine, and puts them back in what comes back.
//
// # Finding
//
// [Find] is a pure function from a text to the places of the secrets in it, [Has]
// the same as a yes or no; [File] knows files that are secrets by their name.
// The rules are gitleaks' (table.go, written by the module in the folder
// gitleaks) and our own: PEM and PuTTY key blocks, passwords in URLs,
// Authorization headers, values given to names such as password, api_key or
// AccountKey in any notation, passwords among the arguments of commands, tokens of
// services that gitleaks does not know.
// What stands for a secret is none: "changeme", "<password>", "${PASSWORD}",
// a function call, a type. Nor are hashes, checksums and identifiers.
//
// One pass over the bytes looks for three-letter groups of the rules' words. Only
// where a whole word is found is its rule tried, on a bounded window: the rule's
// regular expression is compiled then, once per process. Every window is of
// limited size and windows of one rule overlap by a constant, so that the time
// is linear in the text, whatever is in it.
//
// # Replacing
//
// A [Vault] belongs to one conversation. [Key.Vault] makes one that knows every
// secret of some texts; [Vault.Redact] replaces them, and what else it finds, by
// placeholders such as REDACTED_GITHUB_PAT_7f3a9c21d4: the kind of secret and
// digits of HMAC-SHA256(key, secret), the same in every process of one user and
// of no use to anybody without the key. The text that comes out holds no secret
// that Find finds, and redacting it again changes nothing. A Vault may be used by
// several goroutines at once.
//
// # Putting back
//
// [Vault.Restore] works on a whole text, [Vault.Writer] on the chunks of an
// answer: a [Restorer] sits before the next stream.Writer and holds back only the
// bytes that may still become a placeholder. A chunk without such bytes passes
// unchanged, at once and without an allocation. Each kind of chunk, and each tool
// call, waits for itself: its own bytes stay in order, and a piece that waits
// never holds up another kind. Whoever made the Restorer calls [Restorer.Flush]
// at the end of the answer and closes the sink itself. A slow consumer blocks
// Write; nothing is queued and no goroutine is started.
package secret
