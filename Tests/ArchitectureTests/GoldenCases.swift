import Architecture
import Foundation
import Training

/// One case of the golden manifest: an independent implementation's answers, see `Golden/README.md`.
struct GoldenCase: CustomStringConvertible, Sendable {
  let name: String
  let entry: Entry

  struct Entry: Decodable, Sendable {
    let file: String
    let kind: String
    let layer: String?
    let config: [String: Value?]?
    let backbone: String?
    let norm: String?
    let layers: [String]?
    let layer_config: [String: [String: Value?]]?
    let vocab: Int?
    let B, T, D, max_length: Int
    let steps: Int?
    let optimizer: Optimizer?
    let parameters: [String: [Int]]
    let buffers: [String: [Int]]
  }

  struct Optimizer: Decodable, Sendable {
    let lr, weight_decay, beta1, beta2, eps: Double
  }

  enum Value: Decodable, Sendable {
    case option(OptionValue)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .option(.flag(flag))
      } else if let number = try? container.decode(Int.self) {
        self = .option(.integer(number))
      } else {
        self = .option(.word(try container.decode(String.self)))
      }
    }
  }

  var description: String { name }
  var tensors: SafeTensors { get throws { try SafeTensors(contentsOf: Self.folder.appending(path: entry.file)) } }

  /// `MADSEARCH_GOLDEN` points the tests at another folder of the same format.
  static let folder: URL =
    ProcessInfo.processInfo.environment["MADSEARCH_GOLDEN"].map { URL(filePath: $0) }
    ?? Bundle.module.resourceURL!.appending(path: "Golden")

  static func all(_ kind: String) -> [GoldenCase] {
    struct Manifest: Decodable { let cases: [String: Entry] }
    do {
      let data = try Data(contentsOf: folder.appending(path: "manifest.json"))
      return try JSONDecoder().decode(Manifest.self, from: data).cases
        .filter { $0.value.kind == kind }.map { GoldenCase(name: $0.key, entry: $0.value) }.sorted { $0.name < $1.name }
    } catch {
      preconditionFailure("the golden manifest in \(folder.path()) cannot be read: \(error)")
    }
  }

  /// The primitive of a layer name and configuration of the manifest. `version` repeats what the name says.
  static func primitive(_ layer: String, _ config: [String: Value?]?) throws -> LayerPrimitive {
    let (type, implied) = try Primitives.named(layer)
    let given = (config ?? [:]).compactMap { name, value -> (name: String, value: OptionValue)? in
      guard name != "version", case .option(let option)?? = Optional(value) else { return nil }
      return (name, option)
    }
    // Where a configuration is silent it means MAD's form; ours is the sound one.
    let silent: [(name: String, value: OptionValue)] = [
      ("router_rule", .word("zeroed")), ("experts", .word("dense")), ("feature_map", .word("mad")),
    ].filter { pair in type.specification.options.contains { $0.name == pair.name } }
    let overridden = Set(given.map(\.name))
    let aliases = (implied + silent).filter { pair in
      let names = type.specification.options.first { $0.name == pair.name }.map { [$0.name] + $0.aliases } ?? []
      return overridden.isDisjoint(with: names)
    }
    return LayerPrimitive(type: type, options: try OptionValues(aliases + given, for: type.specification))
  }

  /// The golden file's name for one of our tensors: the variants beyond the MAD set use shorter names there.
  static func goldenName(_ name: String, among names: some Collection<String>) -> String {
    if names.contains(name) { return name }
    let shorter = [
      ("Wqkv.", "qkv."), ("out_proj.", "out."), ("o_proj.", "out."), ("proj_q.", "q."), ("proj_k.", "k."),
      ("proj_v.", "v."),
    ]
    return shorter.lazy.map { name.replacing($0.0, with: $0.1) }.first { names.contains($0) } ?? name
  }
}
