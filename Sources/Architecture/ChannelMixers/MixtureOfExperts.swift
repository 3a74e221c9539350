import Engine

/// Mixture of experts (Shazeer et al. 2017, arXiv 1701.06538), gated MLPs chosen per position. With `p = top-k softmax of
/// router x` (see `TopKRouting`):
///
///     sparse   y = Σ_e p[e] down_e (gelu(gate_e x) ⊙ up_e x), only the k chosen experts are computed
///     dense    h = up1 x ⊙ gelu(up2 x) over all experts together, z = down1 h [dim, E], y[d] = Σ_e p[e] z[d, e]
///
/// `dense` is MAD's public code, whose experts share one full down projection. gelu is the tanh approximation.
struct MixtureOfExperts: Primitive {
  enum Form: String, CaseIterable { case sparse, dense }

  static let specification = PrimitiveSpecification(
    name: "moe-mlp", family: .channelMixer, summary: "mixture of gated-MLP experts, the best k per position",
    source: "arXiv 1701.06538",
    options: TopKRouting.options + [innerOption, TopKRouting.ruleOption, formOption])

  private static let innerOption = Option.integer(
    "dim_inner", in: 1...16_384,
    "inner width of an expert; unless given 16 in the dense form, else such that all experts have about SwiGLU's size")
  private static let formOption = Option.word(
    "experts", default: Form.sparse, "sparse computes the chosen experts, dense is MAD's")

  let dim, inner: Int
  let routing: TopKRouting
  let isSparse: Bool

  init(_ options: OptionValues, in context: ModelContext) throws {
    dim = context.dim
    routing = try TopKRouting(options, primitive: Self.specification.name)
    isSparse = options[Self.formOption] == .sparse
    // SwiGLU's inner width shared among the experts, in sixteens.
    let share = 8 * dim / 3 / routing.experts
    inner = options[Self.innerOption] ?? (isSparse ? 16 * ((share + 15) / 16) : 16)
    guard !isSparse || routing.rule == .masked else {
      throw Self.unsuitable("experts=sparse does not compute the others, so router_rule must be masked")
    }
    let size = routing.experts.multipliedReportingOverflow(by: dim * inner * (isSparse ? 3 : routing.experts))
    guard !size.overflow, size.partialValue <= Int(Int32.max) else {
      throw Self.unsuitable("num_experts = \(routing.experts) with dim_inner = \(inner) is too large")
    }
  }

  /// Initial values: PyTorch's default for linear maps. The inner width of the dense form does not grow with the model's.
  var parameters: [Parameter] {
    let experts = routing.experts
    let maps: [Parameter] =
      isSparse
      ? [
        .matrix("gate", [experts, inner, dim]),
        .matrix("up", [experts, inner, dim]),
        .matrix("down", [experts, dim, inner]),
      ]
      : [
        .matrix("up1.weight", [experts * inner, dim]),
        .matrix("up2.weight", [experts * inner, dim]),
        .vector("down1.weight", [dim * experts, experts * inner], .linear(inputs: experts * inner)),
      ]
    return maps + routing.routerParameters(dim: dim)
  }

  /// Sparse experts cost what the active ones cost.
  func costs(time: Int) -> Costs {
    let (dim, inner, experts) = (Double(dim), Double(inner), Double(routing.experts))
    let sparse = 6 * dim * inner * Double(routing.active)
    let dense = dim * inner * experts * (4 + 2 * experts)
    return Costs(forwardFLOPs: (isSparse ? sparse : dense) + 2 * dim * experts, state: 0)
  }

  func makeKernel(_ site: inout KernelSite) -> any Kernel {
    isSparse ? SparseExpertsKernel(self, &site) : DenseExpertsKernel(self, &site)
  }
}

private final class SparseExpertsKernel: Kernel {
  let dim, inner, time: Int
  let router: Router
  let gate, up, down: [LinearMap]  // of each expert
  let a, b: Pointer  // gate_e x and up_e x of the chosen positions, expert after expert [rows·active, inner], saved
  let members: UnsafeMutablePointer<Int32>  // positions, expert after expert [rows·active], saved
  let choices: UnsafeMutablePointer<Int32>  // the experts of each position [rows, active]
  let starts: UnsafeMutablePointer<Int32>  // where each expert's positions start [experts + 1], saved
  let input, output: Pointer  // gathered positions of one expert [rows, dim]
  let hidden, gradientA, gradientB: Pointer  // [rows, inner]

