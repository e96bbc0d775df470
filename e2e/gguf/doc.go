// Package gguf writes small, valid model files with random weights, so that
// real model servers can be tested without downloading a language model.
//
// The files are GGUF version 3, llama architecture, 32-bit floats, with a
// SentencePiece-style vocabulary of 614 pieces (byte fallback included) and a
// chat template. What such a model answers is word salad, but it travels the
// same road as a sensible answer: prompt, tokens, stream, end. The vocabulary
// holds the pieces that break careless clients: quotes, backslashes, line ends,
// combining marks, CJK, emoji and U+2028.
//
// In goes a [Shape], out come the file's bytes. The same shape gives the same
// bytes on every machine. [Write] does not buffer the weights, so a large shape
// costs disk, not memory.
//
// The format is described in the ggml project's docs/gguf.md; the tensor names
// and metadata keys are the ones llama.cpp reads for architecture "llama".
package gguf
