package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/audit"
	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/cache"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/ledger"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/secret"
	"github.com/rigrun/rigrun-lsp/engine/store"
	"github.com/rigrun/rigrun-lsp/engine/stream"
	"github.com/rigrun/rigrun-lsp/engine/tools"
)

// What is wrong with a request about conversations.
var (
	ErrNoConversation = store.ErrNotFound // no conversation has this identifier
	ErrCursor         = store.ErrCursor   // no list has returned this cursor
	ErrFormat         = store.ErrFormat   // no export has this format
)

// ErrUnknownTier is returned for a request's highest tier that is not one of the
// configuration's.
var ErrUnknownTier = errors.New("no tier is called")

var errAborted = errors.New("the answer was given up inside the server")

// Listener receives one answer. See the package documentation for the order of calls.
type Listener interface {
	stream.Sink

	// Route says where the answer comes from. cache is nil on the second call,
	// which a fallback makes.
	Route(d chat.RouteDecision, cache *chat.CacheInfo) error
}

// Begun is implemented by a [Listener] that wants to know, before anything else,
// which conversation an answer belongs to: one that is stopped has no result to
// say it.
type Begun interface {
	Begun(conversationID string)
}

// Backend runs one prompt. Chat writes the answer to w and returns how it
// ended; it returns an error where the answer is not whole, context.Canceled in
// its chain where ctx was cancelled. It never closes w.
type Backend interface {
	Name() string
	Chat(ctx context.Context, p *chat.Prompt, w stream.Writer) (stream.End, error)
}

// Local finds the local model server.
type Local interface {
	// Pick returns the backend and the model for a question; model is "" where
	// the caller leaves the choice.
	Pick(ctx context.Context, model string) (local.Target, error)
	Models(ctx context.Context) ([]chat.Model, error)
	// Known returns the model that Pick would return, as far as that is known
	// without asking the server.
	Known(model string) (chat.Model, bool)
	// Digest tells what a model's name stands for, "" where that is not known.
	Digest(model string) string
	// Renew learns the digests, where that was tried longest half a minute ago, and
	// finds the server where it was not found yet. It takes some seconds at most.
	Renew(ctx context.Context)
	Forget()         // the server did not answer: look for one again next time
	Address() string // host:port, for messages
}

// Audit records what was decided and what became of it. It never blocks for
// long and never fails.
type Audit interface {
	Record(e audit.Event)
	Hash(prompt []byte) string // stands for a prompt in an event
}

// Setup is the part of an engine that a change of configuration replaces.
type Setup struct {
	Local Local
	Cloud Backend // asked for the tiers of Rules; nil where Rules.NoCloud says why

	Rules  route.Rules       // as the settings have them; a question's own make them stricter
	Redact bool              // secrets are replaced in what goes to the cloud; else they keep it here
	Key    func() secret.Key // makes their placeholders

	Keep store.Settings // what of the conversations is kept in the file

	MaxDayCents float64 // the most that a day may cost, negative for no limit
	Ledger      *ledger.Ledger
	Audit       Audit

	Cache *cache.Cache // of answers; one that was closed keeps none

	// Workspace is how tools see a workspace's folders; nil where no model gets
	// any. LocalTools says that the local model can call tools though its server
	// does not say so, CloudTools that the cloud's models can.
	Workspace              func(folders []string) tools.Workspace
	LocalTools, CloudTools bool

	// Servers tells these servers and models from others, as far as the
	// configuration does: answers of the one are not given for the other.
	Servers string

	Release func() // gives back what an unused setup holds, such as idle connections
}

// Options are the parts an engine is made of.
type Options struct {
	Setup
	Outline      Backend         // answers where no model server can
	Prompts      *prompt.Library // nil for the built-in texts alone
	OutlineModel string          // the name shown as the outline's model
	Now          func() time.Time

	// Conversations are closed by who opened them, after the engine. Nil keeps them
	// in the engine's memory alone.
	Conversations *store.Conversations
}

// Engine answers questions. It is safe for concurrent use. Make it with [New].
type Engine struct {
	outline       Backend
	outlineModel  string
	now           func() time.Time
	started       time.Time
	setup         atomic.Pointer[Setup]
	conversations *store.Conversations
	prompts       *prompt.Library
	gauges        gauges
	summaries     summaries
	stats         stats
	troubles      troubles
	flights       flights

	// ctx is the life of every flight and summary; stop ends it. running counts them.
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
}

// New returns an engine. Close it when done.
func New(o Options) *Engine {
	e := &Engine{
		outline: o.Outline, outlineModel: o.OutlineModel,
		now: o.Now, started: o.Now(),
		conversations: o.Conversations, prompts: o.Prompts,
	}
	if e.conversations == nil {
		e.conversations = store.New(o.Now)
	}
	if e.prompts == nil {
		e.prompts = prompt.NewLibrary("")
	}
	e.ctx, e.stop = context.WithCancel(context.Background())
	e.Configure(o.Setup)
	return e
}

