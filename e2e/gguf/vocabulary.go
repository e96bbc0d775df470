package gguf

import (
	"fmt"
	"strings"
)

// Token types as numbered by llama.cpp (enum llama_token_type).
const (
	typeNormal  int32 = 1
	typeUnknown int32 = 2
	typeControl int32 = 3
	typeByte    int32 = 6
)

// Positions of the control pieces in every vocabulary this package makes.
const (
	unknownID = 0
	beginID   = 1
	endID     = 2
)

// newline is the byte piece that random models are allowed to say: a
// SentencePiece vocabulary has no other way to write a line end.
const newline = "<0x0A>"

// VocabularySize is the number of pieces: 3 control, 256 bytes, 95 single
// ASCII characters (the space as U+2581) and 260 words.
const VocabularySize = 614

// piece is one entry of the vocabulary.
type piece struct {
	text  string
	score float32 // SentencePiece's log probability: higher merges first
	kind  int32
	said  bool // whether a random model's answer may contain it
}

// words are the pieces an answer is made of. U+2581 stands for the space before
// a word, as SentencePiece writes it; an entry without one continues a word.
const words = `
▁the ▁a ▁an ▁of ▁to ▁in ▁is ▁it ▁and ▁or ▁not ▁if ▁else ▁for ▁while ▁do ▁then ▁when ▁where ▁which
▁func ▁function ▁return ▁returns ▁value ▁values ▁error ▁errors ▁nil ▁null ▁true ▁false ▁int ▁string
▁byte ▁bytes ▁rune ▁slice ▁array ▁map ▁key ▁keys ▁list ▁set ▁queue ▁stack ▁tree ▁graph ▁node ▁edge
▁type ▁struct ▁class ▁interface ▁method ▁field ▁package ▁import ▁module ▁const ▁var ▁let ▁def ▁self
▁this ▁that ▁with ▁from ▁into ▁over ▁each ▁every ▁first ▁last ▁next ▁before ▁after ▁between ▁until
▁reads ▁writes ▁sends ▁takes ▁gives ▁makes ▁calls ▁runs ▁waits ▁ends ▁starts ▁stops ▁opens ▁closes
▁adds ▁removes ▁counts ▁sums ▁sorts ▁finds ▁checks ▁parses ▁prints ▁copies ▁moves ▁merges ▁splits
▁buffer ▁stream ▁token ▁tokens ▁channel ▁context ▁request ▁response ▁server ▁client ▁editor ▁model
▁line ▁lines ▁file ▁files ▁name ▁names ▁number ▁numbers ▁result ▁results ▁input ▁output ▁index ▁loop
▁lock ▁mutex ▁timer ▁clock ▁time ▁size ▁length ▁empty ▁full ▁one ▁two ▁three ▁zero ▁many ▁few ▁none
▁because ▁so ▁but ▁only ▁also ▁always ▁never ▁once ▁twice ▁again ▁here ▁there ▁more ▁less ▁most
▁by ▁at ▁on ▁off ▁up ▁down ▁out ▁as ▁than ▁any ▁all ▁some ▁same ▁other ▁new ▁old ▁left ▁right
ing ed er ly tion ment able ness less
▁Add ▁Sum ▁Read ▁Write ▁Close ▁Open ▁Get ▁Set ▁New ▁Err ▁The ▁It ▁This ▁When
() {} [] := == != && || -> => // /* */ ... \n \" \\ '" """ {"a": <b> &amp; %s \u00e9
`

// oddPieces are what breaks clients that count bytes, halves of surrogate pairs
// or "characters": written as escapes where an editor would hide them.
func oddPieces() []string {
	return []string{
		"é", "e\u0301", "ü", "ß", "ñ", "ą", "ж", "я", "ω", "λ", "→", "…", "“", "”", "—",
		"日", "本", "語", "中文", "한국", "あ", "ア", "🙂", "🚀", "👩\u200d💻", "🇩🇪", "𝔘",
		"\u200d", "\ufeff", "\u2028", "\u2029", "\u0301",
	}
}

// vocabulary returns the pieces in the order of their ids.
func vocabulary() []piece {
	pieces := []piece{
		unknownID: {"<unk>", 0, typeUnknown, false},
		beginID:   {"<s>", 0, typeControl, false},
		endID:     {"</s>", 0, typeControl, false},
	}
	for b := range 256 {
		text := fmt.Sprintf("<0x%02X>", b)
		pieces = append(pieces, piece{text, 0, typeByte, text == newline})
	}
	for c := '!'; c <= '~'; c++ {
		pieces = append(pieces, piece{string(c), -1000, typeNormal, false})
	}
	pieces = append(pieces, piece{"▁", -1000, typeNormal, false})
	for i, w := range append(strings.Fields(words), oddPieces()...) {
		pieces = append(pieces, piece{w, -float32(i + 1), typeNormal, true})
	}
	return pieces
}
