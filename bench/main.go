package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

func main() {
	if addr := os.Getenv(relayVariable); addr != "" {
		if err := relay(addr); err != nil {
			fmt.Fprintln(os.Stderr, "relay:", err)
			os.Exit(1)
		}
		return
	}
	rounds := flag.Int("rounds", 25, "how often each row is measured")
	slice := flag.Duration("slice", 20*time.Millisecond, "the least time of one measurement")
	only := flag.String("only", "", "print only tables whose title contains this")
	flag.Parse()
	if err := run(os.Stdout, harness{rounds: *rounds, slice: *slice}, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures and prints every table that is wanted.
func run(w io.Writer, h harness, only string) error {
	_, err := fmt.Fprintf(w, "%s %s/%s, %d processors, %d rounds\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), h.rounds)
	if err != nil {
		return err
	}
	for _, open := range []func() (*table, error){
		ndjsonTable, sseTable, burstTable, notifyMemoryTable, notifyPipeTable, lineTable, cleanTable, routeTable, exactTable, exactPairTable, missTable, embedTable, searchTable, bigSearchTable, guardTable,
	} {
		if err := show(w, h, only, open); err != nil {
			return err
		}
	}
	if strings.Contains(programTitle, only) {
		return program(w)
	}
	return nil
}

// show measures and prints one table where it is wanted.
func show(w io.Writer, h harness, only string, open func() (*table, error)) error {
	t, err := open()
	if t != nil {
		defer t.close()
	}
	if err != nil || !strings.Contains(t.title, only) {
		return err
	}
	if err := h.measure(t); err != nil {
		return fmt.Errorf("%s: %w", t.title, err)
	}
	_, err = io.WriteString(w, t.String())
	return err
}
