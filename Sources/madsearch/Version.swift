import CBuild
import Engine

/// What `--version` prints.
enum Version {
  /// The same as in `CITATION.cff`.
  static let number = "0.1.0"

  /// The number, then a line each for what the program was built from, for which processor, and what computes.
  static var text: String {
    let facts = [
      ("commit", String(cString: madsearch_commit())),
      (
        "built for",
        "\(String(cString: madsearch_instruction_set())) (target \(String(cString: madsearch_target_cpu())))"
      ),
      ("BLAS", "\(BLAS.library), \(BLAS.coreName) kernels"),
    ]
    let width = facts.map(\.0.count).max() ?? 0
    return
      (["madsearch \(number)"]
      + facts.map { title, fact in
        title + String(repeating: " ", count: width - title.count) + "  " + fact
      }).joined(separator: "\n")
  }
}
