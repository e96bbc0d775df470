package redis

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/cache"
)

// vectorPrefix begins the names of the vector sets. There is one for each
// embedder, number of dimensions and first two bytes of the group. A single set
// would be searched slowly for a small group among many (measured: 18 ms for 33
// vectors among 10,000, against 2 ms for a large one), and dropped by a full
// server all at once; now a set holds a group, and seldom a stranger that the
// filter passes over.
const vectorPrefix = prefix + "v:"

// The search.
const (
	maxCandidates = 16 // entries read for one lookup

	// spare candidates are read beyond those asked for: some point to entries
	// that have gone, and the server ranks by quantised vectors.
	spare = 4

	// slack is how far the server's cosine, from eight bits a number, may lie
	// below the true one. The error of 512 numbers rounded to 1/127 of the
	// largest is under 0.01.
	slack = 0.02

	// VSIM's EF, how many neighbours the search keeps in view, and FILTER-EF, how
	// many it looks at for those of the group. More of either found no more in a
	// set of 3,000 and took up to four times as long.
	searchEffort = 64
	filterEffort = 500

	// swept is how many vectors each Put looks at, to remove those whose entries
	// have gone. A vector has no time to live of its own.
	swept = 4
)

func setName(e *cache.Entry) string { return nameOfSet(e.Embedder, len(e.Vector), e.Group) }

func nameOfSet(embedder string, dim int, group cache.Key) string {
	sum := sha256.Sum256([]byte(embedder))
	return vectorPrefix + hex.EncodeToString(sum[:6]) + "-" + strconv.Itoa(dim) + ":" + hex.EncodeToString(group[:2])
}

// element is a vector's name in its set: the key of its entry.
func element(k cache.Key) string { return hex.EncodeToString(k[:]) }

// vector returns the commands that add an entry's vector to its set, which lives
// as long as the last entry put into it, as does the mark of its bucket, and that
// pick some of the set's vectors for [sweep]. With CAS the server looks for the vector's place beside its other
// work.
func (r *Redis) vector(e *cache.Entry, set string, left time.Duration) []command {
	bucket := e.Bucket()
	attributes := fmt.Sprintf(`{"g":"%x","b":"%x","x":%d}`, e.Group, bucket, time.Now().Add(left).Unix())
	return []command{
		{"SET", bucketName(bucket), "", "PX", strconv.FormatInt(r.ttl.Milliseconds(), 10)},
		{"VADD", set, "FP32", string(cache.EncodeVector(e.Vector)), element(e.Key), "CAS", "Q8", "SETATTR", attributes},
		{"PEXPIRE", set, strconv.FormatInt(r.ttl.Milliseconds(), 10)},
		{"VRANDMEMBER", set, strconv.Itoa(swept)},
	}
}

// sweep removes those of the set's members whose entries have gone, and runs
// more besides.
func sweep(ctx context.Context, l *link, set string, members []reply, more []command) error {
	members = members[:min(len(members), swept)]
	asked := make([]command, 0, len(members)+len(more))
	for i := range members {
		asked = append(asked, command{"EXISTS", entryPrefix + string(members[i].text)})
	}
	there, err := l.must(ctx, append(asked, more...)...)
	if err != nil {
		return err
	}
	var gone []command
	for i := range members {
		if there[i].number == 0 {
			gone = append(gone, command{"VREM", set, string(members[i].text)})
		}
	}
	_, err = l.must(ctx, gone...)
	return err
}

// Near returns the entries nearest to the probe, of its group and embedder.
//
// The server ranks by quantised vectors and gives candidates; their entries are
// read, and each cosine is computed anew from the entry's own vector.
func (r *Redis) Near(ctx context.Context, p cache.Probe) (found []cache.Near, err error) {
	switch {
	case p.Level != cache.Shareable:
		return nil, cache.ErrLevel
	case p.K <= 0 || len(p.Vector) == 0:
		return nil, nil
	}
	err = r.request(ctx, searches(), func(ctx context.Context, l *link) error {
		found, err = near(ctx, l, &p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("search the shared cache: %w", err)
	}
	return found, nil
}

func near(ctx context.Context, l *link, p *cache.Probe) ([]cache.Near, error) {
	found, err := l.must(ctx, search(p, time.Now()))
	if err != nil {
		return nil, err
	}
	keys := candidates(&found[0], p.AtLeast-slack)
	if len(keys) == 0 {
		return nil, nil
	}
	reads := make([]command, 0, len(keys))
	for _, k := range keys {
		reads = append(reads, command{"GET", entryName(k)})
	}
	got, err := l.must(ctx, reads...)
	if err != nil {
		return nil, err
	}
	return rescore(p, keys, got), nil
}

// search is the command that finds candidates.
func search(p *cache.Probe, now time.Time) command {
	filter := fmt.Sprintf(`.g == "%x" and .x > %d`, p.Group, now.Unix())
	if p.Bucket != (cache.Key{}) {
		filter += fmt.Sprintf(` and .b == "%x"`, p.Bucket)
	}
	return command{
		"VSIM", nameOfSet(p.Embedder, len(p.Vector), p.Group), "FP32", string(cache.EncodeVector(p.Vector)),
		"WITHSCORES", "COUNT", strconv.Itoa(min(p.K+spare, maxCandidates)), "EF", strconv.Itoa(searchEffort),
		"FILTER", filter, "FILTER-EF", strconv.Itoa(filterEffort),
	}
}

// candidates reads VSIM's reply, names and scores in turn, and leaves out what
// is further than atLeast. The server's score is (1 + cosine) / 2.
func candidates(v *reply, atLeast float64) []cache.Key {
	var keys []cache.Key
	for pair := range slices.Chunk(v.items, 2) {
		var k cache.Key
		if len(pair) < 2 || len(pair[0].text) != hex.EncodedLen(len(k)) || len(keys) == maxCandidates {
			break
		}
		score, err := strconv.ParseFloat(string(pair[1].text), 64)
		if err != nil || !(2*score-1 >= atLeast) { // also false for a score that is not a number
			continue
		}
		if _, err := hex.Decode(k[:], pair[0].text); err == nil {
			keys = append(keys, k)
		}
	}
	return keys
}

// rescore reads the candidates' entries and keeps the best p.K that are near
// enough by their own vectors.
func rescore(p *cache.Probe, keys []cache.Key, got []reply) []cache.Near {
	var found []cache.Near
	for i := range got {
		e, ok := decode(keys[i], &got[i])
		if !ok || e.Group != p.Group || e.Embedder != p.Embedder || e.Question == "" || len(e.Vector) != len(p.Vector) {
			continue
		}
		if c := cosine(e.Vector, p.Vector); c >= p.AtLeast {
			found = append(found, cache.Near{Entry: e, Cosine: c})
		}
	}
	slices.SortStableFunc(found, func(a, b cache.Near) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return found[:min(len(found), p.K)]
}

// cosine is computed in double precision, with both lengths: a vector from a
// server need not be a unit vector. It is NaN, which is near nothing, where one
// of them has no direction.
func cosine(a, b []float32) float64 {
	var dot, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot += x * y
		aa += x * x
		bb += y * y
	}
	return dot / math.Sqrt(aa*bb)
}
