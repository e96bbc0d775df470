// Package prompt renders a question into the turns a model server is sent.
//
// The order is stable: first the system prompt, which is the same for every
// question with the same action, then the conversation so far, then the context
// of this question, and the question itself last. A model server that keeps the
// key-value state of a prefix (llama.cpp, Ollama, vLLM) then recomputes only
// what is new. Nothing here depends on the time, on a map's order or on the
// version number of a document.
package prompt