  init(_ primitive: MixtureOfExperts, _ site: inout KernelSite) {
    (dim, inner, time) = (primitive.dim, primitive.inner, site.time)
    router = Router(primitive.routing, dim: primitive.dim, &site)
    let (dim, inner) = (primitive.dim, primitive.inner)
    func maps(_ name: String, inputs: Int, outputs: Int) -> [LinearMap] {
      let all = site.parameter(name)
      return (0..<primitive.routing.experts).map {
        site.linear(all.from($0 * inputs * outputs), inputs: inputs, outputs: outputs)
      }
    }
    gate = maps("gate", inputs: dim, outputs: inner)
    up = maps("up", inputs: dim, outputs: inner)
    down = maps("down", inputs: inner, outputs: dim)
    let chosen = site.rows * primitive.routing.active
    a = site.saved((chosen + vectorWidth) * inner)
    b = site.saved((chosen + vectorWidth) * inner)
    members = UnsafeMutableRawPointer(site.saved(chosen)).assumingMemoryBound(to: Int32.self)
    choices = UnsafeMutableRawPointer(site.scratch(chosen)).assumingMemoryBound(to: Int32.self)
    starts = UnsafeMutableRawPointer(site.saved(primitive.routing.experts + 1)).assumingMemoryBound(to: Int32.self)
    let rows = aligned(site.rows)
    (input, output) = (site.scratch(rows * dim), site.scratch(rows * dim))
    hidden = site.scratch(rows * inner)
    (gradientA, gradientB) = (site.scratch(rows * inner), site.scratch(rows * inner))
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let rows = sequences * time
    router.forward(x, rows: rows)
    assign(rows: rows)
    forEachExpert { expert, first, count in
      let (a, b) = (a + first * inner, b + first * inner)
      gather(x, into: input, first, count)
      let size = aligned(count)
      gate[expert].forward(input, into: a, rows: size)
      up[expert].forward(input, into: b, rows: size)
      GELUTanh.gate(a, b, into: hidden, count: size * inner)
      down[expert].forward(hidden, into: output, rows: size)
      for index in 0..<count {
        let row = Int(members[first + index])
        addScaled(output + index * dim, router.p[row * router.routing.experts + expert], to: y + row * dim)
      }
    }
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let rows = sequences * time
    let experts = router.routing.experts
    router.gradient.update(repeating: 0, count: rows * experts)
    forEachExpert { expert, first, count in
      let (a, b) = (a + first * inner, b + first * inner)
      let upstream = output
      gather(dy, into: upstream, first, count)
      gather(x, into: input, first, count)
      // ∂/∂hidden before the weight p: its product with hidden is ∂/∂p.
      let size = aligned(count)
      down[expert].backwardInput(upstream, into: gradientB, rows: size)
      GELUTanh.gate(a, b, into: hidden, count: size * inner)
      for index in 0..<count {
        let place = Int(members[first + index]) * experts + expert
        let weight = router.p[place]
        let (line, gradient) = (hidden + index * inner, gradientB + index * inner)
        router.gradient[place] = Reduce.dot(line, gradient, count: inner)
        for i in 0..<inner {
          line[i] *= weight
          gradient[i] *= weight
        }
      }
      down[expert].backwardWeight(upstream, hidden, rows: size)
      GELUTanh.gateBackward(
        a, b, y: hidden, gradientA: gradientA, gradientB: gradientB, count: size * inner)
      gate[expert].backwardWeight(gradientA, input, rows: size)
      up[expert].backwardWeight(gradientB, input, rows: size)
      gate[expert].backwardInput(gradientA, into: output, rows: size)
      up[expert].backwardInput(gradientB, into: output, rows: size, adding: true)
      for index in 0..<count { addScaled(output + index * dim, 1, to: dx + Int(members[first + index]) * dim) }
    }
    router.backward(x, into: dx, rows: rows)
  }

  /// Lists the positions of each expert: the k largest weights of a position, the first of equal ones.
  private func assign(rows: Int) {
    let (experts, active) = (router.routing.experts, router.routing.active)
    // Each position's choices, then a counting sort of them by expert.
    for expert in 0...experts { starts[expert] = 0 }
    for row in 0..<rows {
      router.routing.choose(router.scores + row * experts, into: choices + row * active)
      for index in 0..<active { starts[Int(choices[row * active + index]) + 1] += 1 }
    }
    for expert in 0..<experts { starts[expert + 1] += starts[expert] }
    for row in 0..<rows {
      for index in 0..<active {
        let expert = Int(choices[row * active + index])
        members[Int(starts[expert])] = Int32(truncatingIfNeeded: row)
        starts[expert] += 1
      }
    }
    // Each start has moved to the next one's place.
    for expert in (0..<experts).reversed() { starts[expert + 1] = starts[expert] }
    starts[0] = 0
  }

