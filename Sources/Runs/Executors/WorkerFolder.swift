import Foundation

/// The files through which a coordinator and its workers talk. A request is claimed by renaming it, a worker shows that
/// it lives by touching its heartbeat, and a result is written elsewhere, synced and renamed; so each file is there whole
/// or not at all, on a network file system too.
public struct WorkerFolder: Sendable {
  public let url: URL

  public init(_ url: URL) { self.url = url }

  private var requests: URL { url.appending(path: "requests") }
  private var claimed: URL { url.appending(path: "claimed") }
  private var results: URL { url.appending(path: "results") }
  private var heartbeats: URL { url.appending(path: "heartbeats") }
  private var stopFile: URL { url.appending(path: "stop") }
  var log: URL { url.appending(path: "workers.log") }

  func create() throws(RunError) {
    for folder in [requests, claimed, results, heartbeats] { try folder.makeFolder() }
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

  func removeAnswer(_ id: Int64) { unlink(results.appending(path: Self.name(id)).plainPath) }

  /// Seconds since a worker last showed that it lives; none before its first beat.
  func silence(of worker: String) -> Double? {
    let path = heartbeats.appending(path: worker).plainPath
    guard let date = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date else {
      return nil
    }
    return Date().timeIntervalSince(date)
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

  func beat(_ worker: String) {
    let file = open(heartbeats.appending(path: worker).plainPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    futimens(file, nil)
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
