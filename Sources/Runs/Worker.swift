import Foundation
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

  /// - Throws: `RunError` if an answer cannot be written.
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
        try folder.answer(request, Self.evaluate(request), as: name)
      } else {
        Thread.sleep(forTimeInterval: 0.02)
      }
    }
  }

  static func evaluate(_ request: EvaluationRequest) -> EvaluationOutcome {
    do {
      let layout = try Layout(parsing: request.layout)
      return .results(try Evaluation(layout, plans: request.plans, jobs: 1).run())
    } catch {
      return .impossible(reason: "\(error)")
    }
  }
}
