package lsp

import (
	"context"

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

func (s *Server) stats(ctx context.Context, _ *struct{}, _ view) (chat.Stats, error) {
	s.configured(ctx)
	return s.engine.Stats(), nil
}

// feedback takes what a person thought of an answer.
func (s *Server) feedback(ctx context.Context, p *ext.FeedbackParams, _ view) (any, error) {
	if p.Rating != "good" && p.Rating != "bad" {
		return nil, invalid("rating", `"good" or "bad" was expected`)
	}
	s.configured(ctx)
	return nil, s.engine.Feedback(ctx, p.MessageID, p.Rating == "good")
}

// cacheEntry says which question a kept answer was made for.
func (s *Server) cacheEntry(ctx context.Context, p *ext.CacheEntryParams, _ view) (ext.CacheEntryResult, error) {
	s.configured(ctx)
	e, err := s.engine.Kept(ctx, p.EntryID)
	if err != nil {
		return ext.CacheEntryResult{}, err
	}
	return ext.CacheEntryResult{Question: e.Question, Tier: e.Answer.Tier, Model: e.Answer.Model, CreatedAt: e.Created}, nil
}

func (s *Server) cacheClear(ctx context.Context, _ *struct{}, _ view) (ext.CacheClearResult, error) {
	s.configured(ctx)
	removed, err := s.engine.ClearCache(ctx)
	return ext.CacheClearResult{Removed: removed}, err
}
