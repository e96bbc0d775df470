//go:build !linux

package cache_test

// actAsAnother does nothing: the tests with another user are Linux'.
func actAsAnother() {}
