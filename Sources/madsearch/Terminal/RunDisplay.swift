import Foundation
import Reporting
import Runs
import Text

/// How far a run is, on standard error: on a terminal a block of lines that is drawn over and over, with a bar for each
/// rung and a line for each worker; elsewhere a line now and then.
struct RunDisplay {
  private static let barWidth = 24
  /// Workers that are shown; of more, only how many are busy.
  private static let shownWorkers = 8
  /// Seconds between two lines where there is no terminal.
  private static let pause = 30.0

  private let name: String
  private var drawn = 0
  private var lastLine = Date.distantPast
  private var lastDone = -1

  init(name: String) { self.name = name }

  mutating func show(_ progress: RunProgress) {
    if Progress.isTerminal {
      draw(Self.block(progress, width: Progress.width))
    } else if Date().timeIntervalSince(lastLine) > Self.pause {
      let done = progress.rungs.reduce(0) { $0 + $1.done }
      guard done != lastDone else { return }
      (lastLine, lastDone) = (Date(), done)
      ErrorReport.print("\(name): " + Self.line(progress))
    }
  }

  /// A message above the block.
  mutating func say(_ text: String) {
    end()
    ErrorReport.print(text)
  }

  /// Removes the block.
  mutating func end() {
    if Progress.isTerminal { draw([]) }
  }

  private mutating func draw(_ lines: [String]) {
    let up = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
    StandardError.write(up + "\r\u{1B}[J" + lines.map { $0.printable + "\n" }.joined())
    drawn = lines.count
  }

  static func block(_ progress: RunProgress, width: Int) -> [String] {
    let title = progress.rungs.map { $0.name.count }.max() ?? 0
    var lines = progress.rungs.enumerated().map { index, rung in
      let filled = rung.total == 0 ? 0 : min(rung.done * barWidth / rung.total, barWidth)
      let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: barWidth - filled)
      let name = rung.name + String(repeating: " ", count: title - rung.name.count)
      return "rung \(index + 1) \(name) [\(bar)] \(rung.done) of \(rung.total)" + facts(rung)
    }
    lines.append(timing(progress))
    let workers = progress.workers.prefix(shownWorkers).map { worker in
      guard let layout = worker.layout else { return "\(worker.name): idle" }
      return "\(worker.name): rung \(worker.rung + 1), \(Duration.text(seconds: worker.seconds)): \(layout)"
    }
    lines += workers
    if progress.workers.count > shownWorkers {
      lines.append("\(progress.workers.count) workers, \(progress.workers.count { $0.layout != nil }) busy")
    }
    return lines.map { String($0.prefix(max(width - 1, 20))) }
  }

  static func line(_ progress: RunProgress) -> String {
    let rungs = progress.rungs.enumerated().filter { $0.offset == 0 || $0.element.total > 0 }.map { index, rung in
      "rung \(index + 1) (\(rung.name)) \(rung.done) of \(rung.total)" + facts(rung)
    }
    return (rungs + [timing(progress)]).joined(separator: "; ")
  }

  private static func facts(_ rung: RunProgress.Rung) -> String {
    let best = rung.best.map {
      ", best \(rung.measure.isLowerBetter ? "loss " : "")\(NumberText.fixed($0, decimals: 3)), hypervolume \(NumberText.fixed(rung.hypervolume, decimals: 3))"
    }
    return (rung.failed > 0 ? ", \(rung.failed) failed" : "") + (best ?? "")
  }

  private static func timing(_ progress: RunProgress) -> String {
    let done = progress.rungs.reduce(0) { $0 + $1.done }
    let rate =
      done == 0 || progress.seconds <= 0
      ? "" : ", \(NumberText.fixed(Double(done) / progress.seconds * 60, decimals: 1)) evaluations a minute"
    let left = progress.secondsLeft > 0 ? ", about \(Duration.text(seconds: progress.secondsLeft)) left" : ""
    return Duration.text(seconds: progress.seconds) + " so far" + rate + left
  }
}
