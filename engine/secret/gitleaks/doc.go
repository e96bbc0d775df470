// Command gitleaks writes the rules and the examples of gitleaks
// (https://github.com/gitleaks/gitleaks, MIT licence) in engine/secret's own form.
//
// It is a module of its own, as what it needs must not get into the shipped
// binary: importing gitleaks' config package alone costs 1.4 ms at start-up and
// 3 MB, and parsing its rules far more.
//
//	go run .          # write ../table.go and ../testdata/gitleaks.jsonl.gz
//	go test .         # are both what this program writes?
//
// Rules come from the configuration that gitleaks embeds. Examples come from the
// functions that build the rules: each hands its true and false positives to
// utils.Validate. The program builds gitleaks' own generator from a copy with that
// file replaced by one that records them, and with the maker of random secrets
// replaced by one with a fixed seed, so that the examples are the same on every
// run (folder overlay). They are stored packed: no scanner, and no host
// of repositories, should take this repository's test data for leaked keys.
package main
