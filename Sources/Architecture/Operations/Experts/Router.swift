import Engine

/// The router of a mixture of experts: `p = routing of (router x + bias)`, and its gradients.
struct Router {
  let routing: TopKRouting
  let dim: Int
  let weight, bias: ParameterPointers
  let scores, p: Pointer  // [rows, experts], saved
  let gradient: Pointer  // ∂/∂p, then ∂/∂scores [rows, experts]

  init(_ routing: TopKRouting, dim: Int, _ site: inout KernelSite) {
    (self.routing, self.dim) = (routing, dim)
    (weight, bias) = (site.parameter("router.weight"), site.parameter("router.bias"))
    scores = site.saved(site.rows * routing.experts)
    p = site.saved(site.rows * routing.experts)
    gradient = site.scratch(site.rows * routing.experts)
  }

  func forward(_ x: UnsafePointer<Float>, rows: Int) {
    let experts = routing.experts
    Linear.forward(x, weight: weight.value, into: scores, rows: rows, inputs: dim, outputs: experts)
    Linear.addBias(bias.value, to: scores, rows: rows, columns: experts)
    routing.forward(scores, into: p, rows: rows)
  }

  func backward(_ x: UnsafePointer<Float>, into dx: Pointer, rows: Int) {
    let experts = routing.experts
    routing.backward(scores, p, gradient: gradient, rows: rows)
    Linear.backwardWeight(gradient, x, into: weight.gradient, rows: rows, inputs: dim, outputs: experts)
    Linear.backwardBias(gradient, into: bias.gradient, rows: rows, columns: experts)
    Linear.backwardInput(
      gradient, weight: weight.value, into: dx, rows: rows, inputs: dim, outputs: experts, accumulate: true)
  }
}
