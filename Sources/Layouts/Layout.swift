import Architecture
import Text

/// The ordered layers of a model, e.g. `attention swiglu mamba swiglu`. A layer is a primitive, or a parallel group of
/// several that read the same normalised input and whose outputs are summed.
///
/// A layout is its canonical text: two spellings of one layout are equal.
public struct Layout: Sendable {
  /// The most layers, repeats expanded.
  public static let maximumLayers = 1024
  /// The most primitives in a parallel group.
  public static let maximumMembers = 64
  /// The longest text of a layout, canonical or not, in Unicode scalars.
  public static let maximumLength = 100_000

  /// The layers with simplified options; the members of a parallel group in the order of their canonical texts.
  public let layers: [[LayerPrimitive]]

  /// The layout's identity: aliases resolved, options in declared order without spaces, defaults and options that say
  /// nothing left out, repeats expanded, one space between layers. A sum does not depend on the order of its terms, so
  /// the members of a parallel group are sorted: `swiglu|attention` is `attention|swiglu`.
  public let canonical: String

  /// - Throws: `ArchitectureError.invalidModel` if there are no layers, too many, or an empty one.
  public init(_ layers: [[LayerPrimitive]]) throws {
    guard (1...Self.maximumLayers).contains(layers.count) else {
      throw ArchitectureError.invalidModel(
        "a layout has from 1 to \(Self.maximumLayers) layers, found \(layers.count)")
    }
    if let group = layers.first(where: { !(1...Self.maximumMembers).contains($0.count) }) {
      throw ArchitectureError.invalidModel(
        "a layer has from 1 to \(Self.maximumMembers) primitives, found \(group.count)")
    }
    try self.init(layers.map(CanonicalLayer.init))
  }

  init(_ layers: [CanonicalLayer]) throws(ArchitectureError) {
    let length = layers.reduce(layers.count - 1) { $0 + $1.text.utf8.count }
    guard length <= Self.maximumLength else {
      throw .invalidModel(
        "the layout's canonical form is \(length) characters long, at most \(Self.maximumLength) are possible")
    }
    self.layers = layers.map(\.members)
    canonical = layers.map(\.text).joined(separator: " ")
  }

  /// One layer in notation.
  public func text(layer index: Int) -> String { layers[index].map(\.canonical).joined(separator: "|") }

  /// The model of this layout at a size.
  /// - Throws: `LayerError` if a layer does not fit the width or length, `ArchitectureError` if the size is impossible.
  public func makeModel(
    dim: Int, vocabulary: Int, maxLength: Int, backbone: Model.Backbone = .languageModel,
    norm: Normalization = .rmsNorm
  ) throws -> Model {
    let context = ModelContext(dim: dim, maxLength: maxLength)
    do {
      return try Model(layers: layers, context: context, vocabulary: vocabulary, backbone: backbone, norm: norm)
    } catch ArchitectureError.unsuitable(let primitive, let reason) {
      for (index, group) in layers.enumerated() {
        for member in group {
          do {
            _ = try member.type.init(member.options, in: context)
          } catch ArchitectureError.unsuitable(_, let reason) {
            throw LayerError(layer: index + 1, primitive: member.canonical, reason: reason)
          }
        }
      }
      throw ArchitectureError.unsuitable(primitive: primitive, reason: reason)
    }
  }
}

extension Layout: Hashable, CustomStringConvertible {
  public static func == (a: Self, b: Self) -> Bool { a.canonical == b.canonical }
  public func hash(into hasher: inout Hasher) { hasher.combine(canonical) }
  public var description: String { canonical }
}

/// A layout is stored as its canonical text.
extension Layout: Codable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(canonical)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    do {
      self = try Layout(parsing: container.decode(String.self))
    } catch let error as NotationError {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
    }
  }
}

/// A layer in canonical form.
struct CanonicalLayer {
  let members: [LayerPrimitive]
  let text: String

  init(_ group: [LayerPrimitive]) {
    let written = group.map { member -> (primitive: LayerPrimitive, text: String) in
      let simplified = member.simplified
      return (simplified, simplified.canonical)
    }.sorted { $0.text < $1.text }
    members = written.map(\.primitive)
    text = written.map(\.text).joined(separator: "|")
  }
}

extension LayerPrimitive {
  /// The primitive as it stands in a canonical layout, e.g. `attention(heads=8,window=16)`.
  public var canonical: String {
    let name = type.specification.name
    let options = options.declared.map { "\($0.name)=\($0.value)" }
    return options.isEmpty ? name : "\(name)(\(options.joined(separator: ",")))"
  }

  /// The same without options that say what would hold anyway.
  var simplified: LayerPrimitive {
    var options = options
    type.simplify(&options)
    return LayerPrimitive(type: type, options: options)
  }
}

/// A layer that cannot be built at the width or length asked for.
public struct LayerError: ReportedError, Equatable {
  /// Counted from 1.
  public let layer: Int
  public let primitive: String
  public let reason: String

  public var fault: Fault { .commandLine }
  public var description: String { "layer \(layer), \(primitive): \(reason)" }
}
