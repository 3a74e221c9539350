import Layouts
import Testing

@Suite("Errors of the layout notation")
struct NotationErrorTests {
  static let signs = "a layout consists of names, numbers, spaces and ( ) , = | *"

  @Test(
    "the place, what was found and what is allowed",
    arguments: [
      ("", "column 1: a layout needs at least one layer"),
      (" \n ", "column 1: a layout needs at least one layer"),
      ("swigul", "column 1: there is no primitive 'swigul'; did you mean 'swiglu'?"),
      ("mlp MLP", "column 5: there is no primitive 'MLP'; did you mean 'mlp'?"),
      (
        "mlp swiglu(dim_iner=4)",
        "column 12: swiglu has no option 'dim_iner'; did you mean 'dim_inner'?"
      ),
      ("swiglu(heads=4)", "column 8: swiglu has no option 'heads'; its options are dim_inner"),
      ("swiglu(dim_inner=0)", "column 18: dim_inner of swiglu must be a whole number from 1 to 65536, found 0"),
      ("swiglu(dim_inner=-3)", "column 18: dim_inner of swiglu must be a whole number from 1 to 65536, found -3"),
      ("swiglu(dim_inner=1.5)", "column 18: dim_inner of swiglu must be a whole number from 1 to 65536, found 1.5"),
      (
        "swiglu(dim_inner=99999999999999999999)",
        "column 18: dim_inner of swiglu must be a whole number from 1 to 65536, found 99999999999999999999"
      ),
      (
        "moe-mlp(experts=spars)",
        "column 17: experts of moe-mlp must be sparse, dense, found spars; did you mean 'sparse'?"
      ),
      ("swiglu(dim_inner=4, dim_inner=5)", "column 21: dim_inner of swiglu is given twice"),
      (
        "mlp attention(heads=4, head_dim=8)",
        "column 24: heads and head_dim of attention are two ways to say the same; give one of them"
      ),
      ("swiglu(dim_inner 4)", "column 18: expected '=' and a value for dim_inner, found '4'"),
      (
        "swiglu(dim_inner=)",
        "column 18: expected a value for dim_inner, which is a whole number from 1 to 65536, found ')'"
      ),
      ("swiglu(dim_inner=4", "column 19: expected ',' or ')' after the options of swiglu, found the end"),
      ("swiglu(dim_inner=4,)", "column 20: expected the name of an option of swiglu, found ')'"),
      ("swiglu(dim_inner=4 mlp", "column 20: expected ',' or ')' after the options of swiglu, found 'mlp'"),
      (
        "swiglu (dim_inner=4)",
        "column 8: a '(' needs a repeat count before it, as in 3*( … ), or the name of a primitive without a space "
          + "between them"
      ),
      (
        "(mlp swiglu)",
        "column 1: a '(' needs a repeat count before it, as in 3*( … ), or the name of a primitive without a space "
          + "between them"
      ),
      ("3*(mlp", "column 1: the parenthesis of this repeat is not closed"),
      ("3*()", "column 4: expected the name of a primitive, found ')'"),
      ("mlp)", "column 4: this ')' closes nothing"),
      ("0*mlp", "column 1: a repeat count must be from 1 to 1024, found 0"),
      ("1025*mlp", "column 1: a repeat count must be from 1 to 1024, found 1025"),
      (
        "123456789012345678901234567890123456789012345*mlp",
        "column 1: a repeat count must be from 1 to 1024, found 1234567890123456789012345678901234567890…"
      ),
      ("64*64*mlp", "column 4: a repeat count must be from 1 to 1024, found 64 × 64"),
      (
        "mlp 1024*mlp",
        "column 5: the layout has more than 1024 layers from here on (1 before, then 1024 × 1)"
      ),
      (
        "40*(40*(mlp))",
        "column 1: the layout has more than 1024 layers from here on (0 before, then 40 × 40)"
      ),
      ("3 mlp", "column 1: a repeat count needs a '*' after it, as in 3*mamba or 3*( … ), found 'mlp' after '3'"),
      ("mlp*3", "column 4: expected a repeat count before the '*', as in 3*( … ), found '*'"),
      ("3*", "column 3: expected '(' or the name of a primitive after the '*', found the end"),
      ("3**mlp", "column 3: expected '(' or the name of a primitive after the '*', found '*'"),
      ("mlp||swiglu", "column 5: expected the name of a primitive after the '|', found '|'"),
      ("|mlp", "column 1: expected the name of a single primitive before the '|', found '|'"),
      ("2*(mlp)|mlp", "column 8: expected the name of a single primitive before the '|', found '|'"),
      ("mlp|", "column 5: expected the name of a primitive after the '|', found the end"),
      (
        "mlp|2*swiglu",
        "column 5: the members of a parallel group are single primitives and cannot be repeated, found '2'"
      ),
      ("mlp|(mlp swiglu)", "column 5: the members of a parallel group are single primitives, found '('"),
      (
        "2*mlp|swiglu",
        "column 6: a parallel group is repeated as 2*( … | … ), its members cannot be repeated"
      ),
      ("swiglu(dim_inner=4)mlp", "column 20: expected a space between two layers, found 'mlp'"),
      ("mlp, swiglu", "column 4: expected a space or the name of a primitive, found ','"),
      ("3×mlp", "column 2: unexpected character '×' (U+00D7); \(signs)"),
      ("mlp 🦀", "column 5: unexpected character U+1F980; \(signs)"),
      ("mlp \u{1B}[31m", "column 5: unexpected character U+001B; \(signs)"),
      (
        "megatron:",
        "column 10: expected a pattern after 'megatron:'; the layers are M (mamba2), * (attention), - (swiglu), "
          + "E (moe-mlp), G (gated-deltanet)"
      ),
      (
        "mlp megatron:-x",
        "column 15: 'x' is not a layer of a Megatron pattern; the layers are M (mamba2), * (attention), - (swiglu), "
          + "E (moe-mlp), G (gated-deltanet)"
      ),
      ("mlp|megatron:-", "column 5: the members of a parallel group are single primitives, found 'megatron:-'"),
      ("mlp\nswigul", "line 2, column 1: there is no primitive 'swigul'; did you mean 'swiglu'?"),
      ("mlp\r\n\r\n  swigul\nmlp", "line 3, column 3: there is no primitive 'swigul'; did you mean 'swiglu'?"),
      ("swigul\n\n", "column 1: there is no primitive 'swigul'; did you mean 'swiglu'?"),
    ])
  func message(_ text: String, _ message: String) throws {
    let error = try #require(throws: NotationError.self) { try Layout(parsing: text) }
    #expect(error.description.split(separator: "\n").first.map(String.init) == message)
  }

  @Test(
    "the excerpt",
    arguments: [
      ("2*(mlp swigul)", "  2*(mlp swigul)\n         ^"),
      ("mlp\n\tswigul mlp\nmlp", "   swigul mlp\n   ^"),
      ("3*", "  3*\n    ^"),
      ("mlp é🦀 x", "  mlp é� x\n      ^"),
      (
        String(repeating: "mlp ", count: 30) + "swigul " + String(repeating: "mlp ", count: 30),
        "  …" + String(repeating: "mlp ", count: 15) + "swigul mlp mlp mlp mlp mlp mlp mlp mlp m…\n"
          + String(repeating: " ", count: 63) + "^"
      ),
    ])
  func excerpt(_ text: String, _ excerpt: String) throws {
    let error = try #require(throws: NotationError.self) { try Layout(parsing: text) }
    #expect(error.description.split(separator: "\n").dropFirst().joined(separator: "\n") == excerpt)
  }

  @Test("without a near name all are listed")
  func names() throws {
    let error = try #require(throws: NotationError.self) { try Layout(parsing: "transformer-in-transformer") }
    #expect(error.message.hasPrefix("there is no primitive 'transformer-in-transformer'; the primitives are "))
    #expect(error.message.contains("swiglu"))
  }
}
