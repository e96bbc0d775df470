//go:build !amd64 && !arm64

package semantic

func fastest() kernel { return dotsScalar }
