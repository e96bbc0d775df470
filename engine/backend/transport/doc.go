// Package transport is the one HTTP client behind every model server: it sends
// a request, keeps the time limits, retries where that is safe, and turns every
// failure into a [chat.Error] with a kind, a sentence and a hint.
//
// # What flows
//
// [Client.Stream] posts a body and feeds the response to a [stream.Decoder],
// which writes the answer's chunks to a [stream.Writer] from the calling
// goroutine: no other goroutine touches the writer, and nothing is written
// after Stream has returned. [Client.JSON] is for the small calls around it
// (lists of models, embeddings) and reads one JSON document of limited size.
//
// # Time
//
// Each limit has its own failure, so that a message can name it. Connecting has
// [Options.Connect]. From the call to the first chunk of the answer (name
// lookup, connecting, retries, a model that is being loaded, reading the prompt)
// counts against [Options.FirstToken]; heartbeats and empty deltas do not end it.
// After that each single wait for bytes has [Options.BetweenTokens]. The whole
// answer has no limit. A slow consumer is never the server's fault: the clock
// stands still while the writer works, and what the server sends meanwhile
// waits in the socket, which is the back-pressure.
//
// Cancelling the context closes the server's connection (HTTP/2: resets the
// stream), and the error is context.Canceled, never a time-out. Nothing is
// written after it, not even what had been read already.
//
// # Retries
//
// A request is sent again only while not one byte of a response has come: after
// a refused or broken connection, and after the statuses 429, 502, 503 and 504,
// which say that no answer was begun. Retry-After is honoured up to
// [Options.MaxWait]; a longer one is reported instead of waited for. A server
// that says it is still loading its model is asked again for as long as the
// first-token limit allows.
//
// # Where requests go
//
// Every attempt passes the [door.Door] that the client was made with, with the
// bytes it sends; a refusal is a [chat.Error] of the kind policy and is not tried
// again. The [door.Reach] it gets chooses one of three pools of connections, so
// that none of them is used beyond the reach it was opened for, and the door is
// asked once more with each resolved address. Within the smaller two reaches no
// proxy is used; within the smallest no name server is asked, and localhost and
// the names under it are 127.0.0.1, else ::1.
//
// Otherwise proxies come from HTTP_PROXY, HTTPS_PROXY and NO_PROXY, certificates
// from the system (SSL_CERT_FILE and SSL_CERT_DIR where set). Loopback hosts are
// always reached directly. A redirect is followed only to the same scheme and
// host and only where it keeps the method, so that neither a prompt nor a key
// can be led elsewhere.
//
// # Ownership
//
// Stream and JSON close the response body before they return, drained where the
// answer was whole so that the connection goes back to the pool. The pools' idle
// connections end after 90 seconds or with [Client.CloseIdle].
package transport
