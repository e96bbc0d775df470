package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/engine/doctor"
)

// doctorLimit is the time of one check; only a model's first word may need it.
const doctorLimit = 10 * time.Second

// doctorCommand looks at what a question needs, and says what to do about what
// is missing.
func doctorCommand(ctx context.Context, args []string, std stdio, getenv func(string) string) error {
	asJSON, err := parseDoctorFlags(args)
	if err != nil {
		return err
	}
	outer, problems := layers(getenv)
	c, more := config.Merge(outer...)
	problems = append(problems, more...)
	files := config.Sources(outer...)
	for _, path := range config.WorkspaceFiles(folderOf(nil)) {
		own, unread := config.ReadWorkspace(path)
		c, more = config.Tighten(c, own)
		problems = append(append(problems, unread...), more...)
		files = append(files, config.Sources(own)...)
	}
	house := assemble.Open(stateDir(getenv))
	defer func() { _ = house.Close() }() // nothing was put there to keep
	found := assemble.Found{Getenv: getenv, Files: files, Stored: house.Setup(c).Cache.Stored}
	for _, p := range problems {
		found.Problems = append(found.Problems, p.String())
	}
	probes := append([]doctor.Probe{doctor.Said("version", fmt.Sprintf("rigrun-lsp %s %s/%s", version(), runtime.GOOS, runtime.GOARCH), "")}, house.Probes(c, found)...)
	checks := doctor.Run(ctx, doctorLimit, probes...)
	if asJSON {
		err = printJSON(std.out, map[string]any{"checks": checks})
	} else {
		err = printChecks(std.out, checks)
	}
	if failed := doctor.Failed(checks); err == nil && len(failed) > 0 {
		err = fmt.Errorf("doctor: %d of %d checks failed (%s): do what is said beside each", len(failed), len(checks), strings.Join(failed, ", "))
	}
	return err
}

func parseDoctorFlags(args []string) (asJSON bool, err error) {
	set := flag.NewFlagSet("doctor", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.BoolVar(&asJSON, "json", false, "")
	words, err := parseAround(set, args)
	if err == nil && len(words) > 0 {
		err = usageError{fmt.Sprintf("doctor: unexpected argument %q", words[0])}
	}
	return asJSON, err
}

// printChecks writes one line for each check, and what to do below those that
// are not in order.
func printChecks(out io.Writer, checks []doctor.Check) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, c := range checks {
		mark := "ok"
		if !c.OK {
			mark = "!!"
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", mark, c.Name, c.Detail)
		if c.Fix != "" {
			_, _ = fmt.Fprintf(w, "\t\t→ %s\n", c.Fix)
		}
	}
	return w.Flush() // what could not be written above fails here, too
}
