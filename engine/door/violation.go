package door

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// The rules a [Violation] can name.
const (
	RuleClassification = "classification" // CUI or above does not go to the cloud
	RuleParanoid       = "paranoid"       // paranoid mode
	RuleOffline        = "offline"        // offline mode
	RuleSecrets        = "secrets"        // a secret does not go to the cloud
	RuleDestination    = "destination"    // the host is not a configured one
	RuleAddress        = "address"        // the host's address is further away than the request may go
)

// Violation is a request or a connection that was refused. It reaches callers
// as the cause of a [chat.Error] of the kind policy, so that errors.AsType finds
// both. It holds no part of what would have been sent.
type Violation struct {
	Rule  string     // one of the Rule constants
	Role  Role       // of the request; [Local] for an address, since the cloud has no limits of reach
	Level chat.Level // the level that counted; for an address the rules' own
	Host  string     // "host:port" of the request, or the address

	// Secrets are the kinds of the secrets found, sorted, each once.
	Secrets []string

	// Redacted is whether the settings have secrets replaced.
	Redacted bool
}

// Error says what was refused and why, in one sentence.
func (v *Violation) Error() string {
	host := printable(v.Host)
	switch v.Rule {
	case RuleClassification:
		return fmt.Sprintf("what is marked %s goes to no cloud server, and %s is one", v.Level, host)
	case RuleParanoid:
		return fmt.Sprintf("paranoid mode sends nothing to a cloud server, and %s is one", host)
	case RuleOffline:
		if v.Role != Local {
			return fmt.Sprintf("offline mode sends nothing to a cloud server, and %s is one", host)
		}
		return fmt.Sprintf("offline mode allows only servers on this machine, and %s is not one", host)
	case RuleSecrets:
		return fmt.Sprintf("what would go to the cloud server %s holds a secret (%s)", host, kinds(v.Secrets))
	case RuleAddress:
		return fmt.Sprintf("%s is further away than this question may go", host)
	}
	return fmt.Sprintf("%s is not the configured %s model server", host, v.Role)
}

// hint names the settings that would help.
func (v *Violation) hint() string {
	switch v.Rule {
	case RuleClassification:
		return "ask in local mode, or leave the marked text out of the question"
	case RuleParanoid:
		return "ask in local mode, or set rigrun.routing.paranoid to false"
	case RuleOffline:
		if v.Role != Local {
			return "ask in local mode, or set rigrun.routing.offline to false"
		}
		return "set rigrun.local.url to a loopback address, or rigrun.routing.offline to false"
	case RuleSecrets:
		if v.Redacted {
			return "ask in local mode, or take the secret out of the text"
		}
		return "set rigrun.security.redactSecrets to true, so that secrets are replaced before anything is sent, or ask in local mode"
	case RuleAddress:
		return "what is marked, paranoid mode, and a server named localhost are kept to this machine or its network: set rigrun.local.url to a server there"
	}
	if v.Role == Local {
		return "set rigrun.local.url to the address of the model server itself"
	}
	return "set rigrun.cloud.url to the address of the cloud server itself"
}

// refusal is the violation as callers get it.
func (v *Violation) refusal() *chat.Error {
	return &chat.Error{Kind: chat.Policy, Message: v.Error(), Hint: v.hint(), Err: v}
}

// printable is a host as it may stand in a sentence, whoever made it up.
func printable(host string) string {
	if host == "" {
		return "an address without a host"
	}
	const most = 120
	if len(host) > most {
		host = strings.ToValidUTF8(host[:most], "") + "…"
	}
	quoted := strconv.Quote(host)
	if bare := quoted[1 : len(quoted)-1]; bare == host && !strings.ContainsAny(host, " ,") {
		return host
	}
	return quoted
}

// kinds lists the kinds of secrets in a sentence.
func kinds(all []string) string {
	const most = 5
	if len(all) > most {
		return strings.Join(all[:most], ", ") + fmt.Sprintf(" and %d more", len(all)-most)
	}
	return strings.Join(all, ", ")
}
