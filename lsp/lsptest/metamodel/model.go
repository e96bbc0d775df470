package metamodel

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Model is the Language Server Protocol's description, ready to check messages.
// It is never written after it was loaded and may be shared.
type Model struct {
	requests      map[string]*method
	notifications map[string]*method
	structures    map[string]*structure
	enumerations  map[string]*enumeration
	aliases       map[string]*typ
}

// modulePath is the module that carries the description in its test data.
const modulePath = "go.lsp.dev/protocol"

// loadOnce reads the description the first time it is asked for.
var loadOnce = sync.OnceValues(load)

// Load returns the description, or ends the test when it cannot be read.
func Load(t testing.TB) *Model {
	t.Helper()
	m, err := loadOnce()
	if err != nil {
		t.Fatalf("metamodel: %v", err)
	}
	return m
}

func load() (*Model, error) {
	dir, err := moduleDir()
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(dir, "internal/genlsp/testdata/metaModel.json"))
	if err != nil {
		return nil, fmt.Errorf("read the protocol's description: %w", err)
	}
	return parse(raw)
}

// moduleDir asks the go command where the module's files are; it downloads them
// when only a build without tests has run so far.
func moduleDir() (string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", modulePath).Output()
	if err != nil {
		return "", fmt.Errorf("find the module %s: %w", modulePath, err)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return "", fmt.Errorf("find the module %s: %w", modulePath, err)
	}
	return module.Dir, nil
}

func parse(raw []byte) (*Model, error) {
	var d description
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("parse the protocol's description: %w", err)
	}
	m := &Model{
		requests:      map[string]*method{},
		notifications: map[string]*method{},
		structures:    map[string]*structure{},
		enumerations:  map[string]*enumeration{},
		aliases:       map[string]*typ{},
	}
	for i := range d.Requests {
		m.requests[d.Requests[i].Method] = &d.Requests[i]
	}
	for i := range d.Notifications {
		m.notifications[d.Notifications[i].Method] = &d.Notifications[i]
	}
	for i := range d.Structures {
		m.structures[d.Structures[i].Name] = &d.Structures[i]
	}
	for i := range d.Enumerations {
		m.enumerations[d.Enumerations[i].Name] = &d.Enumerations[i]
	}
	for i := range d.TypeAliases {
		m.aliases[d.TypeAliases[i].Name] = &d.TypeAliases[i].Type
	}
	return m, nil
}

// Knows tells whether the specification has the method, as a request or as a
// notification. Custom methods are not known.
func (m *Model) Knows(name string) bool {
	return m.requests[name] != nil || m.notifications[name] != nil
}

// Request checks the params of a request. Nil params stand for absent ones.
func (m *Model) Request(name string, params json.RawMessage) error {
	req := m.requests[name]
	if req == nil {
		return fmt.Errorf("%s: no such request", name)
	}
	if err := m.params(req, params); err != nil {
		return err
	}
	if name == "client/registerCapability" {
		return m.registrations(params)
	}
	return nil
}

// Result checks the result of a request.
func (m *Model) Result(name string, result json.RawMessage) error {
	req := m.requests[name]
	if req == nil {
		return fmt.Errorf("%s: no such request", name)
	}
	return m.check(name+" result", req.Result, result)
}

// PartialResult checks one progress value that carries a part of a request's result.
func (m *Model) PartialResult(name string, value json.RawMessage) error {
	req := m.requests[name]
	if req == nil || req.PartialResult == nil {
		return fmt.Errorf("%s: no request with partial results", name)
	}
	return m.check(name+" partial result", req.PartialResult, value)
}

// Notification checks the params of a notification. A progress value that has a
// "kind" must be a work-done report; any other is free.
func (m *Model) Notification(name string, params json.RawMessage) error {
	note := m.notifications[name]
	if note == nil {
		return fmt.Errorf("%s: no such notification", name)
	}
	if err := m.params(note, params); err != nil || name != "$/progress" {
		return err
	}
	var progress struct{ Value json.RawMessage }
	if err := json.Unmarshal(params, &progress); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var report struct {
		Kind *json.RawMessage `json:"kind"`
	}
	if json.Unmarshal(progress.Value, &report) == nil && report.Kind != nil {
		return m.WorkDone(progress.Value)
	}
	return nil
}

// WorkDone checks a progress value as a report of work being done: begin,
// report or end.
func (m *Model) WorkDone(value json.RawMessage) error {
	reports := typ{kind: "or"}
	for _, name := range []string{"WorkDoneProgressBegin", "WorkDoneProgressReport", "WorkDoneProgressEnd"} {
		reports.items = append(reports.items, typ{kind: "reference", name: name})
	}
	return m.check("$/progress value", &reports, value)
}

// Error checks the error member of a response.
func (m *Model) Error(raw json.RawMessage) error {
	body := typ{kind: "literal", properties: []property{
		{Name: "code", Type: typ{kind: "base", name: "integer"}},
		{Name: "message", Type: typ{kind: "base", name: "string"}},
		{Name: "data", Type: typ{kind: "reference", name: "LSPAny"}, Optional: true},
	}}
	return m.check("error", &body, raw)
}

// params checks a method's params. A method without params may leave them out,
// or send null or an empty object as many libraries do.
func (m *Model) params(of *method, raw json.RawMessage) error {
	if of.Params != nil {
		return m.check(of.Method, of.Params, raw)
	}
	if s := strings.Join(strings.Fields(string(raw)), ""); !slices.Contains([]string{"", "null", "{}"}, s) {
		return fmt.Errorf("%s: has no params, got %.40s", of.Method, s)
	}
	return nil
}

// registrations checks the options of each capability that a server registers.
func (m *Model) registrations(raw json.RawMessage) error {
	var params struct {
		Registrations []struct {
			Method          string
			RegisterOptions json.RawMessage
		}
	}
	if err := json.Unmarshal(raw, &params); err != nil {
		return fmt.Errorf("client/registerCapability: %w", err)
	}
	for _, r := range params.Registrations {
		of := m.registered(r.Method)
		if of == nil {
			return fmt.Errorf("client/registerCapability: %q cannot be registered", r.Method)
		}
		if of.RegistrationOptions == nil || r.RegisterOptions == nil {
			continue
		}
		if err := m.check("registration of "+r.Method, of.RegistrationOptions, r.RegisterOptions); err != nil {
			return err
		}
	}
	return nil
}

// registered finds the method that a registration's name stands for: some
// methods are registered under a common name.
func (m *Model) registered(name string) *method {
	for _, methods := range []map[string]*method{m.requests, m.notifications} {
		if of := methods[name]; of != nil {
			return of
		}
		for _, of := range methods {
			if of.RegistrationMethod == name {
				return of
			}
		}
	}
	return nil
}
