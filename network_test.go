package rigrun_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// harmless are the names of packages that open connections, or that call the
// system past them, which any file may use: plain data, listening, and reading.
// Every other name of theirs is a way out, those that Go has yet to get too.
var harmless = sync.OnceValue(func() map[string]*regexp.Regexp {
	names := func(list string) *regexp.Regexp {
		return regexp.MustCompile("^(" + strings.Join(strings.Fields(list), "|") + ")$")
	}
	system := names(`E[A-Z0-9]+ ERROR_\w+ Errno Signal SIG[A-Z0-9]+ Kill Close CloseHandle Handle Overlapped InvalidHandle
		PidfdOpen Poll PollFd POLL\w+ Flock LOCK_\w+ LOCKFILE_\w+ LockFileEx UnlockFileEx RawConn
		OpenProcess CreateEvent SetEvent WaitFor\w+ WAIT_\w+ INFINITE SYNCHRONIZE Stat_t Stat Umask MoveFileEx MOVEFILE_\w+ UTF16PtrFromString`)
	return map[string]*regexp.Regexp{
		"net": names(`Conn Listener Listen Addr TCPAddr UnixAddr Error OpError AddrError DNSError ErrClosed IP IPMask IPNet
			ParseIP ParseCIDR ParseMAC JoinHostPort SplitHostPort Pipe Buffers`),
		"net/http": names(`Header Request Response ResponseWriter ResponseController NewResponseController Handler HandlerFunc ServeMux
			NewServeMux Server ErrServerClosed ErrAbortHandler ConnState State\w+ Method\w+ Status\w+ NoBody NewRequest NewRequestWithContext
			ReadRequest ReadResponse DetectContentType ParseTime TimeFormat CanonicalHeaderKey NotFound NotFoundHandler Error Redirect
			MaxBytesReader MaxBytesError Cookie SetCookie Flusher Hijacker`),
		"crypto/tls":               names(`Certificate CertificateVerificationError Config ConnectionState Version\w+`),
		"syscall":                  system,
		"golang.org/x/sys/unix":    system,
		"golang.org/x/sys/windows": system,
		"golang.org/x/sys/cpu":     names(`\w+`),
		"golang.org/x/net/idna":    names(`\w+`),
		"net/netip":                names(`\w+`),
		"net/url":                  names(`\w+`),
		"net/mail":                 names(`\w+`),
		"net/http/httptrace":       names(`\w+`),
		"net/textproto":            names(`MIMEHeader CanonicalMIMEHeaderKey NewReader Reader TrimString TrimBytes`),
	}
})

