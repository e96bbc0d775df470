package route

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// Questions of the development set's kinds, with the scores that the weights give them.
const (
	easy   = "what is a slice"
	medium = "Write a function that merges two sorted lists and keeps duplicates, with an example, please, for Go 1.22"
	hard   = "Design a replication protocol with leader election that must stay linearizable during partitions, " +
		"prove its invariants, and plan the migration of 12 regions without downtime, with a rollback at each phase."
)

const ollamaHere = "Ollama at 127.0.0.1:11434 is the local model server"

func TestDecide(t *testing.T) {
	type change func(q *Question, r *Rules, l *Local)
	gone := func(l *Local) { *l = Local{Missing: "no model server answers at 127.0.0.1:11434"} }
	for _, tc := range []struct {
		name     string
		message  string
		change   change
		tier     string
		forcedBy string
		fallback string
		reason   string
	}{
		{"easy", easy, func(*Question, *Rules, *Local) {}, "local", "", "", ollamaHere},
		{
			"hard", hard, func(*Question, *Rules, *Local) {}, "large", "", "",
			"it looks expert (0.98): gpt-5 in the cloud, about 0.62 ¢",
		},
		{
			"hard, by the name of auto", hard, func(_ *Question, r *Rules, _ *Local) { r.Mode = chat.ModeAuto }, "large", "", "",
			"it looks expert (0.98): gpt-5 in the cloud, about 0.62 ¢",
		},
		{
			"hard, one tier without a name", hard, func(_ *Question, r *Rules, _ *Local) { r.Tiers = []Tier{{Model: "gpt-5"}} }, "cloud", "", "",
			"it looks expert (0.98): gpt-5 in the cloud, at an unknown price",
		},
		{"hard, for nothing", hard, func(_ *Question, r *Rules, _ *Local) {
			r.Tiers = []Tier{{Name: "free", Model: "m:free", Price: Price{Known: true}}}
			r.MaxAnswerCents, r.DayLeftCents = 0, 0
		}, "free", "", "", "it looks expert (0.98): m:free in the cloud, free of charge"},

		{
			"marked", hard, func(_ *Question, r *Rules, _ *Local) { r.Level = chat.Secret }, "local", "classification", "",
			"marked SECRET: stays on this machine",
		},
		{
			"CUI", hard, func(_ *Question, r *Rules, _ *Local) { r.Level = chat.CUI }, "local", "classification", "",
			"marked CUI: stays on this machine",
		},
		{
			"paranoid", hard, func(_ *Question, r *Rules, _ *Local) { r.Paranoid = true }, "local", "paranoid", "",
			"paranoid mode is on: stays on this machine",
		},
		{
			"offline", hard, func(_ *Question, r *Rules, _ *Local) { r.Offline = true }, "local", "offline", "",
			"offline mode is on: stays on this machine",
		},
		{
			"secrets", hard, func(_ *Question, r *Rules, _ *Local) { r.Secrets = "the context holds .env, a file of secrets" }, "local", "secrets", "",
			"the context holds .env, a file of secrets: stays on this machine",
		},
		{
			"mode local", hard, func(_ *Question, r *Rules, _ *Local) { r.Mode = chat.ModeLocal }, "local", "mode", "",
			"the mode is local: stays on this machine",
		},
		{
			"mode unknown", hard, func(_ *Question, r *Rules, _ *Local) { r.Mode = "clod" }, "local", "mode", "",
			"the mode is local: stays on this machine",
		},
		{
			"maxTier local", hard, func(_ *Question, r *Rules, _ *Local) { r.MaxTier = "local" }, "local", "maxTier", "",
			"the highest tier allowed is local: stays on this machine",
		},
		{
			"maxTier cache", hard, func(_ *Question, r *Rules, _ *Local) { r.MaxTier = "cache" }, "local", "maxTier", "",
			"the highest tier allowed is the cache: stays on this machine",
		},
		{
			"maxTier unknown", hard, func(_ *Question, r *Rules, _ *Local) { r.MaxTier = "lagre" }, "local", "maxTier", "",
			"the highest tier allowed is not one that is configured: stays on this machine",
		},
		{
			"forced, and no server", hard, func(_ *Question, r *Rules, l *Local) { r.Paranoid = true; gone(l) }, "local", "paranoid", "",
			"paranoid mode is on: stays on this machine",
		},
		{
			"forced, and too long", hard, func(q *Question, r *Rules, _ *Local) { r.Paranoid = true; q.PromptBytes = 400_000 }, "local", "paranoid", "",
			"paranoid mode is on: stays on this machine; its about 100000 tokens are more than the model's window of 32768",
		},

		{
			"maxTier of a name", hard, func(_ *Question, r *Rules, _ *Local) { r.MaxTier = "medium" }, "medium", "", "",
			"it looks expert (0.98): gpt-5-mini in the cloud, about 0.12 ¢, the strongest that the limits allow",
		},
		{
			"answer's limit", hard, func(_ *Question, r *Rules, _ *Local) { r.MaxAnswerCents = 0.2 }, "medium", "", "",
			"it looks expert (0.98): gpt-5-mini in the cloud, about 0.12 ¢, the strongest that the limits allow",
		},
		{
			"day's limit", hard, func(_ *Question, r *Rules, _ *Local) { r.DayLeftCents = 0.05 }, "small", "", "",
			"it looks expert (0.98): gpt-5-nano in the cloud, about 0.02 ¢, the strongest that the limits allow",
		},
		{
			"nothing left", hard, func(_ *Question, r *Rules, _ *Local) { r.DayLeftCents = 0 }, "local", "", "",
			ollamaHere + "; it looks expert (0.98), but gpt-5-nano would cost about 0.02 ¢ and only 0 ¢ are left for today",
		},
		{
			"too dear an answer", hard, func(_ *Question, r *Rules, _ *Local) { r.MaxAnswerCents = 0.01 }, "local", "", "",
			ollamaHere + "; it looks expert (0.98), but gpt-5-nano would cost about 0.02 ¢ and an answer may cost 0.01 ¢",
		},
		{
			"no price, no limit", hard, func(_ *Question, r *Rules, _ *Local) { r.Tiers[2].Price = Price{} }, "large", "", "",
			"it looks expert (0.98): gpt-5 in the cloud, at an unknown price",
		},
		{
			"no price, a limit", hard, func(_ *Question, r *Rules, _ *Local) { r.Tiers[2].Price.Known = false; r.DayLeftCents = 1000 }, "medium", "", "",
			"it looks expert (0.98): gpt-5-mini in the cloud, about 0.12 ¢, the strongest that the limits allow",
		},
		{"only tier without a price, a limit", hard, func(_ *Question, r *Rules, _ *Local) {
			r.Tiers = []Tier{{Name: "x", Model: "m"}}
			r.DayLeftCents = 1000
		}, "local", "", "", ollamaHere + "; it looks expert (0.98), but the cost is limited and the price of m is unknown"},

		{
			"cloud asked for", easy, func(_ *Question, r *Rules, _ *Local) { r.Mode = chat.ModeCloud }, "small", "", "",
			"the cloud was asked for: gpt-5-nano in the cloud, about 0.02 ¢",
		},
		{
			"cloud asked for, local preferred", hard, func(_ *Question, r *Rules, _ *Local) { r.Mode = chat.ModeCloud; r.PreferLocal = true }, "large", "", "",
			"the cloud was asked for: gpt-5 in the cloud, about 0.62 ¢",
		},
		{"cloud asked for, no key", easy, func(_ *Question, r *Rules, _ *Local) {
			r.Mode, r.NoCloud = chat.ModeCloud, "no cloud key is set (RIGRUN_CLOUD_API_KEY)"
		}, "local", "noCloudKey", "", ollamaHere + "; the cloud was asked for, but no cloud key is set (RIGRUN_CLOUD_API_KEY)"},
		{
			"cloud asked for, no tiers", easy, func(_ *Question, r *Rules, _ *Local) { r.Mode, r.Tiers = chat.ModeCloud, nil }, "local", "noCloudKey", "",
			ollamaHere + "; the cloud was asked for, but no cloud tier is configured",
		},
		{
			"hard, no key", hard, func(_ *Question, r *Rules, _ *Local) { r.NoCloud = "no cloud server is configured (rigrun.cloud.url)" }, "local", "noCloudKey", "",
			ollamaHere + "; it looks expert (0.98), but no cloud server is configured (rigrun.cloud.url)",
		},
		{"easy, no key", easy, func(_ *Question, r *Rules, _ *Local) { r.NoCloud = "no cloud key is set" }, "local", "", "", ollamaHere},

		{
			"a tier's model by name", easy, func(q *Question, _ *Rules, _ *Local) { q.Model = "gpt-5" }, "large", "", "",
			"a cloud model was asked for by its name: gpt-5 in the cloud, about 0.62 ¢",
		},
		{
			"a tier's model above the highest", easy, func(q *Question, r *Rules, _ *Local) { q.Model, r.MaxTier = "gpt-5", "small" }, "local", "", "",
			ollamaHere + "; a cloud model was asked for by its name, but the highest tier allowed is small",
		},
		{"a local model by name", hard, func(q *Question, _ *Rules, _ *Local) { q.Model = "qwen2.5-coder:7b" }, "local", "", "", ollamaHere},

		{"local preferred", hard, func(_ *Question, r *Rules, _ *Local) { r.PreferLocal = true }, "local", "", "", ollamaHere},
		{
			"window", easy, func(q *Question, r *Rules, _ *Local) { q.PromptBytes, r.PreferLocal = 400_000, true }, "small", "", "",
			"its about 100000 tokens are more than the local model's window of 32768: gpt-5-nano in the cloud, about 0.52 ¢",
		},
		{
			"window of a dearer tier", easy, func(q *Question, r *Rules, _ *Local) { q.PromptBytes, r.Tiers[0].ContextLength = 400_000, 64_000 }, "medium", "", "",
			"its about 100000 tokens are more than the local model's window of 32768: gpt-5-mini in the cloud, about 2.62 ¢",
		},
		{
			"every window, easy", easy, func(q *Question, _ *Rules, _ *Local) { q.PromptBytes = 4_000_000 }, "local", "", "",
			ollamaHere + "; its about 1000000 tokens are more than the model's window of 32768",
		},
		{
			"every window, hard", hard, func(q *Question, _ *Rules, _ *Local) { q.PromptBytes = 4_000_000 }, "large", "", "",
			"it looks expert (0.98): gpt-5 in the cloud, about 126 ¢, though its about 1000000 tokens are more than any allowed model's window",
		},
		{
			"no chat", easy, func(_ *Question, _ *Rules, l *Local) {
				l.Model, l.Capabilities = "nomic-embed-text", []string{"embedding"}
			}, "small", "", "",
			"the local model nomic-embed-text cannot answer questions: gpt-5-nano in the cloud, about 0.02 ¢",
		},

		{
			"no server", easy, func(_ *Question, _ *Rules, l *Local) { gone(l) }, "small", "", "local",
			"no model server answers at 127.0.0.1:11434: gpt-5-nano in the cloud, about 0.02 ¢",
		},
		{
			"no server, hard", hard, func(_ *Question, _ *Rules, l *Local) { gone(l) }, "large", "", "",
			"it looks expert (0.98): gpt-5 in the cloud, about 0.62 ¢",
		},
		{
			"no server, no cloud", easy, func(_ *Question, r *Rules, l *Local) { gone(l); r.NoCloud = "no cloud key is set" }, "local", "", "",
			"no model server answers at 127.0.0.1:11434, but no cloud key is set",
		},
		{
			"no server, nothing left", easy, func(_ *Question, r *Rules, l *Local) { gone(l); r.DayLeftCents = 0 }, "local", "", "",
			"no model server answers at 127.0.0.1:11434, but gpt-5-nano would cost about 0.02 ¢ and only 0 ¢ are left for today",
		},
	} {
		q, r, l := ask(tc.message), open(), localServer()
		tc.change(q, r, l)
		d := Decide(q, r, l)
		if d.Tier != tc.tier || d.ForcedBy != tc.forcedBy || d.FallbackFrom != tc.fallback || d.Reason != tc.reason {
			t.Errorf("%s:\n got %q, forced by %q, fallback from %q, %s\nwant %q, forced by %q, fallback from %q, %s",
				tc.name, d.Tier, d.ForcedBy, d.FallbackFrom, d.Reason, tc.tier, tc.forcedBy, tc.fallback, tc.reason)
		}
		if d.Classification != r.Level {
			t.Errorf("%s: level %v, want %v", tc.name, d.Classification, r.Level)
		}
		if d.Tier == chat.TierLocal && (d.Backend != l.Backend || d.Model != l.Model || d.EstimatedCostCents != 0) {
			t.Errorf("%s: %+v is not the local server's", tc.name, d)
		}
	}
}

