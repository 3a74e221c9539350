import Engine
import Foundation

/// Pieces of a corpus of one length, each with the byte that follows it, that lie on one side of the split.
public struct Windows: Sendable {
  /// Tokens and, at each position, the token that follows, both `[windows, length]`.
  public struct Batch: Sendable, Equatable {
    public var tokens: [Int32] = []
    public var targets: [Int32] = []
  }

  public let length: Int
  private let files: [Data]
  private let stretches: [Corpus.Stretch]
  /// The number of windows in the stretches up to each one.
  private let ends: [Int]

  /// - Throws: `CorpusError.tooShort` if not one window fits.
  public init(_ corpus: Corpus, _ side: Corpus.Side, length: Int) throws(CorpusError) {
    let all = corpus.stretches(side)
    let stretches = all.filter { $0.range.count > length }
    guard length > 0, !stretches.isEmpty else {
      let longest = all.reduce(0) { max($0, $1.range.count) }
      throw .tooShort(
        name: corpus.name,
        reason: "sequences of \(length) bytes and the next one do not fit into its \(side.rawValue) part, "
          + "whose longest stretch has \(longest) bytes; at most \(max(longest - 1, 0)) are possible")
    }
    var ends: [Int] = []
    for stretch in stretches { ends.append((ends.last ?? 0) + stretch.range.count - length) }
    (self.length, files, self.stretches, self.ends) = (length, corpus.files, stretches, ends)
  }

  /// How many different windows there are.
  public var count: Int { ends.last ?? 0 }

  /// Windows drawn with equal probability, with replacement.
  public func batch(_ size: Int, _ random: inout RandomStream) -> Batch {
    var batch = Batch()
    for _ in 0..<size {
      let index = random.integer(below: count)
      // The first stretch that ends after the index.
      var (low, high) = (0, ends.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if ends[middle] > index { high = middle } else { low = middle + 1 }
      }
      let offset = index - (low == 0 ? 0 : ends[low - 1])
      add(stretches[low], offset, to: &batch)
    }
    return batch
  }

  /// Up to `limit` windows without a common target, evenly spread: the same for everybody who asks.
  public func spread(_ limit: Int) -> Batch {
    let places = stretches.flatMap { stretch in
      stride(from: 0, to: stretch.range.count - length, by: length).map { (stretch, $0) }
    }
    let count = min(limit, places.count)
    var batch = Batch()
    for index in 0..<count {
      let (stretch, offset) = places[(2 * index + 1) * places.count / (2 * count)]
      add(stretch, offset, to: &batch)
    }
    return batch
  }

  private func add(_ stretch: Corpus.Stretch, _ offset: Int, to batch: inout Batch) {
    let data = files[stretch.file]
    let start = data.startIndex + stretch.range.lowerBound + offset
    let bytes = Array(data[start...start + length])
    batch.tokens += bytes.dropLast().map(Int32.init)
    batch.targets += bytes.dropFirst().map(Int32.init)
  }
}
