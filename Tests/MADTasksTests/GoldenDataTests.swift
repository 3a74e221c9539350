import MADTasks
import Testing

/// What a data set must be: hashes of its first 100 examples at data seed 1.
struct GoldenData: Sendable, CustomStringConvertible {
  let setting, training, test: String
  var description: String { setting }

  init(_ setting: String, _ training: String, _ test: String) {
    (self.setting, self.training, self.test) = (setting, training, test)
  }

  static let all = [
    GoldenData("in-context-recall", "95435d1553f3e773", "a067e5cb91a7065f"),
    GoldenData("fuzzy-in-context-recall", "4c77d0c7e9a91cf0", "270e332634999b33"),
    GoldenData("fuzzy-in-context-recall(vocabulary=128, length=256)", "3e3152b9acc9c5d7", "bfe19583b140e515"),
    GoldenData("noisy-in-context-recall", "56c6b1843049ba24", "a9855e2dee9973df"),
    GoldenData("noisy-in-context-recall(vocabulary=48, noise=0.8)", "b6da936d4d4adf93", "dca39f0b4964dbc2"),
    GoldenData("selective-copying", "7c7038a372305715", "7a8df6f758f1bc65"),
    GoldenData("selective-copying(length=512, copies=96)", "295d048bd8ab0765", "6c99b69a4a3f6925"),
    GoldenData("compression", "49685783e103fea5", "d572a14565e312a5"),
    GoldenData("memorization", "65bd5814a5174b10", "3847616cd36e0a65"),
    GoldenData("memorization(vocabulary=8192)", "1ce52d00381f345a", "dd76a19d1c29eda1"),
  ]

  /// FNV-1a over the little-endian bytes of tokens, then targets.
  static func hash(_ data: Dataset) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for token in data.tokens + data.targets {
      for byte in 0..<4 {
        hash = (hash ^ (UInt64(truncatingIfNeeded: token >> (8 * Int32(byte))) & 255)) &* 0x0000_0100_0000_01b3
      }
    }
    return String(hash, radix: 16)
  }
}

@Suite("Data stay the same for ever")
struct GoldenDataTests {
  @Test("hashes of data sets", arguments: GoldenData.all)
  func hashes(_ golden: GoldenData) throws {
    let task = try MADTasks.setting(golden.setting)
    let training = GoldenData.hash(try Dataset(task, split: .training, dataSeed: 1, count: 100))
    let test = GoldenData.hash(try Dataset(task, split: .test, dataSeed: 1, count: 100))
    #expect(training == golden.training)
    #expect(test == golden.test)
  }
}
