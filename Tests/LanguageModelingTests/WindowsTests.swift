import Engine
import Foundation
import LanguageModeling
import TestSupport
import Testing

@Suite("Windows")
struct WindowsTests {
  /// Files of numbers: each four bytes say their own place, so that a window shows where it is from.
  private static func corpus(_ lengths: [Int]) throws -> (corpus: Corpus, folder: TemporaryFolder) {
    let files = lengths.enumerated().map { file, length in
      (
        "\(file)",
        (0..<length).map { UInt8(truncatingIfNeeded: (file << 20 + $0 / 4) >> (8 * (3 - $0 % 4))) }
      )
    }
    let folder = try CorpusTests.folder(files)
    return (try Corpus(path: folder.path), folder)
  }

  /// The file and the place of a window of at least seven bytes.
  private static func place(_ tokens: ArraySlice<Int32>) -> (file: Int, range: Range<Int>)? {
    for shift in 0..<4 {
      let numbers = stride(from: tokens.startIndex + shift, to: tokens.endIndex - 3, by: 4).map { start in
        tokens[start..<start + 4].reduce(0) { $0 << 8 + Int($1) }
      }
      guard zip(numbers, numbers.dropFirst()).allSatisfy({ $1 == $0 + 1 }) else { continue }
      let start = (numbers[0] & 0xFFFFF) * 4 - shift
      return (numbers[0] >> 20, start..<start + tokens.count)
    }
    return nil
  }

  @Test("windows lie on one side, and the targets are the next bytes", arguments: Corpus.Side.allCases)
  func sides(side: Corpus.Side) throws {
    let (corpus, _) = try Self.corpus([300_000, 10_000, 900, 200_000])
    let windows = try Windows(corpus, side, length: 63)
    var random = RandomStream(seed: 1, "windows test")
    let drawn = windows.batch(2000, &random)
    let spread = windows.spread(.max)
    #expect(drawn.tokens.count == 2000 * 63)
    var starts: Set<[Int]> = []
    for batch in [drawn, spread] {
      for start in stride(from: 0, to: batch.tokens.count, by: 63) {
        let all = Array(batch.tokens[start..<start + 63]) + [batch.targets[start + 62]]
        #expect(Array(all.dropFirst()) == Array(batch.targets[start..<start + 63]))
        let place = try #require(Self.place(all[...]))
        starts.insert([place.file, place.range.lowerBound])
        #expect(
          corpus.stretches(side).contains {
            $0.file == place.file && $0.range.contains(place.range.lowerBound)
              && $0.range.contains(place.range.upperBound - 1)
          })
      }
    }
    #expect(starts.count > 1000)
  }

  @Test("the windows to test on share no target and are the same every time")
  func spread() throws {
    let (corpus, _) = try Self.corpus([400_000])
    let windows = try Windows(corpus, .heldOut, length: 100)
    let all = windows.spread(.max)
    #expect(all == windows.spread(.max))
    let places = try stride(from: 0, to: all.tokens.count, by: 100).map {
      try #require(Self.place(all.tokens[$0..<$0 + 100])).range.lowerBound
    }
    #expect(zip(places, places.dropFirst()).allSatisfy { $1 >= $0 + 100 })
    #expect(all.tokens.count > corpus.byteCount(.heldOut) * 9 / 10)
    let some = windows.spread(10)
    #expect(some.tokens.count == 1000)
    let first = try #require(Self.place(some.tokens[..<100])).range.lowerBound
    let last = try #require(Self.place(some.tokens[900...])).range.lowerBound
    #expect(last - first > 200_000)
  }

  @Test("every window is drawn, the same ones from the same stream")
  func coverage() throws {
    let (corpus, _) = try Self.corpus([9000])
    let windows = try Windows(corpus, .training, length: 800)
    var (one, other) = (RandomStream(seed: 4, "windows"), RandomStream(seed: 4, "windows"))
    let batch = windows.batch(40_000, &one)
    #expect(batch == windows.batch(40_000, &other))
    let places = try Set(
      stride(from: 0, to: batch.tokens.count, by: 800).map {
        try #require(Self.place(batch.tokens[$0..<$0 + 800])).range.lowerBound
      })
    #expect(places.count > windows.count * 98 / 100 && places.count <= windows.count)
  }

  @Test("a length that does not fit is said with the longest that does")
  func tooLong() throws {
    let (corpus, _) = try Self.corpus([9000])
    let longest = corpus.stretches(.heldOut).map(\.range.count).max() ?? 0
    #expect(try Windows(corpus, .heldOut, length: longest - 1).count > 0)
    #expect {
      try Windows(corpus, .heldOut, length: longest)
    } throws: { "\($0)".hasSuffix("whose longest stretch has \(longest) bytes; at most \(longest - 1) are possible") }
  }
}
