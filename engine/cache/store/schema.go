package store

// applicationID marks the file as ours ("rrlc"), schemaVersion says how it is laid out.
const (
	applicationID = 0x72726c63
	schemaVersion = 1
)

// layout makes a new file. Totals are kept by triggers, so that a limit is
// checked without counting; bytes are those of bodies and vectors.
//
// An entry's number n only ever grows, even over deletions: readers of a group
// remember how far they have read. Vectors lie apart from the bodies, so that
// reading a group's vectors reads nothing else.
const layout = `
CREATE TABLE entries (
	n       INTEGER PRIMARY KEY AUTOINCREMENT,
	key     BLOB NOT NULL UNIQUE,
	created INTEGER NOT NULL,
	used    INTEGER NOT NULL,
	size    INTEGER NOT NULL,
	body    BLOB NOT NULL
);
CREATE INDEX entries_used ON entries (used, size); -- size, so that they can be added up by the index alone
CREATE INDEX entries_created ON entries (created);
CREATE TABLE vectors (
	n        INTEGER PRIMARY KEY,
	grp      BLOB NOT NULL,
	embedder TEXT NOT NULL,
	v        BLOB NOT NULL
);
CREATE INDEX vectors_group ON vectors (grp, embedder, n);
CREATE TABLE leases (
	key     BLOB PRIMARY KEY,
	owner   TEXT NOT NULL,
	expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE totals (
	entries INTEGER NOT NULL,
	bytes   INTEGER NOT NULL,
	epoch   INTEGER NOT NULL
);
INSERT INTO totals VALUES (0, 0, abs(random() % 1000000000000));
CREATE TRIGGER entries_added AFTER INSERT ON entries BEGIN
	UPDATE totals SET entries = entries + 1, bytes = bytes + new.size;
END;
CREATE TRIGGER entries_removed AFTER DELETE ON entries BEGIN
	UPDATE totals SET entries = entries - 1, bytes = bytes - old.size;
	DELETE FROM vectors WHERE n = old.n;
END;
`

// The statements, each prepared on first use.
const (
	getEntry    = `SELECT e.n, e.used, e.body, v.v FROM entries e LEFT JOIN vectors v ON v.n = e.n WHERE e.key = ?`
	getNumbered = `SELECT e.n, e.used, e.body, v.v FROM entries e LEFT JOIN vectors v ON v.n = e.n WHERE e.n = ?`
	getVector   = `SELECT v FROM vectors WHERE n = ?`
	getGroup    = `SELECT n, v FROM vectors WHERE grp = ? AND embedder = ? AND n > ? ORDER BY n`
	getTotals   = `SELECT entries, bytes, epoch FROM totals`

	addEntry    = `INSERT INTO entries (key, created, used, size, body) VALUES (?, ?, ?, ?, ?)`
	addVector   = `INSERT INTO vectors (n, grp, embedder, v) VALUES (?, ?, ?, ?)`
	touchEntry  = `UPDATE entries SET used = max(used, ?) WHERE key = ?`
	dropKey     = `DELETE FROM entries WHERE key = ?`
	dropMade    = `DELETE FROM entries WHERE key = ? AND created = ?`
	dropNumber  = `DELETE FROM entries WHERE n = ?`
	dropOld     = `DELETE FROM entries WHERE created <= ?`
	dropUnused  = `DELETE FROM entries WHERE n IN (SELECT n FROM entries ORDER BY used LIMIT ?)`
	dropAll     = `DELETE FROM entries`
	countAgain  = `UPDATE totals SET entries = (SELECT count(*) FROM entries), bytes = (SELECT coalesce(sum(size), 0) FROM entries)`
	raiseEpoch  = `UPDATE totals SET epoch = epoch + 1`
	takeLease   = `INSERT INTO leases (key, owner, expires) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET owner = ?2, expires = ?3 WHERE owner = ?2 OR expires <= ?4`
	giveLease   = `DELETE FROM leases WHERE key = ? AND owner = ?`
	dropLeases  = `DELETE FROM leases WHERE expires <= ?`
	checkpoint  = `PRAGMA wal_checkpoint(PASSIVE)`
	truncateLog = `PRAGMA wal_checkpoint(TRUNCATE)`
)
