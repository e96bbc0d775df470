// Package store keeps conversations: what was asked, what was answered, and
// what of an answer had arrived when it was interrupted.
//
// # In and out
//
// A [Turn] is the writing end for one question and its answer. It is a
// [stream.Sink], so the answer is recorded as it streams and can be read by
// anyone at any moment. It writes to memory and waits for nothing. One goroutine,
// which starts with the first thing to write and ends when there is none left,
// brings what has changed into the file (engine/database), twice a second while
// an answer streams and at once at its end. [Conversations.Close] writes the rest.
//
// Readers get the file's rows with memory's newer versions over them. What a process
// has read of a conversation and nobody changes any more is not read again for its
// next question. What is returned is a copy. All methods are safe for concurrent use,
// by any number of processes over one file: a message's place in its conversation is
// the number of its row, which the file gives, and a question and its answer are
// written together.
//
// # What goes to the file
//
// Nothing before its level is known ([Turn.SetRoute]), and nothing of a
// conversation from the moment on when it is marked above [chat.Unclassified]:
// that stays in the memory of its process. Prompts go there with their secrets
// replaced (Options.Hide), those about a file of secrets not at all. Where
// [Settings] say so, nothing goes there.
//
// # What stays in memory
//
// What the file does not have: at most [MaxConversations] conversations, the one
// that was used longest ago goes first; and the last few of those that it has, so
// that they go on should it be lost. While the file cannot be written everything
// goes on in memory; [Conversations.Err] says once what is wrong, and writing is
// tried again.
//
// # What is dropped
//
// [Conversations.Delete] takes a conversation away for everyone at once; its
// messages are overwritten and leave the index of words soon after, by the same
// goroutine. So it is with what is older or more than Settings allow, once an
// hour.
package store
