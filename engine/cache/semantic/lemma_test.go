package semantic

import (
	"strings"
	"testing"
)

// TestLemma holds every form of a word to one lemma, and different words to
// different ones. The first form of a line is the word itself.
func TestLemma(t *testing.T) {
	l := english()
	lemmas := map[string]string{}
	for line := range strings.Lines(`parse parses parsed parsing
pip pips
pipe pipes piped piping
plan plans planned planning
plane planes
note notes noted noting
file files filed filing
fill fills filled filling
code codes coded
cod
write writes wrote written writing
run runs ran running
sort sorts sorted sorting
string strings
cache caches cached caching
process processes processed processing
class classes
query queries queried querying
index indexes indices indexed indexing
database databases
match matches matched matching
debug debugs debugged debugging
create creates created creating
delete deletes deleted deleting
edit edits edited editing
encode encodes encoded
encoding encodings
configure configures configured configuring
compile compiles compiled compiling
install installs installed installing
cancel cancels cancelled cancelling canceled
stream streams streamed streaming
render renders rendered rendering
rename renames renamed renaming
iterate iterates iterated iterating
change changes changed changing
hang hangs hung hanging
handle handles handled handling
close closes closed closing
copy copies copied copying
embed embeds embedded
embedding embeddings
invoke invokes invoked invoking
final
finally
safe safely
recursive recursively
automatic automatically
status statuses
child children
pod pods
speed speeds
need needs needed
escape escapes escaped escaping
include includes included including
describe describes described describing
declare declares declared declaring
resume resumes resumed resuming
monitor monitors monitored monitoring
`) {
		forms := strings.Fields(line)
		for _, f := range forms {
			if got := l.lemma(f); got != l.lemma(forms[0]) {
				t.Errorf("%s is %s, and %s is %s", forms[0], l.lemma(forms[0]), f, got)
			}
		}
		if other := lemmas[l.lemma(forms[0])]; other != "" {
			t.Errorf("%s and %s are one word", other, forms[0])
		}
		lemmas[l.lemma(forms[0])] = forms[0]
	}
}
