import Engine

/// The computation of one primitive on one thread: a forward and a hand-derived backward pass over micro-batches.
///
/// A micro-batch is `[sequences, time, dim]`, row-major, with at most the number of sequences the kernel was made for.
/// `backward` follows the `forward` of the same micro-batch and may use what that left in saved memory.
public protocol Kernel: AnyObject {
  /// Prepares what depends on the parameters alone, e.g. an implicit filter. Called once before the micro-batches of a
  /// training step or of an evaluation, after the `beginStep` of the site's linear maps.
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

  /// The tensor from element `offset` on.
  func from(_ offset: Int) -> ParameterPointers {
    ParameterPointers(value: value + offset, gradient: gradient + offset)
  }
}

/// Where a kernel is made: the largest micro-batch, the primitive's tensors and the memory to work in.
public struct KernelSite {
  public let sequences: Int
  public let time: Int
  public var workspace: Workspace.Allocator
  private let library: ProductLibrary
  private let maps: LinearMaps
  private var panel: Pointer?
  private let tensors: (String) -> ParameterPointers

  /// - Parameters:
  ///   - library: who multiplies matrices.
  ///   - maps: takes in the linear maps that are made here.
  public init(
    sequences: Int, time: Int, workspace: Workspace.Allocator, library: ProductLibrary = .current, maps: LinearMaps,
    tensors: @escaping (String) -> ParameterPointers
  ) {
    (self.sequences, self.time, self.workspace) = (sequences, time, workspace)
    (self.library, self.maps, self.tensors) = (library, maps, tensors)
  }

  /// A new layer in the same micro-batch, whose scratch memory may overlap that of the others.
  func layer(_ tensors: @escaping (String) -> ParameterPointers) -> KernelSite {
    var workspace = workspace
    workspace.beginLayer()
    return KernelSite(
      sequences: sequences, time: time, workspace: workspace, library: library, maps: maps, tensors: tensors)
  }

  /// The most positions in a micro-batch.
  public var rows: Int { sequences * time }

  public func parameter(_ name: String) -> ParameterPointers { tensors(name) }
  public mutating func saved(_ count: Int) -> Pointer { workspace.saved(count) }
  public mutating func scratch(_ count: Int) -> Pointer { workspace.scratch(count) }

  /// The linear map with the weight `[outputs, inputs]` of this name; x and y have a row for each position unless said
  /// otherwise.
  mutating func linear(
    _ name: String, bias: String? = nil, inputs: Int, outputs: Int, x: LinearMap.Matrix? = nil,
    y: LinearMap.Matrix? = nil, storage: LinearMap.Storage = .byOutputs
  ) -> LinearMap {
    linear(
      parameter(name), bias: bias.map(parameter), inputs: inputs, outputs: outputs, x: x, y: y, storage: storage)
  }

  mutating func linear(
    _ weight: ParameterPointers, bias: ParameterPointers? = nil, inputs: Int, outputs: Int,
    x: LinearMap.Matrix? = nil, y: LinearMap.Matrix? = nil, storage: LinearMap.Storage = .byOutputs
  ) -> LinearMap {
    let (x, y) = (x ?? .positions(stride: inputs), y ?? .positions(stride: outputs))
    let needsPanels = library == .libxsmm && LinearMap.transposesWeight(x: x, y: y, storage: storage)
    let map = LinearMap(
      weight, bias: bias, inputs: inputs, outputs: outputs, x: x, y: y, storage: storage,
      panels: needsPanels ? saved(inputs * outputs) : nil, products)
    maps.append(map)
    return map
  }

  /// A product of other matrices than a linear map's; see `MatrixProduct`.
  mutating func product(
    strideA: Int, transposesA: Bool = false, b: MatrixProduct.Second, strideC: Int, adds: Bool = false
  ) -> MatrixProduct {
    products.product(strideA: strideA, transposesA: transposesA, b: b, strideC: strideC, adds: adds)
  }

  private var products: ProductSite {
    mutating get {
      let panel = panel ?? scratch(MatrixProduct.panelCount)
      self.panel = panel
      return ProductSite(library: library, panel: panel)
    }
  }
}