// reachesOut are packages that nothing imports unless [exempt] says so, since
// they connect, start programs, or get around what this test reads.
var reachesOut = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(net/.+|golang\.org/x/(net|sys|crypto/ssh)(/.*)?|log/syslog|os/exec|plugin|unsafe|C|go/(build|importer)` +
		`|golang\.org/x/tools/go/packages|.*\b(websocket|grpc|quic-go|fasthttp|resty)\b.*)$`)
})

// exempt are the files with a way out, the names that each may use of it, and why.
func exempt() map[string]struct{ names, reason string } {
	return map[string]struct{ names, reason string }{
		"engine/backend/transport/dialer.go":     {"net.Dialer net.Resolver", "opens the connections, after the door"},
		"engine/backend/transport/gate.go":       {"net/http.Transport", "asks the door before each request"},
		"engine/backend/transport/client.go":     {"net/http.Client net/http.ProxyFromEnvironment", "sends through the gate"},
		"cmd/rigrun-lsp/serve.go":                {"net.Dialer", "connects to the editor that started it (--socket), on this machine"},
		"cmd/rigrun-lsp/pipe_other.go":           {"net.Dialer", "connects to the editor that started it (--pipe), on this machine"},
		"cmd/rigrun-lsp/pipe_windows.go":         {"syscall.FILE_FLAG_OVERLAPPED", "opens the named pipe of the editor that started it (--pipe)"},
		"cmd/rigrun-lsp/demo.go":                 {"os/exec", "starts itself as a server, for the demonstration"},
		"engine/backend/backendtest/server.go":   {"net/http/httptest", "a model server for tests"},
		"engine/backend/backendtest/replay.go":   {"net/http/httptest", "a model server for tests"},
		"engine/backend/outline/std/generate.go": {"go/importer", "a generator, run by hand: reads the standard library's types"},
		"engine/embed/page_linux.go":             {"unsafe syscall.Syscall syscall.SYS_MADVISE", "tells the system that the model's pages are not needed soon"},
		"engine/embed/weights.go":                {"unsafe", "reads the model's numbers where they lie in the binary"},
		"engine/cache/redis/line.go":             {"crypto/tls.Client", "speaks TLS over a connection that the door let through"},
		"engine/doctor/system.go":                {"os/exec", "looks whether git is there, and runs nothing"},
		"engine/workspace/git.go":                {"os/exec", "runs git, which may speak no protocol, to tell what changed"},
		"lsp/lsptest/editor.go":                  {"os/exec", "starts the real program, for tests"},
		"lsp/lsptest/metamodel/model.go":         {"os/exec", "asks the go command where a module is, for tests"},
	}
}

// waysOut lists what a file uses that could carry a byte off this machine past
// the door, as "name" or "import path.name" with its line.
func waysOut(s source) (found []wayOut) {
	add := func(p token.Pos, name string) { found = append(found, wayOut{s.at(p), name}) }
	for _, imp := range s.file.Imports {
		p := strings.Trim(imp.Path.Value, `"`)
		if _, known := harmless()[p]; !known && reachesOut().MatchString(p) {
			add(imp.Pos(), p)
		}
		if imp.Name != nil && imp.Name.Name == "." {
			add(imp.Pos(), "dot import of "+p)
		}
	}
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//go:linkname") {
				add(c.Pos(), "go:linkname")
			}
		}
	}
	names := importNames(s.file)
	ast.Inspect(s.file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if id, ok := sel.X.(*ast.Ident); ok && leadsOut(names[id.Name], sel.Sel.Name) {
			add(sel.Pos(), names[id.Name]+"."+sel.Sel.Name)
		}
		return true
	})
	return found
}

type wayOut struct{ at, name string }

// leadsOut reports whether a package's name is a way out. Of the packages that
// are not listed it is a name that says so.
func leadsOut(pkg, name string) bool {
	if pkg == "" {
		return false
	}
	if allowed, listed := harmless()[pkg]; listed {
		return !allowed.MatchString(name)
	}
	if pkg == "os" {
		return name == "StartProcess"
	}
	own := strings.HasPrefix(pkg, module)
	return !own && strings.Contains(name, "Dial")
}

// TestOneDoorToTheNetwork walks the whole module. Tests and what is only for
// them end to end may do as they like; they are no part of the program.
func TestOneDoorToTheNetwork(t *testing.T) {
	used := map[string]bool{}
	for _, s := range parsed(t) {
		if s.test || s.pkg == "e2e" || strings.HasPrefix(s.pkg, "e2e/") {
			continue
		}
		for _, way := range waysOut(s) {
			if slices.Contains(strings.Fields(exempt()[s.name].names), way.name) {
				used[s.name+" "+way.name] = true
				continue
			}
			t.Errorf("%s: %s: every byte to a host passes engine/door by engine/backend/transport", way.at, way.name)
		}
	}
	for name, e := range exempt() {
		for way := range strings.FieldsSeq(e.names) {
			if !used[name+" "+way] {
				t.Errorf("%s may use %s (%s) and does not", name, way, e.reason)
			}
		}
	}
}

