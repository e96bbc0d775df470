package secret

import "strings"

// Limits of a key block. The largest keys in use (RSA with 16384 bits) have 13 KB.
const (
	mostHeader = 100
	mostBlock  = 64 << 10
	mostPublic = 4 << 10 // of a PuTTY file, before its private lines
	leastBody  = 24      // bytes between the headers: fewer are an ellipsis
)

// pem finds a private key block whose first line holds a rule's word at at. Lines
// may be parted by line breaks or, within a string literal, by \n. A block whose
// end is missing goes on as long as its lines look like one.
func (s *scanner) pem(at int) {
	if at < s.pemEnd {
		return
	}
	if strings.HasPrefix(s.text[at:], "PuTTY") {
		s.putty(at)
		return
	}
	start := at
	for start > 0 && s.text[start-1] == '-' {
		start--
	}
	head := s.text[at:min(len(s.text), at+mostHeader)]
	n := strings.Index(head[2:], "--")
	if n < 0 || !hasFold(head[:n+2], "private key") && !hasFold(head[:n+2], "ssh2 encrypted") {
		return
	}
	body := at + 2 + n
	for body < len(s.text) && s.text[body] == '-' {
		body++
	}
	end := blockEnd(s.text, body)
	s.pemEnd = end
	if end-body >= leastBody && bodyBytes(s.text[body:end]) >= leastBody {
		s.report(kindPrivateKey, start, end)
	}
}

// blockEnd returns where the block ends whose body begins at body.
func blockEnd(text string, body int) int {
	window := text[body:min(len(text), body+mostBlock)]
	end := strings.Index(window, "-- END")
	if n := strings.Index(window, "--END"); n >= 0 && (end < 0 || n < end) {
		end = n
	}
	if end >= 0 {
		last := end + len("--END")
		if n := strings.Index(window[last:min(len(window), end+mostHeader)], "--"); n >= 0 {
			i := last + n
			for i < len(window) && window[i] == '-' {
				i++
			}
			return body + i
		}
	}
	return body + looseEnd(window)
}

// looseEnd returns how far a text goes on with what key blocks are made of.
func looseEnd(window string) int {
	end := 0
	for i := 0; i < len(window); i++ {
		c := window[i]
		switch {
		case wordByte(c) || c == '+' || c == '/' || c == '=':
			end = i + 1
		case c == '\\' || space(c) || strings.IndexByte("\"',:;-*#.", c) >= 0:
			if i-end > 40 {
				return end
			}
		default:
			return end
		}
		if c == ' ' && end > 0 && i+1 < len(window) && letter(window[i+1]) && i-1 < end && i > 200 {
			return end // words: the text goes on
		}
	}
	return end
}

// bodyBytes counts what can be base64.
func bodyBytes(body string) int {
	n := 0
	for i := range len(body) {
		if wordByte(body[i]) || body[i] == '+' || body[i] == '/' {
			n++
		}
	}
	return n
}

// putty finds the private lines of a PuTTY key file.
func (s *scanner) putty(at int) {
	window := s.text[at:min(len(s.text), at+mostBlock)]
	begin := strings.Index(window[:min(len(window), mostPublic)], "Private-Lines:")
	if begin < 0 {
		return
	}
	end := strings.Index(window[begin:], "Private-MAC:")
	if end < 0 {
		end = len(window) - begin
	}
	body := begin + len("Private-Lines:")
	stop := begin + end
	for stop > body && (space(window[stop-1]) || window[stop-1] == 'n' && window[stop-2] == '\\' || window[stop-1] == '\\') {
		stop--
	}
	for body < stop && (space(window[body]) || digit(window[body])) {
		body++
	}
	s.pemEnd = at + stop
	if stop-body >= leastBody {
		s.report(kindPrivateKey, at+body, at+stop)
	}
}
