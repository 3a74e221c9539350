import Architecture
import Foundation
import LanguageModeling
import Layouts
import MADTasks
import Synchronization

/// Answers requests of a folder one after the other, on one thread, until it is told to stop or its coordinator is gone.
public struct Worker: Sendable {
  /// Seconds between two beats.
  private static let beat = 1.0

  private let folder: WorkerFolder
  private let name: String
  private let parent: Int32?

  /// - Parameter parent: the process without which nobody reads the answers, if there is one.
  public init(_ folder: WorkerFolder, name: String, parent: Int32?) {
    (self.folder, self.name, self.parent) = (folder, name, parent)
  }

  /// - Throws: if the machine or an input is at fault, not the layout: the request stays open then.
  public func run() throws {
    let (folder, name) = (folder, name)
    let progress = startPulse()
    while !folder.isStopped {
      if let request = folder.claim(as: name) {
        progress.advance()
        let control = EvaluationControl(shouldStop: { folder.isStopped }, onProgress: { progress.advance() })
        // Without an answer it was told to stop.
        guard let answer = try Self.answer(request, request.work.work, control) else { return }
        try folder.answer(request, answer, as: name)
      } else {
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
  }

  /// Beats as long as the process lives.
  private func startPulse() -> Progress {
    let (folder, name, parent, progress) = (folder, name, parent, Progress())
    folder.beat(name, .init(life: 1, progress: 0))
    let pulse = Thread {
      var life = 1
      while true {
        Thread.sleep(forTimeInterval: Self.beat)
        if let parent, getppid() != parent { _exit(0) }
        life += 1
        folder.beat(name, .init(life: life, progress: progress.count))
      }
    }
    pulse.start()
    return progress
  }

  private final class Progress: Sendable {
    private let value = Atomic(0)
    func advance() { value.wrappingAdd(1, ordering: .relaxed) }
    var count: Int { value.load(ordering: .relaxed) }
  }

  /// The answer's file; nil if it was told to stop.
  private static func answer<Work: EvaluationWork>(
    _ request: EvaluationRequest, _ work: Work, _ control: EvaluationControl
  ) throws -> Data? {
    let answer: AnswerFile<Work.Outcome>
    do {
      let outcome = try work.run(Layout(parsing: request.layout), in: request.folder, control)
      guard let outcome else { return nil }
      answer = .outcome(outcome)
    } catch let error where isLayouts(error) {
      answer = .impossible("\(error)")
    }
    return try JSONEncoder().encode(answer)
  }
  /// Whether an error is the layout's fault, whoever tries; all others are the machine's or an input's.
  private static func isLayouts(_ error: any Error) -> Bool {
    error is NotationError || error is LayerError || error is ArchitectureError || error is TaskError
      || error is PerplexityError
  }
}
