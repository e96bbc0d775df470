package door

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/policy"
)

// texts are the texts of a request, each to be read by itself.
func texts(o *Outgoing) []string {
	all := bodyTexts(o.Body)
	if o.URL.Path != "" {
		all = append(all, o.URL.Path)
	}
	if o.URL.RawQuery != "" {
		all = append(all, o.URL.RawQuery, queryText(o.URL.RawQuery))
	}
	return append(all, headerTexts(o.Header)...)
}

// queryText is a query without its escapes, "" where they are none.
func queryText(raw string) string {
	text, err := url.QueryUnescape(raw)
	if err != nil {
		return "" // sent as it is, and read as it is
	}
	return text
}

// headerTexts are the header's values that are no credentials, in no order.
func headerTexts(h http.Header) (all []string) {
	for name, values := range h {
		if !credential(name) {
			all = append(all, values...)
		}
	}
	return all
}

// credential reports whether a header's name says that its value is a secret
// between the user and the server: Authorization, X-Api-Key, Cf-Aig-Token …
func credential(name string) bool {
	name = lower(name)
	for _, word := range [...]string{"auth", "key", "token", "cookie"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// levelOf is the highest level that a marking gives to one of the texts.
func levelOf(texts []string) chat.Level {
	level := chat.Unclassified
	for _, text := range texts {
		level = max(level, policy.Level(text))
	}
	return level
}

// secretsOf names the kinds of secrets in the texts, sorted, each once.
func secretsOf(texts []string, find Secrets) []string {
	var seen map[string]struct{}
	for _, text := range texts {
		for _, kind := range find(text) {
			if seen == nil {
				seen = map[string]struct{}{}
			}
			seen[kind] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
