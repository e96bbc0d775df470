package route

// weights say how much each feature, which lies in 0…1, adds to the logit of the
// score. They are fitted on testdata/development.jsonl and written here by
//
//	go test ./engine/route -run TestFit -fit
//
// No other place knows a weight.
var weights = [featureCount]float64{
	always:          -2.51, // an empty question: a small model will do
	length:          3.05,  // long questions say more than one thing
	sentences:       0.1,   // each sentence is another condition or step
	parts:           1.03,  // lists of requirements, cases and clauses
	longWords:       0.77,  // technical and abstract words are long
	lookupOpening:   -0.92, // "what is", "how do I": known by heart, and more surely so the shorter
	choreWords:      -0.89, // renaming, formatting, one command
	designWords:     1.61,  // a design or a judgement has no single right answer to copy
	proofWords:      0.33,  // causes, arguments and proofs take several steps that must all hold
	deepWords:       1.13,  // concurrency, distribution, security, numerics: plausible answers are wrong
	constraintWords: 0.53,  // each "without" and "must" rules an easy answer out
	connectiveWords: 0.05,  // conditions and quantities that depend on each other
	scaleWords:      0.82,  // sizes and rates at which simple answers stop working
	numbers:         -0.37, // a number alone says little: a port, a date, a line
	symbols:         -0.45, // formulas, but also one-line snippets
	failureWords:    -0.29, // error text names its own cause more often than not
	framesSeen:      -0.54, // so do stack traces, which point at the line
	actionExplain:   -0.19, // explaining is reading, the least a model can do
	actionFix:       -0.64, // most fixes are local
	actionRefactor:  -0.27, // behaviour has to survive
	actionDocument:  -0.71, // like explaining, in a fixed form
	actionTests:     -0.34, // cases follow from the code
	actionReview:    0.12,  // finding what is not there
	codeLines:       1.5,   // how much code has to be understood at once
	codeDepth:       0.1,   // nested code has more paths
	contextItems:    0.17,  // connections between files
	historyTurns:    0.1,   // an answer has to agree with all that was said
	windowUse:       1.24,  // what the local model's window cannot hold, it does not see
}