// TestForcedInItsOrder lets everything force a question at once, and takes the
// first away until nothing does.
func TestForcedInItsOrder(t *testing.T) {
	r := open()
	r.Level, r.Paranoid, r.Offline, r.Secrets, r.Mode, r.MaxTier = chat.CUI, true, true, "s", chat.ModeLocal, chat.TierLocal
	for _, step := range []struct {
		by   string
		less func()
	}{
		{ForcedByClassification, func() { r.Level = chat.Unclassified }},
		{ForcedByParanoid, func() { r.Paranoid = false }},
		{ForcedByOffline, func() { r.Offline = false }},
		{ForcedBySecrets, func() { r.Secrets = "" }},
		{ForcedByMode, func() { r.Mode = chat.ModeAuto }},
		{ForcedByMaxTier, func() { r.MaxTier = chat.TierCloud }},
	} {
		by, reason := Forced(r)
		if by != step.by || reason == "" {
			t.Errorf("forced by %q (%s), want %q", by, reason, step.by)
		}
		if n := testing.AllocsPerRun(10, func() { Forced(r) }); n != 0 {
			t.Errorf("%s: %v allocations", by, n)
		}
		step.less()
	}
	if by, reason := Forced(r); by != "" || reason != "" {
		t.Errorf("nothing forces, but: %q, %q", by, reason)
	}
}

