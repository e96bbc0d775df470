// Package prompt turns a question into the turns a model server is sent, cut to
// what the model can take.
//
// A [Library] finds the fixed texts of a question: templates in files, one for
// each action and where it helps for each language, which the user and, as text
// only, a workspace may override ([Library.Texts]). [Question.Fit] renders them
// with the context and the conversation, counts tokens with a [Counter], and
// where the whole does not fit, leaves out what is least useful first and says
// what. Nothing here reads a file but the library, and nothing contacts anyone.
//
// # Order
//
// The order is stable: first the system prompt, which is the same for every
// question, then the summary of the oldest turns, then the conversation so far,
// then the context of this question, its instruction, and the person's own words
// last. A model server that keeps the key-value state of a prefix (llama.cpp,
// Ollama, vLLM) then recomputes only what is new. Nothing depends on the time, on
// a map's order or on the version number of a document.
//
// # What is cut
//
// Context goes before conversation, and of the context what the server added
// goes before what the person chose: see the table in order.go. The selection
// and the person's words are never cut; where they alone are too long, that is a
// [*TooLong]. Old turns go in big steps, so that the prompt's beginning stays the
// same for many questions after each step, and how many go depends on the
// conversation alone, not on the question. What a question was cut to is what the
// conversation keeps of it.
//
// An item that a turn of the conversation already holds, byte for byte, is
// referred to in one line and not sent again.
//
// # Tokens
//
// Windows are in tokens and tokenizers differ, so a [Counter] estimates: from the
// makeup of a text, with weights fitted to the tokenizers of Qwen 3, Llama 3 and
// Gemma 3, then scaled by what a model server counted itself.
package prompt
