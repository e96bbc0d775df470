package route

import (
	"math/bits"
	"strings"
	"sync"
)

// class is a set of the classes that a word is in. A word can be in several.
type class uint32

// The classes of words that the features count.
const (
	lookup     class = 1 << iota // opens a question that one sentence can answer
	chore                        // names a small, mechanical job
	design                       // asks for a design or a judgement between options
	proof                        // asks for a cause, an argument or a proof
	deep                         // names a subject where a plausible answer is easily wrong
	constraint                   // limits what an answer may do
	connective                   // ties conditions, steps and quantities to each other
	scale                        // a size or a rate that rules simple answers out
	unit                         // the same, where a number stands directly before it: 10k
	failure                      // error text

	// The rest tells the kinds of question apart and has no weight.
	opensExplain
	opensFix
	opensRefactor
	opensDocument
	opensTests
	opensReview
	opensGenerate
	opensDebug
	asks
)

// vocabulary lists the words of each class. Every word also counts with an "s"
// at its end. Words are compared whole and without case: "show" is not "how",
// "unicode" is not "code", "classification" is not "class".
func vocabulary() []struct {
	is    class
	words string
} {
	return []struct {
		is    class
		words string
	}{
		{lookup, `what whats which who when where is are does do how can define list name syntax convert translate
			synonym meaning print give hello hi hey thanks thank ok good perfect`},
		{chore, `rename typo comment format sort spelling shorten shorter snippet whitespace import header alphabetically
			docstring javadoc copyright print liner line rule command regex yaml json simple small short quick
			name add inline indent tab space semicolon keyboard shortcut example`},
		{design, `design architect architecture plan propose strategy evaluate assess compare weigh tradeoff trade
			develop devise invent blueprint architecting redesign rearchitect modernise modernize feasibility decompose extraction pros cons alternative specify migrate migration roadmap approach suggest rank discuss recommend justify
			restructure restructuring rollout deprecation versioning balance platform phase risk quantify estimate protocol model formalise formalize formally generalise
			generalize calibrated study critically ethics`},
		{proof, `root prove proof proving disprove bottleneck intermittent intermittently nondeterministic heisenbug flaky sporadically occasionally sometimes refute derive argue argument reason reasoning invariant counterexample interleaving
			guarantee correctness cause why determine analyse analyze analysis verify reconstruct entail assumption
			demonstrate show investigate diagnose silently stall hang trace find decide justify conclude conclusion follows sound theorem`},
		{deep, `concurrency concurrent race deadlock starvation lock locking atomic linearizable linearizability serializable
			serializability consistency consistent isolation distributed replication replicated replica shard sharded
			partition partitioned partitioning consensus raft paxos quorum crdt idempotence transaction transactional
			rollback recovery durability fsync crash corruption downtime failover availability scalable scalability
			throughput latency p95 p99 percentile contention backpressure lease leader election clock drift skew
			security vulnerability threat attacker attack exploit reentrancy injection cryptographic encryption audit
			tenant tenancy multitenant sandbox privilege csrf fixation nonce
			compiler optimiser optimizer planner parser interpreter allocator allocation garbage collector barrier memory
			heap reclamation hazard simd vectorise neon avx assembly numa kernel scheduler incremental
			gradient precision numerical stochastic amortised amortized complexity inference polymorphism
			monolith microservice service bounded kafka flink cache invalidation stale reordering ordering
			livelock semaphore futex gossip saga mvcc wal lsm compaction hotspot backfill cutover canary slo resilience resilient
			fault tolerant tolerance causal causality byzantine eventual reconcile reconciliation conflict 
			oauth oidc pki hsm gdpr hipaa compliance privacy sidechannel spectre hardening deserialisation deserialization
			lifetime variance monomorphisation monomorphization ssa jit bytecode vectorisation vectorization cuda gpu
			bandwidth cacheline prefetch finalizer escape
			transformer attention distillation quantization convergence overfitting bayesian posterior
			dynamic combinatorial heuristic undecidable bisimulation induction cryptography elliptic
			equilibrium differential equation oscillation elasticity welfare depreciation compounded quantifier
			isomorphism group algebra theorem homeomorphism plaintiff defendant liability lease landlord jurisdiction
			warfarin hypertension prognosis conductivity thermodynamic entropy velocity acceleration
			prove proving proof disprove derive soundness idempotent idempotency rebalance rebalancing handshake coherent
			coherence linearise linearize preemption preemptive inversion interrupt dma firmware microcontroller snapshot
			anomaly unification diverge divergence converge integrator eigenvalue sparse telemetry observability legacy
			coupling exfiltration poisoning untrusted malicious adversarial adversary ownership cancellation reentrant
			leak fragmentation paging tlb epoll congestion bgp quic multicast bloom alias dataflow fixpoint reachability
			approximation bandit speculative sampling rounding workload autoscaling throttling homomorphic ebpf hypervisor
			enclave abi linker coroutine continuation hypothesis vectorize vectorised vectorized`},
		{constraint, `without must keep keeping ensure ensuring only never nothing exactly preserve preserving unchanged
			identical compatible compatibility stable zero avoid within cannot allowed safe safely
			correctly deterministic deterministically bounded limit guarantee resumable live while losing breaking outage tolerate`},
		{connective, `if then than unless until whether given suppose assume assuming after before during because although
			otherwise instead each every per both either neither remaining rest total together same equally twice half
			third times more less fewer greater another also first second next finally including per still already
			so that but when later except however respectively consider let initially altogether`},
		{scale, `million billion thousand hundred terabyte gigabyte tb pb region node machine core user client rps qps
			microsecond team year yearly`},
		{unit, `k m b g t tb gb mb kb pb x ms us ns rps qps`},
		{failure, `error err exception traceback panic segfault sigsegv stacktrace goroutine fatal undefined failed fails
			failing failure crash crashes crashed oom nullpointerexception typeerror keyerror referenceerror valueerror
			illegalstateexception unhandled undeclared warning`},
		{opensExplain, "explain describe summarise summarize walk clarify"},
		{opensFix, "fix repair correct resolve"},
		{opensRefactor, `refactor rename rewrite extract simplify split inline restructure modernise modernize port migrate
			move replace reorder convert turn optimise optimize`},
		{opensDocument, "document comment"},
		{opensTests, "test"},
		{opensReview, "review audit critique"},
		{opensGenerate, "write implement create generate build add make give draft scaffold"},
		{opensDebug, "debug diagnose troubleshoot"},
		{asks, `what whats which who whose when where why how is are was were do does did can could should would will
			may has have explain define list name compare`},
	}
}

