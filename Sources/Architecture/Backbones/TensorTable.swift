import Engine

/// Where each tensor lies in the flat buffers of weights, gradients and moments: trained ones first, constants after.
public struct TensorTable: Sendable {
  public struct Entry: Sendable {
    public let parameter: Parameter
    public let offset: Int

    /// The whole 64-byte lines that it fills.
    public var range: Range<Int> { offset..<offset + aligned(parameter.count) }
  }

  /// Part by part, in the order in which they were given.
  let parts: [[Entry]]
  public let trained, constants: [Entry]
  /// The length of the trained part, in floats; each tensor starts on a 64-byte line.
  public let trainedCount: Int
  /// The length of a buffer for all tensors, in floats.
  public let count: Int

  init(_ parts: [[Parameter]]) {
    var next = (trained: 0, constant: 0)
    for parameter in parts.joined() where parameter.isTrained { next.constant += aligned(parameter.count) }
    trainedCount = next.constant
    self.parts = parts.map { parameters in
      parameters.map { parameter in
        let entry = Entry(parameter: parameter, offset: parameter.isTrained ? next.trained : next.constant)
        if parameter.isTrained { next.trained = entry.range.upperBound } else { next.constant = entry.range.upperBound }
        return entry
      }
    }
    count = next.constant
    trained = self.parts.joined().filter(\.parameter.isTrained)
    constants = self.parts.joined().filter { !$0.parameter.isTrained }
  }

  public var all: [Entry] { trained + constants }
}