// TestForcedIsTheWholeReason changes all that is not in the rules: the tier of a
// forced question stays.
func TestForcedIsTheWholeReason(t *testing.T) {
	r := open()
	r.Offline = true
	for _, message := range []string{easy, medium, hard, ""} {
		for _, l := range []*Local{localServer(), {}, {Backend: "ollama", ContextLength: 1}, {Backend: "ollama", Capabilities: []string{"embedding"}}} {
			q := ask(message)
			q.Model = "gpt-5"
			if d := Decide(q, r, l); d.Tier != chat.TierLocal || d.ForcedBy != ForcedByOffline || d.Backend != l.Backend {
				t.Errorf("%q: %+v", message, d)
			}
		}
	}
}

func TestTiersShareTheScores(t *testing.T) {
	r := open()
	for _, tc := range []struct {
		score, threshold float64
		want             int
	}{
		{0, 0.5, 0},
		{0.5, 0.5, 0},
		{0.66, 0.5, 0},
		{0.67, 0.5, 1},
		{0.83, 0.5, 1},
		{0.84, 0.5, 2},
		{1, 0.5, 2},
		{0.89, 0.7, 1},
		{0.91, 0.7, 2},
	} {
		if got := r.tierFor(tc.score, tc.threshold); got != tc.want {
			t.Errorf("score %v from %v: tier %d, want %d", tc.score, tc.threshold, got, tc.want)
		}
	}
}

