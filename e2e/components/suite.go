package components

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// keyring holds the keys that sign every Debian suite. apt checks the downloads
// against it.
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// suite is a private apt state for one Debian suite, newer than the machine's
// own. Its package list and cache lie under dir; the list of installed packages
// is empty, so a package comes with its whole closure, the C library included.
type suite struct {
	name string
	dir  string
}

// newSuite writes the state's configuration. Its mirror is the machine's own.
func newSuite(name, dir string) (*suite, error) {
	mirror, err := machineMirror()
	if err != nil {
		return nil, err
	}
	s := &suite{name: name, dir: dir}
	for _, sub := range []string{"state/lists/partial", "cache/archives/partial", "sources"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, fmt.Errorf("make the state of suite %s: %w", name, err)
		}
	}
	source := fmt.Sprintf("Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n", mirror, name, keyring)
	if err := os.WriteFile(filepath.Join(dir, "sources", name+".sources"), []byte(source), 0o644); err != nil {
		return nil, fmt.Errorf("write the sources of suite %s: %w", name, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "status"), nil, 0o644); err != nil {
		return nil, fmt.Errorf("write the state of suite %s: %w", name, err)
	}
	return s, nil
}

// aptGet runs apt-get on the private state. Locks are off because the system's
// package database, which they guard, is not touched. A suite that is not released
// is signed for a week, and a mirror may lag behind by more: what it has is signed
// all the same, and old is good enough for a test.
func (s *suite) aptGet(ctx context.Context, args ...string) error {
	options := []string{
		"-q", "-y",
		"-o", "Dir::State=" + filepath.Join(s.dir, "state"),
		"-o", "Dir::State::status=" + filepath.Join(s.dir, "status"),
		"-o", "Dir::Cache=" + filepath.Join(s.dir, "cache"),
		"-o", "Dir::Etc::sourcelist=/dev/null",
		"-o", "Dir::Etc::sourceparts=" + filepath.Join(s.dir, "sources"),
		"-o", "APT::Sandbox::User=root",
		"-o", "APT::Update::Error-Mode=any",
		"-o", "Debug::NoLocking=true",
		"-o", "Acquire::Retries=2",
		"-o", "Acquire::Check-Valid-Until=false",
	}
	cmd := exec.CommandContext(ctx, "apt-get", append(options, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("apt-get %s of suite %s: %w (%s)", args[0], s.name, err, lastError(out))
	}
	return nil
}

// unpack downloads packages with their closure and unpacks them into root.
func (s *suite) unpack(ctx context.Context, root string, pkgs ...string) error {
	if err := s.aptGet(ctx, "update"); err != nil {
		return err
	}
	if err := s.aptGet(ctx, append([]string{"install", "--no-install-recommends", "--download-only"}, pkgs...)...); err != nil {
		return err
	}
	debs, err := filepath.Glob(filepath.Join(s.dir, "cache/archives/*.deb"))
	if err != nil || len(debs) == 0 {
		return fmt.Errorf("find the packages of %s: none was downloaded", strings.Join(pkgs, " and "))
	}
	for _, deb := range debs {
		if out, err := exec.CommandContext(ctx, "dpkg-deb", "-x", deb, root).CombinedOutput(); err != nil {
			return fmt.Errorf("unpack %s: %w (%s)", filepath.Base(deb), err, lastError(out))
		}
	}
	return nil
}

// lastError picks the line of apt's output that says what went wrong.
func lastError(out []byte) string {
	last := "no output"
	for line := range bytes.Lines(bytes.TrimSpace(out)) {
		text := string(bytes.TrimSpace(line))
		if strings.HasPrefix(text, "E:") {
			return text
		}
		if text != "" {
			last = text
		}
	}
	return last
}

// machineMirror returns the archive that this machine's own packages come from.
func machineMirror() (string, error) {
	files, err := filepath.Glob("/etc/apt/sources.list.d/*")
	if err != nil {
		return "", fmt.Errorf("list the machine's package sources: %w", err)
	}
	for _, file := range append(files, "/etc/apt/sources.list") {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // a machine has either form of list, seldom both
		}
		if mirror := mirrorIn(string(raw), strings.HasSuffix(file, ".sources")); mirror != "" {
			return mirror, nil
		}
	}
	return "", errors.New("the machine's package sources name no Debian archive with the component main")
}

// mirrorIn finds the archive's address in a list of sources: deb822 stanzas
// (sources.list.d/*.sources) or the older one-line form.
func mirrorIn(list string, deb822 bool) string {
	if !deb822 {
		return mirrorInLines(list)
	}
	for stanza := range strings.SplitSeq(strings.ReplaceAll(list, "\r\n", "\n"), "\n\n") {
		fields := stanzaFields(stanza)
		uris := strings.Fields(fields["uris"])
		if len(uris) > 0 && isMainArchive(strings.Fields(fields["types"]), fields["suites"], strings.Fields(fields["components"])) {
			return uris[0]
		}
	}
	return ""
}

// isMainArchive tells the main archive from security and third-party ones.
func isMainArchive(types []string, suites string, components []string) bool {
	return slices.Contains(types, "deb") && slices.Contains(components, "main") && !strings.Contains(suites, "security")
}

// stanzaFields reads "Name: value" lines; names come out in lower case.
func stanzaFields(stanza string) map[string]string {
	fields := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(stanza))
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && !strings.HasPrefix(name, "#") {
			fields[strings.ToLower(name)] = strings.TrimSpace(value)
		}
	}
	return fields
}

// mirrorInLines reads "deb [options] URI suite component…" lines.
func mirrorInLines(list string) string {
	for line := range strings.Lines(list) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] != "deb" {
			continue
		}
		words = words[1:]
		if len(words) > 0 && strings.HasPrefix(words[0], "[") {
			end := slices.IndexFunc(words, func(w string) bool { return strings.HasSuffix(w, "]") })
			words = words[end+1:]
		}
		if len(words) > 2 && isMainArchive([]string{"deb"}, words[1], words[2:]) {
			return words[0]
		}
	}
	return ""
}
