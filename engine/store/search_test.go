package store

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// library asks what the searches below look for.
func library(p *process) map[string]string {
	ids := map[string]string{}
	for name, text := range map[string]string{
		"config":  "call parse_config_file(path) or config.Load and then\nhandle the error",
		"accent":  "Das Café in der Straße, naïve Gemüse",
		"camel":   "HandlerFunc implements http.Handler",
		"quote":   `he said "NEAR" and (x OR y) * title:z - ^w`,
		"chinese": "数据库 和 搜索",
	} {
		ids[name] = p.ask("", "about "+name, text).ConversationID
	}
	return ids
}

// TestSearch asks the same of memory and of the file.
func TestSearch(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	ids := library(p)
	check := func(where string, p *process) {
		t.Helper()
		for query, want := range map[string][]string{
			"parse_config": {"config"}, "PARSE_CONFIG_FILE": {"config"}, "config_file": nil, "pars err": {"config"}, "config.Load": {"config"},
			"load.config": nil, "Cafe": {"accent"}, "café gemuse": {"accent"}, "naive": {"accent"}, "handlerf": {"camel"}, "http.hand": {"camel"},
			"near": {"quote"}, `"near"`: {"quote"}, "x OR y": {"quote"}, "title:z": {"quote"}, "数据库": {"chinese"}, "about": {"accent", "camel", "chinese", "config", "quote"},
			"x": {"quote"}, "nowhere": nil, "": nil, "***": nil, `"`: nil, "()": nil, "cafe nowhere": nil, "-": nil, "AND": {"config", "quote"}, "\x00near\x00": {"quote"},
		} {
			found, err := p.Search(t.Context(), query, 0)
			must(t, err)
			var names []string
			for _, f := range found {
				for name, id := range ids {
					if id == f.Summary.ConversationID {
						names = append(names, name)
					}
				}
			}
			if slices.Sort(names); !slices.Equal(names, want) {
				t.Errorf("%s: %q finds %q, want %q", where, query, names, want)
			}
		}
	}
	check("memory", p)
	p.end()
	check("file", at(t, path))
}

func TestSnippets(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	long := strings.Repeat("voor na ", 100) + "the\n\tneedle here " + strings.Repeat("dan nog ", 100)
	id := p.ask("", "haystack", long).ConversationID
	for range 5 {
		p.ask(id, "again a needle?", "no")
	}
	look := func(where string, p *process) {
		t.Helper()
		found, err := p.Search(t.Context(), "needle", 0)
		must(t, err)
		if len(found) != 1 || len(found[0].Snippets) != maxSnippets || found[0].Snippets[0] != "again a needle?" {
			t.Fatalf("%s: found %+v", where, found)
		}
		found, _ = p.Search(t.Context(), "needle here", 0)
		s := found[0].Snippets[0]
		if !strings.Contains(s, "voor na the needle here dan nog") || !strings.HasPrefix(s, "…") || !strings.HasSuffix(s, "…") || len(s) > 200 {
			t.Errorf("%s: the snippet is %q", where, s)
		}
		if found, _ = p.Search(t.Context(), "haystack", 1); len(found) != 1 || len(found[0].Snippets) != 1 {
			t.Errorf("%s: %+v", where, found)
		}
	}
	look("memory", p)
	p.end()
	p = at(t, path)
	look("file", p)
	if _, err := p.Rename(id, "Zauberberg"); err != nil {
		t.Error(err)
	}
	if found, err := p.Search(t.Context(), "zauber", 0); err != nil || len(found) != 1 || len(found[0].Snippets) != 0 || found[0].Summary.Title != "Zauberberg" {
		t.Errorf("by its title: %+v, %v", found, err)
	}
}

