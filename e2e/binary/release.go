package binary

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Release returns the folder of the release that the tests are run from, "" where
// they are run from the tree.
func Release() string { return os.Getenv("RIGRUN_E2E_DIST") }

// Package returns the path of the one file of a release that a pattern matches.
func Package(dist, pattern string) (string, error) {
	all, err := filepath.Glob(filepath.Join(dist, pattern))
	if err != nil || len(all) != 1 {
		return "", fmt.Errorf("%d files %s in %s, of which there should be one: %w", len(all), pattern, dist, errors.Join(err, os.ErrNotExist))
	}
	return all[0], nil
}

// unpack puts the files of an archive's one folder into a folder.
func unpack(dist, pattern, folder string) error {
	path, err := Package(dist, pattern)
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("unpack a release: %w", err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", path, err)
	}
	for archive := tar.NewReader(packed); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			_, name, _ := strings.Cut(head.Name, "/")
			err = unpackFile(archive, filepath.Join(folder, filepath.FromSlash(name)), head.FileInfo().Mode())
		}
		if err != nil {
			return fmt.Errorf("unpack %s: %w", path, err)
		}
	}
}

func unpackFile(from io.Reader, path string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	to, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}
