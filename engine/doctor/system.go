package doctor

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Configuration tells which files were read, and what in them was not taken.
func Configuration(files, problems []string) Probe {
	return Probe{"configuration", func(context.Context) Finding {
		detail := "defaults"
		if len(files) > 0 {
			detail = strings.Join(files, ", ")
		}
		if len(problems) > 0 {
			return Finding{strings.Join(problems, "; "), "mend what is named; the rest of the configuration is in force"}
		}
		return Finding{Detail: detail}
	}}
}

// Proxy tells whether a proxy stands between this machine and a server. proxyFor
// is nil or the proxy for a URL; urls are the servers of the configuration.
func Proxy(proxyFor func(*url.URL) (*url.URL, error), urls ...string) Probe {
	return Probe{"proxy", func(context.Context) Finding {
		var through []string
		for _, raw := range urls {
			u, err := url.Parse(raw)
			if raw == "" || err != nil {
				continue // the configuration's own check names it
			}
			p, err := proxyFor(u)
			if err != nil {
				return Finding{"HTTP_PROXY or HTTPS_PROXY is no URL", "set it to http://HOST:PORT, or unset it"}
			}
			if p != nil {
				through = append(through, fmt.Sprintf("%s through %s", u.Host, p.Host)) // the host alone: a proxy's URL may hold a password
			}
		}
		if len(through) == 0 {
			return Finding{Detail: "none"}
		}
		return Finding{Detail: strings.Join(through, ", ")}
	}}
}

// Certificates tells whether the authorities that https needs can be read.
func Certificates(getenv func(string) string) Probe {
	return Probe{"certificates", func(context.Context) Finding {
		const fix = "install ca-certificates, or set SSL_CERT_FILE to a file of authorities in PEM"
		if file := getenv("SSL_CERT_FILE"); file != "" {
			text, err := os.ReadFile(file) //nolint:gosec // the user's own setting names it
			if err != nil || !x509.NewCertPool().AppendCertsFromPEM(text) {
				return Finding{"SSL_CERT_FILE names " + file + ", which holds no certificate", fix}
			}
			return Finding{Detail: "from SSL_CERT_FILE, " + file}
		}
		pool, err := x509.SystemCertPool()
		if err != nil || runtime.GOOS == "linux" && pool.Equal(x509.NewCertPool()) {
			return Finding{"the system has no authorities: only http and this machine can be reached", fix}
		}
		return Finding{Detail: "the system's"}
	}}
}

// Store tells about the one file of kept answers and conversations. look is how
// it is opened, nil where there is no folder for it.
func Store(path string, look func(ctx context.Context) (detail string, err error)) Probe {
	return Probe{"store", func(ctx context.Context) Finding {
		if look == nil {
			return Finding{"no folder for what is kept: everything is forgotten when the editor closes", "set XDG_STATE_HOME or HOME"}
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return beforeFirst(filepath.Dir(path))
		case err != nil:
			return Finding{err.Error(), "make " + filepath.Dir(path) + " readable for you"}
		case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
			return Finding{fmt.Sprintf("%s can be read by others (mode %04o)", path, info.Mode().Perm()), "chmod 600 " + path}
		}
		detail, err := look(ctx)
		if err != nil {
			return Finding{err.Error(), "free space, or make " + path + " writable for you; until then nothing new is kept"}
		}
		return Finding{Detail: fmt.Sprintf("%s, %.1f MB, %s", path, float64(info.Size())/1e6, detail)}
	}}
}

// beforeFirst looks at a folder where a file is still to be made, and changes nothing.
func beforeFirst(folder string) Finding {
	for dir := folder; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return Finding{dir + " is no folder", "remove it, or set XDG_STATE_HOME"}
		case err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o200 == 0 && os.Geteuid() != 0:
			return Finding{dir + " cannot be written: nothing is kept", "chmod u+w " + dir + ", or set XDG_STATE_HOME"}
		case err == nil || dir == filepath.Dir(dir):
			return Finding{Detail: "nothing is kept yet; it will be in " + folder}
		}
	}
}

// Git tells whether git is there, which changes and ignored files are read with.
func Git() Probe {
	return Probe{"git", func(context.Context) Finding {
		path, err := exec.LookPath("git")
		if err != nil {
			return Finding{"not found: questions cannot include what changed", "install git"}
		}
		return Finding{Detail: path}
	}}
}

// Said is a check that its caller has made already.
func Said(name, detail, fix string) Probe {
	return Probe{name, func(context.Context) Finding { return Finding{detail, fix} }}
}