// TestHostileQueries looks that no query is anything but words: none fails, and
// none costs the file.
func TestHostileQueries(t *testing.T) {
	path := somewhere(t)
	p := at(t, path)
	p.ask("", "q", "an answer")
	p.end()
	p = at(t, path)
	for _, query := range hostileQueries() {
		if _, err := p.Search(t.Context(), query, 5); err != nil || p.Err() != nil {
			t.Errorf("%.40q: %v", query, err)
		}
		if _, err := p.Get(query); err == nil {
			t.Errorf("%.40q is a conversation", query)
		}
		_, _, _ = p.List(query, 5)
		_ = p.Delete(query)
	}
	if found, err := p.Search(t.Context(), "answer", 5); err != nil || len(found) != 1 {
		t.Errorf("afterwards: %+v, %v", found, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Search(ctx, "answer", 5); err == nil {
		t.Error("a cancelled search goes on")
	}
}

func hostileQueries() []string {
	return []string{
		`"`, `""`, `'`, `';DROP TABLE messages;--`, `" OR "1"="1`, "a NEAR/5 b", "NEAR(", "a* OR *", "text:a", "-a", "^a", "a + b", "{a b}: c", "(", ")", "AND", "NOT a",
		"../../etc/passwd", "\x00", "a\x00b", "\xff\xfe", strings.Repeat("a", 1<<20), strings.Repeat("a b ", 1<<18), strings.Repeat(`"`, 100_000),
		strings.Repeat("é", 600), "%", "_", "__", "a_", "\\", "words MATCH", "\u200b", "\u0301", "e\u0301", "🙂", "İ", "ß",
	}
}

func FuzzSearch(f *testing.F) {
	for _, q := range hostileQueries()[:20] {
		f.Add(q)
	}
	p := at(f, somewhere(f))
	p.ask("", "q", "an answer of some words")
	p.save()
	f.Fuzz(func(t *testing.T, query string) {
		if _, err := p.Search(t.Context(), query, 5); err != nil {
			t.Error(err)
		}
		if err := p.Err(); err != nil {
			t.Error(err)
		}
	})
}

// scaleVariable is how many conversations TestScale has in place of a few.
const scaleVariable = "RIGRUN_STORE_CONVERSATIONS"

// TestScale lists, searches and opens among many conversations of twenty messages.
//
// RIGRUN_STORE_CONVERSATIONS=10000 has that many, and holds 95 of 100 to the limit
// in place of the median.
func TestScale(t *testing.T) {
	n, asked := 300, false
	if many, err := strconv.Atoi(os.Getenv(scaleVariable)); err == nil {
		n, asked = many, true
	}
	path := somewhere(t)
	ids := fill(t, path, n)
	p := at(t, path)
	defer p.end()
	const limit = 20 * time.Millisecond
	report := func(what string, times []time.Duration) {
		slices.Sort(times)
		p50, p95 := times[len(times)/2], times[len(times)*95/100]
		if !asked {
			p95 = p50 // other tests run beside this one
		}
		t.Logf("%d conversations: %s p50 %v, p95 %v, most %v", n, what, p50, times[len(times)*95/100], times[len(times)-1])
		if p95 > slowness*limit {
			t.Errorf("%s took %v, want at most %v", what, p95, slowness*limit)
		}
	}
	var list, open, next []time.Duration
	cursor := ""
	for i := range 200 {
		list = append(list, timed(func() {
			var err error
			if _, cursor, err = p.List(cursor, 50); err != nil {
				t.Error(err)
			}
		}))
		id := ids[(i*7919)%len(ids)]
		open = append(open, timed(func() {
			if c, err := p.Get(id); err != nil || len(c.Messages) != 20 {
				t.Errorf("%d messages, %v", len(c.Messages), err)
			}
		}))
		next = append(next, timed(func() {
			if b := p.Upcoming(id); len(b.History) != 20 {
				t.Errorf("a history of %d", len(b.History))
			}
		}))
	}
	report("list", list)
	report("open", open)
	report("continue", next)
	var search []time.Duration
	for i := range 40 {
		for _, query := range []string{vocabulary(i), vocabulary(i * i)[:3], vocabulary(i) + " " + vocabulary(3*i), "parse_config", "the pars", "unheardof", vocabulary(4000 + i), "config.Load"} {
			search = append(search, timed(func() {
				if _, err := p.Search(t.Context(), query, 20); err != nil {
					t.Error(err)
				}
			}))
		}
	}
	report("search", search)
}

func timed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

// vocabulary is the i-th word of a made-up language.
func vocabulary(i int) string {
	syllables := []string{"ba", "co", "du", "fe", "gi", "ka", "lo", "mu", "ne", "pi", "ra", "so", "tu", "ve", "wi", "za"}
	word := syllables[i%16] + syllables[i/16%16] + syllables[(i*7)%16]
	if i >= 256 {
		word += syllables[i/256%16]
	}
	return word
}

// fill writes n conversations of twenty messages, in which few words are frequent
// and many are rare.
func fill(t *testing.T, path string, n int) (ids []string) {
	t.Helper()
	p := at(t, path)
	defer p.end()
	x := uint64(1)
	random := func(n int) int {
		x = x*6364136223846793005 + 1442695040888963407
		return int(x >> 33 % uint64(n))
	}
	text := func(words int) string {
		var b strings.Builder
		for range words {
			b.WriteString(vocabulary(min(random(4096), random(4096), random(4096))) + " ")
		}
		switch random(10) {
		case 0:
			b.WriteString("calls parse_config_file ")
		case 1:
			b.WriteString("and config.Load ")
		}
		return b.String() + "at the end"
	}
	for i := range n {
		c := &conversation{}
		c.summary = chat.Summary{ConversationID: newID(), Title: text(3)[:20] + fmt.Sprint(i), CreatedAt: time.Now().UTC(), UpdatedAt: time.Now().UTC().Add(-time.Duration(n-i) * time.Minute)}
		for m := range 20 {
			role := []chat.Role{chat.RoleUser, chat.RoleAssistant}[m%2]
			c.messages = append(c.messages, &message{
				Message: chat.Message{MessageID: newID(), Role: role, Text: text(30)}, prompt: text(60), judged: true,
			})
		}
		ids = append(ids, c.summary.ConversationID)
		p.mu.Lock()
		p.all[c.summary.ConversationID] = c
		p.mu.Unlock()
		if i%500 == 499 || i == n-1 {
			p.save()
			p.mu.Lock()
			clear(p.all)
			p.mu.Unlock()
		}
	}
	return ids
}
