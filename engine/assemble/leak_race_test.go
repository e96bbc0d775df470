//go:build race

package assemble_test

const raceDetector = true
