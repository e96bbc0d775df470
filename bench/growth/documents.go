package main

import (
	"fmt"
	"strings"
)

// edits is how many keys one sample types.
const edits = 200

// openDocuments measures what a key typed into one of many open documents costs,
// with the list of code actions that an editor asks for after it, and what a
// question about a function of it does.
func openDocuments(r *rig) (Plot, error) {
	plot := Plot{Title: "A key and a question, by the number of open documents", Size: "open documents", Unit: "µs of processor time"}
	key, question := Curve{Name: "a key typed, with its code actions"}, Curve{Name: "a question about a function"}
	err := r.use(nil, func(p *program) error {
		opened, version := 0, 1
		for _, n := range r.upTo(10, 30, 100, 300, 1000, 3000, 10_000) {
			for ; opened < n; opened++ {
				p.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
					"uri": document(opened), "languageId": "go", "version": 1, "text": source(),
				}})
			}
			samples, err := p.samples(edits, func() error { return p.typeKeys(&version) })
			if err != nil {
				return err
			}
			key.Points = append(key.Points, pointOf(n, samples))
			samples, err = p.samples(10, func() error { return p.askAbout(10) })
			if err != nil {
				return err
			}
			question.Points = append(question.Points, pointOf(n, samples))
		}
		return nil
	})
	plot.Curve = []Curve{key, question}
	return plot, err
}

func document(n int) string { return fmt.Sprintf("file:///home/me/project/file%d.go", n) }

// source is a Go file of two hundred lines.
func source() string {
	var b strings.Builder
	b.WriteString("package project\n\n")
	for n := range 33 {
		fmt.Fprintf(&b, "// Add%d adds.\nfunc Add%d(a, b int) int {\n\tsum := a + b\n\treturn sum\n}\n\n", n, n)
	}
	return b.String()
}

// typeKeys types keys into the first document, each with the request that follows it.
func (p *program) typeKeys(version *int) error {
	at := map[string]any{"line": 4, "character": 1}
	for range edits {
		*version++
		p.Notify("textDocument/didChange", map[string]any{
			"textDocument":   map[string]any{"uri": document(0), "version": *version},
			"contentChanges": []any{map[string]any{"range": map[string]any{"start": at, "end": at}, "text": " "}},
		})
		if _, err := p.Call("textDocument/codeAction", map[string]any{
			"textDocument": map[string]any{"uri": document(0)}, "range": map[string]any{"start": at, "end": at},
			"context": map[string]any{"diagnostics": []any{}},
		}, nil); err != nil {
			return err
		}
	}
	return nil
}

// askAbout asks some questions about a function of the first document.
func (p *program) askAbout(times int) error {
	for range times {
		about := fresh()
		about["context"] = []any{map[string]any{"kind": "selection", "uri": document(1), "range": map[string]any{
			"start": map[string]any{"line": 3, "character": 0}, "end": map[string]any{"line": 6, "character": 1},
		}}}
		if _, err := p.chat(fmt.Sprintf("What does it do, for %d?", p.asked), about); err != nil {
			return err
		}
	}
	return nil
}
