package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// shot is one run of the binary that ends by itself.
type shot struct {
	*exec.Cmd
	out, errs string
	err       error
}

// fire runs the binary in a world with a configuration and a folder of its own.
// wrap stands before the binary's name.
func fire(t *testing.T, w *world, config string, wrap []string, args ...string) shot {
	t.Helper()
	cmd := rigrun(t.Context(), t, config, args...)
	cmd.Env = append(cmd.Env, w.environment("RIGRUN_CLOUD_API_KEY")...)
	bait(t, cmd.Dir)
	binary := *cmd
	if len(wrap) > 0 {
		program, err := exec.LookPath(wrap[0])
		if err != nil {
			t.Fatal(err)
		}
		cmd.Args = append(append([]string{}, wrap...), append([]string{cmd.Path}, args...)...)
		cmd.Path = program
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	return shot{&binary, out.String(), errs.String(), err}
}

// TestRedirectsLeadNowhere lets each server send the binary to a stranger's, by
// every status that there is for it.
func TestRedirectsLeadNowhere(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, which := range []string{"cloud", "local"} {
			t.Run(fmt.Sprint(which, " ", status), func(t *testing.T) {
				w := newWorld(t)
				moved := newSink(t, which, redirecting(status, w.stranger.URL))
				mode := "cloud"
				if which == "local" {
					w.local, mode = moved, "local"
				} else {
					w.cloud = moved
				}
				s := fire(t, w, w.config("routing.mode = \""+mode+"\"\n"), nil, "ask", "what is a slice")
				if len(moved.all()) == 0 {
					t.Errorf("the question did not get as far as the redirect: %s", s.errs)
				}
				if s.err == nil || !strings.Contains(s.errs, "redirect") {
					t.Errorf("ended with %v: %s%s", s.err, s.out, s.errs)
				}
				w.stranger.untouched(t)
				w.proxy.untouched(t)
				auditLog(t, s.Cmd, "what is a slice")
			})
		}
	}
}

// TestCloudIsCrossedByNoRedirect lets the local server send a marked question to
// the cloud's address, which is a configured one.
func TestCloudIsCrossedByNoRedirect(t *testing.T) {
	w := newWorld(t)
	w.local = newSink(t, "the local server", redirecting(307, w.cloud.URL))
	fire(t, w, w.config(""), nil, "ask", "(S//NF) what is a slice")
	w.cloud.untouched(t)
	if len(w.local.all()) == 0 {
		t.Error("nothing was asked")
	}
}

// TestAskOnTheCommandLine asks as a person at a terminal does, about files of a
// hostile repository.
func TestAskOnTheCommandLine(t *testing.T) {
	repository := t.TempDir()
	w := newWorld(t)
	writeFile(t, filepath.Join(repository, ".git/HEAD"), "ref: refs/heads/main\n")
	writeFile(t, filepath.Join(repository, ".rigrun.toml"), strings.ReplaceAll(hostileFile, "STRANGER", w.stranger.URL))
	plain := "package a\n\nfunc F() {}\n"
	const secret = "x7" + "KqT2mZp9LwR4vB"
	for _, test := range []struct {
		name, file, text, lines string
		leaves                  bool
	}{
		{"a clean file", "a.go", plain, "1:3", true},
		{"a secret", "b.go", plain + "const password = \"" + secret + "\"\n", "1:4", true},
		{"a marked file", "c.go", "// SECRET//NOFORN\n" + plain, "1:4", false},
		{"a piece of a marked file", "d.go", "// SECRET//NOFORN\n" + plain, "4:4", false},
		{"a file of secrets", ".env", "A=1\n", "1:1", false},
		{"a piece of a secret", "e.pem.txt", "-----BEGIN RSA " + "PRIVATE KEY-----\n" + privateKey + "\n" + privateKey + "\n-----END RSA PRIVATE KEY-----\n", "2:3", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(repository, test.file)
			writeFile(t, file, test.text)
			before := len(w.cloud.all())
			s := fire(t, w, w.config("routing.mode = \"cloud\"\n"), nil, "ask", "what does it do?", "--file", file, "--lines", test.lines)
			if s.err != nil {
				t.Fatalf("%v: %s", s.err, s.errs)
			}
			if left := len(w.cloud.all()) > before; left != test.leaves || strings.Contains(s.out, fromCloud) != test.leaves {
				t.Errorf("reached the cloud: %v; printed %s", left, s.out)
			}
			if strings.Contains(test.text, secret) && !strings.Contains(s.out, secret) {
				t.Errorf("the secret was not put back: %s", s.out)
			}
			events := auditLog(t, s.Cmd, secret, "what does it do?")
			if sent := count(events, func(e event) bool { return e.Event == "send" }); sent != 1 {
				t.Errorf("one request was sent, %d are in the audit log", sent)
			}
			if !strings.Contains(s.errs, "cloud.url") {
				t.Errorf("nothing is said of what the repository tried: %s", s.errs)
			}
		})
	}
	if w.cloud.holding(secret)+w.cloud.holding(privateKey)+w.local.holding("root:x:0") > 0 {
		t.Error("a secret reached the cloud")
	}
	w.stranger.untouched(t)
	w.proxy.untouched(t)
}

