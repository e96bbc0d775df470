package main

import (
	"os"
	"os/user"
	"runtime"
)

// withHome reads the environment, with an answer for HOME where nothing has set it: the
// folder of the account, where there is one. Some editors start a program with little
// more than PATH (avante.nvim); without it the person's settings would silently not
// hold. An empty HOME is somebody's wish for none. On Windows the folders have
// variables of their own.
func withHome(lookup func(string) (string, bool), account func() (*user.User, error)) func(string) string {
	home, set := lookup("HOME")
	if !set && runtime.GOOS != "windows" {
		if u, err := account(); err == nil && isFolder(u.HomeDir) { // a service's account has none
			home = u.HomeDir
		}
	}
	return func(name string) string {
		if name == "HOME" {
			return home
		}
		value, _ := lookup(name)
		return value
	}
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
