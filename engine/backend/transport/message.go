package transport

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rigrun/rigrun-lsp/engine/stream"
)

const (
	maxMessage  = 300 // bytes of a server's own message that are kept
	echoWindow  = 24  // bytes in a row that a message may share with the request
	htmlMessage = "a web page"
)

// parseError reads the error of a response with an error status: Ollama's
// {"error":"…"}, OpenAI's {"error":{"message",…}}, vLLM's {"message",…},
// FastAPI's {"detail":"…"}, or plain text.
func parseError(status int, body []byte) *stream.ServerError {
	se := &stream.ServerError{Status: status}
	var doc struct {
		Error  json.RawMessage `json:"error"`
		Detail json.RawMessage `json:"detail"`
		errorFields
	}
	if json.Unmarshal(body, &doc) != nil {
		se.Message = plainText(body)
		return se
	}
	fields := doc.errorFields
	if len(doc.Error) > 0 && json.Unmarshal(doc.Error, &fields.Message) != nil {
		_ = json.Unmarshal(doc.Error, &fields) // any other shape leaves it empty
	}
	if fields.Message == "" {
		_ = json.Unmarshal(doc.Detail, &fields.Message)
	}
	se.Message, se.Type, se.Code = fields.text(), fields.Type, scalar(fields.Code)
	return se
}

// errorFields are the fields of an error object. The counts are llama-server's.
type errorFields struct {
	Message string          `json:"message"`
	Type    string          `json:"type"`
	Code    json.RawMessage `json:"code"`
	Prompt  int             `json:"n_prompt_tokens"`
	Context int             `json:"n_ctx"`
}

// text is the message, with the counts in words where it does not have them.
func (f *errorFields) text() string {
	if _, _, ok := tokenCounts(f.Message); ok || f.Prompt == 0 || f.Context == 0 {
		return f.Message
	}
	return f.Message + " (" + strconv.Itoa(f.Prompt) + " tokens, at most " + strconv.Itoa(f.Context) + " tokens)"
}

// scalar is a JSON string or number as text, "" for anything else.
func scalar(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// plainText keeps an error body that is not JSON, and of a page its being one.
func plainText(body []byte) string {
	if isHTML("", body) {
		return htmlMessage
	}
	return string(body)
}

// isHTML reports whether a response is a web page: a proxy's, or a login's.
func isHTML(contentType string, body []byte) bool {
	if strings.HasPrefix(contentType, "text/html") {
		return true
	}
	return strings.HasPrefix(http.DetectContentType(body), "text/html")
}

// scrub makes a server's error fit to be shown: one line, at most 300 bytes, no
// control characters, no header value of the request (a key), and no piece of
// the request's body (a prompt) of more than echoWindow bytes but the model's name.
func (c *Call) scrub(se *stream.ServerError) {
	msg := strings.ToValidUTF8(clip(se.Message, 2*maxMessage), "")
	for _, values := range c.Header {
		for _, v := range values {
			msg = hideValue(msg, v)
		}
	}
	if pass, ok := c.URL.User.Password(); ok {
		msg = hideValue(msg, pass)
	}
	se.Message = clip(oneLine(hideEcho(msg, c.Model, c.body)), maxMessage)
	se.Type, se.Code = clip(oneLine(se.Type), 60), clip(oneLine(se.Code), 60)
}

// hideValue removes a header's value, and what follows its scheme ("Bearer …").
func hideValue(msg, value string) string {
	_, secret, found := strings.Cut(value, " ")
	if !found {
		secret = value
	}
	if len(secret) < 6 {
		return msg
	}
	return strings.ReplaceAll(msg, secret, "[hidden]")
}

// hideEcho replaces the stretches of msg that the request's body holds too. The
// body is JSON: a server may repeat a text in it, or the JSON itself.
func hideEcho(msg, model string, body []byte) string {
	if len(body) == 0 || len(msg) < echoWindow {
		return msg
	}
	if model != "" {
		body = bytes.ReplaceAll(body, []byte(model), nil)
	}
	hidden := make([]bool, len(msg)) // by byte
	for i := range msg {
		end := windowEnd(msg, i)
		if end < 0 {
			break
		}
		if bytes.Contains(body, jsonText(msg[i:end])) || bytes.Contains(body, []byte(msg[i:end])) {
			for k := i; k < end; k++ {
				hidden[k] = true
			}
		}
	}
	return without(msg, hidden)
}

// windowEnd is where the window that begins at msg[i] ends, on a character's
// border; -1 where the rest of msg is shorter.
func windowEnd(msg string, i int) int {
	end := i + echoWindow
	if end > len(msg) {
		return -1
	}
	for end < len(msg) && !utf8.RuneStart(msg[end]) {
		end++
	}
	return end
}

// without replaces each hidden stretch of msg by a mark.
func without(msg string, hidden []bool) string {
	var out strings.Builder
	for i := range len(msg) {
		switch {
		case !hidden[i]:
			out.WriteByte(msg[i])
		case i == 0 || !hidden[i-1]:
			out.WriteString("[…]")
		}
	}
	return out.String()
}

// jsonText is s as it stands inside a JSON string that this program wrote.
func jsonText(s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		return nil // never for a string
	}
	return quoted[1 : len(quoted)-1]
}

// oneLine turns control and formatting characters and line ends into single spaces.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// clip shortens s to at most n bytes, on a character's border, with an ellipsis.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}