// TestBatchSendsNothing decides many questions at once. None is sent, and none
// that must stay is routed away.
func TestBatchSendsNothing(t *testing.T) {
	w := newWorld(t)
	s := &scene{t: t, r: rand.New(rand.NewPCG(5, 5)), w: w, open: true, mode: "auto", hides: true, known: credentials(t)}
	var lines bytes.Buffer
	var facts []*fact
	for range 300 {
		params, f := s.spoken()
		line, err := json.Marshal(params)
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(line, '\n'))
		facts = append(facts, f)
	}
	cmd := rigrun(t.Context(), t, w.config(""), "route", "--batch")
	cmd.Env = append(cmd.Env, w.environment("OPENAI_API_KEY")...)
	cmd.Stdin = &lines
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	decisions := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	if len(decisions) != len(facts) {
		t.Fatalf("%d questions, %d decisions", len(facts), len(decisions))
	}
	for i, f := range facts {
		var d route
		if err := json.Unmarshal(decisions[i], &d); err != nil {
			t.Fatal(err)
		}
		if f.kept != "" && d.Tier != "local" || f.must && d.Tier == "local" {
			t.Errorf("kept here by %q, must leave: %v; %s", f.kept, f.must, decisions[i])
		}
	}
	w.cloud.untouched(t)
	w.proxy.untouched(t)
	if n := len(w.local.all()); n > 0 {
		t.Errorf("%d questions were sent", n)
	}
}

// spoken is a question without files.
func (s *scene) spoken() (map[string]any, *fact) {
	f := &fact{}
	params := map[string]any{"message": "what is a slice"}
	if mode := s.one("", "local", "cloud", "cloud"); mode != "" {
		params["mode"] = mode
		f.must = mode == "cloud"
		if mode == "local" {
			f.keep(mode)
		}
	}
	switch s.r.IntN(6) {
	case 0:
		params["message"] = s.mark(f) + "\n\nwhat is a slice"
	case 1:
		params["message"] = "what is\n" + s.plant(f) + "\nthis"
	case 2:
		params["classification"] = "CUI"
		f.confine("level")
	case 3:
		params["maxTier"] = "local"
		f.keep("maxTier")
	}
	f.must = f.must && f.kept == ""
	return params, f
}

// TestProxyCarriesNothingConfined gives both servers names that only a proxy
// could reach. What is open goes to the proxy as the environment has it; what is
// marked, paranoid or offline does not.
func TestProxyCarriesNothingConfined(t *testing.T) {
	const open, marked = "what is a slice", "(S//NF) what is a slice"
	for _, test := range []struct {
		name, config, message string
		carried               bool
	}{
		{"cloud", "cloud.url = \"http://cloud.example\"\nrouting.mode = \"cloud\"\n", open, true},
		{"marked", "cloud.url = \"http://cloud.example\"\nrouting.mode = \"cloud\"\n", marked, false},
		{"paranoid", "cloud.url = \"http://cloud.example\"\nrouting.mode = \"cloud\"\nrouting.paranoid = true\n", open, false},
		{"offline", "cloud.url = \"http://cloud.example\"\nrouting.mode = \"cloud\"\nrouting.offline = true\n", open, false},
		{"a local server far away, marked", "local.url = \"http://models.example\"\nlocal.kind = \"openai\"\nlocal.model = \"m\"\n", marked, false},
		{"a local server far away, offline", "local.url = \"http://models.example\"\nlocal.kind = \"openai\"\nlocal.model = \"m\"\nrouting.offline = true\n", open, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			config := test.config + "cloud.model = \"large-cloud\"\n"
			if !strings.Contains(config, "local.url") {
				config += fmt.Sprintf("local.url = %q\nlocal.kind = \"openai\"\n", w.local.URL)
			}
			s := fire(t, w, config, nil, "ask", test.message)
			if carried := w.proxy.holding("what is a slice") > 0; carried != test.carried {
				t.Errorf("carried: %v (%s)", carried, s.errs)
			}
			w.stranger.untouched(t)
			auditLog(t, s.Cmd, "what is a slice")
		})
	}
}

