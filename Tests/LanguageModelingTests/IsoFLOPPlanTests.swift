import Foundation
import LanguageModeling
import Layouts
import Testing

@Suite("IsoFLOP plans")
struct IsoFLOPPlanTests {
  private static let template = PerplexityPlan(dim: 1, tokens: 1, length: 64, batch: 4)

  private static func plan(_ layout: String, budgets: [Double], sizes: Int = 4) throws -> IsoFLOPPlan {
    try IsoFLOPPlan(Layout(parsing: layout), budgets: budgets, sizes: sizes, template: template)
  }

  @Test(
    "every training spends its budget, but for a part of a step", arguments: ["attention swiglu", "mamba", "hyena mlp"])
  func budgets(layout: String) throws {
    let budgets = [1e11, 1e12, 1e13]
    let trainings = try Self.plan(layout, budgets: budgets).trainings
    #expect(Set(trainings.map(\.budget)) == Set(budgets))
    for training in trainings {
      let step = training.size.trainingFLOPs * Double(training.plan.stepTokens)
      #expect(abs(training.flops - training.budget) <= step / 2 * (1 + 1e-9))
      #expect(training.plan.dim == training.size.dim)
    }
  }

  @Test("models grow and their tokens per parameter fall by about four from size to size, around twenty")
  func sizes() throws {
    let trainings = try Self.plan("attention swiglu", budgets: [1e13], sizes: 5).trainings
    #expect(trainings.count == 5)
    let ratios = trainings.map { Double($0.plan.tokens) / Double($0.size.parameters) }
    for (small, large) in zip(trainings, trainings.dropFirst()) {
      #expect(small.size.parameters < large.size.parameters)
    }
    for (small, large) in zip(ratios, ratios.dropFirst()) { #expect((2...8).contains(small / large)) }
    #expect((12...33).contains(ratios[2]))
  }

  @Test("depth grows with width in whole stripes, and costs are those of the models")
  func stripes() throws {
    let trainings = try Self.plan("mamba swiglu attention swiglu", budgets: [1e12, 1e14]).trainings
    for size in trainings.map(\.size) {
      let layers = size.layout.layers.count
      #expect(layers.isMultiple(of: 4))
      #expect(layers == 4 || (size.dim / 64...size.dim / 16).contains(layers))
      #expect(size.layout.canonical.hasPrefix("mamba swiglu attention swiglu"))
      let model = try size.layout.makeModel(dim: size.dim, vocabulary: 256, maxLength: 64)
      #expect(size.parameters == model.parameterCount)
      #expect(size.state == model.costs(time: 64).state)
      #expect(abs(size.trainingFLOPs / model.costs(time: 64).trainingFLOPs - 1) < 1e-12)
    }
    #expect(Set(trainings.map(\.size.layout.layers.count)).count > 1)
  }

  @Test("a layout is as good as its stripe")
  func stripe() throws {
    #expect(try Layout(Layout(parsing: "3*(mamba swiglu)").stripe).canonical == "mamba swiglu")
    #expect(try Layout(Layout(parsing: "mamba swiglu mamba").stripe).canonical == "mamba swiglu mamba")
    #expect(try Layout(Layout(parsing: "4*mlp").stripe).canonical == "mlp")
    let (one, three) = (
      try Self.plan("mamba swiglu", budgets: [1e12]), try Self.plan("3*(mamba swiglu)", budgets: [1e12])
    )
    #expect(one.trainings.map(\.size.layout) == three.trainings.map(\.size.layout))
  }

  @Test("widths that heads do not divide are left out")
  func unsuitable() throws {
    let trainings = try Self.plan("attention(heads=5) swiglu", budgets: [1e13]).trainings
    #expect(!trainings.isEmpty && trainings.allSatisfy { $0.size.dim.isMultiple(of: 5) })
  }

  @Test("a training past the optimum is of a model about as large, on so many times the tokens per parameter")
  func pastOptimum() throws {
    let plan = try Self.plan("mamba swiglu attention swiglu", budgets: [1e13])
    for parameters in [4e5, 1.1e6, 7e6] {
      for times in IsoFLOPPlan.pastOptimum {
        let training = try #require(
          try plan.training(pastOptimum: times, parameters: parameters, tokens: 3 * parameters))
        let (size, tokens) = (Double(training.size.parameters), Double(training.plan.tokens))
        #expect(abs(log(size / parameters)) < 0.25)
        #expect(abs(tokens / size / (3 * times) - 1) < 0.01)
        #expect(training.size.layout.canonical.hasPrefix("mamba swiglu attention swiglu"))
        #expect(training.plan.dim == training.size.dim && training.plan.seed == 1)
      }
    }
  }

  @Test("a budget that is too small is refused with the least that is possible")
  func smallBudget() throws {
    #expect {
      try Self.plan("attention swiglu", budgets: [1e6])
    } throws: { error in
      guard case PerplexityError.smallBudget(1e6, let least)? = error as? PerplexityError else { return false }
      return (try? Self.plan("attention swiglu", budgets: [least * 1.001])) != nil
    }
  }
}
