package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/backend/local"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/prompt"
	"github.com/rigrun/rigrun-lsp/engine/route"
	"github.com/rigrun/rigrun-lsp/engine/store"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// ErrNoConversation is returned for an identifier that no conversation has.
var ErrNoConversation = store.ErrNotFound

var errAborted = errors.New("the answer was given up inside the server")

// Listener receives one answer. See the package documentation for the order of calls.
type Listener interface {
	stream.Sink

	// Route says where the answer comes from. cache is nil on the second call,
	// which a fallback makes.
	Route(d chat.RouteDecision, cache *chat.CacheInfo) error
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
	Forget()         // the server did not answer: look for one again next time
	Address() string // host:port, for messages
}

// Setup is the part of an engine that a change of configuration replaces.
type Setup struct {
	Local    Local
	Settings route.Settings
	Release  func() // gives back what an unused setup holds, such as idle connections
}

// Options are the parts an engine is made of.
type Options struct {
	Setup
	Outline      Backend // answers where no model server can
	OutlineModel string  // the name shown as the outline's model
	Now          func() time.Time
}

// Engine answers questions. It is safe for concurrent use. Make it with [New].
type Engine struct {
	outline       Backend
	outlineModel  string
	now           func() time.Time
	started       time.Time
	setup         atomic.Pointer[Setup]
	conversations *store.Conversations
	stats         stats
	flights       flights

	// ctx is the life of every flight; stop ends it. running counts flights.
	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup
}

// New returns an engine. Close it when done.
func New(o Options) *Engine {
	e := &Engine{
		outline: o.Outline, outlineModel: o.OutlineModel,
		now: o.Now, started: o.Now(),
		conversations: store.New(o.Now),
	}
	e.ctx, e.stop = context.WithCancel(context.Background())
	e.Configure(o.Setup)
	return e
}

// Configure replaces the setup for the questions that come after. Answers that
// are running go on as they began.
func (e *Engine) Configure(s Setup) {
	if old := e.setup.Swap(&s); old != nil {
		old.Release()
	}
}

// Conversations returns the conversations of this process.
func (e *Engine) Conversations() *store.Conversations { return e.conversations }

// Close cancels the answers that are running and waits until they have ended.
func (e *Engine) Close() {
	e.stop()
	e.running.Wait()
	e.setup.Load().Release()
}

// plan is a question ready to run.
type plan struct {
	decision chat.RouteDecision
	backend  Backend
	prompt   chat.Prompt
	shared   bool // may be answered together with identical questions
	forget   func()
}

// Chat answers a question. It calls l.Route unless it fails before it knows the
// route, and l.Close always. The result is nil exactly where an error is returned.
func (e *Engine) Chat(ctx context.Context, req chat.Request, l Listener) (*chat.Result, error) {
	start := e.now()
	turn, err := e.begin(req)
	if err != nil {
		_ = l.Close(stream.End{Err: err})
		return nil, err
	}
	req.Classification = turn.Classification
	m := &meter{next: l, now: e.now, start: start}
	out := line{
		Sink: stream.Tee(m, stream.Quiet(turn)),
		route: func(d chat.RouteDecision, c *chat.CacheInfo) error {
			turn.SetRoute(d)
			m.decision = d
			return l.Route(d, c)
		},
	}
	ended := false
	defer func() {
		if !ended { // a panic passes through: the caller's to report, but the conversation must not stay busy
			_ = out.Close(stream.End{Err: errAborted})
		}
	}()
	end := e.answer(ctx, req, turn.History, out)
	ended = true
	end.Usage = m.usage(end.Usage)
	if err := out.Close(end); err != nil && end.Err == nil {
		end.Err = fmt.Errorf("write the answer: %w", err)
	}
	e.stats.record(m, end)
	if end.Err != nil {
		return nil, end.Err
	}
	return m.result(turn, end), nil
}

