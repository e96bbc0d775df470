package lsp

import (
	"context"
	"strconv"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// The requests that read or change what the engine knows, one line each.

func (s *Server) route(ctx context.Context, p *ext.ChatParams, v view) (chat.RouteDecision, error) {
	s.configured(ctx)
	req, err := v.request(ctx, p)
	if err != nil {
		return chat.RouteDecision{}, err
	}
	return s.engine.Route(ctx, req)
}

func (s *Server) models(ctx context.Context, _ *struct{}, _ view) (ext.ModelsResult, error) {
	s.configured(ctx)
	models, err := s.engine.Models(ctx)
	return ext.ModelsResult{Models: models}, err
}

func (s *Server) stats(context.Context, *struct{}, view) (chat.Stats, error) {
	return s.engine.Stats(), nil
}

// feedback takes what a person thought of an answer.
func (s *Server) feedback(ctx context.Context, p *ext.FeedbackParams, _ view) (any, error) {
	if p.Rating != "good" && p.Rating != "bad" {
		return nil, invalid("rating", `"good" or "bad" was expected`)
	}
	return nil, s.engine.Feedback(ctx, p.MessageID, p.Rating == "good")
}

func (s *Server) cacheClear(ctx context.Context, _ *struct{}, _ view) (ext.CacheClearResult, error) {
	s.configured(ctx)
	removed, err := s.engine.ClearCache(ctx)
	return ext.CacheClearResult{Removed: removed}, err
}

// conversationsList pages through the conversations; the cursor is the number
// of those already seen.
func (s *Server) conversationsList(_ context.Context, p *ext.ConversationsListParams, _ view) (ext.ConversationsListResult, error) {
	seen := 0
	if p.Cursor != "" {
		var err error
		if seen, err = strconv.Atoi(p.Cursor); err != nil || seen < 0 {
			return ext.ConversationsListResult{}, invalid("cursor", "a previous result's nextCursor was expected")
		}
	}
	if p.Limit < 0 {
		return ext.ConversationsListResult{}, invalid("limit", "0 or more was expected")
	}
	items, more := s.engine.Conversations().List(seen, p.Limit)
	result := ext.ConversationsListResult{Items: items}
	if more {
		result.NextCursor = strconv.Itoa(seen + len(items))
	}
	return result, nil
}

func (s *Server) conversationsGet(_ context.Context, p *ext.ConversationParams, _ view) (chat.Conversation, error) {
	return s.engine.Conversations().Get(p.ConversationID)
}

func (s *Server) conversationsRename(_ context.Context, p *ext.ConversationsRenameParams, _ view) (chat.Summary, error) {
	if p.Title == "" {
		return chat.Summary{}, invalid("title", "a title was expected")
	}
	return s.engine.Conversations().Rename(p.ConversationID, p.Title)
}

func (s *Server) conversationsDelete(_ context.Context, p *ext.ConversationParams, _ view) (any, error) {
	return nil, s.engine.Conversations().Delete(p.ConversationID)
}
