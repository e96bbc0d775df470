package audit

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
)

// entry is a line: an event and its place in the chain.
//
// On the disk it is one JSON object whose last member is "mac", 64 hexadecimal
// digits: HMAC-SHA256, under the log's key, of the MAC of the line before (32
// bytes) and of the line's own bytes up to that member. So no line can be
// changed, removed, inserted or moved without the key.
type entry struct {
	Seq uint64 `json:"seq"` // 1, 2, 3 … through all files
	Event

	// From is the MAC that the line continues, in hexadecimal, on the log's own
	// lines only: a file's first line, a recovery, a damage. With it a file can be
	// verified when the one before has been removed for its age.
	From string `json:"from,omitempty"`
	// KeyID tells the keys apart, on the lines that have From.
	KeyID string `json:"keyId,omitempty"`
	// Torn and TornHash are the length and the keyed hash of the bytes between the
	// line that From means and this one: what a crash left.
	Torn     int64  `json:"torn,omitempty"`
	TornHash string `json:"tornHash,omitempty"`
	// Lost is how many events were dropped since the writer's last line.
	Lost int `json:"lost,omitempty"`
}

// macSize is the length of what follows a line's signed bytes.
const macSize = len(`,"mac":"`) + 2*hashSize + len("\"}\n")

// maxLine is the longest line that is read, in bytes. Within an event's limits
// none is longer, though every character of it were escaped.
const maxLine = 64 << 10

// keys are the keys of a log, derived from the user's key.
type keys struct {
	chain, head, prompt, torn [32]byte
	id                        string
}

func deriveKeys(key [32]byte) keys {
	id := Derive(key, "audit key id")
	return keys{
		chain:  Derive(key, "audit chain"),
		head:   Derive(key, "audit head"),
		prompt: Derive(key, "audit prompt"),
		torn:   Derive(key, "audit torn"),
		id:     hex.EncodeToString(id[:8]),
	}
}

// link is a place in the chain: a line's number and its MAC. The zero link is
// the place before the first line.
type link struct {
	seq uint64
	mac [32]byte
}

// sign returns the line of a JSON object that continues prev, and its MAC.
func sign(key, prev [32]byte, object []byte) (line []byte, mac [32]byte) {
	body := object[:len(object)-1] // without the closing brace
	mac = linkMAC(key, prev, body)
	return append(bytes.Clone(body), macMember(mac)...), mac
}

// macMember is the end of a line: the MAC, the closing brace and the newline.
func macMember(mac [32]byte) []byte { return fmt.Appendf(nil, ",\"mac\":\"%x\"}\n", mac) }

func linkMAC(key, prev [32]byte, body []byte) [32]byte {
	h := hmac.New(sha256.New, key[:])
	h.Write(prev[:])
	h.Write(body)
	return [32]byte(h.Sum(nil))
}

// signed is a line whose MAC has not been checked yet.
type signed struct {
	body []byte // the bytes that are signed
	mac  [32]byte
}

// continues tells whether the line was signed with key to follow prev.
func (s signed) continues(key, prev [32]byte) bool {
	return linkMAC(key, prev, s.body) == s.mac
}

// parseLine takes a line apart and decodes it into value. It wants the very
// bytes that sign writes, newline included.
func parseLine(line []byte, value any) (signed, bool) {
	if len(line) <= macSize {
		return signed{}, false
	}
	body, rest := line[:len(line)-macSize], line[len(line)-macSize:]
	digits := rest[len(`,"mac":"`) : len(rest)-len("\"}\n")]
	mac, ok := parseMAC(string(digits))
	if !ok || !bytes.Equal(rest, macMember(mac)) {
		return signed{}, false
	}
	object := append(bytes.Clone(body), '}')
	return signed{body, mac}, json.Unmarshal(object, value) == nil
}

// parseMAC reads 64 hexadecimal digits.
func parseMAC(digits string) (mac [32]byte, ok bool) {
	n, err := hex.Decode(mac[:], []byte(digits[:min(len(digits), 2*hashSize)]))
	return mac, err == nil && n == hashSize && len(digits) == 2*hashSize
}

// region is a run of bytes that are no line of the chain.
type region struct {
	hash hash.Hash
	size int64
	line int // where it begins, counted from 1; 0 while the region is empty
}

func (k keys) region() region { return region{hash: hmac.New(sha256.New, k.torn[:])} }

func (r *region) add(raw []byte, line int) {
	if r.size == 0 {
		r.line = line
	}
	r.size += int64(len(raw))
	r.hash.Write(raw)
}

func (r *region) sum() string { return hex.EncodeToString(r.hash.Sum(nil)) }

// hash is the keyed hash of a prompt.
func (k keys) hash(prompt []byte) string {
	h := hmac.New(sha256.New, k.prompt[:])
	h.Write(prompt)
	return hex.EncodeToString(h.Sum(nil))
}
