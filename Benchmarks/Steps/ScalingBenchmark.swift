import Architecture
import Engine
import Training

/// How the cost of a layout grows with its width, its length and its depth, one at a time.
public struct ScalingBenchmark: Sendable {
  public enum Axis: String, Codable, Sendable, CaseIterable {
    case width, length, depth
  }

  /// One size of a model.
  public struct Point: Sendable, Hashable {
    public var dim, time, layers: Int
    public init(dim: Int, time: Int, layers: Int) { (self.dim, self.time, self.layers) = (dim, time, layers) }
  }

  public struct Row: Codable, Sendable {
    public let axis: Axis
    public let dim, time, layers: Int
    public let tokensPerSecond, gflops: Double
    /// `gflops` over the best product rate of any library on as many threads.
    public let peakShare: Double
    /// Of weights, gradients, moments and workspaces.
    public let memoryBytes: Int
    /// Seconds per token and per layer over those of the axis's first row: 1 along a linear axis.
    public let costRatio: Double
  }

  /// The sizes that all axes start from.
  public let base: Point
  public let threads: Int
  /// How long to measure each, in seconds.
  public let seconds: Double

  public static let vocabulary = 16
  /// About so many tokens make a step.
  private static let tokens = 4096

  public init(base: Point, threads: Int, seconds: Double) {
    (self.base, self.threads, self.seconds) = (base, threads, seconds)
  }

  /// The sizes of an axis: the base with one number changed.
  public func points(_ axis: Axis, _ values: [Int]) -> [Point] {
    values.map { value in
      var point = base
      switch axis {
      case .width: point.dim = value
      case .length: point.time = value
      case .depth: point.layers = value
      }
      return point
    }
  }

  /// A model whose layers are those of `stripe`, repeated from the start as often as it takes.
  /// - Throws: `ArchitectureError` if a primitive cannot be built at that size.
  public static func model(_ stripe: [[LayerPrimitive]], _ point: Point) throws -> Model {
    try Model(
      layers: (0..<point.layers).map { stripe[$0 % stripe.count] },
      context: ModelContext(dim: point.dim, maxLength: point.time), vocabulary: vocabulary)
  }

  /// Measures the sizes of one axis.
  public func run(
    _ axis: Axis, _ values: [Int], stripe: [[LayerPrimitive]], onProgress: (Point) -> Void = { _ in }
  ) throws -> [Row] {
    var first: Double?
    return try points(axis, values).map { point in
      onProgress(point)
      let model = try Self.model(stripe, point)
      let batch = max(threads, Self.tokens / point.time)
      let timer = StepTimer(batch: batch, time: point.time, mode: .oneJob, threads: threads, seconds: seconds)
      let result = timer.measure(model)
      let cost = 1 / result.tokensPerSecond / Double(point.layers)
      let start = first ?? cost
      first = start
      let memory = Trainer(model, weights: Buffer(count: model.tensors.count), time: point.time, threads: threads)
        .byteCount
      return Row(
        axis: axis, dim: point.dim, time: point.time, layers: point.layers, tokensPerSecond: result.tokensPerSecond,
        gflops: result.gflops, peakShare: result.gflops / result.peakGFLOPS, memoryBytes: memory,
        costRatio: cost / start)
    }
  }
}
