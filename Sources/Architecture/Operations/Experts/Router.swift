import Engine

/// The router of a mixture of experts: `p = routing of (router x + bias)`, and its gradients.
struct Router {
  let routing: TopKRouting
  let map: LinearMap
  let scores, p: Pointer  // [rows, experts], saved
  let gradient: Pointer  // ∂/∂p, then ∂/∂scores [rows, experts]

  init(_ routing: TopKRouting, dim: Int, _ site: inout KernelSite) {
    self.routing = routing
    map = site.linear("router.weight", bias: "router.bias", inputs: dim, outputs: routing.experts)
    scores = site.saved(site.rows * routing.experts)
    p = site.saved(site.rows * routing.experts)
    gradient = site.scratch(site.rows * routing.experts)
  }

  func forward(_ x: UnsafePointer<Float>, rows: Int) {
    map.forward(x, into: scores, rows: rows)
    routing.forward(scores, into: p, rows: rows)
  }

  func backward(_ x: UnsafePointer<Float>, into dx: Pointer, rows: Int) {
    routing.backward(scores, p, gradient: gradient, rows: rows)
    map.backward(gradient, x, addingTo: dx, rows: rows)
  }
}
