import Foundation
import TestSupport
import Testing
import Training

@Suite("train")
struct TrainTests {
  private struct Report: Decodable {
    struct Point: Decodable {
      let step: Int
      let loss: Double
      let trainingLoss: Double
    }
    let status: String
    let steps: Int
    let loss, perplexity, bitsPerByte: Double
    let curve: [Point]

    init(_ outcome: Program.Outcome) throws {
      self = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    }

    /// All that must not depend on interruptions.
    var losses: [[Double]] { curve.map { [Double($0.step), $0.trainingLoss, $0.loss] } }
  }

  private let folder: TemporaryFolder
  private let text: String

  init() throws {
    folder = try TemporaryFolder()
    text = try folder.file("text", SampleText.bytes(40_000))
  }

  /// A training of 40 steps.
  private func arguments(_ more: [String] = []) -> [String] {
    ["train", "gated-short-conv swiglu", "--corpus", text, "--dim", "16", "--length", "32", "--batch", "4"]
      + ["--tokens", "5120", "--threads", "1"] + more
  }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path(percentEncoded: false) }

  @Test("the losses of the end are printed for people and for programs, the curve is written")
  func output() throws {
    let curve = path("curve.csv")
    let outcome = try Program.run(arguments(["--json", "--curve", curve]))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try Report(outcome)
    #expect(report.status == "finished" && report.steps == 40)
    #expect(report.loss < 5)
    #expect(abs(report.perplexity - exp(report.loss)) < 1e-9)
    #expect(abs(report.bitsPerByte - report.loss / log(2)) < 1e-12)
    #expect(report.curve.map(\.step) == Array(stride(from: 4, through: 40, by: 4)))
    #expect(outcome.lines.first?.hasPrefix("madsearch: step 4 of 40, loss ") == true)
    let lines = try String(contentsOfFile: curve, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 11)
    #expect(lines[0] == "step,tokens,trainingLoss,loss,coreSeconds")
    #expect(lines[10].hasPrefix("40,5120,"))
    let plain = try Program.run(arguments())
    for label in ["held-out loss  ", "perplexity  ", "bits per byte  ", "speed  "] {
      #expect(plain.output.contains("\n\(label)"))
    }
    #expect(try Program.run(arguments(["--csv"])).output.hasPrefix("layout,corpus,fingerprint,dim,"))
  }

  @Test("a training that was killed and started again ends as an uninterrupted one")
  func kill() throws {
    let more = ["--tokens", "128000", "--checkpoint-every", "5", "--json", "--checkpoint"]
    let (whole, killed) = (path("whole.safetensors"), path("killed.safetensors"))
    let expected = try Report(Program.run(arguments(more + [whole])))
    let command = arguments(more + [killed]).map { "'\($0)'" }.joined(separator: " ")
    for delay in ["0.1", "0.2"] {
      let outcome = try Program.shell(
        "$madsearch \(command) & until [ -s '\(killed)' ]; do sleep 0.01; done; sleep \(delay); kill -9 $!; wait $!")
      #expect(outcome.status == 137, "the training was over before it was killed")
    }
    let outcome = try Program.run(arguments(more + [killed]))
    #expect(outcome.errors.contains("madsearch: going on after "))
    #expect(try Report(outcome).losses == expected.losses)
    #expect(
      try SafeTensors(contentsOf: URL(filePath: killed)).tensors
        == SafeTensors(contentsOf: URL(filePath: whole)).tensors)
  }

  @Test("Ctrl-C keeps the training, and the same command goes on with it")
  func interrupt() throws {
    let file = path("parked.safetensors")
    let command = arguments(["--tokens", "100000000", "--checkpoint", file]).map { "'\($0)'" }.joined(separator: " ")
    let parked = try Program.shell(
      "$madsearch \(command) & until [ -s '\(file)' ]; do sleep 0.01; done; sleep 0.3; kill -INT $!; wait $!")
    #expect(parked.status == 130)
    let message = try #require(parked.lines.last { !$0.isEmpty })
    #expect(message.hasPrefix("madsearch: interrupted after ") && message.hasSuffix("; go on with the same command"))
    let step = try Checkpoint(contentsOf: URL(filePath: file)).step
    #expect(step > 0 && message.contains("after \(step) of 781250 steps"))
    let nothing = try Program.shell(
      "$madsearch \(arguments(["--tokens", "100000000"]).map { "'\($0)'" }.joined(separator: " ")) & sleep 0.5; "
        + "kill -INT $!; wait $!")
    #expect(nothing.status == 130 && nothing.errors.contains("nothing is kept without --checkpoint"))
  }

  @Test(
    "numbers out of range and options that make no sense end with 2",
    arguments: [
      (["--dim", "0"], "--dim must be from 1 to 8192, found 0"),
      (["--tokens", "-1"], "--tokens must be from 1 to 1000000000000, found -1"),
      (["--length", "0"], "--length must be from 1 to 65536, found 0"),
      (["--batch", "0"], "--batch must be from 1 to 65536, found 0"),
      (["--batch", "65536", "--length", "65536"], "--batch times --length must be at most 16777216, found 4294967296"),
      (["--threads", "0"], "--threads must be from 1 to 1024, found 0"),
      (["--learning-rate", "inf"], "--learning-rate must be above 0 and at most 10, found inf"),
      (["--checkpoint-every", "3"], "--checkpoint-every needs --checkpoint"),
      (["--rate-rule", "best"], "The value 'best' is invalid for '--rate-rule <rate-rule>'"),
    ])
  func badOptions(options: [String], message: String) throws {
    let outcome = try Program.run(arguments(options))
    #expect(outcome.isExit && outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("madsearch: " + message), "\(outcome.errors)")
  }

  @Test("a bad corpus, checkpoint or layout ends with its code before anything is trained")
  func badFiles() throws {
    let (empty, other) = (try folder.file("empty", []), try folder.file("other", Array("no tensors".utf8)))
    let cases: [(options: [String], status: Int32, message: String)] = [
      (["--corpus", path("nothing")], 65, "corpus \(path("nothing")): No such file or directory"),
      (["--corpus", empty], 65, "corpus \(empty): it is empty"),
      (["--length", "4096"], 65, "corpus \(text) is too short: sequences of 4096 bytes"),
      (["--checkpoint", other], 65, "\(other): not a readable checkpoint: "),
      (["--checkpoint", "/nowhere/c"], 69, "/nowhere/c cannot be written: No such file or directory"),
      (["--curve", "/nowhere/c"], 69, "/nowhere/c cannot be written: No such file or directory"),
    ]
    for (options, status, message) in cases {
      let outcome = try Program.run(arguments(options))
      #expect(outcome.isExit && outcome.status == status, "\(options)")
      #expect(outcome.errors.hasPrefix("madsearch: " + message), "\(outcome.errors)")
    }
    let layout = try Program.run("train", "attention(heads=7)", "--corpus", text)
    #expect(layout.status == 2 && layout.errors.hasPrefix("madsearch: layer 1, attention(heads=7): "))
    let missing = try Program.shell("MADSEARCH_DATA='\(path("data"))' $madsearch train swiglu")
    #expect(missing.status == 69)
    #expect(missing.errors.contains("install it with: scripts/install-corpus default"))
  }

  @Test("the checkpoint of another training is refused")
  func otherTraining() throws {
    let file = path("c.safetensors")
    #expect(try Program.run(arguments(["--checkpoint", file])).status == 0)
    let before = try Data(contentsOf: URL(filePath: file))
    let outcome = try Program.run(arguments(["--checkpoint", file, "--learning-rate", "0.5"]))
    #expect(outcome.status == 65)
    #expect(
      outcome.errors
        == "madsearch: \(file): the checkpoint of another training: its learningRate is 0.004, this one's is 0.5\n")
    #expect(try Data(contentsOf: URL(filePath: file)) == before)
  }
}
