import Architecture
import Engine

/// One primitive alone on one thread, with weights that a test can read and set by name.
public final class LayerRun {
  public let primitive: any Primitive
  public let batch, time, dim: Int
  public private(set) var weights: [String: Buffer] = [:]
  public private(set) var gradients: [String: Buffer] = [:]
  private let kernel: any Kernel
  private let maps: LinearMaps
  private let workspace: Workspace

  public init(
    _ primitive: any Primitive, batch: Int, time: Int, dim: Int, seed: UInt64 = 1, library: ProductLibrary = .current
  ) {
    (self.primitive, self.batch, self.time, self.dim) = (primitive, batch, time, dim)
    var weights: [String: Buffer] = [:]
    var gradients: [String: Buffer] = [:]
    for parameter in primitive.parameters {
      let buffer = Buffer(count: parameter.count)
      var random = RandomStream(seed: seed, "weights", .init(parameter.name))
      parameter.initial.fill(buffer.pointer, count: parameter.count, random: &random)
      weights[parameter.name] = buffer
      gradients[parameter.name] = Buffer(count: parameter.count)
    }
    let ((kernel, maps), workspace) = Workspace.build { allocator in
      let maps = LinearMaps()
      var site = KernelSite(
        sequences: batch, time: time, workspace: allocator, library: library, maps: maps
      ) { name in
        ParameterPointers(value: UnsafePointer(weights[name]!.pointer), gradient: gradients[name]!.pointer)
      }
      let kernel = primitive.makeKernel(&site)
      allocator = site.workspace
      return (kernel, maps)
    }
    (self.kernel, self.maps, self.workspace) = (kernel, maps, workspace)
    (self.weights, self.gradients) = (weights, gradients)
  }

  /// Forward and backward in micro-batches of `sequences`; parameter gradients are left in `gradients`.
  public func run(_ x: [Float], dy: [Float], sequences: Int? = nil) -> (y: [Float], dx: [Float]) {
    let size = sequences ?? batch
    var x = x
    var y = [Float](repeating: 0, count: x.count)
    var dx = y
    for buffer in gradients.values { buffer.fill(0) }
    maps.beginStep()
    kernel.beginStep()
    x.withUnsafeMutableBufferPointer { x in
      dy.withUnsafeBufferPointer { dy in
        for start in stride(from: 0, to: batch, by: size) {
          let count = min(size, batch - start)
          let offset = start * time * dim
          y.withUnsafeMutableBufferPointer {
            kernel.forward(x.baseAddress! + offset, into: $0.baseAddress! + offset, sequences: count)
          }
          dx.withUnsafeMutableBufferPointer {
            kernel.backward(
              x.baseAddress! + offset, dy.baseAddress! + offset, into: $0.baseAddress! + offset, sequences: count)
          }
        }
      }
    }
    kernel.endStep()
    return (y, dx)
  }

  /// The output alone.
  public func forward(_ x: [Float]) -> [Float] {
    var y = [Float](repeating: 0, count: x.count)
    maps.beginStep()
    kernel.beginStep()
    x.withUnsafeBufferPointer { x in
      y.withUnsafeMutableBufferPointer { kernel.forward(x.baseAddress!, into: $0.baseAddress!, sequences: batch) }
    }
    return y
  }
}

/// Normal numbers for inputs of tests.
public func normals(_ count: Int, seed: UInt64, deviation: Double = 1) -> [Float] {
  var random = RandomStream(seed: seed, "test input")
  return (0..<count).map { _ in Float(deviation * random.normal()) }
}

/// `max |a − b| / max |b|`, infinite if anything is not finite or the lengths differ.
public func relativeError(_ a: [Float], _ b: [Float]) -> Double {
  guard a.count == b.count, (a + b).allSatisfy(\.isFinite) else { return .infinity }
  let largest = b.reduce(0) { max($0, abs(Double($1))) }
  let difference = zip(a, b).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) }
  return difference == 0 ? 0 : difference / max(largest, 1e-30)
}
