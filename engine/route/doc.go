// Package route chooses where a question is answered, and says why.
//
// It is pure: [Decide] is given the question and what is available and returns
// a decision; it asks no server and keeps nothing. There are two tiers today's
// decision can name: "local" with a model server, and "local" with the built-in
// outline where no model server can answer.
package route
