package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/stream"
)

// sendFailure explains a request that got no response.
func (c *Call) sendFailure(err error) error {
	if e, ok := errors.AsType[*chat.Error](err); ok {
		return e // the door's refusal, which says what helps
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err // the caller knows which limit or cancel it was
	}
	if r, ok := errors.AsType[*redirectError](err); ok {
		return c.fail(chat.BadResponse, err, "%s redirects to %s, which is not followed: set the final address itself", c.who(), r.to)
	}
	if strings.Contains(err.Error(), "malformed") || strings.Contains(err.Error(), "HTTP response to HTTPS client") {
		// The cause is left out: it quotes what the server sent.
		return c.fail(chat.BadResponse, nil, "%s does not speak the protocol of its address (%s)", c.who(), c.URL.Scheme)
	}
	return c.fail(chat.Unreachable, err, "%s does not answer (%s)", c.who(), dialReason(err))
}

// dialReason says in a few words why a connection did not come about. The texts
// of the errors themselves are not used: they differ between systems, and a
// proxy's may hold anything.
func dialReason(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return "the proxy cannot be reached"
	}
	if d, ok := errors.AsType[*net.DNSError](err); ok {
		return "the name " + strconv.Quote(clip(d.Name, 100)) + " was not found"
	}
	if isCertificate(err) {
		return "its certificate is not trusted: SSL_CERT_FILE can name another authority"
	}
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return "no connection within the connect limit"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return "connection refused or no route"
	}
	return "the connection broke before an answer"
}

func isCertificate(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.HostnameError](err)
	return ok
}

// statusFailure explains a response with an error status. wait is its
// Retry-After, 0 for none.
func (c *Call) statusFailure(se *stream.ServerError, wait time.Duration) *chat.Error {
	kind := kindOf(se)
	if kind == chat.RateLimited && wait > 0 {
		return c.waitFailure(se, wait)
	}
	return c.serverFailure(cmp.Or(kind, chat.BadResponse), se)
}

// waitFailure explains a server that asks for a pause.
func (c *Call) waitFailure(se *stream.ServerError, wait time.Duration) *chat.Error {
	return c.fail(chat.RateLimited, se, "%s asks to wait %s%s", c.who(), wait.Round(time.Second), statusNote(se))
}

// serverFailure puts a server's own error into a sentence.
func (c *Call) serverFailure(kind chat.ErrorKind, se *stream.ServerError) *chat.Error {
	switch kind {
	case chat.Auth:
		// The server's words are left out: they tend to quote a part of the key.
		return c.fail(kind, authCause(se), "%s refuses the key%s", c.who(), statusNote(se))
	case chat.ModelNotFound:
		if c.Model == "" {
			break
		}
		return c.fail(kind, se, "%s does not have the model %q", c.who(), clip(c.Model, 100))
	case chat.RateLimited:
		return c.fail(kind, se, "%s limits how often it is asked%s", c.who(), statusNote(se))
	case chat.ContextTooLong:
		if prompt, limit, ok := tokenCounts(se.Message); ok {
			e := c.fail(kind, se, "the prompt has %d tokens, more than the %d of the model's context", prompt, limit)
			e.Tokens, e.Window = prompt, limit
			return e
		}
		return c.fail(kind, se, "the prompt is longer than the model's context%s", quoted(se))
	case chat.StreamInterrupted:
		return c.fail(kind, se, "%s broke the answer off%s", c.who(), quoted(se))
	}
	return c.fail(kind, se, "%s answered with an error%s%s", c.who(), statusNote(se), quoted(se))
}

// authCause keeps of a refused key what cannot hold a part of it.
func authCause(se *stream.ServerError) *stream.ServerError {
	return &stream.ServerError{Type: se.Type, Code: se.Code, Status: se.Status, Message: "the key was refused"}
}

func statusNote(se *stream.ServerError) string {
	if se.Status == 0 {
		return ""
	}
	return " (HTTP " + strconv.Itoa(se.Status) + ")"
}

func quoted(se *stream.ServerError) string {
	if se.Message == "" {
		return ""
	}
	return ": " + se.Message
}

// kindOf reads the kind of failure off an error's status, codes and words. ""
// means that nothing more is known than that the server failed.
func kindOf(se *stream.ServerError) chat.ErrorKind {
	msg := strings.ToLower(se.Message)
	switch status := statusOf(se); {
	case tooLong(se, msg, status):
		return chat.ContextTooLong
	case status == http.StatusUnauthorized, status == http.StatusForbidden, se.Code == "invalid_api_key":
		return chat.Auth
	case status == http.StatusTooManyRequests, se.Code == "rate_limit_exceeded", se.Code == "insufficient_quota":
		return chat.RateLimited
	case status == http.StatusNotFound && !pathMissing(msg), modelMissing(se, msg):
		return chat.ModelNotFound
	}
	return ""
}

// statusOf is the error's HTTP status; in the middle of a stream servers write it as the code.
func statusOf(se *stream.ServerError) int {
	if se.Status != 0 {
		return se.Status
	}
	n, _ := strconv.Atoi(se.Code) // 0 for a code in words
	return n
}

func tooLong(se *stream.ServerError, msg string, status int) bool {
	if status == http.StatusRequestEntityTooLarge || se.Type == "exceed_context_size_error" || se.Code == "context_length_exceeded" {
		return true
	}
	names := strings.Contains(msg, "context length") || strings.Contains(msg, "context size") || strings.Contains(msg, "context window")
	return names && (strings.Contains(msg, "exceed") || strings.Contains(msg, "maximum"))
}

// modelMissing knows the words of Ollama, OpenAI, vLLM and OpenRouter.
func modelMissing(se *stream.ServerError, msg string) bool {
	if se.Code == "model_not_found" || strings.Contains(msg, "is not a valid model") {
		return true
	}
	return strings.Contains(msg, "model") && (strings.Contains(msg, "not found") || strings.Contains(msg, "does not exist"))
}

// pathMissing tells a server without the requested path from one without the model.
func pathMissing(msg string) bool {
	return msg == "not found" || strings.Contains(msg, "page not found") || strings.Contains(msg, "file not found") || msg == htmlMessage
}

// retryStatus reports whether a status says that no answer was begun and that a
// later attempt may succeed. A used-up quota does not come back in seconds.
func retryStatus(se *stream.ServerError) bool {
	switch se.Status {
	case http.StatusTooManyRequests:
		return se.Code != "insufficient_quota" && se.Type != "insufficient_quota"
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// stillLoading is llama-server's answer to everything until its model is in memory.
func stillLoading(se *stream.ServerError) bool {
	return se.Status == http.StatusServiceUnavailable && strings.EqualFold(se.Message, "Loading model")
}

var tokenCount = regexp.MustCompile(`(\d{1,9}) tokens`)

// tokenCounts finds the prompt's and the context's size in an error's words. All
// servers write both as "N tokens", and the prompt's is the larger.
func tokenCounts(msg string) (prompt, limit int, ok bool) {
	for _, m := range tokenCount.FindAllStringSubmatch(msg, -1) {
		n, _ := strconv.Atoi(m[1]) // digits only
		if limit == 0 {
			limit, prompt = n, n
		}
		limit, prompt = min(limit, n), max(prompt, n)
	}
	return prompt, limit, prompt > limit
}
