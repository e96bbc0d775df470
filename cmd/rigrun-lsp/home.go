package main

import (
	"os"
	"os/user"
	"runtime"
)

// withHome is getenv with an answer for HOME where nobody has set it: the folder of
// the account, where there is one. Some editors start a program with little more than
// PATH (avante.nvim); without it the person's settings would silently not hold. On
// Windows the folders have variables of their own, which getenv knows.
func withHome(getenv func(string) string, account func() (*user.User, error)) func(string) string {
	if getenv("HOME") != "" || runtime.GOOS == "windows" {
		return getenv
	}
	u, err := account()
	if err != nil {
		return getenv
	}
	if info, err := os.Stat(u.HomeDir); err != nil || !info.IsDir() {
		return getenv // a service's account has none
	}
	return func(name string) string {
		if name == "HOME" {
			return u.HomeDir
		}
		return getenv(name)
	}
}
