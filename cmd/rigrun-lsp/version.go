package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version returns the version built in by the linker or, without one, what the
// Go command recorded of the source.
func version() string {
	if buildVersion != "" {
		return buildVersion
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// buildVersion is set by the Makefile: -ldflags "-X main.buildVersion=…".
//
//nolint:gochecknoglobals // the linker can set nothing else
var buildVersion string

func printVersion(args []string, std stdio, _ func(string) string) error {
	if len(args) > 0 {
		return usageError{fmt.Sprintf("version: unexpected argument %q", args[0])}
	}
	_, err := fmt.Fprintf(std.out, "rigrun-lsp %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
