package lsp_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/rigrun/rigrun-lsp/engine/backend/backendtest"
	"github.com/rigrun/rigrun-lsp/engine/config"
	"github.com/rigrun/rigrun-lsp/lsp/lsptest"
)

var update = flag.Bool("update", false, "write what happens into the transcripts and docs/protocol.md as what is wanted")

// TestTranscripts runs each archive in testdata once for each profile it names.
//
// An archive's comment is a script, one operation a line ("#" starts a comment);
// its files are the workspace, but for these:
//
//	-- model --                 what the model server answers, see modelScript
//	-- want --                  what the script prints, for every profile
//	-- want NAME NAME… --       the same for these profiles
//
// `go test ./lsp -run TestTranscripts -update` writes the want sections anew.
//
// Before the first operation:
//
//	profiles all | NAME…        who the editor is; all by default
//	server ollama|openai|refused  which scripted model server; ollama by default
//	models NAME…                the model server's models; "tiny" by default
//	settings JSON               what the editor's user has set
//	options JSON                initializationOptions
//	layer JSON                  settings as from config.toml
//
// The operations. TEXT is a JSON string. In JSON and TEXT, $uri stands for the
// address of main.go, $uri(NAME) for another file's, $range for the selection,
// $conversation and $message for the ids in the last result that had them, or in
// its first item, and $cursor for its nextCursor.
//
//	connect                     connects without initialize; else the first operation does both
//	initialize                  shakes hands and prints the result
//	open FILE                   opens a file of the archive
//	edit FILE TEXT => TEXT      replaces the first occurrence
//	select FILE A:B             selects whole lines, counted from 1
//	actions [KIND…]             asks for code actions on the selection
//	run TITLE                   runs such an action's command and waits for the end of its work
//	ask TEXT                    runs rigrun.ask and waits for the end of its work
//	begin TITLE                 runs it without waiting
//	shown                       prints what the editor shows of the last answer
//	progress                    waits for the end of the last command's work and prints it
//	hover FILE TEXT             hovers over the first occurrence
//	chat JSON                   asks and prints what is streamed, and the response
//	start JSON                  asks without waiting
//	text TEXT                   waits until that much of the answer has been streamed
//	cancel | cancel progress    cancels the question, or the last command's work, in the editor's two ways
//	end                         waits for the response and prints what chat prints
//	values                      prints the partial results one by one
//	prompt                      prints the last question as the model server got it
//	release                     lets the model server go on from its hold
//	stop                        stops the model server
//	call METHOD JSON            prints the result or the error
//	notify METHOD JSON          sends a notification
//	configure JSON              changes the user's settings, as the profile's client does
//	configured                  waits until the last configure is in force
//	messages N                  waits for N more window/showMessage and prints them
//	forgive                     forgets that the editor itself broke the protocol, on purpose
func TestTranscripts(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { runArchive(t, path) })
	}
}

func runArchive(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	printed := map[string]string{}
	for _, profile := range profilesOf(t, archive) {
		t.Run(profile, func(t *testing.T) {
			noLeaks(t)
			r := &transcript{t: t, archive: archive, profile: profile}
			printed[profile] = r.run()
			if want := wanted(archive, profile); !*update && printed[profile] != want {
				t.Errorf("-want +got:\n%s", cmp.Diff(strings.Split(want, "\n"), strings.Split(printed[profile], "\n")))
			}
		})
	}
	if *update && !t.Failed() {
		rewrite(t, path, archive, printed)
	}
}

// profilesOf reads the line "profiles".
func profilesOf(t *testing.T, a *txtar.Archive) []string {
	t.Helper()
	for line := range strings.Lines(string(a.Comment)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "profiles" && fields[1] != "all" {
			return fields[1:]
		}
	}
	return lsptest.Profiles()
}

// wanted is the text of the want section for a profile.
func wanted(a *txtar.Archive, profile string) string {
	for _, f := range a.Files {
		if names := strings.Fields(f.Name); names[0] == "want" && (len(names) == 1 || slices.Contains(names, profile)) {
			return string(f.Data)
		}
	}
	return ""
}

