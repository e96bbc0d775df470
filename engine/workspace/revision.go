package workspace

import (
	"context"
	"regexp"
	"strings"
)

// revision is the form of one revision: a name of letters that begins with none
// of git's signs, or "@", and ways back from it. "HEAD:.env", "--output=f" and
// ":/words" are none.
var revision = regexp.MustCompile(`^(?:[\pL\pN_][\pL\pN_./+#-]*|@)(?:@\{(?:\d{1,6}|u|upstream|push)\})?(?:[~^]\d{0,6}){0,20}$`)

// isRevision reports whether a text can be a revision or a range of two.
func isRevision(s string) bool {
	from, to, _ := splitRange(s)
	return len(s) <= 250 && s != "" && (from == "" || revision.MatchString(from)) && (to == "" || revision.MatchString(to)) && from+to != ""
}

// splitRange splits "a..b" and "a...b".
func splitRange(s string) (from, to, dots string) {
	for _, dots := range []string{"...", ".."} {
		if from, to, ok := strings.Cut(s, dots); ok {
			return from, to, dots
		}
	}
	return s, "", ""
}

// commits resolves a revision or a range and returns it with the commits' own
// names, so that nothing a person or a model wrote is handed on to git: what is no
// commit, such as the name of a file's content, is refused.
func (g *git) commits(ctx context.Context, what string) (string, error) {
	if !isRevision(what) {
		return "", refuse(what, "is no revision")
	}
	from, to, dots := splitRange(what)
	ends := []string{from, to}
	if dots == "" {
		ends = ends[:1]
	}
	for i, end := range ends {
		if end == "" {
			end = "HEAD"
		}
		out, err := g.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", end+"^{commit}")
		if err != nil {
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			return "", refuse(what, "is no revision that git knows")
		}
		ends[i] = strings.TrimSpace(out)
	}
	return strings.Join(ends, dots), nil
}
