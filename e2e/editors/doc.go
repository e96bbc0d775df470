// Package editors drives real editors, as they are shipped, against the real
// binary, and holds the pages under docs/editors to what happens.
//
// Each page's configuration is read out of the page and given to the editor, or,
// where this machine cannot have the editor, to a client with that editor's
// capabilities. So the configuration that a person copies is the one that is
// tested. What the editor showed stands on the page between two markers; a test
// compares it, and writes it anew with -update. The pictures in docs/images are drawn
// in the same way: RIGRUN_E2E=1 go test ./e2e/editors -run Picture -update.
//
// Helix, Vim with the plugin ALE, and Emacs with lsp-mode run in terminals of their
// own (tmux), with a scripted server under the name of gopls beside rigrun-lsp, because
// a fix needs somebody's diagnostic. Emacs with Eglot runs in batch with a script that
// calls what a person's keys call. The model servers are scripted, and llama-server once for each editor.
//
// The tests that start something run where RIGRUN_E2E is set, as in package e2e,
// and skip by name where an editor is not to be had. The editors' processes and
// files end with the test that started them.
package editors
