import Engine
import Foundation

/// Text to train on and to test with: a file, or the files of a folder in the order of their paths, as bytes.
///
/// Each file is cut into blocks of 4 096 bytes. A block is held out if the hash of its content falls into a tenth of the
/// range: so equal blocks are on the same side, wherever they stand, and no block changes sides when files are added,
/// moved or renamed. If that leaves nothing held out, as it may in a small corpus, the block with the lowest hash is.
public struct Corpus: Sendable {
  public enum Side: String, Sendable, CaseIterable { case training, heldOut = "held-out" }

  public static let blockSize = 4096
  public static let heldOutShare = 0.1

  /// Neighbouring blocks of one file that are on the same side.
  public struct Stretch: Sendable, Equatable {
    /// The number of the file, in the order in which they are read.
    public let file: Int
    /// Which of its bytes.
    public fileprivate(set) var range: Range<Int>
  }

  /// What was asked for: a path, or a corpus's name.
  public let name: String
  /// Sixteen hexadecimal digits that depend on all the bytes and on nothing else.
  public let fingerprint: String
  let files: [Data]
  private let training, heldOut: [Stretch]
  /// Where it was read and what its files were like.
  private var source: (path: String, stamps: [CorpusFiles.Stamp])?

  /// - Throws: `CorpusError` if there is nothing to read, or too little for two sides.
  public init(path: String, name: String? = nil) throws(CorpusError) {
    // Before they are read, so that no change is missed.
    let stamps = CorpusFiles.stamps(path)
    try self.init(files: CorpusFiles.read(path), name: name ?? path)
    source = (path, stamps)
  }

  /// Makes sure that the files still hold what was read.
  /// - Parameter isThorough: whether they are read again even if neither size nor time tells of a change.
  /// - Throws: `CorpusError.changed`, or as `init(path:)`.
  public func requireUnchanged(isThorough: Bool = false) throws(CorpusError) {
    guard let source, isThorough || CorpusFiles.stamps(source.path) != source.stamps else { return }
    guard try Corpus(path: source.path, name: name).fingerprint == fingerprint else { throw .changed(name: name) }
  }

  init(files: [Data], name: String) throws(CorpusError) {
    guard files.contains(where: { !$0.isEmpty }) else { throw .empty(name: name) }
    var blocks: [(stretch: Stretch, level: Double)] = []
    var digest = RandomStream(seed: 0, "corpus")
    for (file, data) in files.enumerated() {
      for start in stride(from: 0, to: data.count, by: Self.blockSize) {
        let range = start..<min(start + Self.blockSize, data.count)
        let key = RandomStream.Key(bytes: Array(data.dropFirst(start).prefix(Self.blockSize)))
        var level = RandomStream(seed: 0, "held-out", key)
        blocks.append((Stretch(file: file, range: range), level.uniform()))
        digest = RandomStream(seed: digest.next(), key)
      }
    }
    let lowest = blocks.reduce(1) { min($0, $1.level) }
    let limit = max(Self.heldOutShare, lowest.nextUp)
    func joined(_ isOnSide: (Double) -> Bool) -> [Stretch] {
      blocks.filter { isOnSide($0.level) }.reduce(into: []) { stretches, block in
        if let last = stretches.last, last.file == block.stretch.file,
          last.range.upperBound == block.stretch.range.lowerBound
        {
          stretches[stretches.count - 1].range = last.range.lowerBound..<block.stretch.range.upperBound
        } else {
          stretches.append(block.stretch)
        }
      }
    }
    let (training, heldOut) = (joined { $0 >= limit }, joined { $0 < limit })
    guard !training.isEmpty else {
      throw .tooShort(
        name: name,
        reason: "it has no two different blocks of \(Self.blockSize) bytes, one to train on and one to hold out")
    }
    let digits = String(digest.next(), radix: 16)
    fingerprint = String(repeating: "0", count: 16 - digits.count) + digits
    (self.name, self.files, self.training, self.heldOut) = (name, files, training, heldOut)
  }

  /// Where the bytes of a side are.
  public func stretches(_ side: Side) -> [Stretch] { side == .training ? training : heldOut }

  /// Held-out loss of a model that knows how often each byte occurs in the training part, each once more than it does, and
  /// nothing else, in nats per byte.
  public var frequencyLoss: Double {
    func counts(_ side: Side) -> [Double] {
      var counts = [Double](repeating: 0, count: 256)
      for stretch in stretches(side) {
        for byte in files[stretch.file].dropFirst(stretch.range.lowerBound).prefix(stretch.range.count) {
          counts[Int(byte)] += 1
        }
      }
      return counts
    }
    let known = counts(.training).map { $0 + 1 }
    let total = known.reduce(0, +)
    let tested = counts(.heldOut)
    return zip(tested, known).reduce(0) { $0 - $1.0 * log($1.1 / total) } / max(tested.reduce(0, +), 1)
  }

  /// The bytes of one side.
  public func byteCount(_ side: Side) -> Int { stretches(side).reduce(0) { $0 + $1.range.count } }
}
