package embed

import (
	"fmt"
	"strings"
	"testing"
)

const question = "How do I convert a string to an integer in Go safely?" // 12 words

func BenchmarkEmbed(b *testing.B) {
	for name, k := range kernels() {
		b.Run(name, func(b *testing.B) {
			m := &Model{weights: builtin, kernel: k}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.Embed(b.Context(), question); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkEmbedLong embeds a text of the most pieces.
func BenchmarkEmbedLong(b *testing.B) {
	m := Open()
	text := strings.Repeat(question+" ", 20)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := m.Embed(b.Context(), text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirstEmbed is what the first question pays.
func BenchmarkFirstEmbed(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		m := Open()
		if _, err := m.Embed(b.Context(), question); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKernel(b *testing.B) {
	for _, width := range []int{256, 512, 1536} {
		b.Run(fmt.Sprint(width), func(b *testing.B) {
			k := fastest()
			in, w := make([]int16, tileRows*width), make([]int8, blockRows*width)
			sums := make([]int32, tileRows*blockRows)
			for b.Loop() {
				k(sums, in, w, width)
			}
			b.ReportMetric(float64(b.N)*float64(width)*tileRows*blockRows/float64(b.Elapsed().Nanoseconds()), "products/ns")
		})
	}
}
