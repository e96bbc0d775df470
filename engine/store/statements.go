package store

// The statements, each prepared on first use.
const (
	rowOf = `id, title, created, updated, model, cost, level, messages`

	getConversation = `SELECT n, ` + rowOf + `, sealed, until, summary FROM conversations WHERE id = ?`
	getMessages     = `SELECT n, id, text, body FROM messages WHERE conversation = ? ORDER BY n`
	getWithPrompts  = `SELECT n, id, text, body, entry, prompt, changed FROM messages WHERE conversation = ? AND n > ? ORDER BY n`
	getChanged      = `SELECT n, id, text, body, entry, prompt, changed FROM messages WHERE n = ? AND changed <> ?`
	getMessageEntry = `SELECT m.entry FROM messages m JOIN conversations c ON c.n = m.conversation WHERE m.id = ?`
	listFirst       = `SELECT ` + rowOf + ` FROM conversations ORDER BY updated DESC, id DESC LIMIT ?`
	listAfter       = `SELECT ` + rowOf + ` FROM conversations WHERE (updated, id) < (?, ?) ORDER BY updated DESC, id DESC LIMIT ?`

	addConversation = `INSERT INTO conversations (id, title, created, updated, model, cost, level, sealed, until, summary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET updated = max(updated, excluded.updated) RETURNING n`
	setConversation = `UPDATE conversations SET model = CASE WHEN ?2 >= updated THEN ?3 ELSE model END, updated = max(updated, ?2), cost = cost + ?4, level = max(level, ?5),
		sealed = CASE WHEN sealed = '' THEN ?6 ELSE sealed END WHERE id = ?1 RETURNING n`
	setDigest  = `UPDATE conversations SET until = ?, summary = ? WHERE id = ?`
	setTitle   = `UPDATE conversations SET title = ? WHERE id = ?`
	addMessage = `INSERT INTO messages (conversation, id, changed, indexed, size, entry, text, body, prompt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET entry = excluded.entry, text = excluded.text, body = excluded.body RETURNING n`
	setMessage = `UPDATE messages SET changed = ?, indexed = ?, size = ?, entry = ?, text = ?, body = ? WHERE n = ? AND id = ?`

	dropConversation = `DELETE FROM conversations WHERE id = ? RETURNING n`
	addRemoved       = `INSERT OR REPLACE INTO removed (conversation, secure) VALUES (?, ?)`
	getRemoved       = `SELECT conversation, secure FROM removed LIMIT 1`
	dropRemoved      = `DELETE FROM removed WHERE conversation = ?`
	dropMessages     = `DELETE FROM messages WHERE n IN (SELECT n FROM messages WHERE conversation = ? LIMIT ?)`
	setSecure        = `INSERT INTO words (words, rank) VALUES ('secure-delete', ?)`
	getOldest        = `SELECT n, updated, bytes FROM conversations ORDER BY updated LIMIT ?`
	getBytes         = `SELECT coalesce(sum(bytes), 0) FROM conversations`
	dropNumber       = `DELETE FROM conversations WHERE n = ?`
	hasUnindexed     = `SELECT 1 FROM messages WHERE indexed = 0 AND changed < ? LIMIT 1`
	indexUnindexed   = `UPDATE messages SET indexed = 1 WHERE indexed = 0 AND changed < ?`

	searchWords  = `SELECT words.rowid, c.id FROM words JOIN messages m ON m.n = words.rowid JOIN conversations c ON c.n = m.conversation WHERE words MATCH ? ORDER BY words.rowid DESC`
	searchTitles = `SELECT c.id FROM titles JOIN conversations c ON c.n = titles.rowid WHERE titles MATCH ? ORDER BY titles.rowid DESC LIMIT ?`
	getText      = `SELECT text FROM messages WHERE n = ?`
	getRow       = `SELECT ` + rowOf + ` FROM conversations WHERE id = ?`
)
