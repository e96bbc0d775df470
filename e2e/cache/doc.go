// Package cache tests the answer cache from outside: the real binary, killed and
// started again, two editors at once, a damaged file, a folder that cannot be
// written, and a team's real Redis 8 server between two homes. The model server
// is scripted, so that every question that reaches it is counted.
//
// The tests run where RIGRUN_E2E is set (make e2e, and part of make test).
// Without it, or where a machine cannot have Redis, each is skipped with that
// reason. No process outlives the test that started it.
package cache
