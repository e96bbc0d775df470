package syntax

import (
	"strings"
	"sync"
)

// builtin says whether a name is a keyword of a language or what it has built in,
// and so needs no explaining.
func builtin(title, name string) bool {
	if name == "" || name == "_" || strings.Trim(name, "$@") == "" {
		return true
	}
	if title == "Shell" || title == "PHP" || title == "Ruby" {
		name = strings.TrimLeft(name, "$@")
	}
	return builtins()[title][name]
}

// builtins is the table of the words that stand for themselves, by title.
var builtins = sync.OnceValue(func() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for title, lists := range builtinWords() {
		set := map[string]bool{}
		for _, list := range lists {
			for w := range strings.FieldsSeq(list) {
				set[w] = true
			}
		}
		out[title] = set
	}
	return out
})

// builtinWords are the keywords, types and functions that languages have without
// an import.
func builtinWords() map[string][]string {
	const (
		script = "abstract any as async await bigint boolean break case catch class const constructor continue debugger declare default delete do else enum export extends false finally for from function get if implements import in infer instanceof interface is keyof let module namespace never new null number object of override private protected public readonly return satisfies set static string super switch symbol this throw true try type typeof undefined unknown var void while with yield " +
			"Array ArrayBuffer BigInt Boolean DataView Date Error Exclude Extract Function Infinity Intl JSON Map Math NaN NonNullable Number Object Omit Parameters Partial Pick Promise Proxy Readonly ReadonlyArray Record Reflect RegExp Required ReturnType Set String Symbol TypeError RangeError Uint8Array WeakMap WeakSet Awaited arguments clearInterval clearTimeout console decodeURIComponent document encodeURIComponent fetch globalThis isNaN module parseFloat parseInt process queueMicrotask require setInterval setTimeout structuredClone window"
		c = "alignas alignof auto bool break case char const constexpr continue default do double else enum extern false float for goto if inline int long nullptr NULL register restrict return short signed sizeof static static_assert struct switch thread_local true typedef typeof union unsigned void volatile while _Bool " +
			"int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t ssize_t ptrdiff_t intptr_t uintptr_t wchar_t"
		cpp  = "and catch char8_t char16_t char32_t class co_await co_return co_yield concept const_cast consteval constinit decltype delete dynamic_cast explicit export final friend module mutable namespace new noexcept not operator or override private protected public reinterpret_cast requires static_cast template this throw try typeid typename using virtual"
		java = "abstract assert boolean break byte case catch char class const continue default do double else enum extends false final finally float for goto if implements import instanceof int interface long native new non-sealed null package permits private protected public record return sealed short static strictfp super switch synchronized this throw throws transient true try var void volatile while yield " +
			"Boolean Byte Character Class Double Exception Float IllegalArgumentException IllegalStateException Integer Iterable Long Math NullPointerException Number Object Override Deprecated Runnable RuntimeException Short String StringBuilder SuppressWarnings System Thread Throwable Void"
	)
	return map[string][]string{
		"Go": {"break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var any append bool byte cap clear close comparable complex complex64 complex128 copy delete error false float32 float64 imag int int8 int16 int32 int64 iota len make max min new nil panic print println real recover rune string true uint uint8 uint16 uint32 uint64 uintptr"},
		"Python": {"False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield self cls type " +
			"abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex delattr dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property range repr reversed round set setattr slice sorted staticmethod str sum super tuple vars zip __name__ __file__ __init__ " +
			"ArithmeticError AssertionError AttributeError BaseException EOFError Exception FileNotFoundError ImportError IndexError KeyError KeyboardInterrupt LookupError NameError NotImplementedError OSError OverflowError PermissionError RuntimeError StopIteration SyntaxError SystemExit TimeoutError TypeError UnicodeDecodeError ValueError ZeroDivisionError"},
		"JavaScript": {script}, "TypeScript": {script},
		"C": {c}, "C++": {c, cpp}, "Objective-C": {c, "id self super nil YES NO BOOL SEL IMP Class instancetype nonatomic strong weak copy assign readonly @interface @implementation @protocol @end @property @synthesize @selector @class @try @catch @finally @throw @autoreleasepool"},
		"Java": {java}, "Groovy": {java, "def in as it trait println"},
		"C#": {java, "add and as ascending async await base bool by checked decimal delegate descending dynamic equals event explicit extern fixed foreach from get global group implicit in init into is internal join let lock managed nameof namespace nint not nuint object on operator or orderby out override params partial readonly ref remove required sbyte scoped select set sizeof stackalloc string struct typeof uint ulong unchecked unmanaged unsafe ushort using value virtual when where with ArgumentException ArgumentNullException Console Convert DateTime Func Action Guid InvalidOperationException NotImplementedException Task TimeSpan Type"},
		"Kotlin": {"abstract actual annotation as break by catch class companion const constructor continue crossinline data do dynamic else enum expect external false final finally for fun get if import in infix init inline inner interface internal is it lateinit noinline null object open operator out override package private protected public reified return sealed set super suspend tailrec this throw true try typealias val value vararg var when where while " +
			"Any Array Boolean Byte Char CharSequence Double Error Exception Float IllegalArgumentException IllegalStateException Int List Long Map MutableList MutableMap MutableSet Nothing Number Pair Set Short String Throwable Triple Unit arrayOf check error emptyList listOf mapOf mutableListOf mutableMapOf mutableSetOf print println require requireNotNull setOf"},
		"Rust": {"Self abstract as async await become box break const continue crate do dyn else enum extern false final fn for if impl in let loop macro macro_rules match mod move mut override pub ref return self static struct super trait true try type typeof union unsafe unsized use virtual where while yield bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize " +
			"AsMut AsRef Box Clone Copy Debug Default Drop Eq Err Extend Fn FnMut FnOnce From Hash Into IntoIterator Iterator None Ok Option Ord PartialEq PartialOrd Result Send Some String Sync ToOwned ToString Vec assert assert_eq assert_ne cfg debug_assert derive eprintln format panic print println test todo unimplemented unreachable vec write writeln"},
		"Ruby":  {"BEGIN END alias and begin break case class def defined? do else elsif end ensure false for if in module next nil not or redo rescue retry return self super then true undef unless until when while yield attr_accessor attr_reader attr_writer extend include lambda loop p prepend print private proc protected public puts raise require require_relative Array Class Comparable Enumerable Exception Float Hash Integer Kernel Module NilClass Numeric Object Proc Range Regexp StandardError String Struct Symbol ArgumentError RuntimeError TypeError"},
		"PHP":   {"abstract and array as bool break callable case catch class clone const continue declare default do echo else elseif empty enum extends false final finally float fn for foreach function global goto if implements include include_once instanceof insteadof int interface isset iterable list match mixed namespace never new null object or parent print private protected public readonly require require_once return self static string strict_types switch this throw trait true try unset use var void while xor yield php count strlen str_replace sprintf printf implode explode in_array array_map array_filter array_merge array_keys array_values is_array is_null is_string json_encode json_decode Exception InvalidArgumentException RuntimeException Throwable"},
		"Swift": {"Any Self actor any as associatedtype async await break case catch class continue convenience default defer deinit didSet do dynamic else enum extension fallthrough false fileprivate final for func get guard if import in indirect infix init inout internal is isolated lazy let mutating nil nonisolated nonmutating open operator optional override postfix precedencegroup prefix private protocol public repeat required rethrows return self set some static struct subscript super switch throw throws true try typealias unowned var weak where while willSet Array Bool Character Codable Comparable Decodable Dictionary Double Encodable Equatable Error Float Hashable Identifiable Int Int32 Int64 Never Optional Result Sendable Set String UInt UInt64 UInt8 Void fatalError max min precondition print"},
		"Lua":   {"and break do else elseif end false for function goto if in local nil not or repeat return self then true until while _G assert collectgarbage coroutine debug dofile error getmetatable io ipairs load math next os package pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring type unpack utf8 xpcall"},
		"Shell": {"alias bg break builtin case cd command continue declare do done echo elif else esac eval exec exit export false fi fg for function getopts hash if in jobs kill let local popd printf pushd pwd read readonly return select set shift shopt source test then time times trap true type typeset ulimit umask unalias unset until wait while"},
		"Dart":  {"abstract as assert async await base break case catch class const continue covariant default deferred do dynamic else enum export extends extension external factory false final finally for get hide if implements import in interface is late library mixin new null of on operator part required rethrow return sealed set show static super switch sync this throw true try typedef var void when while with yield bool double int num Object String List Map Set Future Stream Iterable Duration Exception print override"},
		"Scala": {"abstract case catch class def do else enum export extends extension false final finally for given if implicit import inline lazy match new null object opaque open override package private protected return sealed super then this throw trait transparent true try type using val var while with yield Any AnyRef Array Boolean Byte Char Double Either Exception Float Int Left List Long Map None Nothing Option Right Seq Set Short Some String Unit Vector println require"},
		"Zig":   {"addrspace align allowzero and anyframe anytype asm async await break callconv catch comptime const continue defer else enum errdefer error export extern false fn for if inline noalias noinline nosuspend null opaque or orelse packed pub resume return linksection struct suspend switch test threadlocal true try undefined union unreachable usingnamespace var volatile while bool f32 f64 i8 i16 i32 i64 isize u8 u16 u32 u64 usize void type anyerror"},
	}
}
