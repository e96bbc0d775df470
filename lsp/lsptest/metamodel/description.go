package metamodel

import (
	"encoding/json"
	"fmt"
)

// description is metaModel.json as far as messages are concerned.
type description struct {
	Requests      []method      `json:"requests"`
	Notifications []method      `json:"notifications"`
	Structures    []structure   `json:"structures"`
	Enumerations  []enumeration `json:"enumerations"`
	TypeAliases   []alias       `json:"typeAliases"`
}

// method is a request or a notification.
type method struct {
	Method              string    `json:"method"`
	Direction           direction `json:"messageDirection"`
	Params              *typ      `json:"params"` // nil: the method has none
	Result              *typ      `json:"result"`
	PartialResult       *typ      `json:"partialResult"`
	RegistrationOptions *typ      `json:"registrationOptions"`
	RegistrationMethod  string    `json:"registrationMethod"`
}

// direction says who may send a method.
type direction string

const (
	clientToServer direction = "clientToServer"
	serverToClient direction = "serverToClient"
)

type structure struct {
	Name       string     `json:"name"`
	Properties []property `json:"properties"`
	Extends    []typ      `json:"extends"`
	Mixins     []typ      `json:"mixins"`
}

type property struct {
	Name     string `json:"name"`
	Type     typ    `json:"type"`
	Optional bool   `json:"optional"`
}

type enumeration struct {
	Name   string `json:"name"`
	Type   typ    `json:"type"`
	Values []struct {
		Value any `json:"value"` // a string or a float64
	} `json:"values"`
	SupportsCustomValues bool `json:"supportsCustomValues"`
}

type alias struct {
	Name string `json:"name"`
	Type typ    `json:"type"`
}

// typ is one type expression. Which fields are set follows from kind.
type typ struct {
	kind       string     // base, reference, array, map, or, and, tuple, literal, stringLiteral
	name       string     // base and reference
	element    *typ       // array, and the values of a map
	key        *typ       // map
	items      []typ      // or, and, tuple
	properties []property // literal
	text       string     // stringLiteral
}

// UnmarshalJSON reads a type expression; its "value" means something else in
// each kind that has one.
func (t *typ) UnmarshalJSON(raw []byte) error {
	var in struct {
		Kind, Name string
		Element    *typ
		Key        *typ
		Items      []typ
		Value      json.RawMessage
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	*t = typ{kind: in.Kind, name: in.Name, element: in.Element, key: in.Key, items: in.Items}
	switch in.Kind {
	case "map":
		return json.Unmarshal(in.Value, &t.element)
	case "stringLiteral":
		return json.Unmarshal(in.Value, &t.text)
	case "literal":
		var body struct{ Properties []property }
		err := json.Unmarshal(in.Value, &body)
		t.properties = body.Properties
		return err
	case "base", "reference", "array", "or", "and", "tuple":
		return nil
	}
	return fmt.Errorf("unknown kind of type %q", in.Kind)
}
