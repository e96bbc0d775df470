package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"
)

// bill writes the bill of materials as CycloneDX JSON: the Go modules that are
// linked into a binary of any system, as the binaries themselves say, and the
// packages that are bundled into the extension, as its lock file says.
func (m *making) bill(context.Context) error {
	parts := map[string]cyclonedx.Component{}
	for _, path := range m.built {
		if err := modulesOf(path, parts); err != nil {
			return err
		}
	}
	if err := m.bundled(parts); err != nil {
		return err
	}
	parts["model"] = cyclonedx.Component{
		BOMRef: "universal-sentence-encoder-lite", Type: cyclonedx.ComponentTypeMachineLearningModel, Name: "universal-sentence-encoder-lite", Version: "2",
		Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}},
	}
	all := make([]cyclonedx.Component, 0, len(parts))
	for _, c := range parts {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b cyclonedx.Component) int { return strings.Compare(a.PackageURL, b.PackageURL) })
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{
		Timestamp: m.time.Format("2006-01-02T15:04:05Z"),
		Component: &cyclonedx.Component{
			BOMRef: "rigrun-lsp", Type: cyclonedx.ComponentTypeApplication, Name: "rigrun-lsp", Version: m.version,
			Licenses: &cyclonedx.Licenses{{License: &cyclonedx.License{ID: "Apache-2.0"}}},
		},
	}
	bom.Components = &all
	var b bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&b, cyclonedx.BOMFileFormatJSON).SetPretty(true).Encode(bom); err != nil {
		return fmt.Errorf("the bill of materials: %w", err)
	}
	return os.WriteFile(filepath.Join(m.out, "rigrun-lsp_"+m.version+".cdx.json"), b.Bytes(), 0o600)
}

// modulesOf adds the modules of a binary, and Go's own library.
func modulesOf(path string, parts map[string]cyclonedx.Component) error {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return fmt.Errorf("what %s is made of: %w", filepath.Base(path), err)
	}
	add := func(name, version string) {
		url := "pkg:golang/" + name + "@" + version
		parts[url] = cyclonedx.Component{BOMRef: url, Type: cyclonedx.ComponentTypeLibrary, Name: name, Version: version, PackageURL: url}
	}
	add("std", strings.TrimPrefix(info.GoVersion, "go"))
	for _, d := range info.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		add(d.Path, d.Version)
	}
	return nil
}

// bundled adds what the extension's bundle is made of.
func (m *making) bundled(parts map[string]cyclonedx.Component) error {
	raw, err := os.ReadFile(filepath.Join(m.root, "editors/vscode/package-lock.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var lock struct {
		Packages map[string]struct {
			Version, License string
			Dev              bool
		}
	}
	if err == nil {
		err = json.Unmarshal(raw, &lock)
	}
	if err != nil {
		return fmt.Errorf("what the extension is made of: %w", err)
	}
	for path, p := range lock.Packages {
		at := strings.LastIndex(path, "node_modules/")
		if at < 0 || p.Dev {
			continue
		}
		name := path[at+len("node_modules/"):]
		url := "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + p.Version
		c := cyclonedx.Component{BOMRef: url, Type: cyclonedx.ComponentTypeLibrary, Name: name, Version: p.Version, PackageURL: url}
		if p.License != "" {
			c.Licenses = &cyclonedx.Licenses{{License: &cyclonedx.License{Name: p.License}}}
		}
		parts[url] = c
	}
	return nil
}
