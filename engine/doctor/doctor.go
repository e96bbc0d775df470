// Package doctor looks at what a question needs on its way (a model server, a
// model, the files that are kept, the network's settings) and says of each
// whether it is in order and, where it is not, what to do about it.
//
// A [Probe] looks at one thing. [Run] runs all of them at once, each under the
// same time limit, and returns their checks in the probes' order: a server that
// does not answer delays nothing but its own line. A probe sends nothing past the
// door, since what it asks the network with was built with one, changes nothing,
// and never names a key, a password or a prompt.
//
// Each probe has one goroutine, which ends when its look returns. A look honours
// its context; one that is late is reported as such and not waited for.
package doctor

import (
	"context"
	"fmt"
	"time"
)

// Check is what a probe found.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Fix    string `json:"fix,omitzero"` // what to do, as a command or a setting; "" exactly where OK
}

// Finding is what a look says. It is in order exactly where Fix is "".
type Finding struct {
	Detail string
	Fix    string
}

// Probe looks at one thing.
type Probe struct {
	Name string
	Look func(ctx context.Context) Finding
}

// Run runs the probes at once and returns their checks in the probes' order. No
// probe has longer than limit.
func Run(ctx context.Context, limit time.Duration, probes ...Probe) []Check {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	found := make([]chan Finding, len(probes))
	for i, p := range probes {
		found[i] = make(chan Finding, 1)
		go func() { found[i] <- p.look(ctx) }()
	}
	checks := make([]Check, len(probes))
	for i, p := range probes {
		f := Finding{fmt.Sprintf("did not end within %s", limit), "run it again; if it stays so, run rigrun-lsp with --log-level=debug"}
		select {
		case f = <-found[i]:
		case <-ctx.Done():
			select { // it may have ended at the last moment
			case f = <-found[i]:
			default:
			}
		}
		checks[i] = Check{Name: p.Name, OK: f.Fix == "", Detail: f.Detail, Fix: f.Fix}
	}
	return checks
}

// look runs the probe. One that crashes is one thing that is not in order.
func (p Probe) look(ctx context.Context) (f Finding) {
	defer func() {
		if r := recover(); r != nil {
			f = Finding{fmt.Sprintf("the check itself failed: %v", r), "report it with the output of rigrun-lsp version"}
		}
	}()
	return p.Look(ctx)
}

// Failed lists the names of the checks that are not in order.
func Failed(checks []Check) (names []string) {
	for _, c := range checks {
		if !c.OK {
			names = append(names, c.Name)
		}
	}
	return names
}
