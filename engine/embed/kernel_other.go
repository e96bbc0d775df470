//go:build !amd64 && !arm64

package embed

// fastest returns the fastest kernel that this processor can run.
func fastest() kernel { return sumTile }
