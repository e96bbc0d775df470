package assemble_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine"
	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/audit"
	"github.com/rigrun/rigrun-lsp/engine/backend/outline"
	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/enginetest"
)

// The numbers of questions. The larger is what the project promises; it takes
// most of a minute, and several with the race detector.
const (
	manyCases = 100_000
	fewCases  = 4_000
)

// caseCount is how many questions are asked: RIGRUN_LEAK_CASES, else as many as
// are promised where neither -short nor the race detector is on.
func caseCount(t *testing.T) int {
	t.Helper()
	if set := os.Getenv("RIGRUN_LEAK_CASES"); set != "" {
		n, err := strconv.Atoi(set)
		if err != nil || n < 1 {
			t.Fatalf("RIGRUN_LEAK_CASES=%q is no number of questions", set)
		}
		return n
	}
	if raceDetector || testing.Short() {
		return fewCases
	}
	return manyCases
}

// job is one configuration and the questions asked under it.
type job struct {
	number int
	t      *testing.T
	m      maker
	knobs  knobs
	cases  int
	state  string // folder of its audit log, "" for none

	net    *network
	engine *engine.Engine
	talks  []*talk
	asked  int
	counts *counts
	log    logged
	failed bool

	mu      sync.Mutex
	arrived []*sent // guarded by mu
}

// logged is what the audit log must, and must not, hold.
type logged struct {
	sends, routed int
	never         []string
}

// counts say what the run was worth.
type counts struct {
	asked, confined, arrived, reached, redacted, shared, fallback, refusals, failed atomic.Int64

	kinds sync.Map // of secrets that were replaced in what reached the cloud
}

// TestNothingLeaks asks the engine, wired as the program wires it, for answers to
// generated questions under all settings, and reads every byte that a cloud
// server gets. What may go there is said by an oracle that knows what the
// generator planted, and nothing of how the engine finds it.
func TestNothingLeaks(t *testing.T) {
	total := caseCount(t)
	jobs := jobsFor(t, total)
	n := startNetwork(t, jobs)
	c := &counts{}
	work := make(chan *job)
	var workers sync.WaitGroup
	debug.SetGCPercent(400) // the heap is small, and a machine that runs this has more
	start := time.Now()
	for range 48 { // most wait now and then, for a server that does not answer
		workers.Go(func() {
			for j := range work {
				if c.failed.Load() < 5 {
					j.run(n, c)
				}
			}
		})
	}
	only := os.Getenv("RIGRUN_LEAK_JOB") // the number of one that failed, with the same count of questions
	for _, j := range jobs {
		if only == "" || only == strconv.Itoa(j.number) {
			work <- j
		}
	}
	close(work)
	workers.Wait()
	n.intruders.Range(func(_, what any) bool {
		t.Errorf("a server that nobody configured got %s", what)
		return true
	})
	c.report(t, total, time.Since(start))
}

// report shows, and demands, that the questions were such as to prove something.
func (c *counts) report(t *testing.T, total int, took time.Duration) {
	t.Helper()
	asked := c.asked.Load()
	kinds := 0
	c.kinds.Range(func(_, _ any) bool { kinds++; return true })
	t.Logf("%d questions in %v, %.0f a second; %d could not leave, %d had to reach the cloud, %d requests did; %d secrets of %d kinds restored, %d shared answers, %d fallbacks, %d errors",
		asked, took.Round(time.Millisecond), float64(asked)/took.Seconds(), c.confined.Load(), c.reached.Load(), c.arrived.Load(),
		c.redacted.Load(), kinds, c.shared.Load(), c.fallback.Load(), c.refusals.Load())
	part := int64(total)
	if t.Failed() || os.Getenv("RIGRUN_LEAK_JOB") != "" {
		return
	}
	if total >= manyCases && kinds < 200 || asked < part || c.confined.Load() < part/4 || c.reached.Load() < part/20 || c.redacted.Load() < part/100 || c.shared.Load() < part/200 || c.fallback.Load() < part/500 {
		t.Error("too little was asked, or sent, to show anything")
	}
}

