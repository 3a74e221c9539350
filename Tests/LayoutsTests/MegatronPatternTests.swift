import Engine
import Layouts
import Testing

@Suite("Megatron patterns")
struct MegatronPatternTests {
  @Test(
    "stages are one model, groups are their layers, prediction heads are left out with a note",
    arguments: [
      ("megatron:M-M*-", "megatron:M-M*-", nil),
      ("M-M*-", "megatron:M-M*-", nil),
      ("  M-M*-\n", "megatron:M-M*-", nil),
      ("M-|M-|*-", "megatron:M-M-*-", nil),
      ("[M*-]M-[G E]".replacing(" ", with: ""), "megatron:M*-M-GE", nil),
      ("megatron:M-M-|M*-/ME/ME", "megatron:M-M-M*-", "2 prediction heads (ME) are left out"),
      ("*-*-/*-", "megatron:*-*-", "a prediction head (*-) is left out"),
      ("M-/MM/M-", "megatron:M-", "2 prediction heads (MM, M-) are left out"),
      ("M-/", "megatron:M-", nil),
    ])
  func patterns(_ text: String, _ pattern: String, _ note: String?) throws {
    let read = try LayoutText(text)
    #expect(read.layout.megatronString == pattern)
    #expect(read.notes == (note.map { [$0] } ?? []))
  }

  @Test("a pattern stands in a layout with its stages, groups and heads")
  func inside() throws {
    let text = try LayoutText("mlp 2*megatron:M|[*-]/MM swiglu")
    #expect(text.layout == (try Layout(parsing: "mlp 2*(mamba2 attention swiglu) swiglu")))
    #expect(text.notes == ["a prediction head (MM) is left out"])
  }

  @Test(
    "what is wrong, and where",
    arguments: [
      ("M-D-", 3, "'D' is sparse latent attention (DeepSeek sparse attention) in Megatron patterns, which is no "),
      ("CM-", 1, "'C' is compressed sparse attention, one entry for 4 tokens in Megatron patterns"),
      ("MH-", 2, "'H' is heavily compressed attention, one entry for 128 tokens in Megatron patterns"),
      ("W-M", 1, "'sliding-attention', outside of the pattern, could stand in"),
      ("megatron:M+", 11, "'+' is multi-head latent attention in Megatron patterns, which is no primitive here"),
      ("megatron:Mx", 11, "'x' is not a layer of a Megatron pattern; the layers are M (mamba2), * (attention)"),
      ("M-/W-", 4, "'W' is attention over a window"),
      ("M[M[-]]", 4, "groups of layers are not nested"),
      ("M[]", 3, "a group has at least one layer"),
      ("M[-", 2, "the group of layers that starts here is not closed"),
      ("M]-", 2, "this ']' closes no group of layers"),
      ("M[*|-]", 4, "a group of layers ends before the stage does, with ']'"),
      ("/MM", 1, "expected a layer of a Megatron pattern"),
      ("megatron:|", 10, "expected a layer of a Megatron pattern"),
      ("[]", 1, "expected a layer of a Megatron pattern"),
    ])
  func errors(_ text: String, _ column: Int, _ message: String) {
    let error = #expect(throws: NotationError.self) { try LayoutText(text) }
    #expect(error?.column == column)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test("a pattern of one's own is fitted to a depth as listed hybrids are")
  func depths() throws {
    let listed = try KnownHybrids.named("nemotron-3-super")
    let own = try #require(try Layout(parsing: listed.pattern).megatronString)
    for count in [1, 5, 8, 17, 64, 100] {
      let expected = try listed.fitted(toLayers: count)
      #expect(try LayoutText("\(own):\(count)").layout == expected)
      #expect(try LayoutText(own).fitted(toLayers: count).layout == expected)
    }
    #expect(try LayoutText("megatron:M-M*-:3").layout.layers.count == 3)
    #expect(try LayoutText("M-*-M-*-:6").layout == Layout(parsing: "megatron:M-*-M-"), "a repeat is repeated")
    for text in ["M-:", "M-:x", "M-:0", "M-:1025", "M-:99999999999999999999"] {
      #expect(throws: HybridError.self) { try LayoutText(text) }
    }
  }

  @Test("a text without letters of patterns is a layout or a hybrid")
  func others() throws {
    #expect(try LayoutText("mamba swiglu").layout.canonical == "mamba swiglu")
    #expect(try LayoutText("hybrid:zamba:8").saysDepth)
    #expect(!(try LayoutText("M-M-").saysDepth))
    #expect(throws: HybridError.self) { try LayoutText("jamba") }
    #expect(throws: NotationError.self) { try LayoutText("") }
    #expect(throws: NotationError.self) { try LayoutText("   ") }
  }

  @Test("no text of the signs of patterns crashes; what is read is a layout of as many letters")
  func noise() {
    var random = RandomStream(seed: 4, "patterns")
    let signs = Array("MMM--**EEG|/[]DW+C:128 )x")
    for _ in 0..<20_000 {
      let text = String((0..<random.integer(below: 12)).map { _ in signs[random.integer(below: signs.count)] })
      guard let read = try? LayoutText(text) else { continue }
      let letters = text.prefix { $0 != "/" && $0 != ":" }.count { "M-*EG".contains($0) }
      if !read.saysDepth { #expect(read.layout.layers.count == letters, "\(text)") }
    }
  }
}
