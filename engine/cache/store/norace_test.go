//go:build !race

package store

// slowness is how much less the tests of the database try, because the race
// detector looks at every byte that it moves.
const slowness = 1
