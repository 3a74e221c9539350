import Engine

/// The computation of one primitive on one thread: a forward and a hand-derived backward pass over micro-batches.
///
/// A micro-batch is `[sequences, time, dim]`, row-major, with at most the number of sequences the kernel was made for.
/// `backward` follows the `forward` of the same micro-batch and may use what that left in saved memory.
public protocol Kernel: AnyObject {
  /// Prepares what depends on the parameters alone, e.g. an implicit filter. Called once before the micro-batches of a
  /// training step or of an evaluation.
  func beginStep()

  /// `y += primitive(x)`; x and y are `[sequences, time, dim]`.
  func forward(_ x: UnsafePointer<Float>, into y: Pointer, sequences: Int)

  /// `dx += ∂loss/∂x` and parameter gradients `+=`, given `dy = ∂loss/∂y`.
  func backward(_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: Pointer, sequences: Int)

  /// Adds the gradients of what `beginStep` prepared. Called once after the micro-batches of a training step.
  func endStep()
}

extension Kernel {
  public func beginStep() {}
  public func endStep() {}
}

/// A tensor of the model as a kernel sees it: its value, shared by all threads, and this thread's gradient.
public struct ParameterPointers {
  public let value: UnsafePointer<Float>
  /// For constants this points at memory that nobody reads.
  public let gradient: Pointer

  public init(value: UnsafePointer<Float>, gradient: Pointer) { (self.value, self.gradient) = (value, gradient) }
}

/// Where a kernel is made: the largest micro-batch, the primitive's tensors and the memory to work in.
public struct KernelSite {
  public let sequences: Int
  public let time: Int
  public var workspace: Workspace.Allocator
  private let tensors: (String) -> ParameterPointers

  public init(
    sequences: Int, time: Int, workspace: Workspace.Allocator, tensors: @escaping (String) -> ParameterPointers
  ) {
    (self.sequences, self.time, self.workspace, self.tensors) = (sequences, time, workspace, tensors)
  }

  /// The most positions in a micro-batch.
  public var rows: Int { sequences * time }

  public func parameter(_ name: String) -> ParameterPointers { tensors(name) }
  public mutating func saved(_ count: Int) -> Pointer { workspace.saved(count) }
  public mutating func scratch(_ count: Int) -> Pointer { workspace.scratch(count) }
}
