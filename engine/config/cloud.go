package config

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// tiers reads cloud.tiers: an object of tiers by name, in order of their
// member "order", then of their names.
func tiers(set func(*Config, []Tier)) func(*Config, any) error {
	return func(c *Config, v any) error {
		object, ok := v.(map[string]any)
		if !ok {
			return errors.New("an object of tiers by name was expected")
		}
		var list []Tier
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if taken(name) && !(name == chat.TierCloud && len(object) == 1) { // the only one is all of them
				return fmt.Errorf("%q cannot be a tier's name: that word has a meaning of its own", name)
			}
			t, err := readTier(name, object[name])
			if err != nil {
				return err
			}
			list = append(list, t)
		}
		slices.SortStableFunc(list, func(a, b Tier) int { return cmp.Compare(a.Order, b.Order) })
		set(c, list)
		return nil
	}
}

// taken reports whether a name means something else than a configured tier.
func taken(name string) bool {
	return name == "" || name == chat.TierCache || name == chat.TierLocal || name == chat.TierCloud
}

// readTier reads one tier. The error names the member that is wrong.
func readTier(name string, v any) (Tier, error) {
	t := Tier{Name: name, PriceIn: -1, PriceOut: -1}
	members, ok := v.(map[string]any)
	if !ok {
		return t, fmt.Errorf("%q: an object such as {\"model\": …, \"priceIn\": 0.25, \"priceOut\": 2} was expected", name)
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if err := t.set(key, members[key]); err != nil {
			return t, fmt.Errorf("%s.%s: %w", name, key, err)
		}
	}
	if (t.PriceIn < 0) != (t.PriceOut < 0) {
		return t, fmt.Errorf("%s: priceIn and priceOut belong together", name)
	}
	return t, nil
}

// set reads one member of a tier.
func (t *Tier) set(key string, v any) error {
	n, isNumber := number(v)
	switch key {
	case "model":
		model, ok := v.(string)
		if !ok {
			return errors.New("a string was expected")
		}
		t.Model = model
		return nil
	case "order":
		t.Order = n
	case "priceIn":
		t.PriceIn = n
	case "priceOut":
		t.PriceOut = n
	case "contextLength":
		t.ContextLength = int(n)
	default:
		return errors.New("one of model, priceIn, priceOut, order and contextLength was expected")
	}
	if !isNumber || key != "order" && !(0 <= n && n <= 1e9) {
		return errors.New("a number, 0 or more, was expected")
	}
	return nil
}

// headers reads cloud.headers. No message repeats a value, which may be a key.
func headers(set func(*Config, map[string]string)) func(*Config, any) error {
	return func(c *Config, v any) error {
		object, ok := v.(map[string]any)
		if !ok {
			return errors.New("an object of header values by name was expected")
		}
		var list map[string]string
		for name, v := range object {
			value, ok := v.(string)
			if !ok || strings.ContainsAny(value, "\r\n\x00") {
				return fmt.Errorf("%q: a string of one line was expected", name)
			}
			if !isToken(name) {
				return fmt.Errorf("%q is no name of a header", name)
			}
			if list == nil {
				list = make(map[string]string, len(object))
			}
			list[http.CanonicalHeaderKey(name)] = value
		}
		set(c, list)
		return nil
	}
}

// isToken reports whether s is a token of RFC 9110, section 5.6.2.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	})
}
