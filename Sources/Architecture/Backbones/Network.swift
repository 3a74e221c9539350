import Engine

/// A model on one thread: it reads shared weights and adds to gradients of its own.
public final class Network {
  private let workspace: Workspace
  private let maps: LinearMaps
  private let stack: LayerStack
  private let head: any Head
  private let vocabulary: Int
  private let gradient: Pointer  // ∂loss/∂(residual stream) [rows, dim]
  public let time: Int
  /// The most sequences in a micro-batch.
  public let sequences: Int
  /// The memory of activations and scratch, in bytes.
  public var byteCount: Int { workspace.byteCount }

  /// - Parameters:
  ///   - weights: `model.tensors.count` values; they stay shared.
  ///   - gradients: as many values, which `backward` adds to.
  ///   - library: who multiplies matrices.
  public init(
    _ model: Model, weights: Buffer, gradients: Buffer, sequences: Int, time: Int, library: ProductLibrary = .current
  ) {
    let offsets = Dictionary(uniqueKeysWithValues: model.tensors.all.map { ($0.parameter.name, $0.offset) })
    func tensors(_ name: String) -> ParameterPointers {
      guard let offset = offsets[name] else { preconditionFailure("\(name) is not in the list of parameters") }
      return ParameterPointers(value: UnsafePointer(weights.pointer + offset), gradient: gradients.pointer + offset)
    }
    (self.time, self.sequences, vocabulary) = (time, sequences, model.vocabulary)
    let (parts, workspace) = Workspace.build { allocator in
      let maps = LinearMaps()
      var site = KernelSite(
        sequences: sequences, time: time, workspace: allocator, library: library, maps: maps, tensors: tensors)
      let stack = LayerStack(model, &site, tensors: tensors)
      let head = model.backbone.head.init(model, &site)
      let gradient = site.saved(site.rows * model.context.dim)
      allocator = site.workspace
      return (maps, stack, head, gradient)
    }
    self.workspace = workspace
    (maps, stack, head, gradient) = parts
    keepAlive = [weights, gradients]
  }

  private let keepAlive: [Buffer]

  public func beginStep() {
    maps.beginStep()
    stack.beginStep()
  }
  public func endStep() { stack.endStep() }

  /// The logits `[sequences, time, vocabulary]` for `tokens [sequences, time]`, valid until the next call.
  public func forward(_ tokens: UnsafePointer<Int32>, sequences: Int) -> UnsafePointer<Float> {
    stack.forward(tokens, sequences: sequences)
    head.forward(stack.output, sequences: sequences)
    return UnsafePointer(head.logits)
  }

  /// Forward and backward over one micro-batch; adds `∂(scale · Σ loss)/∂parameter` to the gradients.
  /// - Returns: the sum of the cross entropy over the targets that count, in nats.
  public func train(
    _ tokens: UnsafePointer<Int32>, targets: UnsafePointer<Int32>, sequences: Int, scale: Float
  ) -> Double {
    _ = forward(tokens, sequences: sequences)
    let loss = CrossEntropy.backward(
      logits: head.logits, targets: targets, rows: sequences * time, vocabulary: vocabulary, scale: scale)
    head.backward(into: gradient, sequences: sequences)
    stack.backward(tokens, gradient: gradient, sequences: sequences)
    return loss
  }
}
