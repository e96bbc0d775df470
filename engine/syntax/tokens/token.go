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

// Token is one token of a text. White space has none.
type Token struct {
	Kind       Kind
	Text       string // as it stands in the text
	Start, End int    // bytes of the text
	Line       int    // of the first character, from 1
	LastLine   int    // of the last character
	Indent     int    // of its line: the width of the white space the line starts with, a tab going to the next multiple of 8
	// Leads says that only white space stands before it on its line. The body of
	// a here-document never leads: its margin says nothing about blocks.
	Leads bool
	// role is what its dialect has the word do.
	role role
}
