import Architecture
import Engine
import Foundation
import Training

/// Times the training steps of one model.
struct StepTimer: Sendable {
  let batch, time: Int
  let mode: StepBenchmark.Mode
  let threads: Int
  /// How long to measure, in seconds.
  let seconds: Double

  struct Result {
    /// Milliseconds per step of one job: the median.
    let msPerStep: Double
    /// Over all jobs.
    let tokensPerSecond, gflops: Double
    /// The best rate that any library reaches on as many threads, measured just before and after.
    let peakGFLOPS: Double
    let peakMemoryBytes: Int
  }

  func measure(_ model: Model) -> Result {
    let before = ProductRate.peak(threads: threads)
    PeakMemory.reset()
    let jobs = mode == .oneJob ? 1 : threads
    let times = measure(model, jobs: jobs, threadsPerJob: mode == .oneJob ? threads : 1)
    let peak = PeakMemory.bytes
    let after = ProductRate.peak(threads: threads)
    let rate = times.reduce(0) { $0 + Double(batch * time) / $1 }
    return Result(
      msPerStep: times.reduce(0, +) / Double(jobs) * 1000, tokensPerSecond: rate,
      gflops: rate * model.costs(time: time).trainingFLOPs / 1e9, peakGFLOPS: (before + after) / 2,
      peakMemoryBytes: peak)
  }

  /// The median seconds per step of each of the jobs, which run at the same time. A job on one thread is timed by what it
  /// uses of its processor, so that other programs count for less.
  private func measure(_ model: Model, jobs: Int, threadsPerJob: Int) -> [Double] {
    let (seconds, time) = (seconds, time)
    var random = RandomStream(seed: 1, "benchmark")
    let tokens = (0..<batch * time).map { _ in Int32(random.integer(below: model.vocabulary)) }
    let targets = (0..<batch * time).map { _ in Int32(random.integer(below: model.vocabulary)) }
    let medians = Buffer(count: jobs)
    Parallel.forEach(jobs) { job in
      let trainer = Trainer(
        model, weights: model.makeWeights(seed: 1), optimizer: AdamW(weightDecay: 0.1), time: time,
        threads: threadsPerJob)
      func now() -> Double {
        threadsPerJob == 1 ? Parallel.threadSeconds : Double(DispatchTime.now().uptimeNanoseconds) / 1e9
      }
      func step() -> Double {
        let start = now()
        _ = trainer.train(tokens: tokens, targets: targets, learningRate: 5e-4)
        return now() - start
      }
      _ = step()
      var times: [Double] = []
      while times.count < 3 || times.reduce(0, +) < seconds { times.append(step()) }
      medians.pointer[job] = Float(times.sorted()[times.count / 2])
    }
    return medians.values.map(Double.init)
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
