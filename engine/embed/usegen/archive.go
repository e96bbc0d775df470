package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// unpack returns the files of an npm archive by their path inside the package.
func unpack(raw []byte) (map[string][]byte, error) {
	plain, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for r := tar.NewReader(plain); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files[strings.TrimPrefix(head.Name, "package/")] = content
	}
}

// tensor is one array of the graph's weights, row by row.
type tensor struct {
	shape  []int
	values []float32
}

// tensors reads every float32 array that the graph model's manifest lists.
func tensors(files map[string][]byte) (map[string]tensor, error) {
	var model struct {
		Manifest []struct {
			Paths   []string
			Weights []struct {
				Name  string
				Shape []int
				Dtype string
			}
		} `json:"weightsManifest"`
	}
	if err := json.Unmarshal(files["dist/model.json"], &model); err != nil {
		return nil, fmt.Errorf("model.json: %w", err)
	}
	all := map[string]tensor{}
	for _, group := range model.Manifest {
		var raw []byte
		for _, p := range group.Paths {
			raw = append(raw, files["dist/"+p]...)
		}
		for _, w := range group.Weights {
			n := 1
			for _, d := range w.Shape {
				n *= d
			}
			if len(raw) < 4*n {
				return nil, fmt.Errorf("%s: the shards end before it does", w.Name)
			}
			if w.Dtype == "float32" {
				all[w.Name] = tensor{w.Shape, floats(raw[:4*n])}
			}
			raw = raw[4*n:] // int32 is as wide
		}
	}
	return all, nil
}

func floats(raw []byte) []float32 {
	v := make([]float32, len(raw)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return v
}
