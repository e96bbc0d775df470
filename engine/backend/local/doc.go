// Package local finds the model server on this machine, or at the address that
// was configured, and the model to ask there.
//
// [Server.Pick] answers with a [Target], a backend and a model. Nothing is asked
// before the first Pick and nothing polls: what was found is remembered until
// [Server.Forget], which the engine calls after an unreachable or model_not_found
// answer, so that the next question looks again.
//
// # Finding the server
//
// With the kind "auto" the configured URL is asked for Ollama's /api/version and
// for /v1/models at the same time. Where no URL was configured, the ports on
// loopback where llama-server, LM Studio and vLLM listen by default are asked
// along with it. The configured URL wins, then Ollama, llama-server, LM Studio,
// vLLM in that order, and a winner is taken as soon as everything before it has
// failed. The kinds "ollama" and "openai" are believed without asking.
//
// A refused connection fails at once; a host that swallows packets costs 1.5
// seconds. Callers at the same time share one search, and its failure is
// remembered for two seconds, so that a burst of questions does not wait in turn.
//
// # Choosing the model
//
// A model that was asked for or configured is used as it is, without a list;
// Ollama is asked about it by name, once. [Server.Renew], which the engine calls while
// an answer is made and before it gives a kept one, has Ollama's list asked for again
// where it is older than half a minute, so that [Server.Digest] tells of a model that
// was replaced under its name.
// Otherwise, of the models that can answer: one in
// memory, else one whose name says code, else the one changed last.
//
// The goroutines of a search end before Pick returns. A Server is safe for
// concurrent use.
package local
