//go:build !amd64 && !arm64

package semantic

func fastest() kernels { return kernels{fine: dots[int16]} }
