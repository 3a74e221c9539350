import Engine

/// Weights of a mixture of experts: a softmax over the k largest of E router scores.
///
/// With `tau` the k-th largest score of a position:
///
///     masked   p = softmax(s over e with s[e] ≥ tau), 0 for the others     (arXiv 1701.06538)
///     zeroed   p = softmax(s'), s'[e] = s[e] if s[e] ≥ tau else 0          (MAD's public code: the others keep e⁰/Z)
///
/// The choice itself carries no gradient.
struct TopKRouting: Sendable {
  enum Rule: String, Sendable, CaseIterable { case masked, zeroed }

  let experts: Int
  let active: Int
  let rule: Rule

  static let options: [any DeclaredOption] = [expertsOption, activeOption]
  private static let expertsOption = Option.integer("num_experts", default: 8, in: 1...256, "number of experts")
  private static let activeOption = Option.integer(
    "active_experts", default: 2, in: 1...256, "experts that work on a position")
  static let ruleOption = Option.word(
    "router_rule", default: Rule.masked,
    "weight of the experts not chosen: masked gives them 0, zeroed a score of 0 as MAD's code does")

  /// - Throws: `ArchitectureError.unsuitable` if more experts are active than there are.
  init(_ options: OptionValues, primitive: String) throws {
    experts = options[Self.expertsOption]
    active = options[Self.activeOption]
    rule = options[Self.ruleOption]
    guard active <= experts else {
      throw ArchitectureError.unsuitable(
        primitive: primitive, reason: "active_experts must be at most num_experts = \(experts), found \(active)")
    }
  }

  /// The tensors of `Router`, with PyTorch's initial values of linear maps.
  func routerParameters(dim: Int) -> [Parameter] {
    [.matrix("router.weight", [experts, dim]), .vector("router.bias", [experts], .linear(inputs: dim))]
  }

  /// Fills `p [rows, experts]` from the scores `[rows, experts]`.
  func forward(_ scores: Pointer, into p: Pointer, rows: Int) {
    for row in 0..<rows {
      let (s, weights) = (scores + row * experts, p + row * experts)
      let threshold = threshold(s)
      var highest = rule == .zeroed && active < experts ? 0 : -Float.infinity
      for e in 0..<experts where s[e] >= threshold { highest = max(highest, s[e]) }
      var sum: Float = 0
      for e in 0..<experts {
        let chosen = s[e] >= threshold
        weights[e] = chosen || rule == .zeroed ? VectorMath.exp((chosen ? s[e] : 0) - highest) : 0
        sum += weights[e]
      }
      for e in 0..<experts { weights[e] /= sum }
    }
  }

  /// Turns `gradient = ∂/∂p [rows, experts]` into `∂/∂scores`.
  func backward(_ scores: Pointer, _ p: Pointer, gradient: Pointer, rows: Int) {
    for row in 0..<rows {
      let (s, weights, upstream) = (scores + row * experts, p + row * experts, gradient + row * experts)
      let threshold = threshold(s)
      var mean: Float = 0
      for e in 0..<experts { mean += weights[e] * upstream[e] }
      for e in 0..<experts { upstream[e] = s[e] >= threshold ? weights[e] * (upstream[e] - mean) : 0 }
    }
  }

  /// The experts of the k largest scores, in order; of equal scores the first ones. With scores that are not numbers they
  /// are any k.
  func choose(_ scores: Pointer, into choices: UnsafeMutablePointer<Int32>) {
    let threshold = threshold(scores)
    var above = 0
    for e in 0..<experts where scores[e] > threshold { above += 1 }
    var (filled, equal) = (0, active - above)
    for e in 0..<experts where filled < active {
      let isEqual = scores[e] == threshold && equal > 0
      // The last ones fill the list if the scores cannot.
      guard scores[e] > threshold || isEqual || experts - e <= active - filled else { continue }
      if isEqual { equal -= 1 }
      choices[filled] = Int32(truncatingIfNeeded: e)
      filled += 1
    }
  }

  /// The k-th largest score.
  private func threshold(_ scores: Pointer) -> Float {
    // The next largest value and how many have it, until k are passed.
    var (bound, passed) = (Float.infinity, 0)
    while true {
      var (best, count) = (-Float.infinity, 0)
      for e in 0..<experts where passed == 0 || scores[e] < bound {
        if scores[e] > best { (best, count) = (scores[e], 1) } else if scores[e] == best { count += 1 }
      }
      passed += count
      if passed >= active || count == 0 { return best }
      bound = best
    }
  }
}
