package outline

import (
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/syntax/tokens"
)

// language returns the language of an item as an editor's identifier, from the
// item itself or else from its file's name; "" where neither tells.
func language(item *chat.ContextItem) string {
	lang := strings.ToLower(item.Language)
	if _, known := tokens.Of(lang); known {
		return lang
	}
	if byName := tokens.Language(item.Path); byName != "" {
		return byName
	}
	if lang == "plaintext" {
		return ""
	}
	return lang
}
