package main

import (
	"context"

	"example.com/shop"
)

func main() {
	for code := range shop.Fetch(context.Background(), nil) {
		println(code, shop.Max(1, 2))
	}
}