// jobsFor shares the questions out: a few for each combination of settings, and
// most of them for those that let something out, or would but for one rule.
func jobsFor(t *testing.T, total int) []*job {
	t.Helper()
	known := credentials(t)
	const seed = 20261123
	m := maker{rand.New(rand.NewPCG(seed, 0)), known}
	all := combinations()
	m.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var byRules [6][]knobs // by how many of them keep everything here
	for _, k := range all {
		byRules[k.closed()] = append(byRules[k.closed()], k)
	}
	var jobs []*job
	add := func(k knobs, cases int) {
		j := &job{number: len(jobs), t: t, knobs: k, cases: cases}
		j.m = maker{rand.New(rand.NewPCG(seed, uint64(len(jobs)+1))), known}
		j.m.behave(&j.knobs)
		if len(jobs)%40 == 0 || cases > 10 && len(jobs)%4 == 0 {
			j.state = t.TempDir()
		}
		jobs = append(jobs, j)
		total -= cases
	}
	each := max(total/4/len(all), 1) // a quarter for all combinations, or for a part of them
	for i := 0; i < len(all); i += max(4*len(all)*each/total, 1) {
		add(all[i], each)
	}
	for i := 0; total > 0; i++ { // of three, one has a rule that a repository's file would like to be rid of
		some := byRules[0]
		if i%3 == 2 {
			some = byRules[1]
		}
		add(some[i%len(some)], min(60, total))
	}
	m.Shuffle(len(jobs), func(a, b int) {
		jobs[a], jobs[b] = jobs[b], jobs[a]
		jobs[a].number, jobs[b].number = a, b
	})
	return jobs
}

func (j *job) run(n *network, c *counts) {
	j.net, j.counts = n, c
	settings := j.knobs.configure(j.t, j.m, n, j.number)
	house := assemble.Open(j.state)
	j.engine = house.Engine(settings, outline.Disk())
	for j.asked < j.cases {
		if j.state != "" && j.m.oneIn(10) {
			house = j.restart(house, settings)
		}
		if j.m.oneIn(12) {
			j.twins()
		} else {
			j.ask()
		}
		if j.failed {
			c.failed.Add(1)
			break
		}
	}
	j.engine.Close()
	if err := house.Close(); err != nil {
		j.errorf("%v", err)
	}
	if j.state != "" && settings.Audit {
		j.checkLog()
	}
}

// restart lets the next process go on with what the file has of the conversations.
// What was said in one since it was marked is not in there: those are left.
func (j *job) restart(house *assemble.House, settings config.Config) *assemble.House {
	j.engine.Close()
	if err := house.Close(); err != nil {
		j.errorf("%v", err)
	}
	j.talks = slices.DeleteFunc(j.talks, func(c *talk) bool { return c.confined != "" && c.confined != "a file of secrets, earlier" })
	house = assemble.Open(j.state)
	j.engine = house.Engine(settings, outline.Disk())
	return house
}

// errorf fails the test for this job, which then ends.
func (j *job) errorf(format string, args ...any) {
	j.t.Helper()
	j.failed = true
	j.t.Errorf(format, args...)
}

// checkLog verifies the job's audit log, and looks for what may not be in it.
func (j *job) checkLog() {
	dir := assemble.AuditDir(j.state)
	if _, err := audit.Verify(dir); err != nil {
		j.errorf("job %d: the audit log: %v", j.number, err)
	}
	events, err := audit.Last(dir, 1<<20)
	if err != nil {
		j.errorf("%v", err)
	}
	sends, routed := 0, 0
	for _, e := range events {
		if e.Event == audit.EventSend && e.Tier == "cloud" {
			sends++
		}
		if e.Event == audit.EventRoute {
			routed++
		}
	}
	if routed < j.log.routed {
		j.errorf("job %d: %d questions were routed, %d are in the audit log", j.number, j.log.routed, routed)
	}
	if sends != j.log.sends {
		j.errorf("job %d: %d requests reached the cloud, %d are in the audit log", j.number, j.log.sends, sends)
	}
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		j.errorf("%v", err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			j.errorf("%v", err)
		}
		for _, never := range append(j.log.never, cloudKey) {
			if strings.Contains(string(raw), never) {
				j.errorf("job %d: the audit log's %s holds %q", j.number, f.Name(), never)
			}
		}
	}
}

// heard is the listener of one question.
type heard struct {
	enginetest.Recorder
	result *chat.Result
	err    error
}

