// Package export writes a conversation as a document to keep or to hand on: as
// Markdown, as JSON in the shape of the wire contract, or as one HTML page.
//
// What people and models wrote is text, whatever it looks like. The page has no
// script, loads nothing, and forbids both by its content security policy; every
// character of the conversation is escaped, and of Markdown only fenced code is
// told apart. In the Markdown document a fence that an answer left open is closed,
// so that it swallows nothing that follows.
package export
