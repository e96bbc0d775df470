package acp

import "encoding/json"

// protocolVersion is the version of the protocol that is spoken. An editor that
// asks for another one gets this in return and decides whether it goes on.
const protocolVersion = 1

// The methods, by their names in the protocol's schema.
const (
	methodInitialize      = "initialize"
	methodAuthenticate    = "authenticate"
	methodSessionNew      = "session/new"
	methodSessionLoad     = "session/load"
	methodSessionResume   = "session/resume"
	methodSessionClose    = "session/close"
	methodSessionDelete   = "session/delete"
	methodSessionPrompt   = "session/prompt"
	methodSessionCancel   = "session/cancel"
	methodSetMode         = "session/set_mode"
	methodSetConfigOption = "session/set_config_option"
	methodCancelRequest   = "$/cancel_request"

	methodSessionUpdate = "session/update"
	methodReadTextFile  = "fs/read_text_file"
	methodWriteTextFile = "fs/write_text_file"

	methodRequestPermission = "session/request_permission"
)

// The shapes below are the schema's, as far as they are read or written here.
type (
	implementation struct {
		Name    string `json:"name"`
		Title   string `json:"title,omitzero"`
		Version string `json:"version"`
	}

	initializeParams struct {
		ProtocolVersion    *int               `json:"protocolVersion"`
		ClientCapabilities clientCapabilities `json:"clientCapabilities"`
		ClientInfo         *implementation    `json:"clientInfo"`
	}

	clientCapabilities struct {
		FS struct {
			ReadTextFile  bool `json:"readTextFile"`
			WriteTextFile bool `json:"writeTextFile"`
		} `json:"fs"`
	}

	initializeResult struct {
		ProtocolVersion   int               `json:"protocolVersion"`
		AgentCapabilities agentCapabilities `json:"agentCapabilities"`
		AuthMethods       []struct{}        `json:"authMethods"` // none: the model servers' keys are the configuration's
		AgentInfo         implementation    `json:"agentInfo"`
	}

	agentCapabilities struct {
		LoadSession         bool                `json:"loadSession"`
		PromptCapabilities  promptCapabilities  `json:"promptCapabilities"`
		SessionCapabilities sessionCapabilities `json:"sessionCapabilities"`
	}

	promptCapabilities struct {
		EmbeddedContext bool `json:"embeddedContext"`
	}

	sessionCapabilities struct {
		AdditionalDirectories struct{} `json:"additionalDirectories"`
		Close                 struct{} `json:"close"`
		Delete                struct{} `json:"delete"`
		Resume                struct{} `json:"resume"`
	}

	// sessionParams are those of session/new, session/load and session/resume.
	sessionParams struct {
		SessionID             string          `json:"sessionId"`
		CWD                   *string         `json:"cwd"`
		AdditionalDirectories []string        `json:"additionalDirectories"`
		MCPServers            json.RawMessage `json:"mcpServers"` // a list; none is used
	}

	sessionResult struct {
		SessionID     string         `json:"sessionId,omitzero"` // of session/new alone
		Modes         modeState      `json:"modes"`
		ConfigOptions []configOption `json:"configOptions"`
	}

	sessionOnly struct {
		SessionID string `json:"sessionId"`
	}

	promptParams struct {
		SessionID string            `json:"sessionId"`
		Prompt    []json.RawMessage `json:"prompt"`
	}

	promptResult struct {
		StopReason stopReason `json:"stopReason"`
		Meta       any        `json:"_meta,omitzero"`
	}

	setModeParams struct {
		SessionID string `json:"sessionId"`
		ModeID    string `json:"modeId"`
	}

	setConfigOptionParams struct {
		SessionID string          `json:"sessionId"`
		ConfigID  string          `json:"configId"`
		Value     json.RawMessage `json:"value"`
	}

	configOptionsResult struct {
		ConfigOptions []configOption `json:"configOptions"`
	}

	modeState struct {
		CurrentModeID  string `json:"currentModeId"`
		AvailableModes []mode `json:"availableModes"`
	}

	mode struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description,omitzero"`
	}

	configOption struct {
		ID           string        `json:"id"`
		Name         string        `json:"name"`
		Category     string        `json:"category"`
		Type         string        `json:"type"` // "select"
		CurrentValue string        `json:"currentValue"`
		Options      []configValue `json:"options"`
	}

	configValue struct {
		Value       string `json:"value"`
		Name        string `json:"name"`
		Description string `json:"description,omitzero"`
	}
)

