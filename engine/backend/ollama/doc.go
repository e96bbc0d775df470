// Package ollama speaks Ollama's own HTTP protocol.
//
// [Client.Chat] posts a prompt to /api/chat and writes the answer's chunks as
// they come; [Client.Models], [Client.Show], [Client.Version] and
// [Client.Embed] are the small calls around it. Time limits, retries and the
// kinds of failure are those of package transport.
//
// # The context size
//
// Ollama gives a model the context of num_ctx tokens and silently cuts a prompt
// that is longer. So the prompt's tokens are estimated, and num_ctx is the
// smallest of 2048, 4096, 8192 … that holds them and the answer, at least what
// the model's Modelfile says and at most what the model can. A changed num_ctx
// makes Ollama load the model again; the steps are wide, and a size once reached
// is kept, so that a conversation does not reload it with each question. A prompt
// that cannot fit is context_too_long before anything is sent.
//
// What a model can comes from /api/show, asked once per model and kept until
// [Client.Models] sees another digest under its name.
//
// A Client starts no goroutine that outlives a call, and is safe for concurrent use.
package ollama
