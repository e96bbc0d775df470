//go:build !windows

package main

import (
	"context"
	"io"
	"net"
)

// dialPipe connects to a socket of the file system that the editor has made.
func dialPipe(ctx context.Context, path string) (io.ReadWriteCloser, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", path)
}
