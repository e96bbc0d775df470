package outline

import (
	"path/filepath"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// language returns the language of an item as an editor's identifier, from the
// item itself or else from its file's name; "" where neither tells.
func language(item *chat.ContextItem) string {
	lang := strings.ToLower(item.Language)
	if _, known := dialectOf(lang); known {
		return lang
	}
	if byName := extensions()[strings.ToLower(filepath.Ext(item.Path))]; byName != "" {
		return byName
	}
	if lang == "plaintext" {
		return ""
	}
	return lang
}
