package syntax

import (
	"strings"
	"testing"
)

// languageCase is code of a language with what is in it. In text "‸" marks the
// places that are asked about, in order, and around what encloses each.
type languageCase struct {
	language, text  string
	symbols, around string
	imports         string
}

func languageCases() []languageCase {
	return []languageCase{
		{
			"python", "\"\"\"Module.\"\"\"\nimport os, sys\nfrom a.b import (\n    c,\n)\n\nLIMIT = 3\n\n\n@dec\n# Note.\ndef f(x):\n    def inner():\n        ‸return 1\n    ‸return inner\n‸\n\nclass A(B):\n    \"\"\"Doc.\"\"\"\n    size: int = 1\n\n    @property\n    ‸async def m(self):\n        s = \"\"\"\ndef no(): pass\n\"\"\"\n        return ‸s\n",
			"constant LIMIT|function f|function f.inner|class A|property A.size|method A.m", "inner f - m m", "os sys a.b",
		},
		{
			"typescript", "import { a } from \"./a\";\nimport * as b from 'b';\n\nexport interface P { x: number }\nexport type Q = P | null;\nenum E { A }\nexport const MAX = 3;\n\n/** Adds. */\nexport const add = (x: number) => {\n  ‸return x;\n};‸\n\n@Component({})\nclass S extends T {\n  private n = 1;\n\n  /** Gets. */\n  ‸async get<K>(k: K): Promise<K> {\n    return list.map((y) => {\n      ‸return y;\n    });\n  }\n\n  set = async () => { ‸};\n}\nfunction `x`;\n",
			"interface P|type Q|enum E|constant MAX|function add|class S|method S.get|method S.set", "add add get get set", "./a b",
		},
		{
			"rust", "//! Docs.\nuse std::io::{self, Read};\nuse a::b as c;\n\npub const N: usize = 1;\n\n/// A point.\n#[derive(Debug)]\n‸pub struct P<'a> {\n    x: &'a str,\n}\n\nimpl<'a> fmt::Display for P<'a> {\n    /// Shows.\n    ‸fn fmt(&self, f: &mut F) -> R {\n        let c = |v| { ‸v + 1 };\n        write!(f, \"{}\", 'x')\n    }\n‸}\n\nmod tests {\n    #[test]\n    fn works() {\n        let s = r#\"fn no() {\"#;\n    ‸}\n}\n",
			"constant N|struct P|class P|method P.fmt|module tests|function tests.works", "P fmt fmt P works", "std::io::{self, Read} a::b",
		},
		{
			"c", "/* licence */\n\n#include <stdio.h>\n#include \"a.h\"\n\n#define MAX 3\n#define SQ(x) ((x) * \\\n  (x))\n\nstruct point { int x; };\ntypedef struct point point_t;\n\n/* Adds. */\nstatic int\nadd(int a, int b)\n‸{\n\tif (a) {\n#ifdef X\n\t\treturn ‸a;\n#endif\n\t}\n\treturn a + b;\n}\n\nint main(void) { return ‸add(1, 2); }\n",
			"constant MAX|function SQ|struct point|type point_t|function add|function main", "add add main", "stdio.h a.h",
		},
		{
			"cpp", "#pragma once\n#include <vector>\n\nnamespace a {\ntemplate <typename T>\nclass B : public C {\n public:\n  explicit B(int x) : x_(x) {}\n  int get() const { ‸return x_; }\n};\n\nvoid B::run() {\n  auto f = [&](int y) { ‸return y; };\n}\n}\n",
			"module a|class a.B|method B.B|method B.get|method B.run", "get run", "vector",
		},
		{
			"java", "package p;\n\nimport java.util.List;\nimport static a.B.*;\n\n/** Doc. */\n@Entity\npublic class A<T> extends B {\n    private int n;\n\n    /** Finds. */\n    @Override\n    ‸public List<T> find(int id) throws IOException {\n        run(() -> { ‸x(); });\n        return null;\n    }\n\n    interface I { }\n    enum E { A, B }\n}\n",
			"class A|method A.find|interface A.I|enum A.E", "find find", "java.util.List static a.B.*",
		},
		{
			"csharp", "using System;\nusing A.B;\n\nnamespace N\n{\n    /// <summary>Doc.</summary>\n    public class C\n    {\n        [Fact]\n        public async Task<int> Run(int x)\n        {\n            ‸return $\"{x}\";\n        }\n\n        public int Twice(int x) => ‸x * 2;\n    }\n    public record struct P(int X);\n}\n",
			"module N|class N.C|method C.Run|method C.Twice|class N.P", "Run Twice", "System A.B",
		},
		{
			"kotlin", "package p\n\nimport a.b.C\nimport d.E as F\n\nconst val MAX = 3\n\n/** Doc. */\nclass R(private val db: Db) : S() {\n    override fun load(id: Int): U? {\n        return db.use { ‸it.get(id) }\n    }\n    fun one() = ‸1\n}\n\nfun <T> T.ext(): T = ‸this\n",
			"constant MAX|class R|property R.db|method R.load|method R.one|method T.ext", "load one ext", "a.b.C d.E",
		},
		{
			"ruby", "# frozen\nrequire 'set'\nrequire_relative \"a\"\n\nmodule M\n  LIMIT = 3\n\n  # Greets.\n  class G < B\n    def greet(name)\n      names.each do |n|\n        ‸puts \"hi #{n}\"\n      end\n    end\n\n    def self.make; ‸new; end\n  end\nend\n",
			"module M|constant M.LIMIT|class M.G|method G.greet|method G.make", "greet make", "set a",
		},
		{
			"php", "<?php\ndeclare(strict_types=1);\nnamespace A;\n\nuse B\\C;\n\n/** Doc. */\n#[Attr]\nfinal class D {\n    const X = 1;\n    public function run(int $a): string {\n        ‸return \"{$a}\";\n    }\n}\n\nfunction f() { ‸return 1; }\n",
			"class D|constant D.X|method D.run|function f", "run f", "B\\C",
		},
		{
			"swift", "import Foundation\n\n/// Doc.\nstruct P: Q {\n    let x: Int\n\n    func move(by d: Int) throws -> Int {\n        ‸return \"\\(x)\".count\n    }\n}\n\nextension P {\n    static func make() -> P { ‸P(x: 1) }\n}\nprotocol Z {}\n",
			"struct P|property P.x|method P.move|class P|method P.make|interface Z", "move make", "Foundation",
		},
		{
			"lua", "local a = require(\"a\")\n\nlocal M = {}\n\n--- Adds.\n---@param x number\nfunction M.add(x)\n  if x then\n    ‸return x\n  end\nend\n\nlocal function hide() ‸end\n\nM.f = function(y) ‸return y end\nreturn M\n",
			"variable a|constant M|method M.add|function hide", "add hide -", "a",
		},
		{
			"shellscript", "#!/bin/sh\nset -e\n. ./lib.sh\n\nNAME=x\n\n# Builds.\nbuild() {\n  cat <<EOF\nnot() {\nEOF\n  ‸case $x in\n    a) echo ;;\n  esac\n}\n\nfunction other {\n  ‸:\n}\n",
			"constant NAME|function build|function other", "build other", "./lib.sh",
		},
		{
			"go", "package p\n\nimport \"fmt\"\n\n// F does.‸\nfunc F() {\n\tgo func() {\n\t\t‸fmt.Println()\n\t}()\n}\n‸\ntype T struct {\n\t‸n int\n}\n\nvar s = `\nfunc no() {}\n`\n",
			"function F|struct T|variable s", "F F - T", "fmt",
		},
	}
}

