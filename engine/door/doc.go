// Package door decides about every request that would leave the process, on the
// bytes that are really sent, at the moment they would be. Whatever a question
// went through before (routing, redaction, settings), [Door.Pass] looks again
// and trusts none of it.
//
// # What flows
//
// The HTTP transport asks [Door.Pass] before each attempt of each request,
// retries and redirects included, and gets a [Reach] back: how far the
// connection may go. With that reach it asks [Door.Lookup] before a name server
// is asked and [Door.Dial] with every resolved address before a connection is
// opened, so that a name that points elsewhere than it says leads nowhere. The
// transport cannot be built without a door, and no other package dials.
//
// # The rules
//
// A server is in the cloud because the settings call it so ([Role]), never by
// what its address looks like: a gateway on loopback forwards what it gets.
//
// To the cloud goes nothing whose level is CUI or above, nothing in paranoid or
// offline mode, nothing with a secret in it, and nothing to another host than
// the configured one; the first of these that forbids gives the refusal its
// name, in the order classification, paranoid, offline, destination and, after
// the body was read, classification and secrets. The level that counts is the
// highest of the settings', the question's, and the markings in the body, the
// path, the query and the headers.
//
// A local server is one on loopback by its spelling, which is then held to
// loopback addresses, or a configured one. Offline, every server is held to
// loopback addresses; with a level of CUI or above, or in paranoid mode, a
// configured one is held to the premises (private and link-local addresses),
// without a proxy. What goes to a loopback address is not read: nothing has to
// be kept from this machine, and this is the path every local question takes.
//
// # Reading a body
//
// A body is JSON. Every string in it, keys too, is taken out unescaped and
// looked at by itself, in one pass with one allocation; a body with anything in
// it that JSON does not allow is looked at as a whole besides. Headers whose
// name says that they hold a credential (Authorization, Api-Key …) are the
// server's own and not searched for secrets.
//
// # Ownership
//
// A Door is immutable, starts nothing, and is safe for concurrent use. Changed
// settings make a new one, which new requests get at once; those that have
// passed the old one go on. It keeps nothing of what it is shown. Each decision
// is told to a [Witness], on the goroutine of the request and before the
// decision takes effect; a slow witness makes requests slow.
package door
