import Foundation

/// The files through which a coordinator and its workers talk. A request is claimed by renaming it, a worker shows that
/// it lives by its heartbeat, and a result is written elsewhere, synced and renamed; so each file is there whole
/// or not at all, on a network file system too.
public struct WorkerFolder: Sendable {
  /// What a heartbeat says: numbers that grow as long as a worker lives, and as long as its evaluation goes on.
  struct Beats: Equatable {
    var life, progress: Int
  }

  /// Of a log, at its end, in bytes.
  private static let longestWords: UInt64 = 2000
  private static let program = "madsearch: "

  public let url: URL

  public init(_ url: URL) { self.url = url }

  private var requests: URL { url.appending(path: "requests") }
  private var claimed: URL { url.appending(path: "claimed") }
  private var results: URL { url.appending(path: "results") }
  private var heartbeats: URL { url.appending(path: "heartbeats") }
  private var stopFile: URL { url.appending(path: "stop") }
  private var logs: URL { url.appending(path: "logs") }

  func create() throws(RunError) {
    for folder in [requests, claimed, results, heartbeats, logs] { try folder.makeFolder() }
  }

  func remove() { try? FileManager.default.removeItem(at: url) }

  // MARK: The coordinator's side

  /// - Parameter urgency: requests are taken in its order, 0 first.
  func post(_ request: EvaluationRequest, urgency: Int) throws {
    try requests.appending(path: "\(Self.digits(urgency))-\(Self.name(request.id))")
      .writeWhole(JSONEncoder().encode(request))
  }

  func stop() throws(RunError) { try stopFile.writeWhole(Data()) }

  /// The evaluation that a worker has claimed and not answered.
  func claim(of worker: String) -> Int64? {
    claimed.fileNames.first { $0.hasSuffix("." + worker) }.flatMap(Self.id)
  }

  /// Takes a claim away from a worker that is gone.
  func dropClaim(of worker: String) {
    for name in claimed.fileNames where name.hasSuffix("." + worker) { unlink(claimed.appending(path: name).plainPath) }
  }

  /// The answers that are there, in no particular order.
  func answers() -> [(id: Int64, data: Data)] {
    results.fileNames.compactMap { name in
      guard name.hasSuffix(".json"), let id = Self.id(name),
        let data = try? Data(contentsOf: results.appending(path: name))
      else { return nil }
      return (id, data)
    }
  }

  /// Whatever the answer's file is called: one that stays would be read again.
  func removeAnswer(_ id: Int64) {
    for name in results.fileNames where Self.id(name) == id { unlink(results.appending(path: name).plainPath) }
  }

  /// The last beats of a worker; none before the first.
  func beats(of worker: String) -> Beats? {
    guard let data = try? Data(contentsOf: heartbeats.appending(path: worker)) else { return nil }
    let numbers = String(decoding: data, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
    return numbers.count == 2 ? Beats(life: numbers[0], progress: numbers[1]) : nil
  }

  /// Takes what a worker writes to standard error.
  func log(of worker: String) -> URL { logs.appending(path: worker) }

  /// The end of a worker's log in one line, without the program's name; none if it is silent.
  func lastWords(of worker: String, lines: Int = 5) -> String? {
    guard let file = try? FileHandle(forReadingFrom: log(of: worker)) else { return nil }
    defer { try? file.close() }
    let end = (try? file.seekToEnd()) ?? 0
    try? file.seek(toOffset: end > Self.longestWords ? end - Self.longestWords : 0)
    let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    let own = text.split(whereSeparator: \.isNewline).suffix(lines).map { line in
      let line = line.hasPrefix(Self.program) ? line.dropFirst(Self.program.count) : line
      return String(
        String.UnicodeScalarView(line.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
    return own.isEmpty ? nil : own.joined(separator: " / ")
  }

  // MARK: The worker's side

  var isStopped: Bool { access(stopFile.plainPath, F_OK) == 0 || access(url.plainPath, F_OK) != 0 }

  /// Claims the first request that nobody else gets.
  func claim(as worker: String) -> EvaluationRequest? {
    for name in requests.fileNames where name.hasSuffix(".json") {
      let mine = claimed.appending(path: name + "." + worker)
      guard rename(requests.appending(path: name).plainPath, mine.plainPath) == 0 else { continue }
      guard let data = try? Data(contentsOf: mine) else { continue }
      return try? JSONDecoder().decode(EvaluationRequest.self, from: data)
    }
    return nil
  }

  /// - Parameter answer: an `AnswerFile`.
  func answer(_ request: EvaluationRequest, _ answer: Data, as worker: String) throws(RunError) {
    try results.appending(path: Self.name(request.id)).writeWhole(answer)
    dropClaim(of: worker)
  }

  func beat(_ worker: String, _ beats: Beats) {
    let file = open(heartbeats.appending(path: worker).plainPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    // Numbers only grow, so an older text is never longer.
    let text = Array("\(beats.life) \(beats.progress)\n".utf8)
    _ = pwrite(file, text, text.count, 0)
    close(file)
  }

  private static func name(_ id: Int64) -> String { digits(id) + ".json" }

  /// Sorted as text as the numbers are.
  private static func digits(_ number: some BinaryInteger) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 18 - digits.count)) + digits
  }

  private static func id(_ name: String) -> Int64? {
    name.prefix { $0 != "." }.split(separator: "-").last.flatMap { Int64($0) }
  }
}
