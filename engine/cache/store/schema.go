package store

// The statements, each prepared on first use.
const (
	getEntry    = `SELECT e.n, e.used, e.body, v.v FROM entries e LEFT JOIN vectors v ON v.n = e.n WHERE e.key = ?`
	getNumbered = `SELECT e.n, e.used, e.body, v.v FROM entries e LEFT JOIN vectors v ON v.n = e.n WHERE e.n = ?`
	getVector   = `SELECT v FROM vectors WHERE n = ?`
	getGroup    = `SELECT n, v FROM vectors WHERE grp = ? AND embedder = ? AND n > ? ORDER BY n`
	getBucket   = `SELECT n, v FROM vectors WHERE bucket = ? ORDER BY n DESC LIMIT 64`
	hasBucket   = `SELECT 1 FROM vectors WHERE bucket = ? LIMIT 1`
	getTotals   = `SELECT entries, bytes, epoch FROM totals`

	addEntry   = `INSERT INTO entries (key, created, used, size, body) VALUES (?, ?, ?, ?, ?)`
	addVector  = `INSERT INTO vectors (n, grp, embedder, v, bucket) VALUES (?, ?, ?, ?, ?)`
	touchEntry = `UPDATE entries SET used = max(used, ?) WHERE key = ?`
	dropKey    = `DELETE FROM entries WHERE key = ?`
	dropMade   = `DELETE FROM entries WHERE key = ? AND created = ?`
	dropNumber = `DELETE FROM entries WHERE n = ?`
	dropOld    = `DELETE FROM entries WHERE created <= ?`
	dropUnused = `DELETE FROM entries WHERE n IN (SELECT n FROM entries ORDER BY used LIMIT ?)`
	dropAll    = `DELETE FROM entries`
	countAgain = `UPDATE totals SET entries = (SELECT count(*) FROM entries), bytes = (SELECT coalesce(sum(size), 0) FROM entries)`
	raiseEpoch = `UPDATE totals SET epoch = epoch + 1`
	takeLease  = `INSERT INTO leases (key, owner, expires) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET owner = ?2, expires = ?3, maker = CASE owner WHEN ?2 THEN maker END WHERE owner = ?2 OR expires <= ?4 RETURNING followed`
	giveLease  = `DELETE FROM leases WHERE key = ? AND owner = ?`
	dropLeases = `DELETE FROM leases WHERE expires <= ?`

	nameMaker = `UPDATE leases SET maker = ? WHERE key = ? AND owner = ?`
	getEnd    = `SELECT coalesce(max(till), 0) FROM pieces WHERE owner = ?`
	addPiece  = `INSERT INTO pieces (owner, till, kind, data) VALUES (?, ?, ?, ?)`
	attend    = `UPDATE leases SET followed = max(followed, ?) WHERE key = ?`
	follow    = `SELECT l.owner, l.expires, l.maker, p.till, p.kind, p.data FROM leases l LEFT JOIN pieces p ON p.owner = l.owner AND p.till > ? WHERE l.key = ? ORDER BY p.till`
)