func TestKnownTier(t *testing.T) {
	for name, want := range map[string]bool{
		"cache": true, "local": true, "cloud": true, "small": true, "large": true, "": false, "Large": false, "huge": false,
	} {
		if got := KnownTier(name, threeTiers()); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	if KnownTier("", []Tier{{}}) {
		t.Error("the empty name is known")
	}
}

// anyRules makes rules, a local server and what belongs to them, of all kinds.
func anyRules(r *rand.Rand) (*Rules, *Local) {
	seldom := func() bool { return r.IntN(8) == 0 }
	rules := &Rules{
		Paranoid: seldom(), Offline: seldom(), PreferLocal: r.IntN(3) == 0,
		Mode:           []chat.Mode{"", chat.ModeAuto, chat.ModeCloud, chat.ModeCloud, chat.ModeLocal, "odd"}[r.IntN(6)],
		MaxTier:        []string{"", "cloud", "cloud", "t0", "t1", "t2", "local", "cache", "odd"}[r.IntN(9)],
		MaxAnswerCents: anyLimit(r), DayLeftCents: anyLimit(r),
	}
	if seldom() {
		rules.Level = chat.Level(r.IntN(7))
	}
	if seldom() {
		rules.Secrets = "the context holds a\nkey"
	}
	if seldom() {
		rules.NoCloud = "no cloud key is set"
	}
	for i := range r.IntN(4) {
		price := Price{r.Float64(), 10 * r.Float64(), r.IntN(5) > 0}
		if seldom() {
			price.In = []float64{-1, math.NaN(), math.Inf(1), 1e300, 0}[r.IntN(5)]
		}
		rules.Tiers = append(rules.Tiers, Tier{
			Name: fmt.Sprint("t", i), Model: fmt.Sprint("model", i, "\u2028\xff"), Price: price, ContextLength: r.IntN(4) * 5000,
		})
	}
	l := &Local{
		Backend: []string{"ollama", "openai", "other", ""}[r.IntN(4)], Model: []string{"m:7b", "m:1b", "m:70b", "m", ""}[r.IntN(5)],
		Address: "127.0.0.1:1", ContextLength: r.IntN(3) * 2000, SizeBytes: r.Int64N(1 << 36), Missing: []string{"", "no server\r\n"}[r.IntN(2)],
		Capabilities: [][]string{nil, {"completion"}, {"completion", "thinking"}, {"embedding"}}[r.IntN(4)],
	}
	return rules, l
}

func anyLimit(r *rand.Rand) float64 {
	return []float64{-1, -1, -0.5, 0, r.Float64(), 100 * r.Float64(), math.NaN()}[r.IntN(7)]
}

const mark = "Zzyzx"

// anyText makes a request that holds mark all over. It is short: how it is scored
// is tested elsewhere.
func anyText(r *rand.Rand) chat.Request {
	req := anything(r).Request
	req.Message = mark + " " + req.Message[:min(200, len(req.Message))]
	req.Context = req.Context[:min(1, len(req.Context))]
	for i := range req.Context {
		req.Context[i].Text = req.Context[i].Text[:min(200, len(req.Context[i].Text))] + mark
		req.Context[i].Path = mark
	}
	return req
}

// anyQuestion makes a question of a text.
func anyQuestion(r *rand.Rand, text chat.Request, rules *Rules) *Question {
	text.Model = []string{"", "", "m:7b", "x"}[r.IntN(4)]
	if n := len(rules.Tiers); n > 0 && r.IntN(4) == 0 {
		text.Model = rules.Tiers[r.IntN(n)].Model
	}
	return &Question{Request: text, PromptBytes: r.IntN(80_000) - 100, Turns: r.IntN(50)}
}

// mayGo is the oracle: whether rules allow a question to go to a tier. It shares
// no code with the package.
func mayGo(q *Question, r *Rules, tier string) bool {
	if r.Level >= chat.CUI || r.Paranoid || r.Offline || r.Secrets != "" || r.NoCloud != "" {
		return false
	}
	if !slices.Contains([]chat.Mode{"", "auto", "cloud"}, r.Mode) {
		return false
	}
	for i, t := range r.Tiers {
		if t.Name == tier {
			capped := slices.IndexFunc(r.Tiers, func(t Tier) bool { return t.Name == r.MaxTier })
			return (r.MaxTier == "" || r.MaxTier == "cloud" || i <= capped) && mayPay(q, r, t.Price)
		}
	}
	return false
}

func mayPay(q *Question, r *Rules, p Price) bool {
	if r.MaxAnswerCents < 0 && r.DayLeftCents < 0 {
		return true
	}
	if !p.Known || !(p.In >= 0 && p.Out >= 0) || p.In > 1e6 || p.Out > 1e6 {
		return false
	}
	tokens := map[chat.Action]float64{"document": 300, "explain": 500, "fix": 500, "refactor": 800, "review": 800, "tests": 1200}
	out, ok := tokens[q.Action]
	if !ok {
		out = 600
	}
	cents := (math.Floor(max(0, float64(q.PromptBytes))/4)*p.In + out*p.Out) / 1e6 * 100
	for _, limit := range []float64{r.MaxAnswerCents, r.DayLeftCents} {
		if !(limit < 0) && !(cents <= limit*(1+1e-12)) {
			return false
		}
	}
	return true
}

func TestDecideProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same questions each time
	counts := map[string]int{}
	var text chat.Request
	for i := range 100_000 {
		rules, l := anyRules(r)
		if i%10 == 0 { // each text under ten sets of rules
			text = anyText(r)
		}
		q := anyQuestion(r, text, rules)
		d := Decide(q, rules, l)
		if again := Decide(q, rules, l); again != d {
			t.Fatalf("first %+v, then %+v", d, again)
		}
		if d.Tier != chat.TierLocal && !mayGo(q, rules, d.Tier) {
			t.Fatalf("%+v goes to the cloud by %+v", d, rules)
		}
		if by, _ := Forced(rules); by != "" && (d.ForcedBy != by || d.Tier != chat.TierLocal) {
			t.Fatalf("%+v, though forced by %s", d, by)
		}
		checkDecision(t, d)
		counts[d.Tier+d.ForcedBy+d.FallbackFrom]++
		checkChain(t, d, q, rules, l)
	}
	t.Log(counts)
	for _, seen := range []string{"local", "t0", "t1", "t2", "t0local", "localclassification", "localnoCloudKey", "localmaxTier", "localsecrets"} {
		if counts[seen] < 50 {
			t.Errorf("%s only %d times", seen, counts[seen])
		}
	}
}

