import Engine
import Foundation

/// One tensor of a model: its name, shape and initial values.
public struct Parameter: Sendable {
  public let name: String
  public let shape: [Int]
  public let initial: Initializer
  /// Constants (such as the times of an implicit filter) are stored with the model and never trained.
  public let isTrained: Bool

  public init(_ name: String, _ shape: [Int], _ initial: Initializer, isTrained: Bool = true) {
    (self.name, self.shape, self.initial, self.isTrained) = (name, shape, initial, isTrained)
  }

  public var count: Int { shape.reduce(1, *) }

  func renamed(_ name: String) -> Parameter { Parameter(name, shape, initial, isTrained: isTrained) }
}

/// How a tensor starts.
public enum Initializer: Sendable {
  case constant(Float)
  case normal(deviation: Double)
  case uniform(bound: Double)
  /// Values by element index, drawn from the tensor's own stream where they are random.
  case values(@Sendable (_ index: Int, _ random: inout RandomStream) -> Double)

  public static let zeros = Initializer.constant(0)
  public static let ones = Initializer.constant(1)

  /// U(±1/√inputs), PyTorch's default for the weight and bias of a linear map or of a convolution.
  public static func linear(inputs: Int) -> Initializer { .uniform(bound: 1 / Double(max(inputs, 1)).squareRoot()) }

  /// The deviation or the bound of values that are drawn alike for all elements.
  public var scale: Double? {
    switch self {
    case .normal(let deviation): deviation
    case .uniform(let bound): bound
    case .constant, .values: nil
    }
  }

  public func fill(_ tensor: Pointer, count: Int, random: inout RandomStream) {
    for index in 0..<count {
      tensor[index] =
        switch self {
        case .constant(let value): value
        case .normal(let deviation): Float(deviation * random.normal())
        case .uniform(let bound): Float(bound * (2 * random.uniform() - 1))
        case .values(let value): Float(value(index, &random))
        }
    }
  }
}
