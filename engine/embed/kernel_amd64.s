#include "textflag.h"

// Y0-Y3 gather the first weights' row with inputs 0-3, Y4-Y7 the second row's.
// Y8 and Y9 hold 16 weights of each row as int16.
#define STEP(input, first, second) \
	VMOVDQU  (input)(AX*2), Y10 \
	VPMADDWD Y10, Y8, Y11       \
	VPMADDWD Y10, Y9, Y12       \
	VPADDD   Y11, first, first  \
	VPADDD   Y12, second, second

// REDUCE adds up the lanes of a, b, c and d and leaves the four sums in low.
#define REDUCE(a, b, c, d, low) \
	VPHADDD      b, a, a     \
	VPHADDD      d, c, c     \
	VPHADDD      c, a, a     \
	VEXTRACTI128 $1, a, X13  \
	VPADDD       X13, low, low

// func sumTileAVX2(sums *int32, inputs *int16, weights *int8, rows, width int)
TEXT ·sumTileAVX2(SB), NOSPLIT, $0-40
	MOVQ sums+0(FP), DI
	MOVQ inputs+8(FP), R8
	MOVQ weights+16(FP), SI
	MOVQ rows+24(FP), CX
	MOVQ width+32(FP), DX
	LEAQ (R8)(DX*2), R9
	LEAQ (R9)(DX*2), R10
	LEAQ (R10)(DX*2), R11

pair:
	LEAQ  (SI)(DX*1), BX
	XORQ  AX, AX
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7

lanes:
	VPMOVSXBW (SI)(AX*1), Y8
	VPMOVSXBW (BX)(AX*1), Y9
	STEP(R8, Y0, Y4)
	STEP(R9, Y1, Y5)
	STEP(R10, Y2, Y6)
	STEP(R11, Y3, Y7)
	ADDQ $16, AX
	CMPQ AX, DX
	JLT  lanes

	REDUCE(Y0, Y1, Y2, Y3, X0)
	REDUCE(Y4, Y5, Y6, Y7, X4)
	VMOVDQU X0, (DI)
	VMOVDQU X4, 16(DI)
	ADDQ $32, DI
	LEAQ (BX)(DX*1), SI
	SUBQ $2, CX
	JG   pair
	VZEROUPPER
	RET
