package lsp

import (
	"context"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/lsp/ext"
)

// The requests about conversations. Each waits for the settings, which say whether
// there is a file to look in.

func (s *Server) conversationsList(ctx context.Context, p *ext.ConversationsListParams, _ view) (ext.ConversationsListResult, error) {
	s.configured(ctx)
	if p.Limit < 0 {
		return ext.ConversationsListResult{}, invalid("limit", "0 or more was expected")
	}
	items, next, err := s.engine.Conversations().List(p.Cursor, p.Limit)
	return ext.ConversationsListResult{Items: items, NextCursor: next}, err
}

func (s *Server) conversationsGet(ctx context.Context, p *ext.ConversationParams, _ view) (chat.Conversation, error) {
	s.configured(ctx)
	return s.engine.Conversations().Get(p.ConversationID)
}

func (s *Server) conversationsSearch(ctx context.Context, p *ext.ConversationsSearchParams, _ view) (ext.ConversationsSearchResult, error) {
	s.configured(ctx)
	if p.Limit < 0 {
		return ext.ConversationsSearchResult{}, invalid("limit", "0 or more was expected")
	}
	if p.Query == nil {
		return ext.ConversationsSearchResult{}, invalid("query", "a string was expected")
	}
	items, err := s.engine.Conversations().Search(ctx, *p.Query, p.Limit)
	return ext.ConversationsSearchResult{Items: items}, err
}

func (s *Server) conversationsBranch(ctx context.Context, p *ext.ConversationsBranchParams, _ view) (chat.Summary, error) {
	s.configured(ctx)
	return s.engine.Conversations().Branch(p.ConversationID, p.MessageID)
}

func (s *Server) conversationsRename(ctx context.Context, p *ext.ConversationsRenameParams, _ view) (chat.Summary, error) {
	s.configured(ctx)
	if p.Title == "" {
		return chat.Summary{}, invalid("title", "a title was expected")
	}
	return s.engine.Conversations().Rename(p.ConversationID, p.Title)
}

func (s *Server) conversationsDelete(ctx context.Context, p *ext.ConversationParams, _ view) (any, error) {
	s.configured(ctx)
	return nil, s.engine.Conversations().Delete(p.ConversationID)
}

func (s *Server) conversationsExport(ctx context.Context, p *ext.ConversationsExportParams, _ view) (ext.ConversationsExportResult, error) {
	s.configured(ctx)
	content, err := s.engine.Conversations().Export(p.ConversationID, p.Format)
	return ext.ConversationsExportResult{Content: content}, err
}
