/// A pointer to float32 values; kernels index it without bounds checks.
public typealias Pointer = UnsafeMutablePointer<Float>

/// A flat, 64-byte aligned block of float32 values, zero at first.
///
/// The only owner of float memory in the package. It is shared between threads by agreement: a training step gives each
/// thread its own ranges to write, and reads of shared ranges happen between the steps.
public final class Buffer: @unchecked Sendable {
  public let pointer: Pointer
  public let count: Int

  public init(count: Int) {
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { pointer.deallocate() }

  /// The values as an array, for tests, checkpoints and reports.
  public var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  public func fill(_ value: Float) { pointer.update(repeating: value, count: count) }
}

/// Rounds a number of floats up to a whole number of 64-byte lines.
@inlinable public func aligned(_ count: Int) -> Int { (count + 15) & ~15 }
