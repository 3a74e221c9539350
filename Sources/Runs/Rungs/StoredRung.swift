import Search

/// A rung in files: an object with the key of its kind.
struct StoredRung: Codable, Hashable, Sendable {
  let rung: any RungKind

  init(_ rung: any RungKind) { self.rung = rung }

  init(from decoder: any Decoder) throws {
    let (kind, container) = try KindKey.only(decoder)
    rung = try container.decode(kind, forKey: KindKey(kind.key))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: KindKey.self)
    try container.encode(rung, forKey: KindKey(type(of: rung).key))
  }

  static func == (one: StoredRung, other: StoredRung) -> Bool { AnyHashable(one.rung) == AnyHashable(other.rung) }

  func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(rung)) }
}

/// The work of an evaluation in files: an object with the key of its rung's kind.
package struct StoredWork: Codable, Equatable, Sendable {
  private let key: String
  let work: any EvaluationWork

  package init<Kind: RungKind>(_ rung: Kind, _ work: Kind.Work) { (key, self.work) = (Kind.key, work) }

  package init(from decoder: any Decoder) throws {
    let (kind, container) = try KindKey.only(decoder)
    func decode<Kind: RungKind>(_: Kind.Type) throws -> any EvaluationWork {
      try container.decode(Kind.Work.self, forKey: KindKey(Kind.key))
    }
    (key, work) = (kind.key, try decode(kind))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: KindKey.self)
    try container.encode(work, forKey: KindKey(key))
  }

  package static func == (one: StoredWork, other: StoredWork) -> Bool {
    func isEqual<Work: EvaluationWork>(_ work: Work) -> Bool { work == other.work as? Work }
    return one.key == other.key && isEqual(one.work)
  }
}

/// The key of a kind of rung.
private struct KindKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }

  /// The one kind in an object.
  static func only(_ decoder: any Decoder) throws -> (kind: any RungKind.Type, KeyedDecodingContainer<KindKey>) {
    let container = try decoder.container(keyedBy: KindKey.self)
    guard container.allKeys.count == 1, let kind = RungKinds.named(container.allKeys[0].stringValue) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "it is not a rung of a kind that is known"))
    }
    return (kind, container)
  }
}
