import Foundation
import LanguageModeling
import Layouts
import Testing
import Training

@Suite("Learning rates over width and depth")
struct LearningRateRuleTests {
  private static let stripe = "attention(heads=4) mlp mamba swiglu"

  /// The group of each tensor by name.
  private static func groups(_ layout: String, dim: Int, _ rule: LearningRateRule = .transfer) throws -> [String:
    ParameterGroup]
  {
    let layout = try Layout(parsing: layout)
    let model = try layout.makeModel(dim: dim, vocabulary: 256, maxLength: 32)
    let groups = rule.groups(model)
    #expect(groups.first?.range.lowerBound == 0 && groups.last?.range.upperBound == model.tensors.trainedCount)
    #expect(zip(groups, groups.dropFirst()).allSatisfy { $0.range.upperBound == $1.range.lowerBound })
    return Dictionary(
      uniqueKeysWithValues: zip(model.tensors.trained.map(\.parameter.name), groups).map { ($0, $1) })
  }

  @Test("at the reference size every tensor has the rate itself, and so it has everywhere with one rate for all")
  func reference() throws {
    #expect(try Self.groups(Self.stripe, dim: 128).values.allSatisfy { $0.rate == 1 })
    #expect(try Self.groups("3*(\(Self.stripe))", dim: 512, .same).values.allSatisfy { $0.rate == 1 })
  }

  @Test("matrices take a rate as their width is large, whatever is in a layer one as the model is deep")
  func sizes() throws {
    let groups = try Self.groups("4*(\(Self.stripe))", dim: 512)
    let expected: [(name: String, rate: Double)] = [
      ("token_embeds.weight", 1), ("unembed.weight", 0.25), ("unembed.bias", 1), ("final_norm.weight", 1),
      ("blocks.0.norm.weight", 0.5), ("blocks.0.mixer.Wqkv.weight", 0.125), ("blocks.0.mixer.Wqkv.bias", 0.5),
      ("blocks.1.mixer.fc.weight", 0.125), ("blocks.2.mixer.conv_weight", 0.5), ("blocks.2.mixer.A_log", 0.5),
      ("blocks.2.mixer.dt_proj.weight", 0.125), ("blocks.15.mixer.w3.weight", 0.125),
    ]
    for (name, rate) in expected { #expect(groups[name]?.rate == rate, "\(name)") }
  }

  @Test("a low-rank map is a matrix on the side of the model's width, though it starts at zero")
  func lowRank() throws {
    let groups = try Self.groups("rwkv6-time-mixer rwkv6-channel-mixer", dim: 256)
    let depth = 2.squareRoot()
    for (name, rate, decays) in [
      ("mix_w1", depth / 2, true), ("decay_w1", depth / 2, true), ("mix_w2", depth, false), ("decay_w2", depth, false),
      ("mix_k", depth, false), ("key.weight", depth / 2, true),
    ] {
      let group = try #require(groups["blocks.0.mixer.\(name)"])
      #expect(group.rate == rate && group.decays == decays, "\(name)")
    }
  }

  @Test("whether the inner width is given makes no difference")
  func innerWidth() throws {
    let (derived, given) = (try Self.groups("swiglu", dim: 64), try Self.groups("swiglu(dim_inner=176)", dim: 64))
    #expect(derived == given)
  }

  @Test("matrices alone are subject to weight decay")
  func decay() throws {
    let groups = try Self.groups(Self.stripe, dim: 64)
    let decaying = Set(groups.filter(\.value.decays).keys)
    #expect(decaying.isSuperset(of: ["unembed.weight", "blocks.0.mixer.Wqkv.weight", "blocks.3.mixer.w1.weight"]))
    #expect(
      decaying.isDisjoint(with: ["token_embeds.weight", "unembed.bias", "blocks.2.mixer.A_log", "blocks.2.mixer.D"]))
  }
}
