// Package tokens reads code of any of some thirty languages without a grammar:
// it splits a text into words, strings, comments and signs, pairs the brackets,
// and finds the declarations that these show.
//
// In comes a text and its [Dialect], which says how the language writes comments
// and literals and what its words do. Out come the [Token]s in order, each with
// its bytes in the very text that was given, and from them a [Code] with its
// [Declaration]s. Nothing is kept of a text and nothing is started; any number
// of texts may be read at once. Reading takes time linear in the text, whatever
// the text is: broken code, another language's, or no code at all.
//
// What tokens cannot tell is left open rather than guessed: a declaration whose
// end is not certain has none.
package tokens
