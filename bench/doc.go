// Command bench measures this project's hot paths beside the libraries people
// use for the same work, in one run on one machine, and prints tables.
//
// Times on a shared machine wander, so every table is measured in several
// rounds, each of which runs every row once, in another order. A row shows the
// median, the least and the greatest time per operation, what an operation
// allocates, and how many times our own row's time it took in the same round
// (median, least and greatest of these ratios). Ratios are what to compare.
//
// Every row does the whole work: it decodes the same bytes and must return the
// same text, or writes messages that a reader understands in the same way. Both
// are checked before anything is measured. The floors are what no program can do
// without: finding the ends of the lines, writing bytes that are ready.
//
// The rows that decode differ in what they are given: clients (Ollama's,
// openai-go) get an HTTP response from memory, libraries the same bytes a line
// at a time. Nothing here uses the network.
package main
