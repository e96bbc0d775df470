// Package picture makes pictures of what a terminal has shown, for the documentation.
//
// In goes a screen as tmux prints it (capture-pane -p -e): text with the escape
// sequences that select graphic rendition (ECMA-48, 8.3.117). [Parse] reads it into
// cells, and [Screen.SVG] draws them, on a dark ground, with the reader's own
// monospaced font: each run of text is given the width of its cells, so that the
// columns stand one below the other in any font. What frames are made of is drawn as
// lines, because fonts leave gaps between them.
//
// A picture carries the screen's text as its description. [Described] returns it, so
// that a test can hold a picture that is kept in the repository to the program.
package picture