// Configure replaces the setup for the questions that come after. Answers that
// are running go on as they began.
func (e *Engine) Configure(s Setup) {
	e.conversations.Configure(s.Keep)
	if old := e.setup.Swap(&s); old != nil {
		old.Release()
	}
}

// Conversations returns the conversations, those of other processes included.
func (e *Engine) Conversations() *store.Conversations { return e.conversations }

// Close cancels the answers that are running and waits until they have ended.
func (e *Engine) Close() {
	e.stop()
	e.running.Wait()
	e.setup.Load().Release()
}

// Chat answers a question. It calls l.Route unless it fails before it knows the
// route, and l.Close always. The result is nil exactly where an error is returned.
func (e *Engine) Chat(ctx context.Context, req chat.Request, l Listener) (*chat.Result, error) {
	start := e.now()
	e.summaries.yield()
	asked := prompt.New(e.prompts.Texts(&req), &req)
	turn, err := e.begin(req, &asked)
	if err != nil {
		_ = l.Close(stream.End{Err: err})
		return nil, err
	}
	if b, ok := l.(Begun); ok {
		b.Begun(turn.ConversationID)
	}
	m := &meter{next: l, now: e.now, start: start, cache: chat.CacheInfo{Hit: chat.HitNone}}
	out := line{
		Sink: stream.Tee(m, stream.Quiet(turn)),
		route: func(d chat.RouteDecision, c *chat.CacheInfo) error {
			turn.SetRoute(d)
			m.decision = d
			if c != nil {
				m.cache = *c
			}
			return l.Route(d, c)
		},
		raise: func(level chat.Level) {
			m.decision.Classification = max(m.decision.Classification, level)
			turn.SetRoute(m.decision)
		},
		seal: turn.Seal,
	}
	ended := false
	defer func() {
		if !ended { // a panic passes through: the caller's to report, but the conversation must not stay busy
			_ = out.Close(stream.End{Err: errAborted})
		}
	}()
	out.asked = turn.SetPrompt
	p, done := e.answer(ctx, req, asked, turn.Before, out)
	ended = true
	done.end.Usage = m.usage(done.end.Usage)
	if err := out.Close(done.end); err != nil && done.end.Err == nil {
		done.end.Err = fmt.Errorf("write the answer: %w", err)
	}
	e.stats.record(m, done.end)
	result, err := e.settle(p, m, turn, done)
	if err == nil {
		e.summarise(p, m.decision, turn.ConversationID)
	}
	return result, err
}

// begin checks a question and records it.
func (e *Engine) begin(req chat.Request, asked *prompt.Question) (*store.Turn, error) {
	if err := tooLong(req); err != nil {
		return nil, err
	}
	return e.conversations.Begin(req, asked.Asked(), sealed(req))
}

// tooLong returns the error for a question over the limit.
func tooLong(req chat.Request) error {
	if len(req.Message) <= chat.MaxQuestionBytes {
		return nil
	}
	return &chat.Error{
		Kind:    chat.QueryTooLong,
		Message: fmt.Sprintf("the question has %d bytes, the limit is %d", len(req.Message), chat.MaxQuestionBytes),
		Hint:    "ask a shorter question and give long text as context",
	}
}

// answer prepares a question, and gives a kept answer or has one made. The plan is
// nil where the question was refused.
func (e *Engine) answer(ctx context.Context, req chat.Request, asked prompt.Question, before store.Before, out line) (*plan, landing) {
	p, err := e.prepare(req, asked, before)
	if err != nil {
		return nil, landing{end: stream.End{Err: err}}
	}
	kept, ok := p.exact(ctx)
	if !ok {
		kept, ok, err = e.routeOrFind(ctx, p)
	}
	var done landing
	switch {
	case ok:
		done = p.give(kept, out)
	case err != nil:
		done.end.Err = err
	default:
		done = e.ask(ctx, p, out)
	}
	return p, done
}

// routeOrFind routes a question and, beside that, looks for the answer to one that
// means the same. Where only kept answers are allowed, no server is contacted.
func (e *Engine) routeOrFind(ctx context.Context, p *plan) (k kept, found bool, err error) {
	similar := p.similar(ctx)
	if p.rules.MaxTier == chat.TierCache {
		err = errNotStored()
	} else {
		err = e.route(ctx, p)
	}
	var like likeness
	if similar != nil {
		like = <-similar
	}
	p.refused = like.refused
	return like.kept, like.found, err
}

// ask has an answer made: it announces the route and rides the answer's flight.
func (e *Engine) ask(ctx context.Context, p *plan, out line) landing {
	p.audit(audit.EventRoute, p.first.decision, chat.Usage{}, 0)
	d := p.first.told(p)
	nearly(&d, p.refused)
	if err := out.route(d, &chat.CacheInfo{Hit: chat.HitNone}); err != nil {
		return landing{end: stream.End{Err: fmt.Errorf("write the route: %w", err)}}
	}
	done := e.ride(ctx, p, out)
	done.end.Usage = p.counted(done.end.Usage, 0) // an answer that was left has no count of its own
	return done
}

