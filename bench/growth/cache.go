package main

import "fmt"

// kept is what one of the questions asks whose answers are kept.
func kept(n int) string { return fmt.Sprintf("How do I open file %d in Go and read its lines?", n) }

// inOtherWords asks the same.
func inOtherWords(n int) string {
	return fmt.Sprintf("In Go, how do I open file %d and read its lines?", n)
}

// cachedAnswers measures what a question costs that is answered from the cache, by
// the same or by other words, and one that is not.
func cachedAnswers(r *rig) (Plot, error) {
	plot := Plot{Title: "A question, by the number of kept answers", Size: "answers kept", Unit: "µs of processor time a question"}
	curves := []Curve{{Name: "a kept answer, in the same words"}, {Name: "a kept answer, in other words"}, {Name: "a question that nobody asked before"}}
	err := r.use(map[string]any{"cache.maxEntries": 100_000, "conversations.enabled": false}, func(p *program) error {
		stocked, missed := 0, 0
		for _, n := range r.upTo(100, 300, 1000, 3000, 10_000) {
			for ; stocked < n; stocked++ {
				if _, err := p.chat(kept(stocked), nil); err != nil {
					return err
				}
			}
			for i, ask := range []func(int) (string, string){
				func(at int) (string, string) { return kept(at), "exact" },
				func(at int) (string, string) { return inOtherWords(at), "semantic" },
				func(int) (string, string) {
					missed++
					return fmt.Sprintf("Say briefly what is wrong with plan %d", missed), "none"
				},
			} {
				samples, err := p.samples(lookups, func() error { return p.lookUp(n, ask) })
				if err != nil {
					return err
				}
				curves[i].Points = append(curves[i].Points, pointOf(n, samples))
			}
		}
		return nil
	})
	plot.Curve = curves
	return plot, err
}

// lookups is how many questions one sample asks.
const lookups = 20

// lookUp asks about answers that are spread over the n kept ones, and checks where
// they came from.
func (p *program) lookUp(n int, ask func(at int) (question, hit string)) error {
	for i := range lookups {
		question, want := ask((i*n/lookups + p.asked) % n)
		got, err := p.chat(question, nil)
		if err != nil {
			return err
		}
		if got.Cache.Hit != want {
			return fmt.Errorf("%q: hit %q, want %q", question, got.Cache.Hit, want)
		}
	}
	return nil
}