// rewrite writes the want sections, one for all profiles that print the same.
func rewrite(t *testing.T, path string, a *txtar.Archive, printed map[string]string) {
	t.Helper()
	files := slices.DeleteFunc(a.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "want") })
	for _, profile := range lsptest.Profiles() {
		text, ok := printed[profile]
		if !ok {
			continue
		}
		if i := slices.IndexFunc(files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "want") && string(f.Data) == text }); i >= 0 {
			files[i].Name += " " + profile
			continue
		}
		files = append(files, txtar.File{Name: "want " + profile, Data: []byte(text)})
	}
	if last := &files[len(files)-1]; len(strings.Fields(last.Name)) == len(printed)+1 {
		last.Name = "want"
	}
	a.Files = files
	if err := os.WriteFile(path, txtar.Format(a), 0o600); err != nil {
		t.Fatal(err)
	}
}

// transcript is one run of an archive.
type transcript struct {
	t       *testing.T
	archive *txtar.Archive
	profile string
	line    int // of the script, counted from 1

	options   lsptest.Options
	kind      string // of the model server
	models    []backendtest.Model
	server    *backendtest.Server
	hold      chan struct{}
	connected bool // the editor is, and initialized unless the script does that
	e         *lsptest.Editor
	docs      map[string]*lsptest.Document
	out       bytes.Buffer
	names     scrubber

	selection lsptest.Range
	selected  *lsptest.Document
	actions   []action
	asked     *lsptest.Call
	works     int // commands run so far
	messages  int // window messages printed so far
	setups    int // configurations in force before the last configure
	ids       map[string]string
}

// action is a code action or a command, as the client gets it.
type action struct {
	Title    string
	Kind     string
	Tags     []int
	Command  json.RawMessage
	Argument json.RawMessage `json:"arguments"`
}

func (r *transcript) run() string {
	r.kind, r.docs, r.ids, r.hold = "ollama", map[string]*lsptest.Document{}, map[string]string{}, make(chan struct{})
	r.options = lsptest.Options{Profile: r.profile, Folders: []string{r.t.TempDir()}, StateDir: r.t.TempDir()}
	for line := range strings.Lines(string(r.archive.Comment)) {
		r.line++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		op, rest, _ := strings.Cut(line, " ")
		if r.prepare(op, rest) {
			continue
		}
		if op != "connect" && !r.connected {
			r.connect(true)
		}
		fmt.Fprintf(&r.out, "> %s\n", line)
		r.do(op, strings.TrimSpace(rest))
	}
	r.e.Close()
	return r.out.String()
}

// prepare takes the lines that say how the session begins.
func (r *transcript) prepare(op, rest string) bool {
	switch op {
	case "profiles":
	case "server":
		r.kind = rest
	case "settings":
		r.decode(rest, &r.options.Settings)
	case "models":
		r.models = nil
		for name := range strings.FieldsSeq(rest) {
			r.models = append(r.models, backendtest.Model{Name: name, Context: 32768})
		}
	case "options":
		r.decode(rest, &r.options.InitializationOptions)
	case "layer":
		var values map[string]any
		r.decode(rest, &values)
		r.options.Layers = func() ([]config.Layer, []config.Problem) {
			return []config.Layer{{Source: "config.toml", Values: values}}, nil
		}
	default:
		return false
	}
	return true
}

