package tokens

// Kind is what a token is, as far as tokens alone tell.
type Kind uint8

// The kinds of token.
const (
	Word      Kind = iota // a name or keyword
	String                // a string, character or pattern literal, or a piece of one between interpolations
	Comment               // a comment with its marks
	Other                 // a number, an operator, or one bracket or separator
	Directive             // a line for C's preprocessor, with the lines it continues on; a script's "#!" line
)

// Token is one token of a text. White space has none. A long text has hundreds of
// thousands of them, so they are small and hold no pointers.
type Token struct {
	Kind       Kind
	Start, End int32 // bytes of the text
	Line       int32 // of the first character, from 1
	LastLine   int32 // of the last character
	Indent     int32 // of its line: the width of the white space the line starts with, a tab going to the next multiple of 8
	// Leads says that only white space stands before it on its line. The body of
	// a here-document never leads: its margin says nothing about blocks.
	Leads bool
	// role is what its dialect has the word do.
	role role
}

// In returns the token's text within the text that was scanned.
func (t Token) In(text string) string { return text[t.Start:t.End] }
