#include "textflag.h"

// STEP multiplies 16 numbers at the offset of the query (DI, int16) with the same
// 16 of both rows (SI and DX, uint8) and adds the products, in pairs, to the int32s
// of a and b.
#define STEP(off, a, b) \
	VMOVDQU   (2*(off))(DI), Y8      \
	VPMOVZXBW (off)(SI), Y9        \
	VPMOVZXBW (off)(DX), Y10       \
	VPMADDWD  Y8, Y9, Y9           \
	VPMADDWD  Y8, Y10, Y10         \
	VPADDD    Y9, a, a             \
	VPADDD    Y10, b, b

#define STEPS(off) \
	STEP(off, Y0, Y1)      \
	STEP(off+16, Y2, Y3)   \
	STEP(off+32, Y4, Y5)   \
	STEP(off+48, Y6, Y7)

// func dotsAVX2(query *int16, rows *uint8, n int, out *int32)
//
// Two rows go side by side, so that one load of the query serves both.
TEXT ·dotsAVX2(SB), NOSPLIT, $0-32
	MOVQ query+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ out+24(FP), BX

pair:
	// An odd last row is taken twice, the second time for nothing.
	LEAQ  128(SI), DX
	CMPQ  CX, $1
	CMOVQEQ SI, DX
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	STEPS(0)
	STEPS(64)
	VPADDD Y2, Y0, Y0
	VPADDD Y3, Y1, Y1
	VPADDD Y6, Y4, Y4
	VPADDD Y7, Y5, Y5
	VPADDD Y4, Y0, Y0
	VPADDD Y5, Y1, Y1
	VPHADDD Y1, Y0, Y0
	VPHADDD Y0, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VMOVD  X0, (BX)
	CMPQ   CX, $1
	JEQ    done
	VPEXTRD $1, X0, 4(BX)
	ADDQ   $256, SI
	ADDQ   $8, BX
	SUBQ   $2, CX
	JNZ    pair

done:
	VZEROUPPER
	RET

// ROUGH multiplies the query (Y8 to Y11, int8) with the row at the offset of SI
// (uint8), adds the products in pairs to int16, which cannot overflow as the
// query's numbers are at most 63, and those in pairs (Y15 holds ones) to the int32s
// of a.
#define ROUGH(off, a) \
	VMOVDQU    (off)(SI), a         \
	VMOVDQU    (off+32)(SI), Y4     \
	VMOVDQU    (off+64)(SI), Y5     \
	VMOVDQU    (off+96)(SI), Y6     \
	VPMADDUBSW Y8, a, a             \
	VPMADDUBSW Y9, Y4, Y4           \
	VPMADDUBSW Y10, Y5, Y5          \
	VPMADDUBSW Y11, Y6, Y6          \
	VPMADDWD   Y15, a, a            \
	VPMADDWD   Y15, Y4, Y4          \
	VPMADDWD   Y15, Y5, Y5          \
	VPMADDWD   Y15, Y6, Y6          \
	VPADDD     Y4, a, a             \
	VPADDD     Y6, Y5, Y5           \
	VPADDD     Y5, a, a

// func roughAVX2(query *int8, rows *uint8, n int, out *int32)
//
// The query stays in registers; four rows' sums are folded together.
TEXT ·roughAVX2(SB), NOSPLIT, $0-32
	MOVQ query+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ out+24(FP), BX
	VMOVDQU  (DI), Y8
	VMOVDQU  32(DI), Y9
	VMOVDQU  64(DI), Y10
	VMOVDQU  96(DI), Y11
	VPCMPEQW Y15, Y15, Y15
	VPSRLW   $15, Y15, Y15
	SUBQ     $4, CX
	JLT      rest

four:
	ROUGH(0, Y0)
	ROUGH(128, Y1)
	ROUGH(256, Y2)
	ROUGH(384, Y3)
	VPHADDD Y1, Y0, Y0
	VPHADDD Y3, Y2, Y2
	VPHADDD Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD  X1, X0, X0
	VMOVDQU X0, (BX)
	ADDQ    $512, SI
	ADDQ    $16, BX
	SUBQ    $4, CX
	JGE     four

rest:
	ADDQ $4, CX
	JZ   over

one:
	ROUGH(0, Y0)
	VPHADDD Y0, Y0, Y0
	VPHADDD Y0, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VMOVD  X0, (BX)
	ADDQ   $128, SI
	ADDQ   $4, BX
	SUBQ   $1, CX
	JNZ    one

over:
	VZEROUPPER
	RET
