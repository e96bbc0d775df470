package outline

import (
	"path/filepath"
	"strings"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// language returns the language of an item as an editor's identifier, from the
// item itself or else from its file's name; "" where neither tells.
func language(item *chat.ContextItem) string {
	if item.Language != "" && item.Language != "plaintext" {
		return strings.ToLower(item.Language)
	}
	if strings.EqualFold(filepath.Ext(item.Path), ".go") {
		return "go"
	}
	return ""
}