// TestNamesThatPointElsewhere runs the binary under a hosts file of the test's
// own, in which names point where a hostile resolver would let them.
func TestNamesThatPointElsewhere(t *testing.T) {
	hosts := filepath.Join(t.TempDir(), "hosts")
	writeFile(t, hosts, "127.0.0.1 localhost cloud.example models.example\n203.0.113.7 far.example\n")
	wrap := []string{"unshare", "--user", "--map-root-user", "--mount", "sh", "-c", `mount --bind "$0" /etc/hosts && exec "$@"`, hosts}
	if err := exec.CommandContext(t.Context(), wrap[0], append(append([]string{}, wrap[1:]...), "true")...).Run(); err != nil {
		t.Skip("needs a mount of its own, for a hosts file (unshare --user --mount): ", err)
	}
	const open, marked = "what is a slice", "(S//NF) what is a slice"
	for _, test := range []struct {
		name, cloud, local, more, message string
		atCloud, atLocal                  bool
	}{
		{"a cloud on this machine is cloud", "cloud.example", "127.0.0.1", "", open, true, false},
		{"and gets nothing that is marked", "cloud.example", "127.0.0.1", "", marked, false, true},
		{"nor offline", "cloud.example", "127.0.0.1", "routing.offline = true\n", open, false, true},
		{"a local server by a name is local", "127.0.0.1", "models.example", "", marked, false, true},
		{"also offline", "127.0.0.1", "models.example", "routing.offline = true\n", open, false, true},
		{"a local name that points away gets nothing marked", "127.0.0.1", "far.example", "", marked, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			config := w.config("routing.mode = \"cloud\"\n" + test.more)
			config = strings.Replace(config, portOf(t, w.cloud), strings.Replace(portOf(t, w.cloud), "127.0.0.1", test.cloud, 1), 1)
			config = strings.Replace(config, portOf(t, w.local), strings.Replace(portOf(t, w.local), "127.0.0.1", test.local, 1), 1)
			cmd := fire(t, w, config, append([]string{"env", "NO_PROXY=*", "no_proxy=*"}, wrap...), "ask", test.message)
			if c, l := len(w.cloud.all()) > 0, len(w.local.all()) > 0; c != test.atCloud || l != test.atLocal {
				t.Errorf("at the cloud: %v, at the local server: %v (%v: %s)", c, l, cmd.err, cmd.errs)
			}
			w.proxy.untouched(t)
			w.stranger.untouched(t)
		})
	}
}

// portOf is a server's host and port.
func portOf(t *testing.T, s *sink) string {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// TestKernelSeesNoWayOut has the kernel report every connection and every
// datagram of a process that is offline.
func TestKernelSeesNoWayOut(t *testing.T) {
	report := filepath.Join(t.TempDir(), "calls")
	wrap := []string{"strace", "-f", "-qq", "-o", report, "-e", "trace=connect,sendto,sendmsg,sendmmsg"}
	if err := exec.CommandContext(t.Context(), wrap[0], append(append([]string{}, wrap[1:]...), "true")...).Run(); err != nil {
		t.Skip("needs strace, and leave to use it: ", err)
	}
	for _, test := range []struct {
		name, config string
		dials        bool // to loopback
	}{
		{"loopback", "", true},
		{"a cloud by name", "cloud.url = \"http://cloud.example\"\ncloud.model = \"m\"\nrouting.mode = \"cloud\"\n", true},
		{"a local server by name", "local.url = \"http://models.example:11434\"\n", false},
		{"a local server by address", "local.url = \"http://203.0.113.7:11434\"\n", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			config := "routing.offline = true\n" + test.config
			if !strings.Contains(config, "local.url") {
				config += fmt.Sprintf("local.url = %q\nlocal.kind = \"openai\"\n", w.local.URL)
			}
			s := fire(t, w, config, wrap, "ask", "what is a slice")
			seen := calls(t, report)
			for _, call := range seen {
				if !strings.Contains(call, "AF_UNIX") && !strings.Contains(call, `inet_addr("127.0.0.1")`) && !strings.Contains(call, `"::1"`) {
					t.Errorf("a call to somewhere else: %s", call)
				}
				if strings.Contains(call, "htons(53)") {
					t.Errorf("a name server was asked: %s", call)
				}
			}
			if dialled := len(w.local.all()) > 0; dialled != test.dials || dialled && len(seen) == 0 {
				t.Errorf("answered by the local server: %v, with %d calls (%v: %s)", dialled, len(seen), s.err, s.errs)
			}
			if (s.err == nil) != test.dials {
				t.Errorf("ended with %v: %s", s.err, s.errs)
			}
			events := auditLog(t, s.Cmd, "what is a slice")
			if refused := count(events, func(e event) bool { return e.Event == "refuse" && e.Rule != "" }); !test.dials && refused == 0 {
				t.Errorf("no refusal is in the audit log: %+v", events)
			}
			w.proxy.untouched(t)
		})
	}
}

// address is a call that names an address; without one, a datagram goes where
// its socket was connected to.
var address = regexp.MustCompile(`sa_family=AF_(INET6?|UNIX)`)

// calls are the calls of a report that name an address.
func calls(t *testing.T, report string) (all []string) {
	t.Helper()
	raw, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if address.MatchString(line) {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}
