package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

const (
	magic = "USELITE1"
	// The graph's names: variables that the converter kept start with varRoot,
	// those that it folded into constants with opRoot.
	varRoot = "module/Encoder_en/"
	opRoot  = "module_apply_default/Encoder_en/KonaTransformer/Encode/"
	folded  = "/ConcatPartitions/concat"
)

// writer gathers the file. The first error stays in it and ends the work.
type writer struct {
	bytes.Buffer
	from map[string]tensor
	err  error
}

// build turns the package's files into the weights' file.
func build(files map[string][]byte) ([]byte, error) {
	pieces, err := vocabulary(files["dist/vocab.json"])
	if err != nil {
		return nil, err
	}
	from, err := tensors(files)
	if err != nil {
		return nil, err
	}
	w := &writer{from: from}
	w.WriteString(magic)
	w.trie(pieces)
	w.vector(opRoot+"TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1", 128)
	w.matrix(w.take("module/Embeddings_en", 8002*256), 8002, 256, 256, 1)
	w.layer("Layer_0/", 256, "dense/")
	w.layer("Layer_1/", 512, "")
	out := varRoot + "hidden_layers/tanh_layer_0/"
	w.dense(out+"weights", out+"bias", 512, 512)
	return w.Bytes(), w.err
}

// layer writes a transformer layer that takes vectors of width in and gives 512.
// adjust names the dense layer on its residual, where widths differ.
func (w *writer) layer(name string, in int, adjust string) {
	const width, inner = 512, 1536
	kept := varRoot + "KonaTransformer/Encode/" + name + "TransformerLayer/MultiheadAttention/"
	ops := opRoot + name + "TransformerLayer/"
	stack := opRoot + "TransformerStack/" + name + "TransformerLayer/FFN/"
	w.norm(ops+"layer_prepostprocess/", in)
	if adjust != "" {
		w.dense(ops+adjust+"kernel"+folded, ops+adjust+"bias"+folded, in, width)
	}
	for _, d := range []struct {
		name string
		out  int
	}{{"qkv_transform_single", 3 * in}, {"output_transform_single", width}} {
		w.dense(kept+d.name+"/kernel/part_0", ops+"MultiheadAttention/"+d.name+"/bias"+folded, in, d.out)
	}
	w.norm(ops+"FFN/layer_prepostprocess/", width)
	w.dense(stack+"conv1/Tensordot/Reshape_1", ops+"FFN/conv1/bias"+folded, width, inner)
	w.dense(stack+"conv2/Tensordot/Reshape_1", ops+"FFN/conv2/bias"+folded, inner, width)
}

func (w *writer) norm(name string, n int) {
	w.vector(name+"layer_norm/layer_norm_scale"+folded, n)
	w.vector(name+"layer_norm/layer_norm_bias"+folded, n)
}

// dense writes a bias and the kernel's columns as rows.
func (w *writer) dense(kernel, bias string, in, out int) {
	w.vector(bias, out)
	w.matrix(w.take(kernel, in*out), out, in, 1, out)
}

func (w *writer) vector(name string, n int) { w.put(w.take(name, n)) }

// take returns an array that must have n values.
func (w *writer) take(name string, n int) []float32 {
	t := w.from[name]
	if len(t.values) != n && w.err == nil {
		w.err = fmt.Errorf("%s: shape %v, want %d values", name, t.shape, n)
	}
	return append(make([]float32, 0, n), t.values...)[:n]
}

// matrix writes rows × columns values as int8: each row's scale maps its largest
// magnitude to 127, and values go to the nearest step, halves to even. Value
// (r, c) is found at r·down + c·right.
func (w *writer) matrix(values []float32, rows, columns, down, right int) {
	scales := make([]float32, rows)
	steps := make([]int8, rows*columns)
	for r := range rows {
		var largest float64
		for c := range columns {
			largest = max(largest, math.Abs(float64(values[r*down+c*right])))
		}
		scales[r] = float32(largest / 127)
		if largest == 0 {
			continue
		}
		for c := range columns {
			v := float64(values[r*down+c*right]) / (largest / 127)
			steps[r*columns+c] = int8(math.RoundToEven(v))
		}
	}
	w.put(scales, steps)
}

func (w *writer) put(values ...any) {
	for _, v := range values {
		if err := binary.Write(w, binary.LittleEndian, v); err != nil && w.err == nil {
			w.err = err
		}
	}
}
