// Package cache keeps answers that were paid for, and gives one again only to
// the question it was an answer to. A [Question] has fingerprints; an [Entry] is
// an answer under them; a [Backing] keeps entries beyond this process.
package cache
