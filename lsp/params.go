package lsp

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// decode reads a message's parameters. The error names the member that is wrong.
func decode(params jsonrpc2.RawMessage, into any) error {
	if len(params) == 0 {
		params = jsonrpc2.RawMessage("{}")
	}
	err := protocol.Unmarshal(params, into)
	if err == nil {
		return nil
	}
	field, expected := "params", "a valid value was expected"
	if e, ok := errors.AsType[*json.SemanticError](err); ok {
		if name := strings.ReplaceAll(strings.TrimPrefix(string(e.JSONPointer), "/"), "/", "."); name != "" {
			field = name
		}
		if e.JSONKind != 0 {
			expected = "unexpected " + e.JSONKind.String()
		}
	}
	if field == "params" {
		field, expected = culprit(params, into, expected)
	}
	return invalid(field, "%s", expected)
}

// culprit finds the member that keeps parameters from being read, for the
// protocol package's own types, whose errors do not say: the one that is refused
// alone, and of its own members the same. Where there is none it is "params".
func culprit(params jsonrpc2.RawMessage, into any, expected string) (field, found string) {
	refused := func(alone jsontext.Value) bool {
		return protocol.Unmarshal(alone, reflect.New(reflect.TypeOf(into).Elem()).Interface()) != nil
	}
	var path []member
	for value := jsontext.Value(params); ; value = path[len(path)-1].value {
		inner := members(value)
		i := slices.IndexFunc(inner, func(m member) bool { return refused(alone(append(path, m))) })
		if i < 0 {
			break
		}
		path = append(path, inner[i])
	}
	if len(path) == 0 {
		return "params", expected
	}
	names := make([]string, len(path))
	for i, m := range path {
		names[i] = m.name
	}
	return strings.Join(names, "."), "unexpected " + path[len(path)-1].value.Kind().String()
}

// member is a member of an object or an array.
type member struct {
	name  string // its index in an array
	array bool
	value jsontext.Value
}

// members are those of an object or an array; none of any other value.
func members(of jsontext.Value) (list []member) {
	var array []jsontext.Value
	object := map[string]jsontext.Value{}
	switch of.Kind() {
	case '[':
		_ = json.Unmarshal(of, &array) // what is no JSON has no members
	case '{':
		_ = json.Unmarshal(of, &object) // the same
	}
	for i, v := range array {
		list = append(list, member{strconv.Itoa(i), true, v})
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		list = append(list, member{name, false, object[name]})
	}
	return list
}

// alone is the value at the end of a path with nothing beside it.
func alone(path []member) jsontext.Value {
	value := path[len(path)-1].value
	for _, m := range slices.Backward(path) {
		if m.array {
			value = slices.Concat(jsontext.Value("["), value, jsontext.Value("]"))
			continue
		}
		value, _ = json.Marshal(map[string]jsontext.Value{m.name: value}) // JSON that was read before
	}
	return value
}
