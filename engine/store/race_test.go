//go:build race

package store

// slowness is how much longer things may take under the race detector.
const slowness = 20
