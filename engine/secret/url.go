package secret

import "strings"

// mostUser is the longest part of a URL before the host that is read.
const mostUser = 512

// urlUser finds the password in scheme://user:password@host. The last
// letter of the scheme stands at at.
func (s *scanner) urlUser(at int) {
	if at < s.urlEnd {
		return
	}
	start := at + len("s://")
	colon, last := -1, -1
	end := start
	for limit := min(len(s.text), start+mostUser); end < limit && !urlStop(s.text[end]); end++ {
		switch s.text[end] {
		case ':':
			if colon < 0 {
				colon = end
			}
		case '@':
			last = end
		case '/', '?', '#':
			if last >= 0 || colon < 0 || numeric("000"+s.text[colon+1:end]) || !strings.Contains(s.text[end:min(limit, end+64)], "@") {
				limit = end
			}
		}
	}
	s.urlEnd = end
	if colon < 0 || last <= colon+1 {
		return
	}
	pass := s.text[colon+1 : last]
	if strings.IndexByte(pass, '@') >= 0 && len(pass) > 64 || standsFor(pass) || numeric(pass) && len(pass) < 6 && strings.IndexByte(pass, '/') >= 0 {
		return
	}
	s.report(kindURLPassword, colon+1, last)
}

func urlStop(c byte) bool {
	return space(c) || quoteByte(c) || c == '<' || c == '>' || c == '\\' || c == ',' || c == ')' || c == '|'
}
