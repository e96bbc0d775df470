package components

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
)

// The protocol's SDK for TypeScript and what it checks messages with.
const (
	acpSDK = "@agentclientprotocol/sdk@2.4.0"
	acpZod = "zod@4.6.7"
)

// ACPClient returns a program that runs a script with the SDK of the Agent Client
// Protocol: Node with a copy of the script in dir, beside the packages that npm
// has installed in the cache folder.
func ACPClient(ctx context.Context, script, dir string) (Program, error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return Program{}, &Unavailable{"the SDK of the Agent Client Protocol", "node is not on PATH"}
	}
	modules, err := acpModules(ctx)
	if err != nil {
		return Program{}, err
	}
	text, err := os.ReadFile(script)
	if err != nil {
		return Program{}, err
	}
	copied := filepath.Join(dir, filepath.Base(script))
	if err := os.WriteFile(copied, text, 0o644); err != nil {
		return Program{}, err
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		return Program{}, err
	}
	return Program{Path: node, Args: []string{copied}}, nil
}

// acpModules installs the packages once and returns the folder that holds them.
func acpModules(ctx context.Context) (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	here := filepath.Join(cache, "components", "acp-sdk-2.4.0")
	modules := filepath.Join(here, "node_modules")
	if _, err := os.Stat(filepath.Join(modules, ".package-lock.json")); err == nil { // npm writes it last
		return modules, nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", &Unavailable{"the SDK of the Agent Client Protocol", "npm is not on PATH"}
	}
	if err := os.MkdirAll(here, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(here, "package.json"), []byte(`{"private": true}`), 0o644); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", acpSDK, acpZod)
	cmd.Dir = here
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &Unavailable{"the SDK of the Agent Client Protocol", "npm could not install it: " + string(out)}
	}
	return modules, nil
}
