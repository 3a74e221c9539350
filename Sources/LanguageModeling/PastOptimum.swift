import Foundation

extension IsoFLOPPlan {
  /// How many times the optimal tokens per parameter models are trained on past the optimum, as small models that are to
  /// be cheap in use are.
  public static let pastOptimum = [4.0, 16.0]

  /// The training of a model of about some size, of all that the rule allows, for longer than is compute-optimal.
  /// - Parameters:
  ///   - parameters, tokens: the optimum. Of two models about as near, the one of more usual shape is taken; where sizes
  ///     lie far apart, as among the smallest, it may be larger or smaller than the optimum by a quarter and more.
  ///   - times: how many times the tokens per parameter of the optimum.
  /// - Throws: `ArchitectureError` if the layout is too deep.
  public func training(pastOptimum times: Double, parameters: Double, tokens: Double) throws -> Training? {
    func distance(_ size: Candidate) -> Double {
      abs(log(Double(size.parameters) / parameters)) + size.stretch / 20
    }
    guard let size = try candidates.min(by: { distance($0) < distance($1) })?.size(of: stripe) else { return nil }
    let flops = times * tokens / parameters * Double(size.parameters) * size.trainingFLOPs
    return Training(budget: flops, size: size, plan: template.at(size, budget: flops))
  }
}