// chat asks the engine, several times at once where there is more than one request.
func (j *job) chat(requests ...chat.Request) []*heard {
	all := make([]*heard, len(requests))
	var asking sync.WaitGroup
	for i, request := range requests {
		h := &heard{Recorder: enginetest.Recorder{T: j.t}}
		all[i] = h
		asking.Go(func() { h.result, h.err = j.engine.Chat(context.Background(), request, h) })
	}
	asking.Wait()
	for _, h := range all {
		if len(h.Routes()) > 0 {
			j.log.routed++
		}
	}
	j.asked += len(requests)
	j.counts.asked.Add(int64(len(requests)))
	return all
}

// ask asks one question of a conversation that is under way, or of a new one.
func (j *job) ask() {
	c := j.talk()
	q := j.question(c)
	h := j.chat(q.request)[0]
	arrived := j.drain()
	j.judge(c, q, h, arrived)
	c.learn(q, h)
	if j.failed {
		j.t.Logf("job %d, question %d: %+v\nconfined: %v\nroutes: %+v\nerror: %v", j.number, j.asked, j.knobs, c.why(q), h.Routes(), h.err)
	}
}

// judge holds one question's fate against the oracle.
func (j *job) judge(c *talk, q *question, h *heard, arrived []*sent) {
	may, must := j.may(c, q), j.must(c, q)
	if !may {
		j.counts.confined.Add(1)
	}
	if len(arrived) > 0 {
		j.counts.arrived.Add(1)
		j.log.sends += len(arrived)
	}
	for _, s := range arrived {
		for _, x := range q.planted {
			j.counts.kinds.Store(x.Kind, true)
		}
		if !may {
			j.errorf("what is confined (%s%s %q) reached the cloud: %s", j.forbids(q), c.why(q), q.markings, s.raw)
		}
		j.judgeBytes(c, q, s)
	}
	if must {
		j.counts.reached.Add(1)
		if len(arrived) == 0 || h.err != nil || h.result.Route.Tier != "low" && h.result.Route.Tier != "high" {
			j.errorf("nothing forbids it, and it was not answered by the cloud: %q", rendered(q.request))
		}
	}
	j.judgeAnswer(c, q, h, arrived)
	if h.err != nil {
		j.counts.refusals.Add(1)
		j.judgeError(c, q, h.err)
	}
	j.log.never = append(j.log.never, q.nonce)
	j.log.never = append(j.log.never, q.never()...)
}

// judgeBytes looks for what may not be in a request that reached the cloud.
func (j *job) judgeBytes(c *talk, q *question, s *sent) {
	if !strings.Contains(s.raw, q.nonce) {
		j.errorf("the cloud got what nobody asked: %s", s.raw)
	}
	if tier := tierOf(s.model); tier < 2 || tier > min(j.knobs.maxTier, q.maxTier) {
		j.errorf("the model %q is above the highest tier", s.model)
	}
	if strings.Count(s.raw, cloudKey) != 1 || !strings.Contains(s.raw, "Authorization: Bearer "+cloudKey) {
		j.errorf("the key is not where it belongs: %s", s.raw)
	}
	texts := s.raw + "\x00" + strings.Join(s.texts, "\x00")
	for _, secret := range append(c.secrets, q.secrets...) {
		if form := leaked(texts, secret); form != "" {
			j.errorf("a secret reached the cloud %s: %q in …%s…", form, secret, around(texts, secret))
		}
	}
}

func tierOf(model string) int {
	switch model {
	case lowModel:
		return 2
	case highModel:
		return 3
	}
	return -1
}

// leaked says in which form a text holds a secret, "" where it does not.
func leaked(text, secret string) string {
	escaped, _ := json.Marshal(secret) // of a string
	switch {
	case strings.Contains(text, secret):
		return "as it is"
	case strings.Contains(text, strings.Trim(string(escaped), `"`)):
		return "as in JSON"
	case strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(secret))):
		return "in base64"
	}
	return ""
}

// around is what stands beside a secret in a text.
func around(text, secret string) string {
	at := max(strings.Index(text, secret), 0)
	return text[max(at-200, 0):min(at+len(secret)+100, len(text))]
}