// slots is the size of the hash table, a power of two a few times the
// vocabulary's, so that most other words meet a free slot at once.
const (
	slotBits = 13
	slots    = 1 << slotBits
)

// entry is a word of the vocabulary.
type entry struct {
	hash  uint64
	tally uint64 // its classes, but for unit, as a number of tallyBits for each
	is    class
	word  string
}

// tallyBits is how many bits of a tally count one class; ten classes fit in one.
const tallyBits = 6

// tally counts each class of a set once.
func tally(is class) (sum uint64) {
	for i := range featureClasses {
		sum |= uint64(is>>i&1) << (i * tallyBits)
	}
	return sum
}

// dictionary finds a word's classes, and what kind of byte a byte is. It is
// never written after it is made.
type dictionary struct {
	kinds   [256]kind
	lower   [256]byte
	index   [slots]uint16 // places in entries, 0 for a free slot; small enough to stay in the first cache
	entries []entry       // the first is empty
}

// words makes the dictionary when it is first needed, so that a program that
// routes nothing pays nothing.
var words = sync.OnceValue(newDictionary)

func newDictionary() *dictionary {
	d := &dictionary{kinds: byteKinds(), entries: make([]entry, 1, slots/8)}
	d.lower = lowerBytes(&d.kinds)
	for _, list := range vocabulary() {
		for word := range strings.FieldsSeq(list.words) {
			d.add(word, list.is)
			if list.is != unit {
				d.add(word+"s", list.is)
			}
		}
	}
	return d
}

func (d *dictionary) add(word string, is class) {
	h := d.hash(word)
	i := slot(h)
	for ; d.index[i] != 0; i = (i + 1) % slots {
		if e := &d.entries[d.index[i]]; e.word == word {
			e.is |= is
			e.tally = tally(e.is &^ unit)
			return
		}
	}
	d.index[i] = uint16(len(d.entries)) //nolint:gosec // fewer than slots
	d.entries = append(d.entries, entry{h, tally(is &^ unit), is, word})
}

// find returns the word whose hash is h, or the empty one. No two words of the
// vocabulary have the same; another word that had the hash of one, which takes
// more than eight bytes and an effort to make, would be taken for it.
func (d *dictionary) find(h uint64) *entry {
	for i := slot(h); d.index[i] != 0; i = (i + 1) % slots {
		if e := &d.entries[d.index[i]]; e.hash == h {
			return e
		}
	}
	return &d.entries[0]
}

// chunkBytes is how many bytes of a word are read at once.
const chunkBytes = 8

// hash is what a scanner computes while it reads a word: a word of up to eight
// bytes is its own hash.
func (d *dictionary) hash(word string) uint64 {
	h, n := lastChunk(word, &d.lower)
	for n == chunkBytes {
		word = word[n:]
		var more uint64
		more, n = lastChunk(word, &d.lower)
		h = mix(h, more)
	}
	return h
}

// lastChunk reads the bytes of a word at the start of s, at most eight.
func lastChunk(s string, lower *[256]byte) (v uint64, n int) {
	for n < min(chunkBytes, len(s)) && lower[s[n]] != 0 {
		v |= uint64(lower[s[n]]) << (8 * n)
		n++
	}
	return v, n
}

// mix takes the next eight bytes of a word into its hash.
func mix(h, more uint64) uint64 { return bits.RotateLeft64(h, 29)*0x9E3779B97F4A7C15 ^ more }

// slot spreads a hash over the table; the factor is 2^64 over the golden ratio.
func slot(h uint64) uint64 { return h * 0x9E3779B97F4A7C15 >> (64 - slotBits) }
