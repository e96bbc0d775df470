package components

import (
	"fmt"
	"os"
	"path/filepath"
)

// CacheDir is the folder that holds tools and components outside the tree:
// $RIGRUN_DEV_CACHE, else rigrun-lsp-dev in the user's cache folder. The Makefile
// uses the same one. It is made when it is not there.
func CacheDir() (string, error) {
	dir := os.Getenv("RIGRUN_DEV_CACHE")
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("find the cache folder (set RIGRUN_DEV_CACHE): %w", err)
		}
		dir = filepath.Join(base, "rigrun-lsp-dev")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the cache folder: %w", err)
	}
	return dir, nil
}

// Unavailable says that this machine cannot have a component. Tests that need it
// are skipped with this sentence, by name.
type Unavailable struct {
	Component string
	Reason    string
}

// Error names the component and the reason in one line.
func (u *Unavailable) Error() string { return u.Component + " is not to be had here: " + u.Reason }
