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
	status := run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}, os.Getenv)
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
		_, _ = fmt.Fprintf(std.err, "rigrun-lsp: %s\n\n%s", usage.message, helpText)
		return statusUsage
	}
	_, _ = fmt.Fprintln(std.err, "rigrun-lsp: "+oneLine(err))
	return statusFailed
}

// dispatch finds the command. Flags alone mean serve, which is how editors call.
func dispatch(ctx context.Context, args []string, std stdio, getenv func(string) string) error {
	if len(args) == 0 || args[0][0:min(1, len(args[0]))] == "-" && !isHelp(args[0]) && args[0] != "--version" {
		return serve(ctx, args, std, getenv)
	}
	switch args[0] {
	case "demo":
		return demo(ctx, args[1:], std, getenv)
	case "ask":
		return ask(ctx, args[1:], std, getenv)
	case "route":
		return route(ctx, args[1:], std, getenv)
	case "audit":
		return auditCommand(args[1:], std, getenv)
	case "doctor":
		return doctorCommand(ctx, args[1:], std, getenv)
	case "cache":
		return cacheCommand(ctx, args[1:], std, getenv)
	case "conversations":
		return conversationsCommand(args[1:], std, getenv)
	case "version", "--version":
		return printVersion(std.out)
	}
	if isHelp(args[0]) {
		_, err := io.WriteString(std.out, helpText)
		return err
	}
	return usageError{fmt.Sprintf("unknown command %q", args[0])}
}

func isHelp(arg string) bool {
	return arg == "help" || arg == "--help" || arg == "-h" || arg == "-help"
}

// oneLine is an error as the one line a person reads: what, why, what to do.
func oneLine(err error) string {
	if e, ok := errors.AsType[*chat.Error](err); ok && e.Hint != "" {
		return fmt.Sprintf("%v; %s", err, e.Hint)
	}
	return err.Error()
}

const helpText = `rigrun-lsp answers questions about code, in any LSP editor.

  rigrun-lsp [FLAGS]                 serve an editor over stdin and stdout
      --stdio                        the same, said aloud
      --pipe=NAME                    over a named pipe or Unix socket that the editor opened
      --socket=PORT                  over a TCP port on 127.0.0.1 that the editor listens on
      --log-file=FILE                write the log to FILE instead of stderr
      --log-level=LEVEL              debug, info, warn (default) or error

  rigrun-lsp demo [--file FILE] [--lines A:B]
                                     explain a function as an editor would ask it, and watch it stream
  rigrun-lsp ask "QUESTION" [--file FILE] [--lines A:B] [--model NAME] [--json]
                                     ask from the terminal
  rigrun-lsp route "QUESTION" [--file FILE] [--lines A:B] [--action ACTION] [--json]
                                     say where a question would be answered, and why, without asking it
  rigrun-lsp route --batch           the same for each line of stdin, rigrun/chat's params as JSON;
                                     a decision or {"error": "…"} a line on stdout
  rigrun-lsp audit verify [--json]   say whether the record of what was sent is as it was written
  rigrun-lsp audit show [-n N] [--json]
                                     print its newest N events (20)
  rigrun-lsp doctor [--json]         check what an answer needs, and what to do about what is missing
  rigrun-lsp cache stats|clear [--json]
                                     count the kept answers, or remove them
  rigrun-lsp conversations list [-n N] [--json]
                                     list the N conversations used last (20)
  rigrun-lsp conversations show ID [--json]
                                     print a conversation
  rigrun-lsp conversations export ID [--format markdown|json|html]
                                     write it as a document to stdout
  rigrun-lsp version                 print the version

Settings come from $XDG_CONFIG_HOME/rigrun/config.toml and the editor; docs/protocol.md lists them.
`
