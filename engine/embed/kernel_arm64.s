#include "textflag.h"

// What Go's assembler has no name for, by the numbers of vector registers:
// SXTL and SXTL2 widen the low and high 8 int8 of n to int16 in d; SMLAL and
// SMLAL2 add the products of the low and high 4 int16 of n and m to d's int32.
#define SXTL(n, d) WORD $(0x0F08A400 | (n)<<5 | (d))
#define SXTL2(n, d) WORD $(0x4F08A400 | (n)<<5 | (d))
#define SMLAL(m, n, d) WORD $(0x0E608000 | (m)<<16 | (n)<<5 | (d))
#define SMLAL2(m, n, d) WORD $(0x4E608000 | (m)<<16 | (n)<<5 | (d))

// V0-V3 gather the first weights' row with inputs 0-3, V4-V7 the second row's.
// V10, V11 and V12, V13 hold 16 weights of each row as int16.
#define STEP(input, first, second) \
	VLD1.P 32(input), [V14.H8, V15.H8] \
	SMLAL(14, 10, first)               \
	SMLAL(14, 12, second)              \
	SMLAL2(14, 10, first)              \
	SMLAL2(14, 12, second)             \
	SMLAL(15, 11, first)               \
	SMLAL(15, 13, second)              \
	SMLAL2(15, 11, first)              \
	SMLAL2(15, 13, second)

// func sumTileNEON(sums *int32, inputs *int16, weights *int8, rows, width int)
TEXT ·sumTileNEON(SB), NOSPLIT, $0-40
	MOVD sums+0(FP), R0
	MOVD inputs+8(FP), R1
	MOVD weights+16(FP), R2
	MOVD rows+24(FP), R3
	MOVD width+32(FP), R4

pair:
	ADD  R4, R2, R5
	MOVD R1, R6
	ADD  R4<<1, R6, R7
	ADD  R4<<1, R7, R8
	ADD  R4<<1, R8, R9
	MOVD R4, R10
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	VEOR V4.B16, V4.B16, V4.B16
	VEOR V5.B16, V5.B16, V5.B16
	VEOR V6.B16, V6.B16, V6.B16
	VEOR V7.B16, V7.B16, V7.B16

lanes:
	VLD1.P 16(R2), [V8.B16]
	VLD1.P 16(R5), [V9.B16]
	SXTL(8, 10)
	SXTL2(8, 11)
	SXTL(9, 12)
	SXTL2(9, 13)
	STEP(R6, 0, 4)
	STEP(R7, 1, 5)
	STEP(R8, 2, 6)
	STEP(R9, 3, 7)
	SUBS $16, R10, R10
	BGT  lanes

	// Pairs of pairs: each sum of four lanes ends in a lane of V0 or V4.
	VADDP V1.S4, V0.S4, V0.S4
	VADDP V3.S4, V2.S4, V2.S4
	VADDP V2.S4, V0.S4, V0.S4
	VADDP V5.S4, V4.S4, V4.S4
	VADDP V7.S4, V6.S4, V6.S4
	VADDP V6.S4, V4.S4, V4.S4
	VST1.P [V0.S4], 16(R0)
	VST1.P [V4.S4], 16(R0)
	MOVD R5, R2
	SUBS $2, R3, R3
	BGT  pair
	RET
