package door

import (
	"context"
	"net/netip"
	"net/url"
	"slices"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Secrets names the kinds of the secrets in a text, nil where it finds none. It
// never returns the secrets themselves.
type Secrets func(text string) []string

// Door holds the rules of one configuration. Use [New].
type Door struct {
	rules    Rules
	cloud    string   // in the one spelling, "" for none
	local    []string // in the one spelling
	cache    string   // in the one spelling, "" for none
	self     []string // of local, those on this machine, in the spelling that URLs have
	furthest Reach    // of any connection, whatever reach is asked for
	find     Secrets
	witness  Witness
	hash     func([]byte) string // nil where the witness wants none
}

// New returns a door. Without find, what cannot be searched for secrets counts as
// holding one; without w there is no record.
func New(r Rules, find Secrets, w Witness) *Door {
	if find == nil {
		find = func(string) []string { return []string{"not searched"} }
	}
	if w == nil {
		w = Unwitnessed{}
	}
	d := &Door{rules: r, cloud: configured(r.CloudHost), cache: configured(r.CacheHost), furthest: r.furthest(), find: find, witness: w}
	for _, raw := range r.LocalHosts {
		host := configured(raw)
		if host == "" {
			continue
		}
		d.local = append(d.local, host)
		if t := targetOf(&url.URL{Scheme: "http", Host: raw}); t.loopback && t.host == raw {
			d.self = append(d.self, raw)
		}
	}
	if h, ok := w.(Hasher); ok {
		d.hash = h.Hash
	}
	return d
}

// furthest is how far the rules alone let any connection go.
func (r *Rules) furthest() Reach {
	switch {
	case r.Offline:
		return Loopback
	case r.Paranoid || r.Level >= chat.CUI:
		return Premises
	}
	return Anywhere
}

// Pass decides whether a request may be sent, and how far its connection may go.
// Its error is a *[chat.Error] of the kind policy with a *[Violation] as cause,
// or that of ctx.
func (d *Door) Pass(ctx context.Context, o Outgoing) (Reach, error) {
	if err := ctx.Err(); err != nil {
		return Loopback, err
	}
	t := d.target(o.URL)
	p := Passage{
		Role: o.Role, Host: t.host, Level: max(d.rules.Level, o.Level),
		Model: o.Model, Bytes: len(o.Body),
	}
	rule := ""
	if o.Role == Local {
		rule = d.passLocal(&p, t, &o)
	} else {
		rule = d.passCloud(&p, t, &o)
	}
	if d.hash != nil && len(o.Body) > 0 {
		p.Digest = d.hash(o.Body)
	}
	if rule != "" {
		return Loopback, d.refuse(p, rule)
	}
	d.witness.Passed(p)
	return p.Reach, nil
}

// target reads a URL. The configured server on this machine, where nearly every
// request goes, was read when the door was made.
func (d *Door) target(u *url.URL) target {
	if u != nil && u.Scheme == "http" && u.Opaque == "" && slices.Contains(d.self, u.Host) {
		return target{host: u.Host, loopback: true, valid: true}
	}
	return targetOf(u)
}

// passLocal fills in p's reach, or names the rule that forbids.
func (d *Door) passLocal(p *Passage, t target, o *Outgoing) string {
	switch {
	case !t.valid, !t.loopback && !slices.Contains(d.local, t.host):
		return RuleDestination
	case t.loopback, d.rules.Offline:
		p.Reach = Loopback
		return ""
	}
	p.Level = max(p.Level, levelOf(texts(o)))
	p.Reach = d.furthest
	if p.Level >= chat.CUI {
		p.Reach = min(p.Reach, Premises)
	}
	return ""
}

// passCloud names the first rule that forbids, and reads the body only where no
// other does.
func (d *Door) passCloud(p *Passage, t target, o *Outgoing) string {
	switch {
	case p.Level >= chat.CUI:
		return RuleClassification
	case d.rules.Paranoid:
		return RuleParanoid
	case d.rules.Offline:
		return RuleOffline
	case !t.valid || !d.isCloud(t):
		return RuleDestination
	}
	found := texts(o)
	p.Level = max(p.Level, levelOf(found))
	if p.Level >= chat.CUI {
		return RuleClassification
	}
	p.Secrets = secretsOf(found, d.find)
	if len(p.Secrets) > 0 {
		return RuleSecrets
	}
	p.Reach = Anywhere
	return ""
}

// isCloud reports whether a URL leads to the configured cloud server.
func (d *Door) isCloud(t target) bool {
	if d.cloud == "" {
		return false
	}
	if t.loopback { // its spelling was left as it is
		return d.cloud == configured(t.host)
	}
	return d.cloud == t.host
}

// Connect decides whether a connection to the team's shared cache may be opened,
// and how far it may go. host is "host:port". What goes over it is not judged
// here: the cache sends nothing with a level, and no secret. Its error is like
// that of [Door.Pass].
func (d *Door) Connect(host string) (Reach, error) {
	p := Passage{Host: host, Level: d.rules.Level, Reach: d.furthest}
	if d.cache == "" || configured(host) != d.cache {
		return Loopback, d.refuse(p, RuleDestination)
	}
	d.witness.Passed(p)
	return d.furthest, nil
}

// Dial decides about a resolved address just before it is connected to. Its
// error is like that of [Door.Pass].
func (d *Door) Dial(reach Reach, addr netip.AddrPort) error {
	if addr.IsValid() && reachOf(addr.Addr()) <= min(reach, d.furthest) {
		return nil
	}
	return d.tooFar(reach, addr.String())
}

// Lookup decides whether a name server may be asked for the addresses of a host
// ("host" or "host:port"): not where the connection must stay on this machine.
// Its error is like that of [Door.Pass].
func (d *Door) Lookup(reach Reach, host string) error {
	if min(reach, d.furthest) > Loopback {
		return nil
	}
	return d.tooFar(reach, host)
}

func (d *Door) tooFar(reach Reach, host string) error {
	rule := RuleAddress
	if d.rules.Offline {
		rule = RuleOffline
	}
	return d.refuse(Passage{Host: host, Level: d.rules.Level, Reach: reach}, rule)
}

// refuse tells the witness and makes the error.
func (d *Door) refuse(p Passage, rule string) error {
	v := &Violation{Rule: rule, Role: p.Role, Level: p.Level, Host: p.Host, Secrets: p.Secrets, Redacted: d.rules.Secrets}
	d.witness.Refused(p, v)
	return v.refusal()
}
