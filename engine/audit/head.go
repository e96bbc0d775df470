package audit

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
)

const headFile = "head"

// head says how far the log goes, so that lines cut off at the end, or whole
// files, are missed. It is replaced after every batch. A line like the log's,
// signed with a key of its own.
//
// What it cannot show: somebody who keeps a copy of the whole folder and puts
// it back later. Nothing inside the folder could.
type head struct {
	KeyID string `json:"keyId"`
	First uint64 `json:"first"` // number of the first line of the oldest file that is kept
	Seq   uint64 `json:"seq"`   // number of the last line
	Last  string `json:"last"`  // its MAC
	Size  int64  `json:"size"`  // bytes of the current file
}

// link returns the place in the chain that the head confirms.
func (h head) link() (link, bool) {
	mac, ok := parseMAC(h.Last)
	return link{h.Seq, mac}, ok
}

// headState says what was found where the head should be.
type headState int

const (
	headMissing headState = iota
	headGood
	headBad     // changed, or not a head
	headForeign // written with another key
)

// readHead reads the head. The error is that of the file system.
func (k keys) readHead(dir fs.FS) (head, headState, error) {
	raw, err := fs.ReadFile(dir, headFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return head{}, headMissing, nil
	case err != nil:
		return head{}, headMissing, err
	}
	h, state := k.parseHead(raw)
	return h, state, nil
}

func (k keys) parseHead(raw []byte) (head, headState) {
	var h head
	line, ok := parseLine(raw, &h)
	if _, linked := h.link(); !ok || !linked {
		return head{}, headBad
	}
	if line.continues(k.head, [32]byte{}) {
		return h, headGood
	}
	if h.KeyID != k.id {
		return head{}, headForeign
	}
	return head{}, headBad
}

func (k keys) headLine(at link, first uint64, size int64) ([]byte, error) {
	h := head{k.id, first, at.seq, hex.EncodeToString(at.mac[:]), size}
	object, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	line, _ := sign(k.head, [32]byte{}, object)
	return line, nil
}