func TestLanguages(t *testing.T) {
	for _, c := range languageCases() {
		text := strings.ReplaceAll(c.text, "‸", "")
		var names, around []string
		for _, s := range Symbols(c.language, text) {
			name := s.Name
			if s.Container != "" {
				name = s.Container + "." + name
			}
			names = append(names, s.Kind+" "+name)
		}
		if got := strings.Join(names, "|"); got != c.symbols {
			t.Errorf("%s symbols:\n got %s\nwant %s", c.language, got, c.symbols)
		}
		for rest, at := c.text, 0; ; {
			before, after, ok := strings.Cut(rest, "‸")
			if !ok {
				break
			}
			at += len(before)
			rest = after
			name := "-"
			s, found := Enclosing(c.language, text, at, at)
			if found {
				name = s.Name
			}
			around = append(around, name)
			if w, ok := windowed(c.language, text, at, at, 60); ok != found || w != s {
				t.Errorf("%s: by the lines around %d %+v %v, want %+v %v", c.language, at, w, ok, s, found)
			}
		}
		if got := strings.Join(around, " "); got != c.around {
			t.Errorf("%s: around are %s, want %s", c.language, got, c.around)
		}
		if got := strings.Join(Imports(c.language, text).Paths, " "); got != c.imports {
			t.Errorf("%s imports %s, want %s", c.language, got, c.imports)
		}
	}
}
