package route

import "github.com/rigrun/rigrun-lsp/engine/chat"

// The query types. Those of a request that names an action are the action's own
// word; a free question gets what its words say.
const (
	QueryExplain  = string(chat.Explain)
	QueryFix      = string(chat.Fix)
	QueryRefactor = string(chat.Refactor)
	QueryDocument = string(chat.Document)
	QueryTests    = string(chat.Tests)
	QueryReview   = string(chat.Review)
	QueryDebug    = "debug"    // has error text, or asks to find out why something fails
	QueryDesign   = "design"   // asks for a design, a plan or a judgement between options
	QueryGenerate = "generate" // asks for new code or text
	QueryQuestion = "question" // asks anything else, or is about code
	QueryChat     = "chat"     // asks nothing: "thanks"
)

// queryType names what is asked. The first word decides where it is a verb of a
// kind; error text comes before it, except where the question only asks about it.
func queryType(req *chat.Request, t *text) string {
	if req.Action != "" {
		return string(req.Action)
	}
	failing := t.frames > 0 || t.count(failure) > 1
	for _, k := range []struct {
		when bool
		name string
	}{
		{t.opening&opensDebug != 0 || failing, QueryDebug},
		{t.opening&opensTests != 0, QueryTests},
		{t.opening&opensReview != 0, QueryReview},
		{t.opening&opensFix != 0, QueryFix},
		{t.opening&design != 0, QueryDesign},
		{t.opening&opensRefactor != 0, QueryRefactor},
		{t.opening&opensDocument != 0, QueryDocument},
		{t.opening&opensExplain != 0, QueryExplain},
		{t.opening&opensGenerate != 0, QueryGenerate},
		{t.question || t.opening&asks != 0 || len(req.Context) > 0, QueryQuestion},
	} {
		if k.when {
			return k.name
		}
	}
	return QueryChat
}
