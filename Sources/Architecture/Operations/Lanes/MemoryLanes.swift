import Engine

/// Lanes that come from memory and go back: what an elementwise loop needs to be written once for vectors and for what
/// is left over at the end of a row.
protocol MemoryLanes: Lanes {
  static func load(_ memory: UnsafePointer<Float>) -> Self
  func store(to memory: Pointer)
}

extension Float: MemoryLanes {
  @inline(__always) static func load(_ memory: UnsafePointer<Float>) -> Float { memory[0] }
  @inline(__always) func store(to memory: Pointer) { memory[0] = self }
}

extension SIMD16: MemoryLanes where Scalar == Float {
  @inline(__always) static func load(_ memory: UnsafePointer<Float>) -> Self { memory.vector() }
  @inline(__always) func store(to memory: Pointer) { memory.store(self) }
}
