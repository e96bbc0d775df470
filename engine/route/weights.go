package route

// weights say how much each feature, which lies in 0…1, adds to the logit of the
// score. They are fitted on testdata/development.jsonl and written here by
//
//	go test ./engine/route -run TestFit -fit
//
// No other place knows a weight.
var weights = [featureCount]float64{
	always:          -2.15, // an empty question: a small model will do
	length:          2.46,  // long questions say more than one thing
	sentences:       0.1,   // each sentence is another condition or step
	parts:           0.5,   // lists of requirements, cases and clauses
	longWords:       1.06,  // technical and abstract words are long
	lookupOpening:   -1.08, // "what is", "how do I": known by heart, and more surely so the shorter
	choreWords:      -1.09, // renaming, formatting, one command
	designWords:     1.43,  // a design or a judgement has no single right answer to copy
	proofWords:      0.83,  // causes, arguments and proofs take several steps that must all hold
	deepWords:       1.76,  // concurrency, distribution, security, numerics: plausible answers are wrong
	constraintWords: 0.73,  // each "without" and "must" rules an easy answer out
	connectiveWords: 0.3,   // conditions and quantities that depend on each other
	scaleWords:      0.96,  // sizes and rates at which simple answers stop working
	numbers:         -0.4,  // a number alone says little: a port, a date, a line
	symbols:         -0.69, // formulas, but also one-line snippets
	failureWords:    -0.16, // error text names its own cause more often than not
	framesSeen:      -0.21, // so do stack traces, which point at the line
	actionExplain:   -0.1,  // explaining is reading, the least a model can do
	actionFix:       -0.73, // most fixes are local
	actionRefactor:  -0.3,  // behaviour has to survive
	actionDocument:  -0.62, // like explaining, in a fixed form
	actionTests:     -0.3,  // cases follow from the code
	actionReview:    0.02,  // finding what is not there
	codeLines:       1.04,  // how much code has to be understood at once
	codeDepth:       0.1,   // nested code has more paths
	contextItems:    0.28,  // connections between files
	historyTurns:    0.1,   // an answer has to agree with all that was said
	windowUse:       1.34,  // what the local model's window cannot hold, it does not see
}