// connect writes the workspace, starts the model server and the editor.
func (r *transcript) connect(initialize bool) {
	folder := r.options.Folders[0]
	for _, f := range r.archive.Files {
		if f.Name == "model" || strings.HasPrefix(f.Name, "want") {
			continue
		}
		path := filepath.Join(folder, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	if r.kind != "refused" {
		r.server = servers()[r.kind](r.t, backendtest.Script{Answers: modelScript(r.t, r.file("model"), r.hold), Models: r.models})
		r.options.URL = r.server.URL
	}
	r.names = scrubber{folder: folder, state: r.options.StateDir}
	r.connected = true
	if initialize {
		r.e = lsptest.Start(r.t, r.options)
		return
	}
	r.e = lsptest.Connect(r.t, r.options)
}

func (r *transcript) file(name string) string {
	for _, f := range r.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// modelScript reads a model section, one step a line: a TEXT is a token, "think
// TEXT" a piece of thinking, "hold" waits for the script's release, and "cut",
// "stall", "noend", "fail TEXT", "refuse STATUS TEXT" and "raw TEXT" are what
// package backendtest has under these names. "answer" begins the next answer.
func modelScript(t *testing.T, section string, hold chan struct{}) []backendtest.Answer {
	t.Helper()
	var answers []backendtest.Answer
	for line := range strings.Lines(section) {
		op, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if op == "answer" || len(answers) == 0 {
			answers = append(answers, backendtest.Answer{})
		}
		if step, ok := modelStep(t, op, rest, line, hold); ok {
			last := len(answers) - 1
			answers[last] = append(answers[last], step)
		}
	}
	return answers
}

func modelStep(t *testing.T, op, rest, line string, hold chan struct{}) (backendtest.Step, bool) {
	t.Helper()
	switch op {
	case "answer", "":
		return backendtest.Step{}, false
	case "think":
		return backendtest.Think(text(t, rest)), true
	case "hold":
		return backendtest.Hold(hold), true
	case "cut":
		return backendtest.Cut(), true
	case "stall":
		return backendtest.Stall(), true
	case "noend":
		return backendtest.NoEnd(), true
	case "fail":
		return backendtest.Fail(text(t, rest)), true
	case "raw":
		return backendtest.Raw(text(t, rest)), true
	case "refuse":
		status, message, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(status)
		if err != nil {
			t.Fatal(err)
		}
		return backendtest.Refuse(n, text(t, message)), true
	}
	return backendtest.Text(text(t, strings.TrimSpace(line))), true
}

func text(t *testing.T, quoted string) string {
	t.Helper()
	var s string
	if err := json.Unmarshal([]byte(quoted), &s); err != nil {
		t.Fatalf("%s: a JSON string was expected: %v", quoted, err)
	}
	return s
}

// expand replaces the names that stand for something.
func (r *transcript) expand(s string) string {
	s = regexp.MustCompile(`\$uri\(([^)]*)\)`).ReplaceAllStringFunc(s, func(m string) string { return r.e.URI(m[5 : len(m)-1]) })
	selection, err := json.Marshal(r.selection)
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.NewReplacer("$uri", r.e.URI("main.go"), "$range", string(selection),
		"$conversation", r.ids["conversationId"], "$message", r.ids["messageId"], "$cursor", r.ids["nextCursor"]).Replace(s)
}

func (r *transcript) decode(raw string, into any) {
	r.t.Helper()
	if err := json.Unmarshal([]byte(raw), into); err != nil {
		r.t.Fatalf("line %d: %s: %v", r.line, raw, err)
	}
}

// json is an argument in JSON, expanded; an absent one is an empty object.
func (r *transcript) json(raw string) json.RawMessage {
	r.t.Helper()
	raw = r.expand(raw)
	if raw == "" {
		raw = "{}"
	}
	if !json.Valid([]byte(raw)) {
		r.t.Fatalf("line %d: no JSON: %s", r.line, raw)
	}
	return json.RawMessage(raw)
}

// do performs one operation.
func (r *transcript) do(op, rest string) {
	r.t.Helper()
	table := map[string]func(rest string){
		"connect": func(string) { r.connect(false) }, "initialize": func(string) { r.printJSON(r.e.Initialize()) },
		"open": r.open, "edit": r.edit, "select": r.selectLines,
		"actions": r.codeActions, "run": func(rest string) { r.begin(rest); r.wait() }, "begin": r.begin, "ask": r.ask,
		"shown": r.shown, "progress": r.progress, "hover": r.hover,
		"chat": func(rest string) { r.start(rest); r.end("") }, "start": r.start, "end": r.end,
		"text": r.await, "values": r.values, "cancel": r.cancel,
		"release": func(string) { r.hold <- struct{}{} }, "stop": func(string) { r.server.Close() },
		"call": r.call, "notify": r.notify, "configure": r.configure, "configured": r.configured,
		"prompt": r.prompt, "messages": r.windowMessages, "forgive": func(string) { r.e.Forgive() },
	}
	f, ok := table[op]
	if !ok {
		r.t.Fatalf("line %d: no operation %q", r.line, op)
	}
	f(rest)
}

func (r *transcript) open(name string) {
	language := map[string]string{".go": "go", ".py": "python"}[filepath.Ext(name)]
	r.docs[name] = r.e.Open(name, language, r.file(name))
}

func (r *transcript) edit(rest string) {
	name, change, _ := strings.Cut(rest, " ")
	before, after, ok := strings.Cut(change, " => ")
	if !ok {
		r.t.Fatalf("line %d: edit FILE TEXT => TEXT was expected", r.line)
	}
	doc, old := r.docs[name], text(r.t, before)
	doc.Change(r.offset(doc, old), r.offset(doc, old)+len(old), text(r.t, after))
}

func (r *transcript) offset(doc *lsptest.Document, part string) int {
	r.t.Helper()
	at := strings.Index(doc.Text, part)
	if at < 0 {
		r.t.Fatalf("line %d: the document does not hold %q", r.line, part)
	}
	return at
}

func (r *transcript) selectLines(rest string) {
	name, lines, _ := strings.Cut(rest, " ")
	var first, last int
	if _, err := fmt.Sscanf(lines, "%d:%d", &first, &last); err != nil {
		r.t.Fatalf("line %d: select FILE A:B was expected: %v", r.line, err)
	}
	r.selected = r.docs[name]
	r.selection = r.selected.Lines(first, last)
}

func (r *transcript) codeActions(rest string) {
	context := map[string]any{"diagnostics": []any{}}
	if kinds := strings.Fields(rest); len(kinds) > 0 {
		context["only"] = kinds
	}
	raw := r.e.Call("textDocument/codeAction", map[string]any{
		"textDocument": map[string]string{"uri": r.selected.URI}, "range": r.selection, "context": context,
	})
	r.actions = nil
	r.decode(string(raw), &r.actions)
	r.printJSON(raw)
}

// begin runs a code action's command, or that of one which is itself a command.
func (r *transcript) begin(title string) {
	i := slices.IndexFunc(r.actions, func(a action) bool { return a.Title == title })
	if i < 0 {
		r.t.Fatalf("line %d: no action %q was offered", r.line, title)
	}
	command := struct {
		Command   string            `json:"command"`
		Arguments []json.RawMessage `json:"arguments"`
	}{}
	r.decode(string(r.actions[i].Command), &command)
	r.works++
	r.printJSON(r.e.Call("workspace/executeCommand", command))
}

func (r *transcript) ask(rest string) {
	r.works++
	r.printJSON(r.e.Call("workspace/executeCommand", map[string]any{
		"command": "rigrun.ask", "arguments": []any{map[string]string{"message": text(r.t, rest)}},
	}))
	r.wait()
}

// wait waits for the end of the last command's work.
func (r *transcript) wait() *lsptest.Work {
	r.e.Until("the work's progress", func() bool { return len(r.e.Widgets()) >= r.works })
	w := r.e.Widgets()[len(r.e.Widgets())-1]
	r.e.WaitWork(w)
	return w
}

func (r *transcript) progress(string) {
	works := r.e.Widgets()
	if r.asked != nil && r.asked.Work != nil {
		works = append(works, r.asked.Work)
	}
	if len(works) == 0 {
		r.wait()
		works = r.e.Widgets()
	}
	w := works[len(works)-1]
	r.e.WaitWork(w)
	first, last := w.Values[0], w.Values[len(w.Values)-1]
	r.print("begin %q, cancellable %v\nend %q\n", first.Title, first.Cancellable, last.Message)
}

// shown prints what the client shows of the last answer, and by what means.
func (r *transcript) shown(string) {
	shown := r.e.Shown()
	if len(shown) == 0 {
		messages := r.e.WindowMessages()
		r.messages = len(messages)
		r.print("message\n%s\n", withoutOutline(messages[len(messages)-1]))
		return
	}
	uri := shown[len(shown)-1]
	r.print("document %s\n", uri)
	page := r.e.Page(uri)
	if path, ok := strings.CutPrefix(uri, "file://"); ok {
		raw, err := os.ReadFile(path)
		if err != nil {
			r.t.Fatal(err)
		}
		page = string(raw)
	}
	r.print("%s", withoutOutline(page))
}

func (r *transcript) hover(rest string) {
	name, part, _ := strings.Cut(rest, " ")
	doc := r.docs[name]
	raw := r.e.Call("textDocument/hover", map[string]any{
		"textDocument": map[string]string{"uri": doc.URI}, "position": doc.Position(r.offset(doc, text(r.t, part))),
	})
	var h *struct {
		Contents struct{ Value string }
		Range    lsptest.Range
	}
	r.decode(string(raw), &h)
	if h == nil {
		r.print("null\n")
		return
	}
	r.print("lines %d to %d\n%s\n", h.Range.Start.Line+1, h.Range.End.Line+1, h.Contents.Value)
}

func (r *transcript) start(rest string) { r.asked = r.e.Send("rigrun/chat", r.json(rest)) }

func (r *transcript) await(rest string) {
	want := text(r.t, rest)
	r.e.Until("the text "+rest, func() bool { return strings.HasPrefix(r.asked.Stream.Text(), want) })
}

func (r *transcript) cancel(rest string) {
	switch {
	case rest == "":
		r.asked.Cancel()
	case r.asked != nil && r.asked.Work != nil:
		r.e.CancelWork(r.asked.Work)
	default:
		r.e.Until("the work's progress", func() bool { return len(r.e.Widgets()) >= r.works })
		works := r.e.Widgets()
		r.e.CancelWork(works[len(works)-1])
	}
}

// end prints the answer, pieces of one kind joined, and the response.
func (r *transcript) end(string) {
	result, err := r.asked.Wait()
	if s := r.asked.Stream; s != nil {
		r.printStream(s.Values())
	}
	r.printResponse(result, err)
	r.asked = &lsptest.Call{Work: r.asked.Work}
}

func (r *transcript) printStream(values []lsptest.Partial) {
	kind, joined := "", ""
	flush := func(next string) {
		if kind != "" && kind != next {
			r.print("%s %s\n", kind, quoted(r.t, joined))
			joined = ""
		}
		kind = next
	}
	for _, v := range values {
		switch {
		case v.Route != nil:
			flush("")
			r.print("route %s\n", compact(r.t, v))
		case v.Text != nil:
			flush("text")
			joined += *v.Text
		default:
			flush("thinking")
			joined += *v.Thinking
		}
	}
	flush("")
}

// quoted is an answer as one line. Of the outline's only the end is shown: what
// it says about code is its own tests' business.
func quoted(t *testing.T, s string) string { return compact(t, withoutOutline(s)) }

func withoutOutline(s string) string {
	at := strings.Index(s, "*Built-in outline")
	if at < 0 {
		return s
	}
	title := ""
	if strings.HasPrefix(s, "# ") {
		title = s[:strings.IndexByte(s, '\n')+1]
	}
	return title + "… " + s[at:]
}

func compact(t *testing.T, v any) string {
	t.Helper()
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// values prints the partial results of the running question as they came.
func (r *transcript) values(string) {
	for _, v := range r.asked.Stream.Values() {
		r.print("%s\n", compact(r.t, v))
	}
}

// prompt prints the last message of the last chat that the model server got.
func (r *transcript) prompt(string) {
	chats := r.server.Chats()
	var request struct {
		Messages []struct{ Role, Content string }
	}
	r.decode(string(chats[len(chats)-1].Body), &request)
	last := request.Messages[len(request.Messages)-1]
	r.print("%s:\n%s\n", last.Role, last.Content)
}

func (r *transcript) call(rest string) {
	method, params, _ := strings.Cut(rest, " ")
	var arguments any = r.json(params)
	if method == "shutdown" {
		arguments = nil
	}
	r.printResponse(r.e.Send(method, arguments).Wait())
}

func (r *transcript) notify(rest string) {
	method, params, _ := strings.Cut(rest, " ")
	if params == "" {
		r.e.Notify(method, nil)
		return
	}
	r.e.Notify(method, r.json(params))
}

func (r *transcript) configure(rest string) {
	var settings map[string]any
	r.decode(rest, &settings)
	r.setups = r.e.Configurations()
	r.e.Configure(settings)
}

func (r *transcript) configured(string) {
	r.e.Until("the configuration", func() bool { return r.e.Configurations() > r.setups })
}

func (r *transcript) windowMessages(rest string) {
	n, err := strconv.Atoi(rest)
	if err != nil {
		r.t.Fatalf("line %d: messages N was expected", r.line)
	}
	r.e.Until("window/showMessage", func() bool { return len(r.e.WindowMessages()) >= r.messages+n })
	all := r.e.WindowMessages()
	for _, m := range all[r.messages:] {
		r.print("%s\n", m)
	}
	r.messages = len(all)
}

func (r *transcript) printResponse(result json.RawMessage, err *lsptest.WireError) {
	if err != nil {
		r.print("error %d: %s\n", err.Code, err.Message)
		if err.Data != nil {
			r.printJSON(err.Data)
		}
		return
	}
	var ids map[string]any
	if json.Unmarshal(result, &ids) == nil {
		if cursor, ok := ids["nextCursor"].(string); ok {
			r.ids["nextCursor"] = cursor
		}
		if items, ok := ids["items"].([]any); ok && len(items) > 0 {
			ids, _ = items[0].(map[string]any)
		}
		for _, name := range []string{"conversationId", "messageId"} {
			if id, ok := ids[name].(string); ok {
				r.ids[name] = id
			}
		}
	}
	if bytes.Contains(result, []byte(`"backend":"outline"`)) {
		result = scrubOutline.ReplaceAll(result, []byte(`"completionTokens":"SOME"`))
	}
	r.printJSON(result)
}

func (r *transcript) printJSON(raw json.RawMessage) {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		r.t.Fatal(err)
	}
	r.print("%s\n", b.Bytes())
}

// print writes what happened, with everything replaced that is different in each run.
func (r *transcript) print(format string, args ...any) {
	s := r.names.scrub(fmt.Sprintf(format, args...))
	r.out.WriteString(s)
	if !strings.HasSuffix(s, "\n") {
		r.out.WriteString("\n")
	}
}

// scrubber replaces what is different in each run: ids by their order of
// appearance, addresses, folders, moments, and what was measured.
type scrubber struct {
	folder, state string
	ids           []string
}

var (
	scrubID       = regexp.MustCompile(`\b[A-Z2-7]{26}\b`)
	scrubShortID  = regexp.MustCompile(`answers/[A-Z2-7]{8}-`)
	scrubServer   = regexp.MustCompile(`127\.0\.0\.1:\d{4,5}`)
	scrubTime     = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[0-9:.]+Z"`)
	scrubSecond   = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`) // inside a text
	scrubCursor   = regexp.MustCompile(`"nextCursor": "[^"]*"`)
	scrubMeasured = regexp.MustCompile(`"(firstTokenMs|totalMs|tokensPerSecond|goroutines|heapBytes|uptimeSeconds|p50|p95)": ?[0-9.e+-]+`)
	scrubOutline  = regexp.MustCompile(`"completionTokens":\d+`)
	scrubScore    = regexp.MustCompile(`"(score": ?[0-9.e+-]+|(?:complexity|queryType)": ?"[a-z]+")`) // the router's own tests know them
	scrubLikeness = regexp.MustCompile(`; a kept answer was similar [^"]*`)                           // said only where it was found in time
	scrubSpeed    = regexp.MustCompile(` · \d+ tok/s`)                                                // told of what takes long enough
	scrubSeconds  = regexp.MustCompile(`\b\d+\.\d s\b`)
)

func (s *scrubber) scrub(text string) string {
	text = scrubID.ReplaceAllStringFunc(text, func(id string) string {
		i := slices.Index(s.ids, id)
		if i < 0 {
			i, s.ids = len(s.ids), append(s.ids, id)
		}
		return fmt.Sprintf("ID-%d", i+1)
	})
	text = scrubShortID.ReplaceAllString(text, "answers/ID-")
	text = scrubServer.ReplaceAllString(text, "SERVER")
	text = scrubLikeness.ReplaceAllString(text, "")
	text = scrubTime.ReplaceAllString(text, `"TIME"`)
	text = scrubSecond.ReplaceAllString(text, "TIME")
	text = scrubCursor.ReplaceAllString(text, `"nextCursor": "CURSOR"`)
	text = scrubMeasured.ReplaceAllString(text, `"$1": MEASURED`)
	text = scrubScore.ReplaceAllStringFunc(text, func(m string) string {
		name, _, _ := strings.Cut(m, ":")
		return name + ": SOME"
	})
	text = scrubSpeed.ReplaceAllString(text, "")
	text = scrubSeconds.ReplaceAllString(text, "N s")
	return strings.NewReplacer(s.folder, "/WORK", s.state, "/STATE").Replace(text)
}
