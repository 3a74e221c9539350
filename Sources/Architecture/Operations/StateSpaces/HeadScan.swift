import Engine

/// A way to compute the selective recurrence where the channels of a head share step size and decay: dt is
/// `[rows, heads]`, and one pair B, C serves all heads.
protocol HeadScan {
  /// - Parameter stride: the row stride of B, C and their gradients.
  init(channels: Int, states: Int, headDim: Int, stride: Int, _ site: inout KernelSite)

  /// Sets A, which must be negative, and D.
  func load(rate: (_ head: Int) -> Float, skip: (_ head: Int) -> Float)

  /// `r = o ⊙ silu(z)` for some sequences of the micro-batch, `first` and those that follow it; the tensors' first row is
  /// that of sequence `first`.
  func forward(_ inputs: SelectiveScan.Tensors, into r: Columns, first: Int, sequences: Int)

  /// Sets the gradients of A and D to zero; `backward` adds to them.
  func clearGradients()

  /// Fills `gradients` with ∂loss/∂inputs, given `dr = ∂loss/∂r`.
  func backward(
    _ inputs: SelectiveScan.Tensors, _ dr: Columns, into gradients: SelectiveScan.Tensors, first: Int, sequences: Int)

  func rateGradient(head: Int) -> Float
  func skipGradient(head: Int) -> Float
}

extension SelectiveScan: HeadScan {
  init(channels: Int, states: Int, headDim: Int, stride: Int, _ site: inout KernelSite) {
    self.init(channels: channels, states: states, sharedBy: headDim, &site)
  }

  func load(rate: (_ head: Int) -> Float, skip: (_ head: Int) -> Float) {
    let width = headDim ?? 1
    load { channel, _ in
      rate(channel / width)
    } skip: {
      skip($0 / width)
    }
  }

  func rateGradient(head: Int) -> Float { sum(head) { rateGradient($0, 0) } }
  func skipGradient(head: Int) -> Float { sum(head) { skipGradient($0) } }

  private func sum(_ head: Int, _ value: (_ channel: Int) -> Float) -> Float {
    let width = headDim ?? 1
    return (head * width..<(head + 1) * width).reduce(0) { $0 + value($1) }
  }
}
