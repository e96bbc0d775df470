package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/rigrun/rigrun-lsp/engine/assemble"
	"github.com/rigrun/rigrun-lsp/engine/audit"
)

// auditFlags are the flags of audit verify and audit show.
type auditFlags struct {
	command string
	json    bool
	n       int
}

func parseAuditFlags(args []string) (auditFlags, error) {
	f := auditFlags{}
	set := flag.NewFlagSet("audit", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.BoolVar(&f.json, "json", false, "")
	set.IntVar(&f.n, "n", 20, "")
	words, err := parseAround(set, args)
	if err != nil {
		return f, err
	}
	if len(words) != 1 || words[0] != "verify" && words[0] != "show" {
		return f, usageError{"audit: verify or show was expected"}
	}
	f.command = words[0]
	counted := false
	set.Visit(func(used *flag.Flag) { counted = counted || used.Name == "n" })
	switch {
	case counted && f.command != "show":
		return f, usageError{"audit: -n is for show"}
	case f.n < 1:
		return f, usageError{fmt.Sprintf("-n: a number from 1 was expected, not %d", f.n)}
	}
	return f, nil
}

// auditCommand reads the audit log: whether it is whole, or what it says.
func auditCommand(args []string, std stdio, getenv func(string) string) error {
	f, err := parseAuditFlags(args)
	if err != nil {
		return err
	}
	dir := assemble.AuditDir(stateDir(getenv))
	if dir == "" {
		return errors.New("audit: there is no folder for it; set HOME or XDG_STATE_HOME")
	}
	if f.command == "verify" {
		return verifyAudit(dir, f.json, std.out)
	}
	return showAudit(dir, f, std.out)
}

// verifyAudit says that the log is whole; the first place where it is not is an error.
func verifyAudit(dir string, asJSON bool, out io.Writer) error {
	report, err := audit.Verify(dir)
	if err != nil {
		return fmt.Errorf("audit verify: %w", err)
	}
	if asJSON {
		if err := json.NewEncoder(out).Encode(report); err != nil {
			return err
		}
	}
	switch {
	case report.First != nil:
		return errors.New(dir + string(filepath.Separator) + report.First.String())
	case asJSON:
		return nil
	case report.Lines == 0:
		_, err = fmt.Fprintf(out, "nothing has been recorded in %s\n", dir)
		return err
	}
	_, err = fmt.Fprintf(out, "%s in %s, unbroken since %s%s\n", count(report.Lines, "line"), count(report.Files, "file"),
		report.Since.Local().Format(time.DateTime), recoveries(report.Recovered))
	return err
}

// recoveries says what crashes left in the log, nothing where there were none.
func recoveries(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "; a crash tore one line, which the next writer closed off"
	}
	return fmt.Sprintf("; crashes tore %d lines, which the next writers closed off", n)
}

// count is a number of things: 1 line, 2 lines.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// showAudit prints the newest events, the oldest of them first.
func showAudit(dir string, f auditFlags, out io.Writer) error {
	events, err := audit.Last(dir, f.n)
	if err != nil {
		return fmt.Errorf("audit show: %w", err)
	}
	if f.json {
		lines := json.NewEncoder(out)
		for _, e := range events {
			if err := lines.Encode(e); err != nil {
				return err
			}
		}
		return nil
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "TIME\tEVENT\tTO\tLEVEL\tDETAILS")
	for _, e := range events {
		row := []string{e.Time.Local().Format(time.DateTime), e.Event, auditTo(e), dash(e.Level), auditDetails(e)}
		for i := range row {
			row[i] = printable(row[i])
		}
		_, _ = fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	return t.Flush()
}

// auditTo is where something went, or would have gone.
func auditTo(e audit.Event) string {
	var parts []string
	for _, part := range []string{e.Tier, e.Backend, e.Model, e.Destination} {
		if part != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return dash(strings.Join(parts, " "))
}

// auditDetails are the numbers and the sentence of an event.
func auditDetails(e audit.Event) string {
	var parts []string
	for _, number := range []struct {
		n    int
		what string
	}{{e.RequestBytes, "bytes out"}, {e.ResponseBytes, "bytes in"}, {e.PromptTokens, "tokens out"}, {e.CompletionTokens, "tokens in"}} {
		if number.n != 0 {
			parts = append(parts, fmt.Sprintf("%d %s", number.n, number.what))
		}
	}
	if e.CostCents != 0 {
		parts = append(parts, fmt.Sprintf("%.4g cents", e.CostCents))
	}
	for _, kind := range slices.Sorted(maps.Keys(e.Redactions)) {
		parts = append(parts, fmt.Sprintf("%d × %s", e.Redactions[kind], kind))
	}
	for _, text := range []string{e.Rule, e.Reason} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return dash(strings.Join(parts, ", "))
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// printable keeps a text from being more than text on a terminal: names come
// from model servers.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '·'
	}, s)
}
