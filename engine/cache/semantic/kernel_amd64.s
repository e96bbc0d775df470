#include "textflag.h"

// In both kernels two rows go side by side, so that one load of the query serves
// both.

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
TEXT ·dotsAVX2(SB), NOSPLIT, $0-32
	MOVQ query+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ out+24(FP), BX

pair:
	// An odd last row is taken twice, the second time for nothing.
	LEAQ  512(SI), DX
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
	STEPS(128)
	STEPS(192)
	STEPS(256)
	STEPS(320)
	STEPS(384)
	STEPS(448)
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
	ADDQ   $1024, SI
	ADDQ   $8, BX
	SUBQ   $2, CX
	JNZ    pair

done:
	VZEROUPPER
	RET

// ROUGH multiplies 32 numbers at the offset of the query (DI, int8) with the same
// 32 of both rows (uint8), adds the products in pairs to int16, which cannot
// overflow as the query's numbers are at most 63, and those in pairs (Y15 holds
// ones) to the int32s of a and b.
#define ROUGH(off, a, b) \
	VMOVDQU    (off)(SI), Y9        \
	VMOVDQU    (off)(DX), Y10       \
	VMOVDQU    (off)(DI), Y8        \
	VPMADDUBSW Y8, Y9, Y9           \
	VPMADDUBSW Y8, Y10, Y10         \
	VPMADDWD   Y15, Y9, Y9          \
	VPMADDWD   Y15, Y10, Y10        \
	VPADDD     Y9, a, a             \
	VPADDD     Y10, b, b

#define ROUGHS(off) \
	ROUGH(off, Y0, Y1)      \
	ROUGH(off+32, Y2, Y3)   \
	ROUGH(off+64, Y4, Y5)   \
	ROUGH(off+96, Y6, Y7)

// func roughAVX2(query *int8, rows *uint8, n int, out *int32)
TEXT ·roughAVX2(SB), NOSPLIT, $0-32
	MOVQ query+0(FP), DI
	MOVQ rows+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ out+24(FP), BX
	VPCMPEQW Y15, Y15, Y15
	VPSRLW   $15, Y15, Y15

pair:
	// An odd last row is taken twice, the second time for nothing.
	LEAQ  512(SI), DX
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
	ROUGHS(0)
	ROUGHS(128)
	ROUGHS(256)
	ROUGHS(384)
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
	ADDQ   $1024, SI
	ADDQ   $8, BX
	SUBQ   $2, CX
	JNZ    pair

done:
	VZEROUPPER
	RET
