/// Lanes that come from memory and go back: what an elementwise loop needs to be written once for vectors and for what
/// is left over at the end of a row.
public protocol MemoryLanes: Lanes {
  static func load(_ memory: UnsafePointer<Float>) -> Self
  func store(to memory: Pointer)
}

extension Float: MemoryLanes {
  @inlinable @inline(__always) public static func load(_ memory: UnsafePointer<Float>) -> Float { memory[0] }
  @inlinable @inline(__always) public func store(to memory: Pointer) { memory[0] = self }
}

extension SIMD16: MemoryLanes where Scalar == Float {
  @inlinable @inline(__always) public static func load(_ memory: UnsafePointer<Float>) -> Self { memory.vector() }
  @inlinable @inline(__always) public func store(to memory: Pointer) { memory.store(self) }
}
