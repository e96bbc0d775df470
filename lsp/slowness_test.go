//go:build !race

package lsp

const slowness = 1
