import Foundation

/// The processors that this process may use: those that it may run on (taskset, Slurm), and of these no more than the
/// processor time that its control groups allow (containers, systemd).
public struct Processors: Sendable {
  /// At least one.
  public let count: Int

  /// Those of this process.
  public static let available = Processors(
    allowed: allowedCount ?? ProcessInfo.processInfo.activeProcessorCount,
    groups: (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "",
    root: URL(filePath: "/sys/fs/cgroup"))

  /// - Parameters:
  ///   - allowed: how many processors it may run on.
  ///   - groups: its control groups as `/proc/self/cgroup` lists them.
  ///   - root: where the groups' files are.
  init(allowed: Int, groups: String, root: URL) {
    let quotas = groups.split(separator: "\n").flatMap { line -> [Double] in
      // A line is `number:controllers:path`; the second version has no controllers.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      if parts[1].isEmpty { return Self.quotas(root, String(parts[2]), Self.unifiedQuota) }
      guard parts[1].split(separator: ",").contains("cpu") else { return [] }
      return Self.quotas(root.appending(path: String(parts[1])), String(parts[2]), Self.legacyQuota)
        + Self.quotas(root.appending(path: "cpu"), String(parts[2]), Self.legacyQuota)
    }
    // Part of a processor is no place for a worker.
    let limit = quotas.map { max($0.rounded(.down), 1) }.min() ?? .infinity
    count = Int(min(Double(max(allowed, 1)), limit))
  }

  /// The limits of a group and those above it, in processors. Inside a container the group's own path may be that of the
  /// machine; then the root is the group's.
  private static func quotas(_ root: URL, _ path: String, _ quota: (URL) -> Double?) -> [Double] {
    var parts = path.split(separator: "/").filter { $0 != ".." }
    var found = quota(root).map { [$0] } ?? []
    while !parts.isEmpty {
      if let limit = quota(root.appending(path: parts.joined(separator: "/"))) { found.append(limit) }
      parts.removeLast()
    }
    return found
  }

  /// `cpu.max` holds microseconds of each period, or `max`.
  private static func unifiedQuota(_ group: URL) -> Double? {
    let words = words(group, "cpu.max")
    guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), quota > 0, period > 0 else {
      return nil
    }
    return quota / period
  }

  /// The quota is -1 where there is none.
  private static func legacyQuota(_ group: URL) -> Double? {
    guard let quota = words(group, "cpu.cfs_quota_us").first.flatMap({ Double($0) }),
      let period = words(group, "cpu.cfs_period_us").first.flatMap({ Double($0) }), quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  private static func words(_ group: URL, _ file: String) -> [Substring] {
    let text = try? String(contentsOf: group.appending(path: file), encoding: .utf8)
    return text?.split(whereSeparator: \.isWhitespace) ?? []
  }

  /// The bits of the mask that the system keeps for the process.
  private static var allowedCount: Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") })
    else { return nil }
    return line.split(separator: "\t").last?.compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
  }
}
