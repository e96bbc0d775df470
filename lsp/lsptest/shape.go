package lsptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"go.lsp.dev/protocol"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// Shape makes new values of the types that a method's params and result decode
// into. A nil Result is a notification; null is a result that is null.
type Shape struct {
	Params func() any
	Result func() any
}

// null is the shape of a result that is always null.
type null struct{}

// Shapes is the table of our own methods, and of our commands, whose params are
// the command's one argument.
func Shapes() map[string]Shape {
	return map[string]Shape{
		ext.MethodChat:                {of[ext.ChatParams], of[chat.Result]},
		ext.MethodRoute:               {of[ext.ChatParams], of[chat.RouteDecision]},
		ext.MethodContextPreview:      {of[ext.ChatParams], of[ext.PreviewResult]},
		ext.MethodModels:              {of[struct{}], of[ext.ModelsResult]},
		ext.MethodStats:               {of[struct{}], of[chat.Stats]},
		ext.MethodFeedback:            {of[ext.FeedbackParams], of[null]},
		ext.MethodCacheEntry:          {of[ext.CacheEntryParams], of[ext.CacheEntryResult]},
		ext.MethodCacheClear:          {of[struct{}], of[ext.CacheClearResult]},
		ext.MethodContextComplete:     {of[ext.CompleteParams], of[ext.CompleteResult]},
		ext.MethodDoctor:              {of[struct{}], of[ext.DoctorResult]},
		ext.MethodEditPropose:         {of[ext.ProposeParams], of[ext.ProposeResult]},
		ext.MethodConversationsList:   {of[ext.ConversationsListParams], of[ext.ConversationsListResult]},
		ext.MethodConversationsGet:    {of[ext.ConversationParams], of[chat.Conversation]},
		ext.MethodConversationsSearch: {of[ext.ConversationsSearchParams], of[ext.ConversationsSearchResult]},
		ext.MethodConversationsExport: {of[ext.ConversationsExportParams], of[ext.ConversationsExportResult]},
		ext.MethodConversationsBranch: {of[ext.ConversationsBranchParams], of[chat.Summary]},
		ext.MethodConversationsRename: {of[ext.ConversationsRenameParams], of[chat.Summary]},
		ext.MethodConversationsDelete: {of[ext.ConversationParams], of[null]},
		ext.MethodStatus:              {of[ext.Status], nil},
		ext.CommandExplain:            {of[ext.CommandParams], of[null]},
		ext.CommandFix:                {of[ext.CommandParams], of[null]},
		ext.CommandRefactor:           {of[ext.CommandParams], of[null]},
		ext.CommandDocument:           {of[ext.CommandParams], of[null]},
		ext.CommandTests:              {of[ext.CommandParams], of[null]},
		ext.CommandReview:             {of[ext.CommandParams], of[null]},
		ext.CommandAction:             {of[ext.ActionParams], of[null]},
		ext.CommandSend:               {of[ext.SendParams], of[null]},
		ext.CommandAsk:                {of[ext.AskParams], of[null]},
	}
}

func of[T any]() any { return new(T) }

// CheckParams holds the params of one of our own methods, or the argument of one
// of our commands, against its Go type.
func CheckParams(method string, raw json.RawMessage) error {
	shape, ok := Shapes()[method]
	if !ok {
		return fmt.Errorf("%s: no shape is declared for it", method)
	}
	if err := Strict(raw, shape.Params()); err != nil {
		return fmt.Errorf("%s: params: %w", method, err)
	}
	return nil
}

// CheckResult holds the result of one of our own methods against its Go type.
func CheckResult(method string, raw json.RawMessage) error {
	shape, ok := Shapes()[method]
	if !ok {
		return fmt.Errorf("%s: no shape is declared for it", method)
	}
	if shape.Result == nil {
		if len(raw) > 0 {
			return fmt.Errorf("%s: a notification has the result %.100s", method, raw)
		}
		return nil
	}
	into := shape.Result()
	if _, isNull := into.(*null); isNull {
		if string(raw) != "null" {
			return fmt.Errorf("%s: the result is %.100s, not null", method, raw)
		}
		return nil
	}
	if err := Strict(raw, into); err != nil {
		return fmt.Errorf("%s: result: %w", method, err)
	}
	return nil
}

// Strict decodes raw into a pointer and holds what comes out of encoding it again
// against raw: a member that the type does not know is lost on the way, one that
// is missing appears, as does one that should have been left out.
func Strict(raw json.RawMessage, into any) error {
	if err := protocol.Unmarshal(raw, into); err != nil {
		return err
	}
	again, err := protocol.Marshal(into)
	if err != nil {
		return err
	}
	if bytes.Equal(raw, again) {
		return nil
	}
	want, err := plain(again)
	if err != nil {
		return err
	}
	got, err := plain(raw)
	if err != nil {
		return err
	}
	return same("", got, want)
}

func plain(raw []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	err = d.Decode(&v)
	return v, err
}

// same compares a value as sent with what its type makes of it.
func same(path string, got, want any) error {
	gotObject, isObject := got.(map[string]any)
	wantObject, wantsObject := want.(map[string]any)
	if !isObject || !wantsObject {
		return sameList(path, got, want)
	}
	for name := range gotObject {
		if _, ok := wantObject[name]; !ok {
			return fmt.Errorf("%s.%s: the type does not have this member, or leaves it out when it is empty", path, name)
		}
	}
	for name, w := range wantObject {
		g, ok := gotObject[name]
		if !ok {
			return fmt.Errorf("%s.%s is missing", path, name)
		}
		if err := same(path+"."+name, g, w); err != nil {
			return err
		}
	}
	return nil
}

func sameList(path string, got, want any) error {
	gotList, isList := got.([]any)
	wantList, wantsList := want.([]any)
	if !isList || !wantsList || len(gotList) != len(wantList) {
		if !reflect.DeepEqual(got, want) {
			return fmt.Errorf("%s: %v is not %v", path, got, want)
		}
		return nil
	}
	for i := range gotList {
		if err := same(fmt.Sprintf("%s[%d]", path, i), gotList[i], wantList[i]); err != nil {
			return err
		}
	}
	return nil
}

// checkAnswer holds the result of a request against its shape, and a chat's
// against the rule that partial results and the result never repeat each other.
func checkAnswer(c *Call, result json.RawMessage) error {
	if len(c.Method) < 7 || c.Method[:7] != "rigrun/" {
		return nil
	}
	if err := CheckResult(c.Method, result); err != nil {
		return err
	}
	if c.Method != ext.MethodChat {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(result, &members); err != nil {
		return err
	}
	if _, has := members["text"]; has && c.Stream != nil {
		return fmt.Errorf("%s: the result repeats the text that was streamed", c.Method)
	}
	return nil
}
