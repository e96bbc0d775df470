// Package e2e tests the project from outside: the real binary, spoken to over
// real pipes as an editor does, in front of a real model server.
//
// The tests run where RIGRUN_E2E says which model server to use: "llama" (make
// e2e, and part of make test) sets up llama-server by itself, "ollama" (make
// e2e-ollama) takes the ollama found on PATH. Without the variable, or where a
// machine cannot have the server, each test is skipped with that reason.
//
// A question travels editor → rigrun-lsp → tap → model server. The tap is a relay
// inside the test that keeps what passed and when a connection closed, so the
// text an editor received is compared with the bytes the server really sent, and
// a cancel is seen to arrive. Every message on the editor's side is held against
// the protocol's own description, and no process outlives the test that started it.
//
// Model servers are started by this package alone, on free loopback ports, with
// models of random weights from e2e/gguf.
package e2e
