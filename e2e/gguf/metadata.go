package gguf

// field is one key of a model's metadata.
type field struct {
	key   string
	value any
}

// metadata lists what llama.cpp and Ollama read from a model of architecture
// "llama". Scores and types of the pieces are required, not optional.
func metadata(s Shape) []field {
	pieces := vocabulary()
	texts := make([]string, len(pieces))
	scores := make([]float32, len(pieces))
	kinds := make([]int32, len(pieces))
	for i, p := range pieces {
		texts[i], scores[i], kinds[i] = p.text, p.score, p.kind
	}
	all := []field{
		{"general.architecture", "llama"},
		{"general.name", s.Name},
		{"general.file_type", uint32(0)}, // all weights are 32-bit floats
		{"llama.context_length", uint32(ContextLength)},
		{"llama.embedding_length", uint32(s.Dim)},
		{"llama.block_count", uint32(s.Layers)},
		{"llama.feed_forward_length", uint32(s.FFN)},
		{"llama.attention.head_count", uint32(s.Heads)},
		{"llama.attention.head_count_kv", uint32(s.Heads)},
		{"llama.attention.layer_norm_rms_epsilon", float32(1e-5)},
		{"llama.rope.dimension_count", uint32(s.Dim / s.Heads)},
		{"llama.vocab_size", uint32(VocabularySize)},
		{"tokenizer.ggml.model", "llama"},
		{"tokenizer.ggml.tokens", texts},
		{"tokenizer.ggml.scores", scores},
		{"tokenizer.ggml.token_type", kinds},
		{"tokenizer.ggml.unknown_token_id", uint32(unknownID)},
		{"tokenizer.ggml.bos_token_id", uint32(beginID)},
		{"tokenizer.ggml.eos_token_id", uint32(endID)},
		{"tokenizer.ggml.add_bos_token", true},
		{"tokenizer.ggml.add_eos_token", false},
		{"tokenizer.ggml.add_space_prefix", true},
		{"tokenizer.chat_template", ChatTemplate},
	}
	if s.Infill {
		// Three pieces that no test's text needs stand for the marks of a gap.
		all = append(all,
			field{"tokenizer.ggml.fim_pre_token_id", uint32(VocabularySize - 3)},
			field{"tokenizer.ggml.fim_suf_token_id", uint32(VocabularySize - 2)},
			field{"tokenizer.ggml.fim_mid_token_id", uint32(VocabularySize - 1)})
	}
	return all
}