// begin checks a question and records it.
func (e *Engine) begin(req chat.Request) (*store.Turn, error) {
	if err := tooLong(req); err != nil {
		return nil, err
	}
	return e.conversations.Begin(req, prompt.Question(req))
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

// answer plans a question, announces the route and rides the answer's flight.
func (e *Engine) answer(ctx context.Context, req chat.Request, history []chat.Turn, out line) stream.End {
	p, err := e.plan(ctx, req, history)
	if err != nil {
		return stream.End{Err: err}
	}
	if err := out.route(p.decision, &chat.CacheInfo{Hit: chat.HitNone}); err != nil {
		return stream.End{Err: fmt.Errorf("write the route: %w", err)}
	}
	end := e.ride(ctx, p, out)
	if end.Usage.PromptTokens == 0 && !end.Usage.Estimated {
		end.Usage.PromptTokens = estimateTokens(p.prompt.Turns)
		end.Usage.Estimated = true
	}
	return end
}

// estimateTokens counts the tokens of a prompt where the server did not: four
// bytes a token, the usual average for English and code.
func estimateTokens(turns []chat.Turn) int {
	n := 0
	for _, t := range turns {
		n += len(t.Content)
	}
	return (n + 3) / 4
}

// plan renders the prompt, chooses a backend by what is in it, and puts both together.
func (e *Engine) plan(ctx context.Context, req chat.Request, history []chat.Turn) (plan, error) {
	setup := e.setup.Load()
	turns := prompt.Render(req, history)
	req.Classification = max(req.Classification, sentLevel(turns, req.Context))
	decision, target, err := e.decide(ctx, setup, req, len(history))
	if err != nil {
		return plan{}, err
	}
	p := plan{
		decision: decision,
		backend:  target,
		shared:   req.Cache == "" || req.Cache == chat.CacheOn,
		forget:   setup.Local.Forget,
		prompt: chat.Prompt{
			Model:    decision.Model,
			Turns:    turns,
			Action:   req.Action,
			Question: req.Message,
			Context:  req.Context,
		},
	}
	if decision.FallbackFrom != "" {
		p.prompt.Reason = noServer(setup.Local)
	}
	return p, nil
}

// decide routes a question with so many turns before it to the local model
// server, or to the outline where there is none.
func (e *Engine) decide(ctx context.Context, setup *Setup, req chat.Request, turns int) (chat.RouteDecision, Backend, error) {
	target, err := setup.Local.Pick(ctx, req.Model)
	if err == nil {
		return route.DecideLocal(req, setup.Settings, route.Candidate{
			Backend: target.Backend.Name(), Model: target.Model.ID, Address: setup.Local.Address(),
			ContextLength: target.Model.ContextLength, Turns: turns,
		}), target.Backend, nil
	}
	if !replaceable(err) {
		return chat.RouteDecision{}, nil, err
	}
	d := route.Fallback(route.DecideLocal(req, setup.Settings, route.Candidate{Turns: turns}), e.outlineCandidate(), sentence(err))
	return d, e.outline, nil
}

func (e *Engine) outlineCandidate() route.Candidate {
	return route.Candidate{Backend: e.outline.Name(), Model: e.outlineModel}
}

// replaceable reports whether the outline may answer in place of a backend that
// failed with err before it wrote anything.
func replaceable(err error) bool {
	kind := chat.KindOf(err)
	return kind == chat.NoBackend || kind == chat.Unreachable
}

// sentence returns the message of err for use inside another sentence.
func sentence(err error) string {
	if e, ok := errors.AsType[*chat.Error](err); ok {
		return e.Message
	}
	return err.Error()
}

func noServer(l Local) string {
	return "no model server was found at " + l.Address()
}

// Route decides where a question would be answered, without running it.
func (e *Engine) Route(ctx context.Context, req chat.Request) (chat.RouteDecision, error) {
	if err := tooLong(req); err != nil {
		return chat.RouteDecision{}, err
	}
	history, level := e.conversations.Upcoming(req.ConversationID)
	req.Classification = max(req.Classification, level)
	p, err := e.plan(ctx, req, history)
	return p.decision, err
}

// Models lists what can answer: the local server's models, and the outline,
// which is always there and is the default only while nothing else is.
func (e *Engine) Models(ctx context.Context) ([]chat.Model, error) {
	models, err := e.setup.Load().Local.Models(ctx)
	if err != nil && !replaceable(err) {
		return nil, err
	}
	loaded := true
	return append(models, chat.Model{
		ID: e.outlineModel, Backend: e.outline.Name(), Tier: chat.TierLocal,
		Capabilities: []string{"completion"}, Loaded: &loaded, Default: len(models) == 0,
	}), nil
}

// Stats says what this process did since it started.
func (e *Engine) Stats() chat.Stats {
	s := e.stats.summary()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	s.Goroutines = runtime.NumGoroutine()
	s.HeapBytes = mem.HeapAlloc
	s.UptimeSeconds = e.now().Sub(e.started).Seconds()
	return s
}
