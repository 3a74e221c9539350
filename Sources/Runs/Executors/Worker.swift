import Foundation
import LanguageModeling
import Layouts

/// Answers requests of a folder one after the other, on one thread, until it is told to stop or its coordinator is gone.
public struct Worker: Sendable {
  private let folder: WorkerFolder
  private let name: String
  private let parent: Int32?

  /// - Parameter parent: the process without which nobody reads the answers, if there is one.
  public init(_ folder: WorkerFolder, name: String, parent: Int32?) {
    (self.folder, self.name, self.parent) = (folder, name, parent)
  }

  /// - Throws: `RunError` if an answer cannot be written, `PerplexityStudy.Failure` if a checkpoint cannot.
  public func run() throws {
    let (folder, name, parent) = (folder, name, parent)
    folder.beat(name)
    let pulse = Thread {
      while true {
        Thread.sleep(forTimeInterval: 1)
        if let parent, getppid() != parent { _exit(0) }
        folder.beat(name)
      }
    }
    pulse.start()
    while !folder.isStopped {
      if let request = folder.claim(as: name) {
        // Without an answer it was told to stop.
        let control = EvaluationControl(shouldStop: { folder.isStopped })
        guard let answer = try Self.answer(request, request.work.work, control) else { return }
        try folder.answer(request, answer, as: name)
      } else {
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
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
    } catch let error as PerplexityStudy.Failure {
      // The disk's fault, not the layout's.
      throw error
    } catch {
      answer = .impossible("\(error)")
    }
    return try JSONEncoder().encode(answer)
  }
}
