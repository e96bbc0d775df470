package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

const (
	// BusyWait is how long an operation waits for another process's lock.
	BusyWait = 250 * time.Millisecond

	// CheckpointPages is how many pages the log has before SQLite copies them
	// into the file by itself.
	CheckpointPages = 256

	// PageBytes is how large a page of the file is.
	PageBytes = 8192 // three vectors of 512 numbers a page, not one

	cacheKiB   = 512 // of pages, for each of the two connections
	logLimit   = 4 << 20
	openTrials = 20
	openPause  = 10 * time.Millisecond
)

// DB is an open file.
type DB struct {
	SQL        *sql.DB
	info       fs.FileInfo // the file that was opened, to notice that another took its place
	name       string      // of the content, which is another one in a file that was started afresh
	statements sync.Map    // query → *sql.Stmt
}

// Name is the random name that the file got when it was made: one that took its
// place has another.
func (d *DB) Name() string { return d.name }

// openDatabase opens the file, and makes it where it is missing or empty.
func openDatabase(path string) (*DB, error) {
	if err := makeFile(path); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", address(path))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(2) // one may write while the other reads
	db.SetMaxIdleConns(2)
	d := &DB{SQL: db}
	if err := d.prepare(path); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return d, nil
}

// makeFile makes an empty file that only its owner may read; SQLite gives the
// files beside it the same mode. A file that is there is not opened: closing it
// would drop the locks this process may have on it.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return narrow(path)
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// narrow takes other people's rights to a file away.
func narrow(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(path, 0o600)
}

// address is the file's name with what every connection to it is set to.
func address(path string) string {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(" + strconv.FormatInt(BusyWait.Milliseconds(), 10) + ")",
		"synchronous(NORMAL)",
		"cache_size(-" + strconv.Itoa(cacheKiB) + ")",
		"wal_autocheckpoint(" + strconv.Itoa(CheckpointPages) + ")",
		"journal_size_limit(" + strconv.Itoa(logLimit) + ")",
		"secure_delete(ON)", // what was evicted, cleared or deleted is overwritten
		"trusted_schema(OFF)",
	}}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	return u.String()
}

// prepare lays a new file out and refuses one that is not ours. Another process
// may be doing the same at this moment, and changing the journal's mode does not
// wait as other statements do.
func (d *DB) prepare(path string) error {
	var err error
	for range openTrials {
		if err = d.layOut(); !isBusy(err) {
			break
		}
		time.Sleep(openPause)
	}
	if err != nil {
		return err
	}
	if err := d.SQL.QueryRow("SELECT name FROM file").Scan(&d.name); err != nil {
		return err
	}
	d.info, err = os.Stat(path)
	return err
}

// layOut makes a new file, or takes an older one through the steps it lacks.
func (d *DB) layOut() error {
	version, err := d.version()
	if err != nil || version == Version() {
		return err
	}
	if version == 0 {
		if err := d.pragmas(); err != nil {
			return err
		}
	}
	tx, err := d.SQL.Begin()
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := tx.QueryRow("PRAGMA user_version").Scan(&version); err != nil || version >= Version() {
		return err // another process was first
	}
	for _, step := range steps()[version:] {
		if _, err := tx.Exec(step); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", ApplicationID, Version())); err != nil {
		return err
	}
	return tx.Commit()
}

// pragmas are what must be said before a file has its first table.
func (d *DB) pragmas() error {
	for _, pragma := range []string{"page_size = " + strconv.Itoa(PageBytes), "auto_vacuum = INCREMENTAL", "journal_mode = WAL"} {
		if _, err := d.SQL.Exec("PRAGMA " + pragma); err != nil {
			return err
		}
	}
	return nil
}

// version returns the schema's version, 0 for an empty file, and ErrForeign for
// a database that is not of this program or is newer than it.
func (d *DB) version() (int, error) {
	var app, version, tables int
	row := d.SQL.QueryRow("SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)")
	if err := row.Scan(&app, &version, &tables); err != nil {
		return 0, err
	}
	switch {
	case version == 0 && app == 0 && tables == 0:
		return 0, nil
	case app != ApplicationID || version == 0:
		return 0, fmt.Errorf("%w: another program's database", ErrForeign)
	case version > Version():
		return 0, fmt.Errorf("%w: its schema is version %d, this program knows %d", ErrForeign, version, Version())
	}
	return version, nil
}

// Statement returns the prepared statement of a query.
func (d *DB) Statement(query string) (*sql.Stmt, error) {
	if s, ok := d.statements.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := d.SQL.Prepare(query)
	if err != nil {
		return nil, err
	}
	if first, loaded := d.statements.LoadOrStore(query, s); loaded {
		_ = s.Close()
		return first.(*sql.Stmt), nil
	}
	return s, nil
}

// Row runs a query that has one row at most, and reports whether it had one.
func (d *DB) Row(query string, args []any, into ...any) (bool, error) {
	s, err := d.Statement(query)
	if err != nil {
		return false, err
	}
	err = s.QueryRow(args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// RowIn is Row inside a transaction.
func (d *DB) RowIn(tx *sql.Tx, query string, args []any, into ...any) (bool, error) {
	s, err := d.Statement(query)
	if err != nil {
		return false, err
	}
	err = tx.StmtContext(context.Background(), s).QueryRow(args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Exec runs a statement in tx, or by itself where tx is nil, and returns how many rows it changed.
func (d *DB) Exec(tx *sql.Tx, query string, args ...any) (int64, error) {
	s, err := d.Statement(query)
	if err != nil {
		return 0, err
	}
	if tx != nil {
		s = tx.StmtContext(context.Background(), s)
	}
	r, err := s.Exec(args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (d *DB) close() error {
	d.statements.Range(func(_, s any) bool {
		_ = s.(*sql.Stmt).Close()
		return true
	})
	return d.SQL.Close()
}
