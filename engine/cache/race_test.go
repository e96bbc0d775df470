//go:build race

package cache

const slowness = 20
