package acp

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"go.uber.org/zap"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/frame"
)

// The identifiers of a session's options. A value of automatic leaves the choice
// to the engine.
const (
	optionMode  = "mode"
	optionModel = "model"
	automatic   = "auto"
)

// modelPatience is how long a session's beginning waits for the model server to
// say what it has.
const modelPatience = 2 * time.Second

// models lists what a person may choose from. A server that is not there is told
// when it is asked something.
func (a *Agent) models(ctx context.Context) []chat.Model {
	ctx, cancel := context.WithTimeout(ctx, modelPatience)
	defer cancel()
	all, err := a.engine.Models(ctx)
	if err != nil {
		a.log.Info("the models could not be listed", zap.Error(err))
	}
	var list []chat.Model
	for _, m := range all {
		known := slices.ContainsFunc(list, func(o chat.Model) bool { return o.ID == m.ID })
		if m.Backend != "outline" && m.ID != automatic && !known {
			list = append(list, m)
		}
	}
	return list
}

// modes are where a question may be answered.
func modes() []mode {
	return []mode{
		{string(chat.ModeAuto), "Auto", "the local model, or the cloud where the settings allow it and the question wants it"},
		{string(chat.ModeLocal), "Local", "this machine's model alone"},
		{string(chat.ModeCloud), "Cloud", "the cloud, where the settings allow it"},
	}
}

// result is what the editor is told of a session.
func (s *session) result() *sessionResult {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &sessionResult{Modes: modeState{string(s.mode), modes()}, ConfigOptions: s.optionsLocked()}
}

// optionsLocked are the session's options with their values.
func (s *session) optionsLocked() []configOption {
	where := configOption{ID: optionMode, Name: "Answered by", Category: "mode", Type: "select", CurrentValue: string(s.mode)}
	for _, m := range modes() {
		where.Options = append(where.Options, configValue{m.ID, m.Name, m.Description})
	}
	who := configOption{ID: optionModel, Name: "Model", Category: "model", Type: "select", CurrentValue: automatic}
	if s.model != "" {
		who.CurrentValue = s.model
	}
	who.Options = []configValue{{automatic, "Auto", "chosen for each question"}}
	for _, m := range s.models {
		who.Options = append(who.Options, configValue{m.ID, m.ID, m.Tier + " · " + m.Backend})
	}
	return []configOption{where, who}
}

// setMode sets where a session's next questions may be answered.
func (a *Agent) setMode(_ context.Context, p *setModeParams) (struct{}, error) {
	s, err := a.sessions.get(p.SessionID)
	if err != nil {
		return struct{}{}, err
	}
	options, err := s.set(optionMode, p.ModeID, "modeId")
	if err == nil {
		a.tell(s.id, update{Kind: updateOptions, ConfigOptions: options})
	}
	return struct{}{}, err
}

// setConfigOption sets one of a session's options, for its next questions.
func (a *Agent) setConfigOption(_ context.Context, p *setConfigOptionParams) (*configOptionsResult, error) {
	s, err := a.sessions.get(p.SessionID)
	if err != nil {
		return nil, err
	}
	var value string
	if json.Unmarshal(p.Value, &value) != nil {
		return nil, invalid("value", "a string was expected")
	}
	options, err := s.set(p.ConfigID, value, "value")
	if err != nil {
		return nil, err
	}
	if p.ConfigID == optionMode {
		a.tell(s.id, update{Kind: updateMode, CurrentModeID: value})
	}
	return &configOptionsResult{options}, nil
}

// set sets an option to one of its values and returns them all. field is where
// the value stood, for the error.
func (s *session) set(id, value, field string) ([]configOption, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	options := s.optionsLocked()
	i := slices.IndexFunc(options, func(o configOption) bool { return o.ID == id })
	if i < 0 {
		return nil, invalid("configId", "%q or %q was expected", optionMode, optionModel)
	}
	if !slices.ContainsFunc(options[i].Options, func(v configValue) bool { return v.Value == value }) {
		return nil, invalid(field, "one of the option's values was expected, not %s", strconv.Quote(frame.Shorten(value, 60)))
	}
	switch {
	case id == optionMode:
		s.mode = chat.Mode(value)
	case value == automatic:
		s.model = ""
	default:
		s.model = value
	}
	return s.optionsLocked(), nil
}
