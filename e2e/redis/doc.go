// Package redis tests the team's shared cache against a real Redis 8 server,
// which it sets up, starts, freezes, kills and starts again by itself, on free
// loopback ports and with the access rules that docs/cache-redis.md tells people
// to use.
//
// The tests run where RIGRUN_E2E is set (make e2e, and part of make test).
// Without it, or where a machine cannot have the server, each is skipped with
// that reason. No process outlives the test that started it.
package redis
