// Package openai speaks the HTTP protocol of OpenAI's chat completions, which
// llama-server, vLLM, LM Studio, OpenRouter and many others speak too.
//
// [Client.Chat] posts a prompt to /v1/chat/completions and writes the answer's
// chunks as they come; [Client.Models] and [Client.Embed] are the small calls
// around it. Time limits, retries and the kinds of failure are those of package
// transport.
//
// Servers differ in what they accept. A request that is refused for naming
// stream_options, max_tokens, temperature or seed is sent again without it (or,
// for max_tokens, with max_completion_tokens), and the model's further requests
// leave it out from the start.
//
// The key goes into the Authorization header of requests to the base URL's host
// and nowhere else: redirects to other hosts are not followed, and no error
// repeats a header. A Client starts no goroutine, and is safe for concurrent use.
package openai
