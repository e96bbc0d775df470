package components

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const llamaServer = "llama-server"

// suitesWithLlama are the Debian suites that carry llama.cpp-tools, newest first.
// Versions are not pinned: a mirror keeps only the latest.
func suitesWithLlama() []string { return []string{"sid", "testing"} }

// LlamaServer returns llama.cpp's llama-server, unpacked from a newer Debian suite
// into the cache folder together with its libraries and started by their own
// loader. Its CPU backend is chosen for this machine.
func LlamaServer(ctx context.Context) (Program, error) {
	return debian{name: llamaServer, pkgs: []string{"llama.cpp-tools"}, suites: suitesWithLlama(), in: llamaIn}.get(ctx)
}

// llamaIn returns the program in an unpacked folder, or which piece is missing.
func llamaIn(root string) (Program, error) {
	backends, err := filepath.Glob(filepath.Join(root, "usr/lib/x86_64-linux-gnu/ggml/*/libggml-cpu-"+cpuBackend()+".so"))
	if err != nil || len(backends) == 0 {
		return Program{}, fmt.Errorf("no CPU backend %q among the libraries", cpuBackend())
	}
	p, err := loaded(root, llamaServer)
	p.Env = []string{"GGML_BACKEND_PATH=" + backends[0]}
	return p, err
}

// cpuBackend names the build of ggml's CPU backend that this machine can run:
// "haswell" needs AVX2, FMA and F16C, "x64" runs everywhere.
func cpuBackend() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "x64"
	}
	return backendFor(string(info))
}

func backendFor(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		name, flags, _ := strings.Cut(line, ":")
		if strings.TrimSpace(name) != "flags" {
			continue
		}
		have := map[string]bool{}
		for flag := range strings.FieldsSeq(flags) {
			have[flag] = true
		}
		if have["avx2"] && have["fma"] && have["f16c"] && have["bmi2"] {
			return "haswell"
		}
		break
	}
	return "x64"
}
