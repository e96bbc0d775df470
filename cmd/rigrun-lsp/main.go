// Command rigrun-lsp is a language server that answers questions about code.
//
// Without a command it serves one editor over stdin and stdout. The other
// commands do the same work from a terminal:
//
//	rigrun-lsp [--stdio | --pipe=NAME | --socket=PORT] [--log-file=FILE] [--log-level=LEVEL]
//	rigrun-lsp demo [--file FILE] [--lines A:B]
//	rigrun-lsp ask "QUESTION" [--file FILE] [--lines A:B] [--model NAME] [--json]
//	rigrun-lsp route "QUESTION" [--file FILE] [--lines A:B] [--action ACTION] [--json]
//	rigrun-lsp route --batch
//	rigrun-lsp audit verify [--json]
//	rigrun-lsp audit show [-n N] [--json]
//	rigrun-lsp doctor [--json]
//	rigrun-lsp cache stats|clear [--json]
//	rigrun-lsp conversations list [-n N] [--json]
//	rigrun-lsp conversations show ID [--json]
//	rigrun-lsp conversations export ID [--format markdown|json|html]
//	rigrun-lsp completion bash|zsh|fish
//	rigrun-lsp man
//	rigrun-lsp version
//
// The exit status is 0 where it did what was asked, 1 where it failed (with one
// line on stderr: what, why, what to do) and 2 for a command line it does not
// understand.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"os/user"
	"slices"
	"strings"
	"syscall"

	"github.com/rigrun/rigrun-lsp/engine/chat"
)

// The exit statuses.
const (
	statusDone   = 0
	statusFailed = 1
	statusUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}, withHome(os.LookupEnv, user.Current))
	stop()
	os.Exit(status)
}

// stdio are the process's streams.
type stdio struct {
	in       io.ReadCloser
	out, err io.Writer
}

// usageError is a command line that makes no sense.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

// run executes a command line and returns the exit status.
func run(ctx context.Context, args []string, std stdio, getenv func(string) string) int {
	err := dispatch(ctx, args, std, getenv)
	usage := usageError{}
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, &usage):
		_, _ = fmt.Fprintf(std.err, "rigrun-lsp: %s\n\n%s", usage.message, helpOn(args))
		return statusUsage
	}
	_, _ = fmt.Fprintln(std.err, "rigrun-lsp: "+oneLine(err))
	return statusFailed
}

// dispatch finds the command. Flags alone mean serve, which is how editors call.
func dispatch(ctx context.Context, args []string, std stdio, getenv func(string) string) error {
	if asksForHelp(args) {
		_, err := io.WriteString(std.out, helpOn(args))
		return err
	}
	if len(args) == 0 || isFlag(args[0]) && args[0] != "--version" {
		return serve(ctx, args, std, getenv)
	}
	for _, c := range commands()[1:] {
		if c.name == strings.TrimPrefix(args[0], "--") {
			return c.run(ctx, args[1:], std, getenv)
		}
	}
	return usageError{fmt.Sprintf("unknown command %q", args[0])}
}

// asksForHelp reports whether a command line asks what can be typed: "help", before
// a command or not, or a flag for it on either side of one.
func asksForHelp(args []string) bool {
	return len(args) > 0 && args[0] == "help" || slices.ContainsFunc(args, func(arg string) bool {
		return arg == "--help" || arg == "-help" || arg == "-h"
	})
}

func isFlag(arg string) bool { return strings.HasPrefix(arg, "-") }

// oneLine is an error as the one line a person reads: what, why, what to do.
func oneLine(err error) string {
	if e, ok := errors.AsType[*chat.Error](err); ok && e.Hint != "" {
		return fmt.Sprintf("%v; %s", err, e.Hint)
	}
	return err.Error()
}
