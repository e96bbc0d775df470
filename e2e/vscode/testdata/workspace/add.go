package add

// Add returns the sum of its arguments.
func Add(a, b int) int {
	return a + b
}

// Divide returns a over b.
func Divide(a, b int) int {
	return a / b
}
