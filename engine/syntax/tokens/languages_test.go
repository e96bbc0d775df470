package tokens

import (
	"maps"
	"slices"
)

// languages are those that have a dialect of their own, in no order.
func languages() []string { return slices.Collect(maps.Keys(built())) }
