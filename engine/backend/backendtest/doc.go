// Package backendtest holds scripted model servers for tests: real HTTP servers
// on loopback that answer exactly what a script says, and record what they were
// asked.
//
//	s := backendtest.Ollama(t, backendtest.Script{Answers: []backendtest.Answer{
//		append(backendtest.Tokens("Hello", ", ", "world"), backendtest.Cut()),
//	}})
//	… ask s.URL …
//	body := s.Chats()[0].Body
//
// A [Script] is plain data. Each chat request takes the next [Answer], a slice of
// [Step] values done in order; the last answer serves all further requests. After
// its steps the server sends the dialect's end mark, unless the last step says
// how the answer ends ([End], [NoEnd], [Cut], [Stall], [Fail], [Refuse], [Status]
// or [Document]).
//
// Nothing sleeps: a step that waits ([Hold]) waits for the test's own channel,
// and a stalled answer for the client to go away. Each step is flushed, so that
// what a test released has been sent.
//
// The server is closed by t.Cleanup, which ends all its handlers. Its methods are
// safe for concurrent use.
package backendtest
