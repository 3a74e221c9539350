import Dispatch
import Engine

/// Rates of the matrix products that training steps are made of, with each library.
public struct ProductBenchmark: Sendable {
  /// What a product does for a linear map.
  public enum Use: String, Codable, Sendable, CaseIterable {
    /// `y = x Wᵀ`; the transpose is made once a step.
    case output
    /// `dx += dy W`.
    case inputGradient = "input gradient"
    /// `dW += dyᵀ x`.
    case weightGradient = "weight gradient"
  }

  public struct Row: Codable, Sendable {
    public let setting: String
    public let use: Use
    /// Of the product: c is `[rows, columns]`, a sum has `inner` terms.
    public let rows, columns, inner: Int
    /// GFLOP/s of one thread; LIBXSMM's are nil where it cannot be used.
    public let openblas: Double
    public let libxsmm: Double?
    /// The library that this process multiplies with.
    public let chosen: String
  }

  /// The positions of a micro-batch.
  public let positions: Int

  public init(positions: Int) { self.positions = positions }

  /// The products of a setting's widest and narrowest linear maps.
  public func run(_ setting: StepBenchmark.Setting) -> [Row] {
    let dim = setting.dim
    let inner = 16 * ((8 * dim / 3 + 15) / 16)
    return [(dim, dim), (dim, 3 * dim), (dim, inner), (inner, dim), (dim, setting.vocabulary)].flatMap {
      inputs, outputs in
      Use.allCases.map { row(setting.name, $0, inputs: inputs, outputs: outputs) }
    }
  }

  private func row(_ setting: String, _ use: Use, inputs: Int, outputs: Int) -> Row {
    let (rows, columns, inner) =
      switch use {
      case .output: (positions, outputs, inputs)
      case .inputGradient: (positions, inputs, outputs)
      case .weightGradient: (outputs, inputs, positions)
      }
    func rate(_ library: ProductLibrary) -> Double {
      let second: MatrixProduct.Second =
        switch use {
        case .output: library == .libxsmm ? .panels : .transposed(stride: inner)
        case .inputGradient, .weightGradient: .rows(stride: columns)
        }
      return ProductRate.measure(
        rows: rows, columns: columns, inner: inner, transposesA: use == .weightGradient, second,
        adds: use != .output, library: library)
    }
    return Row(
      setting: setting, use: use, rows: rows, columns: columns, inner: inner, openblas: rate(.openBLAS),
      libxsmm: ProductLibrary.isLIBXSMMUsable ? rate(.libxsmm) : nil, chosen: ProductLibrary.current.rawValue)
  }
}

/// How fast this machine multiplies matrices.
enum ProductRate {
  /// GFLOP/s of one product on the calling thread, by its processor time: the best of several turns.
  static func measure(
    rows: Int, columns: Int, inner: Int, transposesA: Bool = false, _ second: MatrixProduct.Second, adds: Bool = false,
    library: ProductLibrary, turns: Int = 8, flopsPerTurn: Double = 2e8
  ) -> Double {
    BLAS.useOneThread()
    let (a, b, c) = (Buffer(count: rows * inner), Buffer(count: inner * columns), Buffer(count: rows * columns))
    a.fill(0.5)
    b.fill(1e-3)
    let panel = Buffer(count: MatrixProduct.panelCount)
    let product = MatrixProduct(
      strideA: transposesA ? rows : inner, transposesA: transposesA, b: second, strideC: columns, adds: adds,
      library: library, panel: panel.pointer)
    let flops = 2 * Double(rows) * Double(columns) * Double(inner)
    let count = max(1, Int(flopsPerTurn / flops))
    var best = Double.infinity
    for turn in 0...turns {
      let start = Parallel.threadSeconds
      for _ in 0..<count { product(a.pointer, b.pointer, into: c.pointer, rows: rows, columns: columns, inner: inner) }
      // The first turn makes the kernels.
      if turn > 0 { best = min(best, (Parallel.threadSeconds - start) / Double(count)) }
    }
    return flops / best / 1e9
  }

  /// GFLOP/s of all threads together at the products that suit each library best, and the better library's.
  static func peak(threads: Int) -> Double {
    let rates = Buffer(count: threads)
    Parallel.forEach(threads) { index in
      let large = measure(rows: 1024, columns: 1024, inner: 1024, .rows(stride: 1024), library: .openBLAS)
      let small = measure(rows: 64, columns: 64, inner: 64, .panels, library: .libxsmm)
      rates.pointer[index] = Float(max(large, ProductLibrary.isLIBXSMMUsable ? small : 0))
    }
    return rates.values.reduce(0) { $0 + Double($1) }
  }
}