  private func forEachExpert(_ body: (_ expert: Int, _ first: Int, _ count: Int) -> Void) {
    for expert in 0..<router.routing.experts {
      let first = Int(starts[expert])
      let count = Int(starts[expert + 1]) - first
      if count > 0 { body(expert, first, count) }
    }
  }

  /// Copies an expert's positions. Zeros fill the last sixteen, so that products have few sizes; what follows from them is
  /// zero or is overwritten by the next expert.
  private func gather(_ source: UnsafePointer<Float>, into target: Pointer, _ first: Int, _ count: Int) {
    for index in 0..<count {
      let (from, to) = (source + Int(members[first + index]) * dim, target + index * dim)
      for i in 0..<dim { to[i] = from[i] }
    }
    (target + count * dim).update(repeating: 0, count: (aligned(count) - count) * dim)
  }

  private func addScaled(_ source: Pointer, _ weight: Float, to target: Pointer) {
    for i in 0..<dim { target[i] += weight * source[i] }
  }
}

private final class DenseExpertsKernel: Kernel {
  let dim, width, time: Int  // width = experts · inner
  let router: Router
  let up1, up2, down: LinearMap
  let a, b: Pointer  // up2 x and up1 x [rows, width], saved
  let z: Pointer  // [rows, dim, experts], saved
  let hidden, gradientA, gradientB: Pointer  // [rows, width]
  let gradientZ: Pointer  // [rows, dim, experts]

  init(_ primitive: MixtureOfExperts, _ site: inout KernelSite) {
    (dim, width, time) = (primitive.dim, primitive.routing.experts * primitive.inner, site.time)
    router = Router(primitive.routing, dim: primitive.dim, &site)
    up1 = site.linear("up1.weight", inputs: dim, outputs: width)
    up2 = site.linear("up2.weight", inputs: dim, outputs: width)
    down = site.linear("down1.weight", inputs: width, outputs: dim * primitive.routing.experts)
    a = site.saved(site.rows * width)
    b = site.saved(site.rows * width)
    z = site.saved(site.rows * dim * primitive.routing.experts)
    hidden = site.scratch(site.rows * width)
    gradientA = site.scratch(site.rows * width)
    gradientB = site.scratch(site.rows * width)
    gradientZ = site.scratch(site.rows * dim * primitive.routing.experts)
  }

  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int) {
    let (rows, experts) = (sequences * time, router.routing.experts)
    router.forward(x, rows: rows)
    up2.forward(x, into: a, rows: rows)
    up1.forward(x, into: b, rows: rows)
    GELUTanh.gate(a, b, into: hidden, count: rows * width)
    down.forward(hidden, into: z, rows: rows)
    for row in 0..<rows {
      let p = router.p + row * experts
      for d in 0..<dim {
        let line = z + (row * dim + d) * experts
        var sum: Float = 0
        for e in 0..<experts { sum += p[e] * line[e] }
        y[row * dim + d] += sum
      }
    }
  }

  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int) {
    let (rows, experts) = (sequences * time, router.routing.experts)
    for row in 0..<rows {
      let (p, gradient) = (router.p + row * experts, router.gradient + row * experts)
      for e in 0..<experts { gradient[e] = 0 }
      for d in 0..<dim {
        let upstream = dy[row * dim + d]
        let (line, lineGradient) = (z + (row * dim + d) * experts, gradientZ + (row * dim + d) * experts)
        for e in 0..<experts {
          gradient[e] += upstream * line[e]
          lineGradient[e] = upstream * p[e]
        }
      }
    }
    down.backwardInput(gradientZ, into: gradientB, rows: rows)
    GELUTanh.gateBackward(a, b, y: hidden, gradientA: gradientA, gradientB: gradientB, count: rows * width)
    down.backwardWeight(gradientZ, hidden, rows: rows)
    up2.backwardWeight(gradientA, x, rows: rows)
    up1.backwardWeight(gradientB, x, rows: rows)
    up2.backwardInput(gradientA, into: dx, rows: rows, adding: true)
    up1.backwardInput(gradientB, into: dx, rows: rows, adding: true)
    router.backward(x, into: dx, rows: rows)
  }
}
