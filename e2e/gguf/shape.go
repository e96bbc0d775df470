package gguf

import "fmt"

// ContextLength is the number of tokens the written models claim to be trained
// for. Random weights do not care; servers refuse prompts beyond it.
const ContextLength = 32768

// ChatTemplate is the Jinja template in every written model: one line a message.
const ChatTemplate = `{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}
{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}`

// Shape says how large a model is and how it behaves.
type Shape struct {
	Name   string // general.name
	Seed   uint64 // of the weights: the same shape gives the same bytes
	Dim    int    // width of the residual stream, a multiple of 32
	Layers int
	FFN    int // width of the feed-forward layers
	Heads  int // attention heads; Dim/Heads must be even

	// Endless models never end an answer by themselves: it stops at the
	// request's or the context's limit, or when someone cancels it.
	Endless bool

	Infill bool // it has the marks with which a server asks to fill in a gap
}

// Tiny is a model of 0.65 MB that says a thousand tokens and more a second and
// ends its answers by itself, after some dozens of words.
func Tiny() Shape {
	return Shape{Name: "tiny", Seed: 1, Dim: 64, Layers: 2, FFN: 128, Heads: 4}
}

// Slow is a model of about 110 MB that says some dozens of tokens a second and
// never ends an answer: for tests of cancelling and of latency.
func Slow() Shape {
	return Shape{Name: "slow", Seed: 1, Dim: 512, Layers: 8, FFN: 1536, Heads: 8, Endless: true}
}

// check tells what makes a shape impossible.
func (s Shape) check() error {
	switch {
	case s.Dim <= 0 || s.Dim%32 != 0:
		return fmt.Errorf("gguf: width %d is not a positive multiple of 32", s.Dim)
	case s.Layers <= 0 || s.FFN <= 0 || s.FFN%32 != 0:
		return fmt.Errorf("gguf: %d layers with a feed-forward width of %d (a positive multiple of 32 is needed)", s.Layers, s.FFN)
	case s.Heads <= 0 || s.Dim%s.Heads != 0 || s.Dim/s.Heads%2 != 0:
		return fmt.Errorf("gguf: %d heads do not divide width %d into even parts", s.Heads, s.Dim)
	}
	return nil
}
