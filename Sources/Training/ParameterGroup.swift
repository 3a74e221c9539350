/// Neighbouring tensors that the optimiser treats alike, as PyTorch's parameter groups.
public struct ParameterGroup: Sendable, Equatable {
  /// Where they lie in the flat buffers, in floats.
  public var range: Range<Int>
  /// Their learning rate over that of the schedule.
  public var rate: Double
  /// Whether they are subject to weight decay. Its strength follows the schedule alone, not `rate`.
  public var decays: Bool

  public init(range: Range<Int>, rate: Double = 1, decays: Bool = true) {
    (self.range, self.rate, self.decays) = (range, rate, decays)
  }
}
