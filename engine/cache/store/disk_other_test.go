//go:build !unix

package store

// limited is for systems with limits on file sizes.
func limited(*Store) {}
