package acp

import (
	"bytes"
	"encoding/json"
	"os"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// definitions are the protocol's own description of its messages, without the
// texts. One of each is compiled when it is first needed.
type definitions struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	compiled map[string]*jsonschema.Schema
}

const schemaFile = "testdata/schema.v1.json"

var loadDefinitions = sync.OnceValues(func() (*definitions, error) {
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	return &definitions{compiler: c, compiled: map[string]*jsonschema.Schema{}}, c.AddResource("acp.json", doc)
})

// check holds a value against the definition of that name.
func (d *definitions) check(name string, raw []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.compiled[name]
	if s == nil {
		var err error
		if s, err = d.compiler.Compile("acp.json#/$defs/" + name); err != nil {
			return err
		}
		d.compiled[name] = s
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// expect fails the test where a value is not as the definition has it.
func expect(t *testing.T, name string, raw []byte) {
	t.Helper()
	d, err := loadDefinitions()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.check(name, raw); err != nil {
		t.Errorf("%s is not as the protocol's schema has it: %v\n%s", name, err, raw)
	}
}

// TestSchemaBites tries the schema on messages that it must refuse: a check that
// takes everything would hold nothing.
func TestSchemaBites(t *testing.T) {
	d, err := loadDefinitions()
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"SessionNotification": `{"sessionId":"x","update":{"sessionUpdate":"agent_message_chunk","content":"no block"}}`,
		"PromptResponse":      `{"stopReason":"finished"}`,
		"NewSessionResponse":  `{}`,
		"InitializeResponse":  `{"protocolVersion":"one"}`,
		"ReadTextFileRequest": `{"path":"/a"}`,
	} {
		if d.check(name, []byte(raw)) == nil {
			t.Errorf("%s: %s was taken", name, raw)
		}
	}
}

// TestMethodNames holds our names of methods against the schema's.
func TestMethodNames(t *testing.T) {
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]struct {
			Method string `json:"x-method"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, d := range schema.Defs {
		known[d.Method] = true
	}
	a := New(Options{})
	for name := range a.methods() {
		if !known[name] {
			t.Errorf("%s is no method of the protocol", name)
		}
	}
	for _, name := range []string{methodSessionUpdate, methodReadTextFile, methodWriteTextFile, methodRequestPermission, methodCancelRequest} {
		if !known[name] {
			t.Errorf("%s is no method of the protocol", name)
		}
	}
}
