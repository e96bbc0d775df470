package database

// ApplicationID marks the file as ours ("rrlc").
const ApplicationID = 0x72726c63

// Version is the schema's version: how many steps it took to lay it out.
func Version() int { return len(steps()) }

// steps lay a file out, each from the version before it. A step that was once
// published is never changed: files that took it lie on people's disks.
func steps() []string { return []string{answers, conversations, buckets, streams} }

// answers are the tables of engine/cache/store. Totals are kept by triggers, so
// that a limit is checked without counting; bytes are those of bodies and vectors.
//
// An entry's number n only ever grows, even over deletions: readers of a group
// remember how far they have read. Vectors lie apart from the bodies, so that
// reading a group's vectors reads nothing else.
const answers = `
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

// conversations are the tables of engine/store, and the file's own name.
//
// A message's number n only ever grows, over all processes, and is its place in
// its conversation: a question and its answer are added in one transaction, so
// that nothing comes between them. What is long and seldom read, the text that a
// model was sent, is a row's last column: a row is read from its front.
//
// The two indexes of words hold no text of their own; triggers keep them in step
// with the rows. An answer that still streams is not indexed (indexed = 0) until
// it has ended.
//
// A conversation that is deleted leaves at once, its messages one by one: their
// words are taken out of the index so that nothing is left of them, which takes
// some milliseconds for each. removed has the conversations whose messages are
// still to go.
const conversations = `
CREATE TABLE file (name TEXT NOT NULL);
INSERT INTO file VALUES (lower(hex(randomblob(16))));
CREATE TABLE conversations (
	n        INTEGER PRIMARY KEY AUTOINCREMENT,
	id       TEXT NOT NULL UNIQUE,
	title    TEXT NOT NULL,
	created  INTEGER NOT NULL,
	updated  INTEGER NOT NULL,
	model    TEXT NOT NULL,
	cost     REAL NOT NULL,
	level    INTEGER NOT NULL,
	sealed   TEXT NOT NULL,
	messages INTEGER NOT NULL DEFAULT 0,
	bytes    INTEGER NOT NULL DEFAULT 0,
	until    TEXT NOT NULL DEFAULT '',
	summary  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX conversations_updated ON conversations (updated, id, bytes); -- bytes, so that they can be added up by the index alone
CREATE TABLE messages (
	n            INTEGER PRIMARY KEY AUTOINCREMENT,
	conversation INTEGER NOT NULL,
	id           TEXT NOT NULL UNIQUE,
	changed      INTEGER NOT NULL,
	indexed      INTEGER NOT NULL,
	size         INTEGER NOT NULL,
	entry        TEXT NOT NULL,
	text         TEXT NOT NULL,
	body         TEXT NOT NULL,
	prompt       TEXT NOT NULL
);
CREATE INDEX messages_conversation ON messages (conversation);
CREATE INDEX messages_unindexed ON messages (changed) WHERE indexed = 0;
CREATE VIRTUAL TABLE words USING fts5 (text, content = 'messages', content_rowid = 'n', tokenize = "unicode61 remove_diacritics 2 tokenchars '_'", prefix = '2 3', columnsize = 0, detail = full);
CREATE VIRTUAL TABLE titles USING fts5 (title, content = 'conversations', content_rowid = 'n', tokenize = "unicode61 remove_diacritics 2 tokenchars '_'", prefix = '2 3', columnsize = 0, detail = full);
INSERT INTO titles (titles, rank) VALUES ('secure-delete', 1);
CREATE TABLE removed (conversation INTEGER PRIMARY KEY, secure INTEGER NOT NULL);
CREATE TRIGGER messages_added AFTER INSERT ON messages BEGIN
	UPDATE conversations SET messages = messages + 1, bytes = bytes + new.size WHERE n = new.conversation;
END;
CREATE TRIGGER messages_added_indexed AFTER INSERT ON messages WHEN new.indexed = 1 BEGIN
	INSERT INTO words (rowid, text) VALUES (new.n, new.text);
END;
CREATE TRIGGER messages_changed AFTER UPDATE OF size ON messages BEGIN
	UPDATE conversations SET bytes = bytes + new.size - old.size WHERE n = new.conversation;
END;
CREATE TRIGGER messages_changed_unindexed AFTER UPDATE OF text, indexed ON messages WHEN old.indexed = 1 BEGIN
	INSERT INTO words (words, rowid, text) VALUES ('delete', old.n, old.text);
END;
CREATE TRIGGER messages_changed_indexed AFTER UPDATE OF text, indexed ON messages WHEN new.indexed = 1 BEGIN
	INSERT INTO words (rowid, text) VALUES (new.n, new.text);
END;
CREATE TRIGGER messages_removed AFTER DELETE ON messages WHEN old.indexed = 1 BEGIN
	INSERT INTO words (words, rowid, text) VALUES ('delete', old.n, old.text);
END;
CREATE TRIGGER conversations_added AFTER INSERT ON conversations BEGIN
	INSERT INTO titles (rowid, title) VALUES (new.n, new.title);
END;
CREATE TRIGGER conversations_renamed AFTER UPDATE OF title ON conversations BEGIN
	INSERT INTO titles (titles, rowid, title) VALUES ('delete', old.n, old.title);
	INSERT INTO titles (rowid, title) VALUES (new.n, new.title);
END;
CREATE TRIGGER conversations_removed AFTER DELETE ON conversations BEGIN
	INSERT INTO titles (titles, rowid, title) VALUES ('delete', old.n, old.title);
END;
`

// buckets tells which entries of engine/cache/store a question may be like. What a
// file holds already gets none, and so is found exactly only: to know the buckets
// all of it would have to be read.
const buckets = `
ALTER TABLE vectors ADD COLUMN bucket BLOB;
CREATE INDEX vectors_bucket ON vectors (bucket);
`

// streams lets other processes read an answer of engine/cache/store while it is
// being written: who makes it, until when somebody follows it, and the text so far
// in pieces, each of which ends at byte till of the stream. The pieces go when
// their lease goes, however it goes.
const streams = `
ALTER TABLE leases ADD COLUMN followed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE leases ADD COLUMN maker BLOB;
CREATE TABLE pieces (
	owner TEXT NOT NULL,
	till  INTEGER NOT NULL,
	kind  INTEGER NOT NULL,
	data  BLOB NOT NULL,
	PRIMARY KEY (owner, till)
) WITHOUT ROWID;
CREATE TRIGGER leases_given AFTER DELETE ON leases BEGIN
	DELETE FROM pieces WHERE owner = old.owner;
END;
CREATE TRIGGER leases_taken AFTER UPDATE OF owner ON leases WHEN old.owner <> new.owner BEGIN
	DELETE FROM pieces WHERE owner = old.owner;
END;
`
