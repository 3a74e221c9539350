import Architecture

/// Times training steps of small models, and the machine's own matrix products in the same run.
public struct StepBenchmark: Sendable {
  /// A model size and batch to measure at.
  public struct Setting: Sendable, CaseIterable {
    public let name: String
    public let dim, vocabulary, batch, time: Int
    /// How often `[mixer, channel mixer]` is repeated.
    public let repeats: Int

    public static let base = Setting(name: "base", dim: 128, vocabulary: 16, batch: 128, time: 128, repeats: 2)
    public static let small = Setting(name: "small", dim: 64, vocabulary: 16, batch: 32, time: 64, repeats: 2)
    public static let lm = Setting(name: "lm", dim: 256, vocabulary: 256, batch: 16, time: 256, repeats: 4)
    public static let allCases = [base, small, lm]
  }

  public enum Mode: String, Sendable, CaseIterable {
    /// One training on all threads.
    case oneJob = "one-job"
    /// As many trainings as threads, one thread each; throughput is added up.
    case jobPerCore = "job-per-core"
  }

  public struct Result: Codable, Sendable {
    public let primitive, setting, mode: String
    public let threads: Int
    /// Milliseconds per step of one job: the median.
    public let msPerStep: Double
    /// Over all jobs.
    public let tokensPerSecond, gflops: Double
    /// The best rate that any library reaches on as many threads, measured just before and after.
    public let peakGFLOPS: Double
    /// `gflops` over `peakGFLOPS`.
    public let peakShare: Double
    public let peakMemoryBytes: Int
  }

  public let setting: Setting
  public let mode: Mode
  public let threads: Int
  /// How long to measure, in seconds.
  public let seconds: Double

  public init(setting: Setting, mode: Mode, threads: Int, seconds: Double) {
    (self.setting, self.mode, self.threads, self.seconds) = (setting, mode, threads, seconds)
  }

  /// What a primitive is measured beside.
  public static let partners = (sequenceMixer: "attention", channelMixer: "swiglu")

  /// Trains `[mixer, channel mixer] × repeats`; the primitive takes the place that its kind has, and the partner of the
  /// sequence mixers both places.
  /// - Throws: `ArchitectureError` if the primitive cannot be built at the setting's width.
  public func run(_ name: String, _ primitive: LayerPrimitive) throws -> Result {
    let specification = primitive.type.specification
    let stripe =
      switch specification.kind {
      case .sequenceMixer: [primitive, try defaults(Self.partners.channelMixer)]
      case .channelMixer where specification.name == Self.partners.channelMixer: [primitive, primitive]
      case .channelMixer: [try defaults(Self.partners.sequenceMixer), primitive]
      }
    let model = try Model(
      layers: (0..<setting.repeats).flatMap { _ in stripe.map { [$0] } },
      context: ModelContext(dim: setting.dim, maxLength: setting.time), vocabulary: setting.vocabulary)
    let timer = StepTimer(batch: setting.batch, time: setting.time, mode: mode, threads: threads, seconds: seconds)
    let result = timer.measure(model)
    return Result(
      primitive: name, setting: setting.name, mode: mode.rawValue, threads: threads, msPerStep: result.msPerStep,
      tokensPerSecond: result.tokensPerSecond, gflops: result.gflops, peakGFLOPS: result.peakGFLOPS,
      peakShare: result.gflops / result.peakGFLOPS, peakMemoryBytes: result.peakMemoryBytes)
  }

  private func defaults(_ name: String) throws -> LayerPrimitive {
    let type = try Primitives.named(name).type
    return LayerPrimitive(type: type, options: try OptionValues([], for: type.specification))
  }
}
