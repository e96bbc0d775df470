package metamodel

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// violation is a broken rule and where it was broken. The path decides which
// alternative of a union a value was meant to be: the one that fits furthest.
type violation struct {
	path  []string
	rule  string
	badID bool // a literal that names the alternative ("kind") is another one
}

// Error gives the path with dots, then the rule.
func (v *violation) Error() string { return strings.Join(v.path, ".") + ": " + v.rule }

// at is a place in a message.
type at []string

func (p at) to(name string) at { return append(slices.Clip(p), name) }

func (p at) broken(format string, args ...any) *violation {
	return &violation{path: p, rule: fmt.Sprintf(format, args...)}
}

// check parses raw and holds it against t.
func (m *Model) check(where string, t *typ, raw json.RawMessage) error {
	v, err := decode(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	if bad := m.value(at{where}, t, v); bad != nil {
		return bad
	}
	return nil
}

// value holds a decoded value against a type.
func (m *Model) value(p at, t *typ, v any) *violation {
	switch t.kind {
	case "base":
		return base(p, t.name, v)
	case "reference":
		return m.reference(p, t.name, v)
	case "array":
		return m.array(p, t.element, v)
	case "map":
		return m.mapping(p, t, v)
	case "or":
		return m.union(p, t.items, v)
	case "and", "literal":
		return m.object(p, m.properties(t), v)
	case "tuple":
		return m.tuple(p, t.items, v)
	case "stringLiteral":
		if v != t.text {
			bad := p.broken("%s is not %q", show(v), t.text)
			bad.badID = true
			return bad
		}
	}
	return nil
}

func (m *Model) reference(p at, name string, v any) *violation {
	switch {
	case name == "LSPAny":
		return nil
	case m.structures[name] != nil:
		return m.object(p, m.properties(&typ{kind: "reference", name: name}), v)
	case m.enumerations[name] != nil:
		return enumerated(p, m.enumerations[name], v)
	case m.aliases[name] != nil:
		return m.value(p, m.aliases[name], v)
	}
	return p.broken("the description has no type %s", name)
}

// properties collects what a structure has, what it extends and mixes in. A
// structure's own property overrides an inherited one of the same name.
func (m *Model) properties(t *typ) map[string]property {
	all := map[string]property{}
	inherited, own := t.items, t.properties
	if s := m.structures[t.name]; t.kind == "reference" && s != nil {
		inherited, own = slices.Concat(s.Extends, s.Mixins), s.Properties
	}
	for i := range inherited {
		maps.Copy(all, m.properties(&inherited[i]))
	}
	for _, prop := range own {
		all[prop.Name] = prop
	}
	return all
}

func (m *Model) object(p at, props map[string]property, v any) *violation {
	object, ok := v.(map[string]any)
	if !ok {
		return p.broken("%s is not an object", show(v))
	}
	for _, name := range slices.Sorted(maps.Keys(props)) {
		prop := props[name]
		value, present := object[name]
		if !present && !prop.Optional {
			return p.broken("the property %q is missing", name)
		}
		if !present {
			continue
		}
		if bad := m.value(p.to(name), &prop.Type, value); bad != nil {
			return bad
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if _, known := props[name]; !known {
			return p.broken("the property %q is unknown", name)
		}
	}
	return nil
}

func (m *Model) array(p at, element *typ, v any) *violation {
	list, ok := v.([]any)
	if !ok {
		return p.broken("%s is not an array", show(v))
	}
	for i, item := range list {
		if bad := m.value(p.to(strconv.Itoa(i)), element, item); bad != nil {
			return bad
		}
	}
	return nil
}

func (m *Model) tuple(p at, items []typ, v any) *violation {
	list, ok := v.([]any)
	if !ok || len(list) != len(items) {
		return p.broken("%s is not an array of %d", show(v), len(items))
	}
	for i := range items {
		if bad := m.value(p.to(strconv.Itoa(i)), &items[i], list[i]); bad != nil {
			return bad
		}
	}
	return nil
}

func (m *Model) mapping(p at, t *typ, v any) *violation {
	object, ok := v.(map[string]any)
	if !ok {
		return p.broken("%s is not an object", show(v))
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if bad := m.value(p.to(name), t.key, mapKey(t.key, name)); bad != nil {
			return bad
		}
		if bad := m.value(p.to(name), t.element, object[name]); bad != nil {
			return bad
		}
	}
	return nil
}

// mapKey gives a key the type its map asks for: JSON writes numbers as strings there.
func mapKey(t *typ, name string) any {
	if t.kind == "base" && (t.name == "integer" || t.name == "uinteger") {
		return json.Number(name)
	}
	return name
}

// union accepts what one alternative accepts; else it returns the violation of
// the alternative that the value comes nearest to.
func (m *Model) union(p at, items []typ, v any) *violation {
	var nearest *violation
	for i := range items {
		bad := m.value(p, &items[i], v)
		if bad == nil {
			return nil
		}
		if nearest == nil || nearest.badID && !bad.badID || nearest.badID == bad.badID && len(bad.path) > len(nearest.path) {
			nearest = bad
		}
	}
	if nearest == nil || len(nearest.path) == len(p) && len(items) > 1 {
		return p.broken("%s fits none of %d alternatives%s", show(v), len(items), because(nearest))
	}
	return nearest
}

func because(bad *violation) string {
	if bad == nil {
		return ""
	}
	return "; the nearest says: " + bad.rule
}

func enumerated(p at, e *enumeration, v any) *violation {
	if bad := base(p, e.Type.name, v); bad != nil || e.SupportsCustomValues {
		return bad
	}
	for _, allowed := range e.Values {
		if same(allowed.Value, v) {
			return nil
		}
	}
	return p.broken("%s is not a value of %s", show(v), e.Name)
}

// same compares a value of the description with one of a message.
func same(allowed, v any) bool {
	if n, ok := v.(json.Number); ok {
		f, err := n.Float64()
		return err == nil && allowed == f
	}
	return allowed == v
}

// Ranges of the specification's whole numbers.
const (
	minInteger = -1 << 31
	maxInteger = 1<<31 - 1
)

func base(p at, name string, v any) *violation {
	switch name {
	case "null":
		if v == nil {
			return nil
		}
	case "boolean":
		if _, ok := v.(bool); ok {
			return nil
		}
	case "string", "RegExp":
		if _, ok := v.(string); ok {
			return nil
		}
	case "DocumentUri", "URI":
		return uri(p, v)
	case "decimal":
		if _, ok := v.(json.Number); ok {
			return nil
		}
	case "integer":
		return whole(p, v, name, minInteger)
	case "uinteger":
		return whole(p, v, name, 0)
	}
	return p.broken("%s is not a %s", show(v), name)
}

func whole(p at, v any, name string, least int64) *violation {
	n, ok := v.(json.Number)
	if !ok {
		return p.broken("%s is not a number", show(v))
	}
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil || i < least || i > maxInteger {
		return p.broken("%s is not a %s (%d to %d)", n, name, least, maxInteger)
	}
	return nil
}

func uri(p at, v any) *violation {
	s, ok := v.(string)
	if !ok {
		return p.broken("%s is not a URI", show(v))
	}
	if u, err := url.Parse(s); err != nil || u.Scheme == "" {
		return p.broken("%q is not a URI with a scheme", s)
	}
	return nil
}

// show gives a value's JSON, cut to what an error message can hold.
func show(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	return fmt.Sprintf("%.80s", raw)
}
