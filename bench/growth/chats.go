package main

import (
	"fmt"
	"strings"
)

// fresh are the parameters of a question that asks the model in any case.
func fresh() map[string]any { return map[string]any{"cache": "off"} }

// tokensPerAnswer measures what a token costs in short and in long answers, less
// what an answer of one token costs.
func tokensPerAnswer(r *rig) (Plot, error) {
	plot := Plot{Title: "A token, by the length of its answer", Size: "tokens in the answer", Unit: "µs of processor time a token"}
	token := Curve{Name: "a token"}
	// What a question costs in any case is kept small: it is subtracted.
	err := r.use(map[string]any{"conversations.enabled": false, "security.audit": false}, func(p *program) error {
		ask := func(times, tokens int) func() error {
			return func() error {
				for range times {
					if _, err := p.chat(fmt.Sprintf("Now, for %d, write %d words", p.asked, tokens), fresh()); err != nil {
						return err
					}
				}
				return nil
			}
		}
		for _, n := range r.upTo(300, 1000, 3000, 10_000, 30_000, 100_000) {
			times := max(1, 20_000/n)
			one, err := p.samples(times, ask(times, 1))
			if err != nil {
				return err
			}
			all, err := p.samples(times, ask(times, n))
			if err != nil {
				return err
			}
			base := pointOf(1, one).Median
			for i := range all {
				all[i] = (all[i] - base) / float64(n-1)
			}
			token.Points = append(token.Points, pointOf(n, all))
		}
		return nil
	})
	plot.Curve = []Curve{token}
	return plot, err
}

// chatTokens is the length of the answers of chats that run at once.
const chatTokens = 200

// concurrentChats measures what a chat costs while others run.
func concurrentChats(r *rig) (Plot, error) {
	plot := Plot{Title: "A chat of 200 tokens, by how many run at once", Size: "chats at once", Unit: "µs of processor time a chat"}
	chat := Curve{Name: "a chat"}
	err := r.use(nil, func(p *program) error {
		for _, n := range r.upTo(1, 3, 10, 30, 100, 300) {
			times := max(1, 60/n)
			samples, err := p.samples(n*times, func() error {
				for range times {
					for range n {
						p.Send("rigrun/chat", p.question(fmt.Sprintf("Now, for %d, write %d words", p.asked, chatTokens), fresh()))
					}
					if _, err := p.Wait(n, nil); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
			chat.Points = append(chat.Points, pointOf(n, samples))
		}
		return nil
	})
	plot.Curve = []Curve{chat}
	return plot, err
}

// conversations is how many grow side by side: a sample asks one question in each,
// so that measuring makes none much longer. The size of a point is the length in
// the middle of its samples.
const conversations = 4

// conversationLength measures what the next question and its answer cost in a
// conversation, and what reading all of it does.
func conversationLength(r *rig) (Plot, error) {
	plot := Plot{Title: "A question, by the length of its conversation", Size: "messages in the conversation", Unit: "µs of processor time"}
	question, reading := Curve{Name: "the next question and its answer"}, Curve{Name: "reading the conversation"}
	err := r.use(nil, func(p *program) error {
		var all []string
		for range conversations {
			first, err := p.chat("This is where a long conversation begins", fresh())
			if err != nil {
				return err
			}
			all = append(all, first.ConversationID)
		}
		messages := 2
		next := func() error {
			messages += 2
			return p.inEach(all, "rigrun/chat", func(id string) map[string]any {
				in := fresh()
				in["conversationId"] = id
				return p.question(fmt.Sprintf("And what follows from number %d? %s", p.asked, strings.Repeat("Tell me more. ", 5)), in)
			})
		}
		read := func() error {
			return p.inEach(all, "rigrun/conversations/get", func(id string) map[string]any { return map[string]any{"conversationId": id} })
		}
		for _, n := range r.upTo(10, 30, 100, 300, 1000) {
			for messages < n {
				if err := next(); err != nil {
					return err
				}
			}
			for _, m := range []struct {
				to *Curve
				do func() error
			}{{&question, next}, {&reading, read}} {
				samples, err := p.samples(conversations, m.do)
				if err != nil {
					return err
				}
				m.to.Points = append(m.to.Points, pointOf((n+messages)/2, samples))
			}
		}
		return nil
	})
	plot.Curve = []Curve{question, reading}
	return plot, err
}

// inEach makes a call for each conversation.
func (p *program) inEach(all []string, method string, params func(id string) map[string]any) error {
	for _, id := range all {
		if _, err := p.Call(method, params(id), nil); err != nil {
			return err
		}
	}
	return nil
}
