import Architecture
import Engine
import Foundation
import Training

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
    /// `gflops` over the rate of 1 024³ products on as many threads, measured just before and after.
    public let sgemmShare: Double
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
    let before = Self.sgemmRate(threads: threads)
    PeakMemory.reset()
    let jobs = mode == .oneJob ? 1 : threads
    let times = measure(model, jobs: jobs, threadsPerJob: mode == .oneJob ? threads : 1)
    let peak = PeakMemory.bytes
    let after = Self.sgemmRate(threads: threads)
    let tokens = Double(setting.batch * setting.time)
    let rate = times.reduce(0) { $0 + tokens / $1 }
    let gflops = rate * model.costs(time: setting.time).trainingFLOPs / 1e9
    return Result(
      primitive: name, setting: setting.name, mode: mode.rawValue, threads: threads,
      msPerStep: times.reduce(0, +) / Double(jobs) * 1000, tokensPerSecond: rate, gflops: gflops,
      sgemmShare: gflops / ((before + after) / 2), peakMemoryBytes: peak)
  }

  private func defaults(_ name: String) throws -> LayerPrimitive {
    let type = try Primitives.named(name).type
    return LayerPrimitive(type: type, options: try OptionValues([], for: type.specification))
  }

  /// The median seconds per step of each of the jobs, which run at the same time.
  private func measure(_ model: Model, jobs: Int, threadsPerJob: Int) -> [Double] {
    let (setting, seconds) = (setting, seconds)
    var random = RandomStream(seed: 1, "benchmark")
    let count = setting.batch * setting.time
    let tokens = (0..<count).map { _ in Int32(random.integer(below: setting.vocabulary)) }
    let targets = (0..<count).map { _ in Int32(random.integer(below: setting.vocabulary)) }
    let medians = Buffer(count: jobs)
    Parallel.forEach(jobs) { job in
      let trainer = Trainer(
        model, weights: model.makeWeights(seed: 1), optimizer: AdamW(weightDecay: 0.1), time: setting.time,
        threads: threadsPerJob)
      func step() -> Double {
        let start = DispatchTime.now().uptimeNanoseconds
        _ = trainer.train(tokens: tokens, targets: targets, learningRate: 5e-4)
        return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
      }
      _ = step()
      var times: [Double] = []
      while times.count < 3 || times.reduce(0, +) < seconds { times.append(step()) }
      medians.pointer[job] = Float(times.sorted()[times.count / 2])
    }
    return medians.values.map(Double.init)
  }

  /// GFLOP/s of 1 024³ single-precision products, one per thread at the same time.
  public static func sgemmRate(threads: Int) -> Double {
    BLAS.useOneThread()
    let size = 1024
    let operands = (0..<threads).map { _ in (0..<3).map { _ in Buffer(count: size * size) } }
    for buffer in operands.joined() { buffer.fill(0.5) }
    let rates = Buffer(count: threads)
    Parallel.forEach(threads) { index in
      let (a, b, c) = (operands[index][0], operands[index][1], operands[index][2])
      var best = Double.infinity
      for _ in 0..<8 {
        let start = DispatchTime.now().uptimeNanoseconds
        BLAS.multiply(a.pointer, b.pointer, into: c.pointer, rows: size, columns: size, inner: size)
        best = min(best, Double(DispatchTime.now().uptimeNanoseconds - start))
      }
      rates.pointer[index] = Float(2 * Double(size * size * size) / best)
    }
    return rates.values.reduce(0) { $0 + Double($1) }
  }
}

/// The most memory that this process has held at once.
enum PeakMemory {
  /// Forgets earlier peaks, where Linux allows it.
  static func reset() { try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .ascii) }

  /// In bytes; 0 where the system does not say.
  static var bytes: Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return kilobytes * 1024
  }
}
