// Package neovim drives the plugin in editors/neovim from outside: real Neovims,
// the oldest and the newest the plugin is for, with the real binary, in front of a
// scripted model server or a real one.
//
// A test starts a Neovim of its own with a home folder of its own ([start]) and
// speaks to it over its standard input and output: each line is a JSON object, with
// a piece of Lua to run one way and what it returned the other (driver.lua). What a
// person would see is read from the screen's cells, and what a person would press
// goes in as keys. Neovim ends with the test, and with it its server.
//
// Each test runs in both Neovims. Where a machine cannot have one, its tests are
// skipped by name. They run where RIGRUN_E2E is set (make e2e, and part of make test).
package neovim