// judgeAnswer holds the answer against what the stub said, and that against what
// was asked: an echo must come back with every secret in its place.
func (j *job) judgeAnswer(c *talk, q *question, h *heard, arrived []*sent) {
	if h.err != nil {
		return
	}
	text := h.Text()
	if h.result.Text != nil && *h.result.Text != text {
		j.errorf("%q was streamed, and the result says %q", text, *h.result.Text)
	}
	if len(h.Routes()) > 1 {
		j.counts.fallback.Add(1)
	}
	cloud := h.result.Route.Tier == "low" || h.result.Route.Tier == "high"
	echo, is := strings.CutPrefix(text, fromCloud)
	if is != cloud || cloud && len(arrived) == 0 {
		j.errorf("%+v brought %q", h.result.Route, text)
	}
	if !is {
		echo, is = strings.CutPrefix(text, fromHere)
	}
	if !is {
		return // the outline's own words
	}
	if j.knobs.cloud == marks && cloud {
		echo = strings.TrimSuffix(echo, "\n\n"+answerMark+"\n\n")
	}
	if !c.said(q, echo) {
		j.errorf("what came back is no part of what was asked:\n%q\nasked:\n%q", echo, rendered(q.request))
	}
	if cloud && len(q.secrets) > 0 && arrived[len(arrived)-1].said != echo {
		j.counts.redacted.Add(1)
	}
}

// judgeError sees to it that no error repeats what was asked.
func (j *job) judgeError(c *talk, q *question, err error) {
	said := fmt.Sprintf("%v %+v", err, err)
	for _, never := range append(append(c.secrets, q.secrets...), q.nonce, cloudKey) {
		if strings.Contains(said, never) {
			j.errorf("an error repeats %q: %s", never, said)
		}
	}
}

// twins asks two or three questions that read the same at the same moment, of
// which only the first may leave: a shared answer must not be shared with those.
func (j *job) twins() {
	open := j.question(&talk{})
	requests := []chat.Request{open.request, open.request}
	kept := j.m.IntN(5)
	other := &requests[1]
	other.Context = append([]chat.ContextItem{}, other.Context...)
	switch kept {
	case 0:
		other.Classification = chat.Secret
	case 1:
		other.Mode = chat.ModeLocal
	case 2:
		other.MaxTier = chat.TierLocal
	case 3:
		other.Context = append(other.Context, chat.ContextItem{Kind: chat.ContextSelection, Document: "// SECRET//NOFORN\n\n", Path: "/w/x.go"})
	case 4:
		other.Context = append(other.Context, chat.ContextItem{Kind: chat.ContextFile, Path: "/w/.env"})
	}
	if j.m.oneIn(2) {
		requests = append(requests, open.request)
	}
	all := j.chat(requests...)
	arrived := j.drain()
	may := j.may(&talk{}, open)
	for _, s := range arrived {
		if !may {
			j.errorf("what is confined (%s) reached the cloud: %.300s", (&talk{}).why(open), s.raw)
		}
		j.judgeBytes(&talk{}, open, s)
	}
	if len(arrived) > 1+len(requests)-2 && j.knobs.cloud == answers {
		j.errorf("%d questions may leave, %d did", len(requests)-1, len(arrived))
	}
	j.log.sends += len(arrived)
	j.judgeTwin(all[1])
	if len(all) == 3 && all[0].err == nil && all[2].err == nil {
		j.counts.shared.Add(1)
		if j.knobs.cloud == answers && j.knobs.local == answers && all[0].Text() != all[2].Text() {
			j.errorf("the same question brought %q and %q", all[0].Text(), all[2].Text())
		}
	}
	if j.failed {
		j.t.Logf("job %d, twins of kind %d: %+v\n%+v\n%v", j.number, kept, j.knobs, all[1].Routes(), all[1].err)
	}
}

// judgeTwin sees to it that a question that may not leave was not answered as the
// one beside it.
func (j *job) judgeTwin(kept *heard) {
	if strings.Contains(kept.Text(), fromCloud) {
		j.errorf("a question that stays was answered with %q", kept.Text())
	}
	for _, d := range kept.Routes() {
		if d.Tier != chat.TierLocal {
			j.errorf("a question that stays was routed to %+v", d)
		}
	}
}
