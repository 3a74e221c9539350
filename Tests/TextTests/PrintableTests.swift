import Testing
import Text

@Suite("Texts for terminals")
struct PrintableTests {
  @Test("control characters become escapes, what can be seen stays")
  func controls() {
    #expect("a\u{1B}[31mb\u{7F}\u{9B}c\u{202E}d".printable == "a\\u001b[31mb\\u007f\\u009bc\\u202ed")
    #expect("ä\tb\n· τ-b ⌈x⌉".printable == "ä\tb\n· τ-b ⌈x⌉")
    #expect("line\r\n".printable == "line\\u000d\n")
  }

  @Test("in JSON they are escapes of JSON")
  func json() { #expect(JSONValue.text("\u{9B}\u{1B}").text.hasPrefix("\"\\u009b\\u001b\"")) }
}

@Suite("Nearest names")
struct NearestNameTests {
  @Test(
    "slips, beginnings and abbreviations are understood",
    arguments: [
      ("attn", "attention"), ("mam", "mamba"), ("jmaba", "jamba"), ("swigul", "swiglu"),
      ("lin-attn", "linear-attention"),
    ])
  func near(name: String, expected: String) {
    let known = ["attention", "mamba2", "mamba", "swiglu", "linear-attention", "jamba", "mlp"]
    #expect(suggestion(for: name, among: known) == "; did you mean '\(expected)'?")
  }

  @Test("of the beginnings the shortest name counts, and what is far has no suggestion")
  func far() {
    #expect(suggestion(for: "mamb", among: ["mamba2", "mamba"]) == "; did you mean 'mamba'?")
    #expect(suggestion(for: "xyz", among: ["mamba", "attention"]) == "")
    #expect(
      suggestion(for: "m", among: ["mamba", "attention"], otherwise: "there are") == "; there are mamba, attention")
  }
}
