import Text

/// What can be wrong with a model that somebody asks for.
public enum ArchitectureError: ReportedError, Equatable, Sendable {
  case unknownPrimitive(String, known: [String])
  case unknownOption(String, primitive: String, known: [String])
  case invalidOption(String, primitive: String, found: String, allowed: String)
  case repeatedOption(String, primitive: String)
  /// Two options that say the same in two ways.
  case exclusiveOptions(String, String, primitive: String)
  /// Options that are fine alone and not together, or not at this width or length.
  case unsuitable(primitive: String, reason: String)
  case invalidModel(String)
}

extension ArchitectureError {
  public var fault: Fault { .commandLine }

  public var description: String {
    switch self {
    case .unknownPrimitive(let name, let known):
      "there is no primitive '\(name)'" + suggestion(for: name, among: known, otherwise: "the primitives are")
    case .unknownOption(let name, let primitive, let known):
      known.isEmpty
        ? "\(primitive) has no options, found '\(name)'"
        : "\(primitive) has no option '\(name)'" + suggestion(for: name, among: known, otherwise: "its options are")
    case .invalidOption(let name, let primitive, let found, let allowed):
      "\(name) of \(primitive) must be \(allowed), found \(found)"
    case .repeatedOption(let name, let primitive): "\(name) of \(primitive) is given twice"
    case .exclusiveOptions(let name, let other, let primitive):
      "\(name) and \(other) of \(primitive) are two ways to say the same; give one of them"
    case .unsuitable(let primitive, let reason): "\(primitive): \(reason)"
    case .invalidModel(let reason): reason
    }
  }
}
