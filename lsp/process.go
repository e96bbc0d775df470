package lsp

import (
	"context"

	"go.uber.org/zap"
)

// watchParent ends the session when the editor's process is gone. It ends with ctx.
func (s *Server) watchParent(ctx context.Context, pid int) {
	if err := waitForExit(ctx, pid); err != nil {
		if ctx.Err() == nil {
			s.log.Warn("the editor's process cannot be watched", zap.Int("pid", pid), zap.Error(err))
		}
		return
	}
	s.end(errParentGone)
}
