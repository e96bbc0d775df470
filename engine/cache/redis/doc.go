// Package redis is a [cache.Backing] on a Redis 8 server: the answers that one
// person of a team paid for are there for the others.
//
// # What goes there
//
// Entries at [cache.Shareable], which is UNCLASSIFIED, and nothing else. Put and
// Near refuse what is above before a connection is asked for; Get sends a
// fingerprint of 128 bits. An entry is one text value under "rigrun:1:e:KEY",
// written as [cache.Entry.AppendBinary] does, with a time to live from its
// making. Its vector lies besides, quantised to eight bits a number, in a vector
// set "rigrun:1:v:…" with the group's fingerprint as an attribute, on which
// searches filter. What the search finds are candidates: their entries are read
// and the cosines computed anew in float. "rigrun:1:epoch" counts replacements and
// deletions. What to drop when memory is full is the server's own business
// (maxmemory-policy); a vector whose entry has gone is passed over, and removed by
// some later Put into the same set.
//
// # How long it may take
//
// A question never waits for a slow or dead server more than once. A connection
// is waited for 15 ms at most, a lookup with its connection 20 ms, on an open
// connection 10 ms; an Epoch or a Get of more than 5 ms is a failure even when it
// ends well. After a failure nothing is sent for a second, twice as long after
// each one that follows soon, up to a minute, and every call returns [ErrPaused]
// at once. The first call after the pause starts one probe (connect, log in,
// PING) in the background and returns [ErrPaused] too. So the three lookups that
// one question makes, Epoch, Get and Near in this order, take at most 20 ms
// together whatever the server does, except that a server which ends between them
// may cost as much again for a new connection.
//
// No question waits for Put, Delete, Clear and Stats. Put has 100 ms for each
// entry, and Delete 100 ms; Clear and Stats a second for each step and half a
// minute together. When a probe is due they wait for its end, two seconds at
// most, and go on: an answer that comes after a pause is shared at once.
//
// # What a server can do
//
// A reply is taken up to fixed sizes, and memory grows only with what has really
// arrived. What is not RESP ends the connection and counts as a failure. A
// refusal is an error that holds its code and nothing of its text, since servers
// repeat in it what they were sent, passwords included. Entries are read with
// their checksum and looked over; whether an entry is the answer to the question
// is for the cache to check, by its fingerprint. Whoever may write to the server
// can however make up answers: its users' rights are what protects the team.
//
// The protocol is RESP version 2, spoken by a few hundred lines here. The usual
// client library was measured and not taken: it reserves as much memory as a
// reply says it will need, so that a reply of sixteen bytes ends the process, and
// it adds 1.8 MB to the binary.
//
// # Ownership
//
// The caller owns the network: every connection is opened by its [Dial], and TLS
// is spoken over that. [Open] starts nothing. A connection is made in a goroutine
// of its own, which ends within two seconds or with [Redis.Close]; so does a
// probe. At most two idle connections are kept, for a minute, and at most eight
// requests run at once; a ninth gets [ErrBusy]. All methods are safe for
// concurrent use.
package redis