// TestNoSystemCallsInAssembly reads what the Go parser does not.
func TestNoSystemCallsInAssembly(t *testing.T) {
	calls := regexp.MustCompile(`(?im)^\s*(SYSCALL|SYSENTER|SVC|INT|SWI|ECALL)\b`)
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipFolder(name)
		}
		if !strings.HasSuffix(name, ".s") {
			return nil
		}
		raw, err := os.ReadFile(name)
		if at := calls.FindIndex(raw); at != nil {
			t.Errorf("%s:%d: calls the system past every package", name, bytes.Count(raw[:at[0]], []byte("\n"))+1)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDialersAreFound tries the rule on ways out that must be found, in each of
// the forms they can be written in, and on uses that are none.
func TestDialersAreFound(t *testing.T) {
	for _, c := range []struct {
		imports, code string
		want          string // "" for none
	}{
		{`"net"`, `var _, _ = net.Dial("tcp", "a:1")`, "net.Dial"},
		{`"net"`, `var _, _ = net.DialTimeout("tcp", "a:1", 1)`, "net.DialTimeout"},
		{`"net"`, `var dial = net.DialTCP`, "net.DialTCP"},
		{`"net"`, `var _, _ = net.DialUDP("udp", nil, nil)`, "net.DialUDP"},
		{`"net"`, `type mine struct{ net.Dialer }`, "net.Dialer"},
		{`"net"`, `type mine = net.Dialer`, "net.Dialer"},
		{`"net"`, `var dial = (*net.Dialer).DialContext`, "net.Dialer"},
		{`"net"`, `var _ = new(net.Resolver)`, "net.Resolver"},
		{`"net"`, `var _ = net.DefaultResolver`, "net.DefaultResolver"},
		{`"net"`, `var _, _ = net.LookupTXT("secret.evil.test")`, "net.LookupTXT"},
		{`"net"`, `var _, _ = net.ResolveTCPAddr("tcp", "a:1")`, "net.ResolveTCPAddr"},
		{`"net"`, `var _, _ = net.ListenPacket("udp", ":0")`, "net.ListenPacket"},
		{`"net"`, `var _, _ = net.ListenUDP("udp", nil)`, "net.ListenUDP"},
		{`"net"`, `var _, _ = net.FileConn(nil)`, "net.FileConn"},
		{`"net"`, `var _ net.ListenConfig`, "net.ListenConfig"},
		{`other "net"`, `var _, _ = other.Dial("tcp", "a:1")`, "net.Dial"},
		{`. "net"`, `var _, _ = Dial("tcp", "a:1")`, "dot import of net"},
		{`. "fmt"`, `var _ = Sprint()`, "dot import of fmt"},
		{`"crypto/tls"`, `var _, _ = tls.Dial("tcp", "a:1", nil)`, "crypto/tls.Dial"},
		{`"crypto/tls"`, `var _ tls.Dialer`, "crypto/tls.Dialer"},
		{`"crypto/tls"`, `var _ = tls.DialWithDialer`, "crypto/tls.DialWithDialer"},
		{`"net/http"`, `var _, _ = http.Get("http://a")`, "net/http.Get"},
		{`"net/http"`, `var post = http.Post`, "net/http.Post"},
		{`"net/http"`, `var _ = http.PostForm`, "net/http.PostForm"},
		{`"net/http"`, `var _ = http.Head`, "net/http.Head"},
		{`"net/http"`, `var _ = &http.Client{}`, "net/http.Client"},
		{`"net/http"`, `var c http.Client`, "net/http.Client"},
		{`"net/http"`, `var _ = http.DefaultClient`, "net/http.DefaultClient"},
		{`"net/http"`, `var _ http.Transport`, "net/http.Transport"},
		{`"net/http"`, `var _ = http.DefaultTransport`, "net/http.DefaultTransport"},
		{`"net/http"`, `var _ = http.NewFileTransport`, "net/http.NewFileTransport"},
		{`"net/http/httputil"`, `var _ httputil.ReverseProxy`, "net/http/httputil"},
		{`"net/http/httptest"`, ``, "net/http/httptest"},
		{`_ "net/http/pprof"`, ``, "net/http/pprof"},
		{`"net/smtp"`, ``, "net/smtp"},
		{`"net/rpc"`, ``, "net/rpc"},
		{`"net/rpc/jsonrpc"`, ``, "net/rpc/jsonrpc"},
		{`"net/textproto"`, `var _, _ = textproto.Dial("tcp", "a:1")`, "net/textproto.Dial"},
		{`"log/syslog"`, ``, "log/syslog"},
		{`"golang.org/x/net/websocket"`, ``, "golang.org/x/net/websocket"},
		{`"golang.org/x/net/proxy"`, ``, "golang.org/x/net/proxy"},
		{`"golang.org/x/crypto/ssh"`, ``, "golang.org/x/crypto/ssh"},
		{`"github.com/gorilla/websocket"`, ``, "github.com/gorilla/websocket"},
		{`"google.golang.org/grpc"`, ``, "google.golang.org/grpc"},
		{`"github.com/some/redis/v9"`, `var _ = redis.DialURL`, "github.com/some/redis/v9.DialURL"},
		{`"syscall"`, `var _, _ = syscall.Socket(0, 0, 0)`, "syscall.Socket"},
		{`"syscall"`, `var _ = syscall.Connect`, "syscall.Connect"},
		{`"syscall"`, `var _, _, _ = syscall.Syscall(0, 0, 0, 0)`, "syscall.Syscall"},
		{`"syscall"`, `var _, _, _ = syscall.RawSyscall6(0, 0, 0, 0, 0, 0, 0)`, "syscall.RawSyscall6"},
		{`"syscall"`, `var _ = syscall.Exec`, "syscall.Exec"},
		{`"golang.org/x/sys/unix"`, `var _ = unix.Connect`, "golang.org/x/sys/unix.Connect"},
		{`"golang.org/x/sys/unix"`, `var _ = unix.Sendto`, "golang.org/x/sys/unix.Sendto"},
		{`"golang.org/x/sys/windows"`, `var _ = windows.NewLazySystemDLL("ws2_32.dll")`, "golang.org/x/sys/windows.NewLazySystemDLL"},
		{`"os/exec"`, `var _ = exec.Command("curl")`, "os/exec"},
		{`"os"`, `var _ = os.StartProcess`, "os.StartProcess"},
		{`"go/build"`, ``, "go/build"},
		{`"plugin"`, ``, "plugin"},
		{`"unsafe"`, ``, "unsafe"},
		{`"C"`, ``, "C"},
		{`"fmt"`, "//go:linkname connect syscall.connect\nfunc connect()", "go:linkname"},

		{`"net"`, `var _ = net.JoinHostPort("a", "1")`, ""},
		{`"net"`, `var _, _ = net.Listen("tcp", "127.0.0.1:0")`, ""},
		{`"net/http"`, `func f(r *http.Request) int { return http.StatusOK }`, ""},
		{`"net/url"`, `var _ = url.Parse`, ""},
		{`"net/netip"`, `var _ = netip.ParseAddr`, ""},
		{`"syscall"`, `var _ = syscall.SIGTERM`, ""},
		{`"golang.org/x/sys/unix"`, `var _ = unix.Flock`, ""},
		{`"github.com/rigrun/rigrun-lsp/engine/door"`, `func f(d *door.Door) { d.Dial(0, nil) }`, ""},
		{`"os"`, `var _ = os.Open`, ""},
	} {
		s := snippet(t, c.imports, c.code)
		var got []string
		for _, way := range waysOut(s) {
			got = append(got, way.name)
		}
		slices.Sort(got)
		if got = slices.Compact(got); c.want == "" && len(got) > 0 || c.want != "" && !slices.Equal(got, []string{c.want}) {
			t.Errorf("import %s; %s: found %q, want %q", c.imports, c.code, got, c.want)
		}
	}
}

// snippet is a file with one import.
func snippet(t *testing.T, imports, code string) source {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "x.go", "package x\nimport "+imports+"\n"+code, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return source{name: "x.go", pkg: ".", file: f, fset: fset}
}

// importNames maps the names that imports have in a file to their paths.
func importNames(f *ast.File) map[string]string {
	version := regexp.MustCompile(`^v\d+$`)
	names := map[string]string{}
	for _, imp := range f.Imports {
		p := strings.Trim(imp.Path.Value, `"`)
		name := path.Base(p)
		if version.MatchString(name) {
			name = path.Base(path.Dir(p))
		}
		if imp.Name != nil {
			name = imp.Name.Name
		}
		names[name] = p
	}
	return names
}
