import Foundation
import LanguageModeling
import TestSupport
import Testing

@Suite("Corpora")
struct CorpusTests {
  /// Writes files below a new folder, with the folders of their names.
  static func folder(_ files: [(name: String, bytes: [UInt8])]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, bytes) in files {
      let place = folder.url.appending(path: name).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      _ = try folder.file(name, bytes)
    }
    return folder
  }

  /// The side of each block of each file, by the block's number.
  private static func sides(_ corpus: Corpus) -> [Int: [Int: Corpus.Side]] {
    var sides: [Int: [Int: Corpus.Side]] = [:]
    for side in Corpus.Side.allCases {
      for stretch in corpus.stretches(side) {
        for block in stride(from: stretch.range.lowerBound, to: stretch.range.upperBound, by: Corpus.blockSize) {
          sides[stretch.file, default: [:]][block / Corpus.blockSize] = side
        }
      }
    }
    return sides
  }

  @Test("the loss of byte frequencies is their cross-entropy, each byte of the training part counted once more")
  func frequencyLoss() throws {
    let folder = try Self.folder([("a", [UInt8](repeating: 97, count: 4096)), ("b", Array("ab".utf8))])
    let corpus = try Corpus(path: folder.path)
    // One block of each; whichever is held out.
    let trained = corpus.byteCount(.training)
    let (a, b) = trained == 4096 ? (4097.0, 1.0) : (2.0, 2.0)
    let total = Double(trained + 256)
    let expected = trained == 4096 ? -(log(a / total) + log(b / total)) / 2 : -log(a / total)
    #expect(abs(corpus.frequencyLoss - expected) < 1e-12)
  }

  @Test("every byte is on one side")
  func partition() throws {
    let lengths = [1, 4095, 4096, 4097, 100_000]
    let folder = try Self.folder(
      lengths.enumerated().map { ("\($0)", SampleText.bytes($1, seed: UInt64($1))) })
    let corpus = try Corpus(path: folder.path)
    for (file, length) in lengths.enumerated() {
      let stretches = Corpus.Side.allCases.flatMap { corpus.stretches($0) }.filter { $0.file == file }
        .sorted { $0.range.lowerBound < $1.range.lowerBound }
      #expect(stretches.first?.range.lowerBound == 0 && stretches.last?.range.upperBound == length)
      #expect(zip(stretches, stretches.dropFirst()).allSatisfy { $0.range.upperBound == $1.range.lowerBound })
    }
    #expect(corpus.byteCount(.training) + corpus.byteCount(.heldOut) == lengths.reduce(0, +))
  }

  @Test("about a tenth is held out")
  func share() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("text", SampleText.bytes(600 * Corpus.blockSize))
    let corpus = try Corpus(named: file)
    // Four standard deviations of 600 draws.
    #expect(abs(Double(corpus.byteCount(.heldOut)) / Double(600 * Corpus.blockSize) - 0.1) < 0.05)
  }

  @Test("equal blocks are on the same side, wherever they stand")
  func duplicates() throws {
    let text = SampleText.bytes(80 * Corpus.blockSize)
    let blocks = stride(from: 0, to: text.count, by: Corpus.blockSize).map { Array(text[$0..<$0 + Corpus.blockSize]) }
    let folder = try Self.folder([
      ("first", text), ("second", Array(blocks.reversed().joined())),
      ("third", Array((blocks[7...] + blocks).joined())),
    ])
    let sides = Self.sides(try Corpus(path: folder.path))
    #expect(Set(sides[0, default: [:]].values) == [.training, .heldOut])
    for block in 0..<80 {
      #expect(sides[0]?[block] == sides[1]?[79 - block])
      #expect(sides[0]?[block] == sides[2]?[73 + block])
    }
  }

  @Test("the split depends on the content alone, and does not change when files are added")
  func stability() throws {
    let (a, b) = (SampleText.bytes(150_000, seed: 1), SampleText.bytes(150_000, seed: 2))
    let one = try Self.folder([("a", a), ("below/b", b), (".hidden", b)])
    let other = try Self.folder([("x", a), ("y", b)])
    let more = try Self.folder([("a", a), ("below/b", b), ("c", SampleText.bytes(50_000, seed: 3))])
    let (first, second, third) = (
      try Corpus(path: one.path), try Corpus(path: other.path), try Corpus(path: more.path)
    )
    #expect(first.fingerprint == second.fingerprint)
    #expect(first.fingerprint != third.fingerprint)
    #expect(Self.sides(first) == Self.sides(second))
    #expect(Self.sides(third)[0] == Self.sides(first)[0] && Self.sides(third)[1] == Self.sides(first)[1])
  }

  @Test("a small corpus of two blocks has two sides", arguments: 1...5 as ClosedRange<UInt64>)
  func small(seed: UInt64) throws {
    let folder = try TemporaryFolder()
    let corpus = try Corpus(named: try folder.file("text", SampleText.bytes(5000, seed: seed)))
    #expect(corpus.byteCount(.training) > 0 && corpus.byteCount(.heldOut) > 0)
  }

  @Test("what cannot be read is said, with its path")
  func unreadable() throws {
    let folder = try Self.folder([
      ("empty", []), ("zeros", [UInt8](repeating: 0, count: 10 * Corpus.blockSize)), ("short", [1, 2]),
    ])
    let hollow = try TemporaryFolder()
    func message(_ word: String) -> String {
      do {
        _ = try Corpus(named: word, folders: [hollow.url])
        return ""
      } catch {
        return error.description
      }
    }
    let path = folder.path
    #expect(message(path + "/nothing") == "corpus \(path)/nothing: No such file or directory")
    #expect(message("defualt") == "corpus defualt: No such file or directory; did you mean 'default'?")
    #expect(message(path + "/empty").hasSuffix("/empty: it is empty"))
    #expect(message(hollow.path).hasSuffix(": it is empty"))
    #expect(message("/dev/zero") == "corpus /dev/zero: it is neither a file nor a folder")
    for name in ["zeros", "short"] {
      #expect(message("\(path)/\(name)").contains("\(name) is too short: it has no two different blocks"))
    }
  }

  @Test(
    "a corpus with a name is read where it is installed; elsewhere the script is named", arguments: NamedCorpus.allCases
  )
  func names(corpus: NamedCorpus) throws {
    let (here, nowhere) = (try TemporaryFolder(), try TemporaryFolder())
    _ = try here.file("\(corpus.rawValue).txt", SampleText.bytes(20_000))
    #expect(try Corpus(named: corpus.rawValue, folders: [nowhere.url, here.url]).name == corpus.rawValue)
    #expect {
      try Corpus(named: corpus.rawValue, folders: [nowhere.url])
    } throws: { error in
      "\(error)".contains("scripts/install-corpus \(corpus.rawValue)") && (error as? CorpusError)?.fault == .machine
    }
  }
}