// bytesPerToken is how many bytes a token is taken to have where a server did
// not count: the usual average for English and code.
const bytesPerToken = 4

// errNotStored is the failure of a question that only the cache may answer.
func errNotStored() error {
	return &chat.Error{
		Kind:    chat.Policy,
		Message: "only stored answers are allowed, and none is stored for this question",
		Hint:    `set rigrun.routing.maxTier to "local", or ask without maxTier "cache"`,
	}
}

// settle closes the books of an answer: its cost, what it saved, and the log.
func (e *Engine) settle(p *plan, m *meter, turn *store.Turn, done landing) (*chat.Result, error) {
	if m.decision.Tier != "" { // else it was refused before it went anywhere
		p.audit(audit.EventAnswer, m.decision, done.end.Usage, done.spent)
	}
	if p != nil && m.decision.Tier == "" {
		turn.SetLevel(p.rules.Level)
	}
	turn.Spent(done.spent)
	if done.cache != nil {
		m.cache = *done.cache
	}
	turn.SetCache(m.cache, done.entry)
	if done.end.Err != nil {
		return nil, done.end.Err
	}
	r := m.result(turn, done.end)
	r.CostCents, r.SavedCents = done.spent, p.saved(m.decision, done)
	if r.SavedCents > 0 {
		p.setup.Ledger.Saved(r.SavedCents)
	}
	r.Left = slices.Concat(p.question.Left, done.cut)
	if p.isCloud(m.decision.Tier) {
		r.Redactions = slices.Concat(p.hide().redactions, done.redactions)
	}
	return r, nil
}

// Route decides where a question would be answered, without running it. Its reason
// says too which kept answer came nearest and why it is not given; a question that
// is asked waits for no such explanation.
func (e *Engine) Route(ctx context.Context, req chat.Request) (chat.RouteDecision, error) {
	if err := tooLong(req); err != nil {
		return chat.RouteDecision{}, err
	}
	p, err := e.upcoming(&req)
	if err != nil {
		return chat.RouteDecision{}, err
	}
	kept, ok := p.exact(ctx)
	if !ok {
		kept, ok, err = e.routeOrFind(ctx, p)
	}
	if ok {
		return p.kept(kept), nil
	}
	d := p.first.told(p)
	if p.rules.MaxTier == chat.TierCache {
		d, err = p.notKept(), nil
	}
	if err != nil {
		return chat.RouteDecision{}, err
	}
	nearly(&d, p.explain(ctx))
	return d, nil
}

// upcoming prepares a question that is not asked, or not yet.
func (e *Engine) upcoming(req *chat.Request) (*plan, error) {
	before := e.conversations.Upcoming(req.ConversationID)
	before.Sealed = cmp.Or(before.Sealed, sealed(*req))
	return e.prepare(*req, prompt.New(e.prompts.Texts(req), req), before)
}

// Models lists what can answer: the local server's models, the cloud tiers where
// one may be used, and the outline, which is always there and is the default only
// while nothing else is. The cloud server is not asked.
func (e *Engine) Models(ctx context.Context) ([]chat.Model, error) {
	setup := e.setup.Load()
	models, err := setup.Local.Models(ctx)
	if err != nil && !replaceable(err) {
		return nil, err
	}
	here := len(models)
	if by, _ := route.Forced(&setup.Rules); by == "" && setup.Rules.NoCloud == "" {
		for i, t := range setup.Rules.Tiers {
			models = append(models, chat.Model{
				ID: t.Model, Backend: setup.Cloud.Name(), Tier: t.Name, ContextLength: t.ContextLength,
				Capabilities: []string{"completion"}, Default: here == 0 && i == 0,
			})
		}
	}
	loaded := true
	return append(models, chat.Model{
		ID: e.outlineModel, Backend: e.outline.Name(), Tier: chat.TierLocal,
		Capabilities: []string{"completion"}, Loaded: &loaded, Default: len(models) == 0,
	}), nil
}

// Stored is what the cache holds beyond this process.
func (e *Engine) Stored(ctx context.Context) (cache.BackingStats, error) {
	return e.setup.Load().Cache.Stored(ctx)
}

// Figures are what today's answers of all processes cost, in cents, and the
// share of this process's lookups that the cache answered.
func (e *Engine) Figures() (costToday, hitRate float64) {
	// What cannot be read counts as nothing spent: the figure is for showing.
	setup := e.setup.Load()
	costToday, _, _ = setup.Ledger.Today()
	return costToday, setup.Cache.HitRate()
}

// Stats says what this process did since it started.
func (e *Engine) Stats() chat.Stats {
	s := e.stats.summary()
	// What could not be read counts as nothing spent: the figure is for showing,
	// and the limit is held elsewhere.
	setup := e.setup.Load()
	s.CostTodayCents, s.SavedTodayCents, _ = setup.Ledger.Today()
	s.Cache, _ = setup.Cache.Stats(context.Background())
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	s.Goroutines = runtime.NumGoroutine()
	s.HeapBytes = mem.HeapAlloc
	s.UptimeSeconds = e.now().Sub(e.started).Seconds()
	return s
}
