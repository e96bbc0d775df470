package cache

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

func ptr[T any](v T) *T { return &v }

// question is one with something in every field.
func question() *Question {
	return &Question{
		Backend: "ollama", Model: "qwen3:8b", Digest: "sha256:1",
		Options: chat.Options{Temperature: ptr(0.5), Seed: ptr(7), MaxTokens: 100, ContextLength: 4096},
		Action:  chat.Explain, Template: "1", Level: chat.Unclassified, Language: "go",
		History: []chat.Turn{{Role: chat.RoleSystem, Content: "be brief"}, {Role: chat.RoleUser, Content: "hello"}},
		Before:  "Explain this code.", Wording: "how does the parser split a line into words?", After: "Thanks.",
		Context: []Item{
			{Kind: chat.ContextSelection, Language: "go", Query: "q", Text: "func f() {}", Document: "package p", FirstLine: 3, LastLine: 9},
			{Kind: chat.ContextText, Text: "note"},
		},
	}
}

// TestEveryFieldCounts changes each field that there is, found by reflection, so
// that a field added later cannot be forgotten.
func TestEveryFieldCounts(t *testing.T) {
	key, group, _ := question().Keys()
	seen := map[Key]string{key: "nothing"}
	changes := 0
	eachField(reflect.ValueOf(question()).Elem(), "", func(path string) {
		changes++
		q := question()
		alter(fieldAt(reflect.ValueOf(q).Elem(), path))
		k, g, check := q.Keys()
		if other, ok := seen[k]; ok {
			t.Errorf("changing %s gives the key of changing %s", path, other)
		}
		seen[k] = path
		if (g == group) != (path == ".Wording") {
			t.Errorf("changing %s: the group is the same: %v", path, g == group)
		}
		if Key(check[:16]) != k {
			t.Errorf("changing %s: key and check do not belong together", path)
		}
	})
	if changes < 25 {
		t.Errorf("only %d fields were found", changes)
	}
}

// TestEmbeddersDoNotMeet: vectors of two models are nowhere compared, and a question kept
// under one is not looked for under another.
func TestEmbeddersDoNotMeet(t *testing.T) {
	_, group, _ := question().Keys()
	if groupOf(group, "a") == groupOf(group, "b") || bucketOf(group, "a", "why") == bucketOf(group, "b", "why") {
		t.Error("two embedders share a group or a bucket")
	}
}

// eachField calls f with the path of every leaf of v, and of every pointer.
func eachField(v reflect.Value, path string, f func(path string)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			eachField(v.Field(i), path+"."+v.Type().Field(i).Name, f)
		}
	case reflect.Slice:
		f(path) // its length
		for i := range v.Len() {
			eachField(v.Index(i), fmt.Sprintf("%s.%d", path, i), f)
		}
	default:
		f(path)
	}
}

func fieldAt(v reflect.Value, path string) reflect.Value {
	for path != "" {
		var name string
		if _, err := fmt.Sscanf(path, ".%s", &name); err != nil {
			panic(err)
		}
		head := name
		for i, c := range name {
			if c == '.' {
				head = name[:i]
				break
			}
		}
		path = path[1+len(head):]
		if v.Kind() == reflect.Slice {
			var i int
			if _, err := fmt.Sscan(head, &i); err != nil {
				panic(err)
			}
			v = v.Index(i)
			continue
		}
		v = v.FieldByName(head)
	}
	return v
}

// alter gives a leaf another value: a pointer is taken away, a slice is made shorter.
func alter(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "'")
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Pointer:
		v.SetZero()
	case reflect.Slice:
		v.SetLen(v.Len() - 1)
	default:
		panic("a kind of field that the key does not know: " + v.Kind().String())
	}
}

// TestZeroIsNotAbsent tells a temperature of 0 from none.
func TestZeroIsNotAbsent(t *testing.T) {
	a, b := question(), question()
	a.Options.Temperature, b.Options.Temperature = nil, ptr(0.0)
	ka, _, _ := a.Keys()
	kb, _, _ := b.Keys()
	if ka == kb {
		t.Error("no temperature and a temperature of 0 have one key")
	}
}

// TestKeysAreStable pins the encoding: what other processes stored must be found
// until keyVersion says otherwise.
func TestKeysAreStable(t *testing.T) {
	key, group, _ := question().Keys()
	const want = "39b45e11c1ef488b9241af07de88c9bd 148d47de6c7e55653081c5e5011285aa"
	if got := fmt.Sprintf("%x %x", key, group); got != want {
		t.Errorf("the keys of the same question are now %s: count keyVersion up and adapt this test", got)
	}
}

func TestKeysAllocate(t *testing.T) {
	q := question()
	if n := testing.AllocsPerRun(100, func() { q.Keys() }); n > 2 {
		t.Errorf("Keys makes %v allocations, at most 2 are allowed", n)
	}
}

func BenchmarkKeys(b *testing.B) {
	q := question()
	for _, size := range []int{100, 10_000, 100_000} {
		q.Context[0].Text = string(make([]byte, size))
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				q.Keys()
			}
		})
	}
}
