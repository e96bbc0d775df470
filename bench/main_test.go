package main

import (
	"fmt"
	"os"
	"testing"
)

// TestMain is the relay where main is: the program's table starts its own executable
// again, which under go test is the test, and would measure itself without end.
func TestMain(m *testing.M) {
	if addr := os.Getenv(relayVariable); addr != "" {
		if err := relay(addr); err != nil {
			fmt.Fprintln(os.Stderr, "relay:", err)
			os.Exit(1)
		}
		return
	}
	m.Run()
}
