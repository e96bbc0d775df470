package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/rigrun/rigrun-lsp/engine/chat"
	"github.com/rigrun/rigrun-lsp/engine/database"
)

// How many conversations a search returns where nobody says, and at most; how
// many passages of each; and how many messages are looked at for them.
const (
	DefaultFound = 20
	MaxFound     = 100
	maxSnippets  = 3
	maxHits      = 2000
)

// Search returns up to limit conversations (0: [DefaultFound], never more than
// [MaxFound]), the last used first, in which one message, or the title, has all
// words of a query. A word is found in any case, without its accents, and, unless
// there are conversations that have the words as they are, where it is the
// beginning of another; one with other signs in it, such as
// "config.Load", is found where its parts follow each other. Every query is taken
// for words: nothing in it is an operator. One without any finds nothing.
func (s *Conversations) Search(ctx context.Context, query string, limit int) ([]chat.Found, error) {
	words := phrases(query)
	if len(words) == 0 {
		return []chat.Found{}, nil
	}
	if limit <= 0 {
		limit = DefaultFound
	}
	limit = min(limit, MaxFound)
	found, here := s.searchHere(words)
	if s.keeps() {
		_ = s.index(s.now()) // the answers of processes that have just died; else the next search has them
		err := s.file.Use(ctx, func(d *database.DB) error {
			stored, err := searchFile(ctx, d, words, limit, here)
			found = append(found, stored...)
			return err
		})
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			s.note(fmt.Errorf("search the conversations: %w", err))
		}
	}
	slices.SortFunc(found, func(a, b chat.Found) int {
		return placeOf(&a.Summary).compare(placeOf(&b.Summary))
	})
	return found[:min(limit, len(found))], nil
}

// searchHere searches what the file does not have, or not as it is now. here are
// the conversations that it has looked through.
func (s *Conversations) searchHere(words []phrase) (found []chat.Found, here map[string]bool) {
	s.mu.Lock()
	var all []chat.Conversation
	for _, c := range s.all {
		if c.apart() || !s.keepsLocked() {
			all = append(all, c.whole())
		}
	}
	s.mu.Unlock()
	found, here = []chat.Found{}, map[string]bool{}
	for _, c := range all {
		here[c.ConversationID] = true
		f := chat.Found{Summary: c.Summary, Snippets: []string{}}
		for _, m := range slices.Backward(c.Messages) {
			if text := read(m.Text); len(f.Snippets) < maxSnippets && text.has(words) {
				f.Snippets = append(f.Snippets, text.snippet(words))
			}
		}
		if len(f.Snippets) > 0 || read(c.Title).has(words) {
			found = append(found, f)
		}
	}
	return found, here
}

// hits are a conversation's messages that were found, the newest first.
type hits struct {
	id       string
	messages []int64
}

// searchFile searches the file for conversations but those in except.
func searchFile(ctx context.Context, d *database.DB, words []phrase, limit int, except map[string]bool) ([]chat.Found, error) {
	all, err := findStepwise(ctx, d, words, limit, except)
	if err != nil {
		return nil, err
	}
	titled, err := findTitles(d, match(words, len(words)), limit+len(except))
	if err != nil {
		return nil, err
	}
	for _, id := range titled {
		if !except[id] && !slices.ContainsFunc(all, func(h hits) bool { return h.id == id }) {
			all = append(all, hits{id: id})
		}
	}
	var found []chat.Found
	for _, h := range all {
		f, ok, err := h.show(d, words)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, f)
		}
	}
	return found, nil
}

// findStepwise looks for the words as they are, which stops at the newest that
// have them. To look for a beginning is dearer, since all words that begin so have
// to be looked at: it is done where a single word is found in too few places, and
// where several are in none, first for the last of them, which a person may still
// be typing, and then for all.
func findStepwise(ctx context.Context, d *database.DB, words []phrase, limit int, except map[string]bool) ([]hits, error) {
	all, err := findMessages(ctx, d, match(words, 0), limit, except)
	if err != nil || len(all) == limit || len(all) > 0 && len(words) > 1 {
		return all, err
	}
	all, err = findMessages(ctx, d, match(words, 1), limit, except)
	if err != nil || len(all) > 0 || len(words) == 1 {
		return all, err
	}
	return findMessages(ctx, d, match(words, len(words)), limit, except)
}

// findMessages finds messages, the newest first, of up to limit conversations.
func findMessages(ctx context.Context, d *database.DB, query string, limit int, except map[string]bool) (all []hits, err error) {
	st, err := d.Statement(searchWords)
	if err != nil {
		return nil, err
	}
	rows, err := st.Query(query)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for seen := 0; seen < maxHits && ctx.Err() == nil && rows.Next(); seen++ {
		var n int64
		var id string
		if err := rows.Scan(&n, &id); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		i, known := at[id]
		switch {
		case except[id] || known && len(all[i].messages) == maxSnippets:
		case known:
			all[i].messages = append(all[i].messages, n)
		case len(all) == limit:
			seen = maxHits
		default:
			at[id] = len(all)
			all = append(all, hits{id, []int64{n}})
		}
	}
	return all, errors.Join(rows.Close(), rows.Err())
}

// findTitles finds conversations by their titles, the newest first.
func findTitles(d *database.DB, query string, limit int) (ids []string, err error) {
	st, err := d.Statement(searchTitles)
	if err != nil {
		return nil, err
	}
	rows, err := st.Query(query, limit)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		ids = append(ids, id)
	}
	return ids, errors.Join(rows.Err(), rows.Close())
}

// show reads what is shown of a conversation that was found. ok is false where it
// has just been deleted.
func (h hits) show(d *database.DB, words []phrase) (f chat.Found, ok bool, err error) {
	var r row
	if ok, err = d.Row(getRow, []any{h.id}, r.columns()...); err != nil || !ok {
		return f, false, err
	}
	f = chat.Found{Summary: r.summary(), Snippets: []string{}}
	for _, n := range h.messages {
		var text string
		there, err := d.Row(getText, []any{n}, &text)
		if err != nil {
			return f, false, err
		}
		if there {
			f.Snippets = append(f.Snippets, read(text).snippet(words))
		}
	}
	return f, true, nil
}
