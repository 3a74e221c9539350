import Foundation
import Testing

/// `scripts/install-corpus` with a package of our own in place of Debian's.
@Suite("scripts/install-corpus")
struct InstallCorpusTests {
  /// Makes the script's folder, a package that holds `acgtacgt`, and an `apt-get` that finds it; then runs the script.
  private static func install(recorded: String, version: String) throws -> Program.Outcome {
    let folder = try TemporaryFolder()
    let scripts = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../scripts").standardized
    _ = try folder.file("apt-get", "#!/bin/sh\ncp \"$(dirname \"$0\")\"/*.deb .\n".utf8)
    _ = try folder.file(
      "control",
      "Package: bowtie2-examples\nVersion: 2\nArchitecture: all\nMaintainer: none\nDescription: lambda\n".utf8)
    return try Program.shell(
      """
      cd '\(folder.path)' && mkdir -p scripts package/DEBIAN package/usr && cp control package/DEBIAN && chmod +x apt-get
      printf '>lambda\\nacgt\\nacgt\\n' | gzip > package/usr/lambda_virus.fa.gz
      dpkg-deb --build package bowtie2-examples_2_all.deb >/dev/null
      cp '\(scripts.path(percentEncoded: false))/install-corpus' scripts
      sum=$(printf acgtacgt | sha256sum | cut -d ' ' -f 1)
      echo "\(recorded) dna bowtie2-examples \(version)" > scripts/corpora.sha256
      PATH="$PWD:$PATH" scripts/install-corpus dna; status=$?; cat data/dna.txt 2>/dev/null; exit $status
      """)
  }

  @Test("a text with the stored checksum is installed in silence")
  func right() throws {
    let outcome = try Self.install(recorded: "$sum", version: "2")
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("data/dna.txt: 8 bytes, SHA-256 ") && outcome.output.hasSuffix("acgtacgt"))
  }

  @Test("another text from the same package is refused")
  func damaged() throws {
    let outcome = try Self.install(recorded: "${sum//[0-9]/0}", version: "2")
    #expect(outcome.status == 65 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("install-corpus: the text 'dna' is damaged: made from bowtie2-examples 2, "))
  }

  @Test("another text from another version of the package is installed with a note")
  func otherVersion() throws {
    let outcome = try Self.install(recorded: "${sum//[0-9]/0}", version: "1")
    #expect(outcome.status == 0 && outcome.output.hasSuffix("acgtacgt"), "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("install-corpus: note: 'dna' is made from bowtie2-examples 2 and differs "))
  }
}
