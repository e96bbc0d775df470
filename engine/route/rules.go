package route

import "github.com/rigrun/rigrun-lsp/engine/chat"

// The values of RouteDecision.ForcedBy.
const (
	ForcedByClassification = "classification"
	ForcedByParanoid       = "paranoid"
	ForcedByOffline        = "offline"
	ForcedBySecrets        = "secrets"
	ForcedByMode           = "mode"
	ForcedByMaxTier        = "maxTier"
	ForcedByNoCloudKey     = "noCloudKey" // the cloud was wanted, and no cloud model can be used
)

// Tier is a cloud model that may answer.
type Tier struct {
	Name          string // as the configuration names it; "" stands for "cloud"
	Model         string // as its server names it
	Address       string // host:port
	Price         Price
	ContextLength int // the model's window in tokens, 0 where nobody knows
}

// Local is the local model server that would answer, or why there is none.
type Local struct {
	Backend       string // "" where there is none
	Model         string
	Address       string   // host:port, for the reason; "" for a backend inside the process
	ContextLength int      // the model's window in tokens, 0 where nobody knows
	SizeBytes     int64    // the model's file, 0 where nobody knows
	Capabilities  []string // Ollama's words; empty where nobody knows

	// Missing says why there is none, as a part of a sentence: "no model server
	// answers at 127.0.0.1:11434".
	Missing string
}

// Rules are what the configuration and the request allow, already joined to the
// stricter of both.
type Rules struct {
	Level             chat.Level
	Paranoid, Offline bool
	Mode              chat.Mode // "" is auto; a mode that is not in the list counts as local
	MaxTier           string    // "" is "cloud"; a tier that is not known allows no cloud tier

	// Secrets says why secrets keep this question here, as a part of a sentence:
	// "the context holds .env, a file of secrets". "" where they do not.
	Secrets string

	Tiers []Tier // the configured cloud tiers, cheapest first

	// NoCloud says why the cloud cannot be used though nothing forbids it: "no
	// cloud key is set (RIGRUN_CLOUD_API_KEY)". "" where it can.
	NoCloud string

	// PreferLocal leaves the cloud to what the local model cannot do, and to
	// callers that ask for the cloud.
	PreferLocal bool

	// MaxAnswerCents limits the estimated cost of this answer, DayLeftCents what
	// may still be spent today. A negative limit is none.
	MaxAnswerCents, DayLeftCents float64
}

// Question is what is to be answered. Of the request, the message, the action,
// the context and the model count; its mode, tier and level are in [Rules].
type Question struct {
	chat.Request
	PromptBytes int // the rendered prompt, history included
	Turns       int // the conversation's messages before this one
}

// Forced says what keeps a question on this machine, whatever the question is,
// and why, as a part of a sentence: "marked SECRET". Both are "" where nothing
// does. It allocates nothing.
func Forced(r *Rules) (by, reason string) {
	switch {
	case r.Level >= chat.CUI:
		return ForcedByClassification, marked(r.Level)
	case r.Paranoid:
		return ForcedByParanoid, "paranoid mode is on"
	case r.Offline:
		return ForcedByOffline, "offline mode is on"
	case r.Secrets != "":
		return ForcedBySecrets, r.Secrets
	case !r.auto() && r.Mode != chat.ModeCloud:
		return ForcedByMode, "the mode is local"
	case !r.unlimited() && reach(r.MaxTier, r.Tiers) == 0:
		return ForcedByMaxTier, capped(r.MaxTier)
	}
	return "", ""
}

// marked names a level in a reason. A level above the list is at least the highest.
func marked(l chat.Level) string {
	switch l {
	case chat.CUI:
		return "marked CUI"
	case chat.Confidential:
		return "marked CONFIDENTIAL"
	case chat.Secret:
		return "marked SECRET"
	}
	return "marked TOP SECRET"
}

// capped names a highest tier that allows no cloud in a reason.
func capped(maxTier string) string {
	switch maxTier {
	case chat.TierLocal:
		return "the highest tier allowed is local"
	case chat.TierCache:
		return "the highest tier allowed is the cache"
	}
	return "the highest tier allowed is not one that is configured"
}

func (r *Rules) auto() bool      { return r.Mode == "" || r.Mode == chat.ModeAuto }
func (r *Rules) unlimited() bool { return r.MaxTier == "" || r.MaxTier == chat.TierCloud }

// reach is how many of the tiers, from the first, a highest tier allows.
func reach(maxTier string, tiers []Tier) int {
	switch maxTier {
	case "", chat.TierCloud:
		return len(tiers)
	case chat.TierCache, chat.TierLocal:
		return 0
	}
	for i := range tiers {
		if tiers[i].Name == maxTier {
			return i + 1
		}
	}
	return 0
}

// KnownTier reports whether name can stand as a highest tier: "cache", "local",
// "cloud" or the name of one of the tiers.
func KnownTier(name string, tiers []Tier) bool {
	return name == chat.TierCache || name == chat.TierLocal || name == chat.TierCloud ||
		name != "" && reach(name, tiers) > 0
}

// LowerTier returns the lower of two known tiers.
func LowerTier(a, b string, tiers []Tier) string {
	if tierRank(a, tiers) <= tierRank(b, tiers) {
		return a
	}
	return b
}

// tierRank orders the tiers: the cache, the local server, the cloud's in their order,
// and "cloud", which stands for all of them.
func tierRank(name string, tiers []Tier) int {
	switch name {
	case chat.TierCache:
		return -2
	case chat.TierLocal:
		return -1
	}
	for i := range tiers {
		if tiers[i].Name == name && name != chat.TierCloud {
			return i
		}
	}
	return len(tiers)
}
