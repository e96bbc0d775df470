#include "textflag.h"

// What Go's assembler has no name for, by the numbers of vector registers: UXTL
// and UXTL2 widen the low and high 8 uint8 of n to int16 in d; SMLAL and SMLAL2
// add the products of the low and high 4 int16 of n and m to d's int32.
#define UXTL(n, d) WORD $(0x2F08A400 | (n)<<5 | (d))
#define UXTL2(n, d) WORD $(0x6F08A400 | (n)<<5 | (d))
#define SMLAL(m, n, d) WORD $(0x0E608000 | (m)<<16 | (n)<<5 | (d))
#define SMLAL2(m, n, d) WORD $(0x4E608000 | (m)<<16 | (n)<<5 | (d))

// func dotsNEON(query *int16, rows *uint8, n int, out *int32)
TEXT ·dotsNEON(SB), NOSPLIT, $0-32
	MOVD query+0(FP), R0
	MOVD rows+8(FP), R1
	MOVD n+16(FP), R2
	MOVD out+24(FP), R3

row:
	MOVD R0, R4
	MOVD $4, R5
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16

lanes:
	// 32 numbers: V8 and V9 of the row, V16 to V19 of the query.
	VLD1.P 32(R1), [V8.B16, V9.B16]
	VLD1.P 64(R4), [V16.H8, V17.H8, V18.H8, V19.H8]
	UXTL(8, 10)
	UXTL2(8, 11)
	UXTL(9, 12)
	UXTL2(9, 13)
	SMLAL(16, 10, 0)
	SMLAL2(16, 10, 1)
	SMLAL(17, 11, 2)
	SMLAL2(17, 11, 3)
	SMLAL(18, 12, 0)
	SMLAL2(18, 12, 1)
	SMLAL(19, 13, 2)
	SMLAL2(19, 13, 3)
	SUBS $1, R5, R5
	BGT  lanes
	VADD V1.S4, V0.S4, V0.S4
	VADD V3.S4, V2.S4, V2.S4
	VADD V2.S4, V0.S4, V0.S4
	VADDV V0.S4, V0
	VMOV V0.S[0], R6
	MOVW.P R6, 4(R3)
	SUBS $1, R2, R2
	BGT  row
	RET