// checkDecision looks at what every decision has.
func checkDecision(t *testing.T, d chat.RouteDecision) {
	t.Helper()
	bad := !(d.Score >= 0 && d.Score <= 1) || rank(d.Complexity) == 0 && d.Complexity != chat.Trivial || d.QueryType == "" ||
		!(d.EstimatedCostCents >= 0) || math.IsInf(d.EstimatedCostCents, 0)
	if bad {
		t.Fatalf("%+v", d)
	}
	if d.Reason == "" || strings.ContainsAny(d.Reason, "\r\n\u2028") || strings.Contains(d.Reason, ". ") || strings.HasSuffix(d.Reason, ".") {
		t.Fatalf("the reason %q is not one sentence without its full stop", d.Reason)
	}
	if !utf8.ValidString(d.Reason) || strings.Contains(d.Reason, mark) {
		t.Fatalf("the reason %q holds what it may not", d.Reason)
	}
}

// checkChain lets every tier fail until nothing follows.
func checkChain(t *testing.T, d chat.RouteDecision, q *Question, r *Rules, l *Local) {
	t.Helper()
	outline := Local{Backend: "outline", Model: "built-in"}
	failed := []string{}
	for {
		if d.Backend != "" {
			failed = append(failed, d.Tier+" "+d.Backend)
		}
		next, ok := Next(d, "it\ndoes not answer", q, r, l, outline)
		if !ok {
			break
		}
		checkDecision(t, next)
		if slices.Contains(failed, next.Tier+" "+next.Backend) || next.Backend == "" || len(failed) > 3 {
			t.Fatalf("%v, then %+v", failed, next)
		}
		if next.FallbackFrom != d.Tier || !(strings.Contains(next.Reason, "it does not answer: ") || strings.HasPrefix(next.Reason, d.Reason+": ")) || next.ForcedBy != d.ForcedBy {
			t.Fatalf("%+v follows %+v", next, d)
		}
		if next.Tier != chat.TierLocal && (!mayGo(q, r, next.Tier) || r.Mode == chat.ModeCloud) {
			t.Fatalf("%+v goes to the cloud by %+v", next, r)
		}
		d = next
	}
	if d.Backend != "outline" {
		t.Fatalf("%v ends at %+v", failed, d)
	}
}
