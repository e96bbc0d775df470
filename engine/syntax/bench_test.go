package syntax

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// longTexts are files of some 20,000 lines that look like people's code.
func longTexts() map[string]string {
	unit := map[string]string{
		"go":         "// Read%d reads one record and counts what it skipped.\nfunc (s *Store) Read%d(ctx context.Context, id string) (*Record, error) {\n\tif id == \"\" {\n\t\treturn nil, fmt.Errorf(\"read %%q: %%w\", id, ErrNone)\n\t}\n\tfor i, row := range s.rows {\n\t\tif row.id == id && !row.deleted { // a deleted one is none\n\t\t\ts.counts[i]++\n\t\t\treturn &Record{ID: id, Text: row.text}, nil\n\t\t}\n\t}\n\treturn nil, ErrNone\n}\n\n",
		"python":     "    def read_%d(self, id: str) -> Record:\n        \"\"\"Read one record.\n\n        Counts what it skipped %d.\n        \"\"\"\n        if not id:\n            raise ValueError(f\"no id {id}\")\n        for i, row in enumerate(self.rows):\n            if row.id == id and not row.deleted:  # a deleted one is none\n                self.counts[i] += 1\n                return Record(id=id, text=row.text)\n        raise LookupError(id)\n\n",
		"typescript": "  /**\n   * Reads one record %d.\n   */\n  async read%d(id: string): Promise<Record | undefined> {\n    if (!id) {\n      throw new Error(`no id ${id}`);\n    }\n    const found = this.rows.filter((row) => row.id === id && !row.deleted);\n    for (const row of found) {\n      this.counts[row.index]++; // a deleted one is none\n    }\n    return found.map((row) => ({ id, text: row.text }))[0];\n  }\n\n",
		"java":       "    /**\n     * Reads one record %d.\n     */\n    @Override\n    public Record read%d(String id) throws NoRecordException {\n        if (id == null || id.isEmpty()) {\n            throw new NoRecordException(\"no id \" + id);\n        }\n        for (Row row : rows) {\n            if (row.id.equals(id) && !row.deleted) { // a deleted one is none\n                counts.merge(id, 1, Integer::sum);\n                return new Record(id, row.text);\n            }\n        }\n        return null;\n    }\n\n",
		"rust":       "    /// Reads one record %d.\n    pub fn read_%d<'a>(&'a self, id: &str) -> Result<Option<&'a Record>, Error> {\n        if id.is_empty() {\n            return Err(Error::NoId(format!(\"no id {}\", id)));\n        }\n        for (i, row) in self.rows.iter().enumerate() {\n            if row.id == id && !row.deleted {\n                // a deleted one is none\n                self.counts[i].set(self.counts[i].get() + 1);\n                return Ok(Some(&row.record));\n            }\n        }\n        Ok(None)\n    }\n\n",
		"c":          "/* Reads one record %d. */\nstatic int\nread_%d(struct store *s, const char *id, struct record **out)\n{\n\tint i;\n\n\tif (id == NULL || *id == '\\0')\n\t\treturn -EINVAL;\n\tfor (i = 0; i < s->n; i++) {\n\t\tif (strcmp(s->rows[i].id, id) == 0 && !s->rows[i].deleted) {\n\t\t\ts->counts[i]++; /* a deleted one is none */\n\t\t\t*out = &s->rows[i].record;\n\t\t\treturn 0;\n\t\t}\n\t}\n\treturn -ENOENT;\n}\n\n",
	}
	unit["json"] = "    \"node_modules/package%d\": {\n      \"version\": \"1.%d.0\",\n      \"dependencies\": {\n        \"other\": \"^2.0.0\"\n      },\n      \"engines\": [\"node\", \"bun\"]\n    },\n"
	head := map[string]string{"json": "{\n  \"packages\": {\n", "go": "package store\n\n", "python": "class Store:\n", "typescript": "export class Store {\n", "java": "public class Store {\n", "rust": "impl Store {\n", "c": "#include <stdio.h>\n\n"}
	tail := map[string]string{"json": "    \"last\": {}\n  }\n}\n", "typescript": "}\n", "java": "}\n", "rust": "}\n"}
	out := map[string]string{}
	for language, text := range unit {
		var b strings.Builder
		b.WriteString(head[language])
		for i := range 20000/strings.Count(text, "\n") + 1 {
			fmt.Fprintf(&b, text, i, i)
		}
		out[language] = b.String() + tail[language]
	}
	return out
}

func BenchmarkSymbols(b *testing.B) {
	for language, text := range longTexts() {
		b.Run(language, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if len(Symbols(language, text)) < 1000 {
					b.Fatal("too few symbols")
				}
			}
		})
	}
}

// BenchmarkEnclosing asks at places all over a long text, and reports the
// slowest of a hundred. Each place counts with its best of three, so that what
// else the machine does is not counted.
func BenchmarkEnclosing(b *testing.B) {
	for language, text := range longTexts() {
		b.Run(language, func(b *testing.B) {
			var took []time.Duration
			i := 0
			for b.Loop() {
				at := i * 7919 * 31 % len(text)
				best := time.Hour
				for range 3 {
					began := time.Now()
					Enclosing(language, text, at, at)
					best = min(best, time.Since(began))
				}
				took = append(took, best)
				i++
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "median-µs")
		})
	}
}
