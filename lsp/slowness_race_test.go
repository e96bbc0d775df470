//go:build race

package lsp

// slowness is how much longer things may take than they do.
const slowness = 20
