import Foundation
import LanguageModeling
import Layouts
import MADTasks

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
        // Without an outcome it was told to stop.
        guard let outcome = try Self.evaluate(request, shouldStop: { folder.isStopped }) else { return }
        try folder.answer(request, outcome, as: name)
      } else {
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
  }

  static func evaluate(
    _ request: EvaluationRequest, shouldStop: @escaping @Sendable () -> Bool
  ) throws(PerplexityStudy.Failure) -> EvaluationOutcome? {
    do {
      switch request.work {
      case .tasks(let plans):
        let layout = try Layout(parsing: request.layout)
        return .results(try Evaluation(layout, plans: plans, jobs: 1).run())
      case .text(let text): return try text.run(shouldStop: shouldStop).map { .losses($0) }
      }
    } catch let error as PerplexityStudy.Failure {
      // The disk's fault, not the layout's.
      throw error
    } catch {
      return .impossible(reason: "\(error)")
    }
  }
}
