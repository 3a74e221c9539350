import Engine
import Foundation

/// One tensor of a model: its name, shape and initial values, and what it is to an optimiser.
public struct Parameter: Sendable {
  /// What a tensor is to an optimiser: matrix-like or vector-like (Yang et al. 2022, arXiv 2203.03466), or neither.
  public enum Role: Sendable, Hashable {
    /// A linear map whose outputs sum over `inputs` numbers, more of them in a wider model.
    case matrix(inputs: Int)
    /// At most one side grows with the width: biases, norms, decays, short convolutions, maps from a fixed number of
    /// inputs.
    case vector
    /// A row of numbers for each token.
    case embedding
    /// Stored with the model and never trained, such as the times of an implicit filter.
    case constant
  }

  public let name: String
  public let shape: [Int]
  public let initial: Initializer
  public let role: Role

  private init(_ name: String, _ shape: [Int], _ initial: Initializer, _ role: Role) {
    (self.name, self.shape, self.initial, self.role) = (name, shape, initial, role)
  }

  /// A linear map `[…, outputs, inputs]`, or of another shape if `inputs` says how many they are, with PyTorch's initial
  /// values unless given.
  static func matrix(
    _ name: String, _ shape: [Int], inputs: Int? = nil, _ initial: Initializer? = nil
  ) -> Parameter {
    let inputs = inputs ?? shape.last ?? 1
    return Parameter(name, shape, initial ?? .linear(inputs: inputs), .matrix(inputs: inputs))
  }

  static func vector(_ name: String, _ shape: [Int], _ initial: Initializer) -> Parameter {
    Parameter(name, shape, initial, .vector)
  }

  static func embedding(_ name: String, _ shape: [Int], _ initial: Initializer) -> Parameter {
    Parameter(name, shape, initial, .embedding)
  }

  static func constant(_ name: String, _ shape: [Int], _ initial: Initializer) -> Parameter {
    Parameter(name, shape, initial, .constant)
  }

  public var count: Int { shape.reduce(1, *) }
  public var isTrained: Bool { role != .constant }

  func renamed(_ name: String) -> Parameter { Parameter(name, shape, initial, role) }
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
