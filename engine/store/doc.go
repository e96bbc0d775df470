// Package store keeps conversations: what was asked, what was answered, and
// what of an answer had arrived when it was interrupted.
//
// A [Turn] is the writing end for one question and its answer. It is a
// [stream.Sink], so the answer is recorded as it streams and can be read by
// anyone at any moment. Conversations live in memory, at most [MaxConversations]
// of them: the one that was used longest ago goes first.
//
// All methods are safe for concurrent use. What is returned is a copy.
package store