// stopReason says why a turn ended.
type stopReason string

const (
	stopEndTurn   stopReason = "end_turn"
	stopMaxTokens stopReason = "max_tokens"
	stopRefusal   stopReason = "refusal"
	stopCancelled stopReason = "cancelled"
)

// The shapes of session/update.
type (
	notification struct {
		SessionID string `json:"sessionId"`
		Update    update `json:"update"`
	}

	// update is one of the kinds that are sent; the members that its kind does not
	// have are left out.
	update struct {
		Kind string `json:"sessionUpdate,omitzero"` // "" for a tool call inside a request

		// Of the three kinds of chunk.
		Content   any    `json:"content,omitzero"` // a textBlock; of a tool call a list
		MessageID string `json:"messageId,omitzero"`

		// Of a tool call, and of what becomes of it.
		ToolCallID string     `json:"toolCallId,omitzero"`
		Title      string     `json:"title,omitzero"` // of a session's, too
		Name       string     `json:"name,omitzero"`
		ToolKind   string     `json:"kind,omitzero"`
		Locations  []location `json:"locations,omitzero"`
		Status     string     `json:"status,omitzero"`

		AvailableCommands []availableCommand `json:"availableCommands,omitzero"`
		CurrentModeID     string             `json:"currentModeId,omitzero"`
		ConfigOptions     []configOption     `json:"configOptions,omitzero"`

		// Of how full the model's window is: tokens, and what the session has cost.
		Used int   `json:"used,omitzero"`
		Size int   `json:"size,omitzero"`
		Cost *cost `json:"cost,omitzero"`
	}

	cost struct {
		Amount   float64 `json:"amount"`
		Currency string  `json:"currency"` // ISO 4217
	}

	textBlock struct {
		Type string `json:"type"` // "text"
		Text string `json:"text"`
	}

	location struct {
		Path string `json:"path"` // absolute
	}

	diffContent struct {
		Type    string `json:"type"` // "diff"
		Path    string `json:"path"`
		OldText string `json:"oldText"`
		NewText string `json:"newText"`
	}

	plainContent struct {
		Type    string    `json:"type"` // "content"
		Content textBlock `json:"content"`
	}

	availableCommand struct {
		Name        string        `json:"name"`
		Description string        `json:"description"`
		Input       *commandInput `json:"input,omitzero"`
	}

	commandInput struct {
		Hint string `json:"hint"`
	}
)

// The kinds of session/update that are sent.
const (
	updateUserMessage = "user_message_chunk"
	updateMessage     = "agent_message_chunk"
	updateThought     = "agent_thought_chunk"
	updateToolCall    = "tool_call"

	updateToolCallUpdate = "tool_call_update"

	updateCommands    = "available_commands_update"
	updateMode        = "current_mode_update"
	updateOptions     = "config_option_update"
	updateSessionInfo = "session_info_update"
	updateUsage       = "usage_update"
)

func text(s string) textBlock { return textBlock{"text", s} }

// The shapes of the requests to the client.
type (
	readTextFileParams struct {
		SessionID string `json:"sessionId"`
		Path      string `json:"path"`
	}

	readTextFileResult struct {
		Content *string `json:"content"`
	}

	writeTextFileParams struct {
		SessionID string `json:"sessionId"`
		Path      string `json:"path"`
		Content   string `json:"content"`
	}

	permissionParams struct {
		SessionID string             `json:"sessionId"`
		ToolCall  update             `json:"toolCall"`
		Options   []permissionOption `json:"options"`
	}

	permissionOption struct {
		OptionID string `json:"optionId"`
		Name     string `json:"name"`
		Kind     string `json:"kind"`
	}

	permissionResult struct {
		Outcome struct {
			Outcome  string `json:"outcome"`
			OptionID string `json:"optionId"`
		} `json:"outcome"`
	}
)
