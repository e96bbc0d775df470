// Package embed turns a question into a vector, so that questions which mean the
// same lie close together. The model is Universal Sentence Encoder Lite, its
// weights (7 MB, int8) are a part of the binary, and it runs in plain Go with
// kernels for AVX2 and NEON: nothing is fetched, no server is asked.
//
// # In and out
//
// A text goes in, [Dim] float32 of length 1 come out; the dot product of two of
// them is their cosine. The steps:
//
//	text ─normalise─ NFKC, spaces marked ─tokenise─ at most 128 pieces of 8,000
//	     ─embed─ 256 numbers a piece, twice, plus the position's signal
//	     ─layer 0, layer 1─ attention of 4 heads and a feed-forward net, 512 wide
//	     ─pool─ mean over the pieces ─dense, tanh─ 512 ─unit length─ the vector
//
// Letters' case counts, and a line break or a tab is an unknown piece and not a
// space, both as in the original: callers that do not care about them fold them
// first. Only a text's beginning is read, see [Model.Embed].
//
// # Numbers
//
// Weights are int8 with a float32 scale for each row. Inputs of a matrix product
// are rounded to 14 bits, with a scale for each piece's vector; products are summed
// in int32, which cannot overflow (see largestStep), so that sums are the same in
// every kernel, and so are the vectors on one machine, bit for bit. Between
// machines the exponentials may differ in their last bits; two vectors of the same text are
// within 1e-5 of cosine 1. (On amd64 and arm64 all those of the tests are equal.) To
// the vectors of the original in float32 the cosine is above 0.998 on every text of
// the tests and 0.9996 in the middle; what lies between is the rounding of the weights.
//
// # Who owns what
//
// A [Model] is safe for concurrent use and starts no goroutine. The first Embed
// unpacks tables (about 0.7 MB); the int8 weights are used where they lie in the
// binary's image, which the system pages in as they are read. After five minutes
// without an Embed a timer lets go of tables, scratch memory and, where the
// system can be told, of those pages; the next Embed unpacks again. [Model.Release]
// does so at once and stops the timer.
//
// The file of the weights is made by the program in usegen, which says what is
// in it.
package embed
