// Package policy reads classification markings out of text: what a person wrote
// into a file to say how it must be handled. [Scan] returns every marking,
// [Level] only the highest level, without allocating. Both are pure functions
// over one text; nothing is kept and nothing is looked up.
//
// # What counts as a marking
//
// A banner line: the level, alone or with its controls, as the only words on a
// line of text, of a comment in any language, or of Markdown:
//
//	SECRET//REL TO USA, FVEY
//	// TOP SECRET//SI//NOFORN
//	<!-- CUI//SP-CTI -->
//
// A portion mark: the abbreviation in parentheses in front of what it marks,
// "(U)", "(CUI)", "(C)", "(S//NF)", "(TS//SI)".
//
// A label: "CLASSIFICATION: SECRET", the CUI designation indicator ("CUI
// Category: CTI"), the declassification line that closes every classification
// authority block, and the ISM attribute ism:classification="S" of XML.
//
// A level with its controls ("SECRET//NOFORN") counts anywhere in a line,
// because no ordinary sentence holds it. A bare level counts only where it is
// evidently a banner: in capitals, alone on its line, and, where the line is no
// comment, next to an empty line or an edge of the text.
//
// # Where the rules come from
//
// The forms are those of E.O. 13526 and 32 CFR 2001.20 to 2001.24 (ISOO's rules:
// banner, portion marks, classification authority block), of the CAPCO Register
// and Manual (order and names of control markings), of DoDM 5200.01 volume 2
// (the same for the Department of Defense, older forms such as FOUO included),
// and of 32 CFR 2002.20 with the CUI Registry and DoDI 5200.48 (CUI banners,
// categories, limited dissemination controls, designation indicator).
//
// # In doubt
//
// A false alarm keeps a question on this machine; a marking that is overlooked
// lets it leave. Where a line can be read both ways, these rules take the
// marking, except where the other reading is common in source code: copyright
// signs, casts, lists lettered (A), (B), (C), constants, names of secrets.
// The files in testdata hold the examples the rules are judged by.
//
// # Putting texts together
//
// A line is judged with at most two lines before and after it, and a list that
// has begun above it. Two empty lines end every such connection, so that
// Level(a+"\n\n\n"+b) is max(Level(a), Level(b)) for all a and b.
package policy
