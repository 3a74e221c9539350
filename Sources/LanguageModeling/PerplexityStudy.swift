import Engine
import Foundation
import Layouts
import Text
import Training

/// Trains language models, several at the same time, and keeps everything in a folder: finished trainings are taken over,
/// and one that was interrupted goes on from its checkpoint.
public struct PerplexityStudy: Sendable {
  /// How far a study is.
  public struct Progress: Sendable {
    public let done, trainings: Int
    /// Share of all FLOPs.
    public let fraction: Double
    /// An estimate; none before there is a rate.
    public let secondsLeft: Double?
  }

  public enum Failure: ReportedError, Equatable {
    case unwritable(path: String, reason: String)

    public var fault: Fault { .machine }

    public var description: String {
      switch self {
      case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
      }
    }
  }

  public let trainings: [PlannedTraining]
  private let corpus: Corpus
  private let folder: URL
  private let jobs: Int

  /// - Parameter jobs: how many trainings run at the same time, one thread each.
  public init(_ trainings: [PlannedTraining], corpus: Corpus, folder: URL, jobs: Int) {
    (self.trainings, self.corpus, self.folder, self.jobs) = (trainings, corpus, folder, max(jobs, 1))
  }

  /// The results that the folder holds; nil for trainings that are not finished.
  public var known: [PerplexityResult?] { trainings.map(finished) }

  /// Trains what the folder does not hold yet.
  /// - Returns: a result for every training, in their order; `nil` if it was asked to stop.
  /// - Throws: `Failure`, or as `PerplexityRun` before the training at fault.
  public func run(
    shouldStop: @escaping @Sendable () -> Bool = { false },
    onProgress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws -> [PerplexityResult]? {
    try makeFolder()
    var known: [Int: PerplexityResult] = [:]
    for (index, result) in self.known.enumerated() { known[index] = result }
    // The dear ones first, so that no core is left alone with one at the end.
    let queue = trainings.indices.filter { known[$0] == nil }.sorted { trainings[$0].flops > trainings[$1].flops }
    let board = WorkBoard<PerplexityResult>(queue, costs: trainings.map(\.flops), known: known) { done, progress in
      onProgress(
        Progress(
          done: done, trainings: trainings.count, fraction: progress.fraction, secondsLeft: progress.secondsLeft))
    }
    Parallel.forEach(min(jobs, max(queue.count, 1))) { _ in
      while !shouldStop(), let index = board.take() {
        do {
          let result = try train(trainings[index], shouldStop: shouldStop) { board.advance(index, fraction: $0) }
          if let result { try board.finish(index, result) }
        } catch {
          board.fail(error)
        }
      }
    }
    let results = try board.results()
    return results.count == trainings.count ? trainings.indices.compactMap { results[$0] } : nil
  }

  private func train(
    _ training: PlannedTraining, shouldStop: () -> Bool, onProgress: (Double) -> Void
  ) throws -> PerplexityResult? {
    let run = try PerplexityRun(
      Layout(parsing: training.layout), plan: training.plan, corpus: corpus, threads: 1)
    let checkpoint = file(training, "safetensors")
    // One that does not fit, or is damaged, is as good as none.
    if let state = try? Checkpoint(contentsOf: checkpoint) { try? run.restore(state) }
    let result = try run.run(
      checkpointEvery: max(1, training.plan.steps / 20),
      onCheckpoint: { state throws in
        // A loss on another text than the fingerprint's is wrong for good.
        try corpus.requireUnchanged()
        do {
          try state.write(to: checkpoint)
        } catch {
          throw Failure.unwritable(path: checkpoint.path(percentEncoded: false), reason: "\(error)")
        }
      }, shouldStop: shouldStop, onProgress: { onProgress(Double($0.step) / Double($0.steps)) })
    guard let result else { return nil }
    try corpus.requireUnchanged(isThorough: true)
    let place = file(training, "json")
    do {
      try WholeFile.write(JSONEncoder().encode(result), to: place)
    } catch {
      throw Failure.unwritable(path: place.path(percentEncoded: false), reason: "\(error)")
    }
    removeLeft(of: checkpoint)
    return result
  }

  /// Removes a checkpoint, and what a process that was killed while it wrote one has left.
  private func removeLeft(of checkpoint: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false))) ?? []
    for name in names where name.hasPrefix(checkpoint.lastPathComponent) {
      try? FileManager.default.removeItem(at: folder.appending(path: name))
    }
  }

  private func finished(_ training: PlannedTraining) -> PerplexityResult? {
    guard let data = try? Data(contentsOf: file(training, "json")),
      let result = try? JSONDecoder().decode(PerplexityResult.self, from: data), result.plan == training.plan,
      result.layout == training.layout, result.fingerprint == corpus.fingerprint
    else { return nil }
    return result
  }

  /// A training's file; its name holds a hash of all that the result depends on.
  private func file(_ training: PlannedTraining, _ ending: String) -> URL {
    let identity = "\(training.layout) \(training.plan) \(corpus.fingerprint)"
    var hash = RandomStream(seed: 0, "training", .init(identity))
    return folder.appending(path: "\(training.plan.dim)-\(String(hash.next(), radix: 16)).\(ending)")
  }

  private func makeFolder() throws(Failure) {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: folder.path(percentEncoded: false), reason: SystemReason.text(error))
    }
  }
}
