import Layouts
import Testing

@Suite("Families of layouts")
struct FamiliesTests {
  @Test(
    "a layout is called by the family of its sequence mixers",
    arguments: [
      ("attention swiglu", "attention"), ("attention(window=16) mlp attention", "attention"), ("mamba", "recurrent"),
      ("gated-linear-attention swiglu rwkv6-time-mixer mlp", "recurrent"),
      ("hyena swiglu gated-short-conv mlp", "convolutional"), ("hyena attention|swiglu", "hybrid"), ("mlp", "none"),
    ])
  func classification(_ layout: String, _ expected: String) throws {
    #expect(try Layout(parsing: layout).classification == expected)
  }
}
