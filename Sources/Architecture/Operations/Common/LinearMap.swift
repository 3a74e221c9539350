import Engine

/// A linear map `y = x Wᵀ + b` of one layer on one thread, with its gradients. How x and y lie in memory is fixed when the
/// layer is laid out.
///
/// Products read W as `[inputs, outputs]` on the way up and as `[outputs, inputs]` on the way down. One of the two is not
/// how it is stored; that one is made once a step, for all micro-batches, in panels (see `MatrixProduct`).
public final class LinearMap {
  /// How the weight is stored.
  enum Storage {
    /// `[outputs, inputs]`, as PyTorch does.
    case byOutputs
    /// `[inputs, outputs]`: multiplied from the right as it is.
    case byInputs
  }

  /// How x or y lie in memory, with the distance between rows.
  enum Matrix {
    /// A row for each position.
    case positions(stride: Int)
    /// A row for each channel.
    case channels(stride: Int)

    var stride: Int {
      switch self {
      case .positions(let stride), .channels(let stride): stride
      }
    }
    var isByChannel: Bool {
      switch self {
      case .positions: false
      case .channels: true
      }
    }
    /// The matrix `[positions, channels]` as a product's second factor.
    var second: MatrixProduct.Second { isByChannel ? .transposed(stride: stride) : .rows(stride: stride) }
    /// The same for `[channels, positions]`.
    var secondByChannel: MatrixProduct.Second { isByChannel ? .rows(stride: stride) : .transposed(stride: stride) }
  }

  private let inputs, outputs: Int
  private let x, y: Matrix
  private let weight: ParameterPointers
  private let bias: ParameterPointers?
  private let storage: Storage
  private let panels: Pointer?  // the weight's transpose, where a product asks for it and does not transpose by itself
  private let products: ProductSite
  private lazy var up = makeUp(adds: false)
  private lazy var upAdding = makeUp(adds: true)
  private lazy var down = makeDown(adds: false)
  private lazy var downAdding = makeDown(adds: true)
  private lazy var outer = makeOuter()

  init(
    _ weight: ParameterPointers, bias: ParameterPointers?, inputs: Int, outputs: Int, x: Matrix, y: Matrix,
    storage: Storage, panels: Pointer?, _ products: ProductSite
  ) {
    precondition(bias == nil || !y.isByChannel, "a bias is added to rows of positions")
    (self.weight, self.bias, self.inputs, self.outputs) = (weight, bias, inputs, outputs)
    (self.x, self.y, self.storage, self.panels, self.products) = (x, y, storage, panels, products)
  }

  /// Whether a product takes the weight's transpose as its second factor.
  static func transposesWeight(x: Matrix, y: Matrix, storage: Storage) -> Bool {
    storage == .byOutputs ? !y.isByChannel : !x.isByChannel
  }

  /// Takes in a changed weight.
  func beginStep() {
    guard let panels else { return }
    let (rows, columns) = storage == .byOutputs ? (outputs, inputs) : (inputs, outputs)
    MatrixProduct.fillPanels(panels, transposing: weight.value, rows: rows, columns: columns)
  }

  /// `y = x Wᵀ + b`, or `y += x Wᵀ + b`, for so many rows, i.e. positions.
  func forward(_ x: UnsafePointer<Float>, into y: Pointer, rows: Int, adding: Bool = false) {
    if let bias = bias?.value {
      for row in 0..<rows {
        let line = y + row * self.y.stride
        if adding { for i in 0..<outputs { line[i] += bias[i] } } else { for i in 0..<outputs { line[i] = bias[i] } }
      }
    }
    let product = adding || bias != nil ? upAdding : up
    if self.y.isByChannel {
      product(weight.value, x, into: y, rows: outputs, columns: rows, inner: inputs)
    } else {
      let factor = storage == .byOutputs ? transposed : weight.value
      product(x, factor, into: y, rows: rows, columns: outputs, inner: inputs)
    }
  }

  /// `dx = dy W`, or `dx += dy W`.
  func backwardInput(_ dy: UnsafePointer<Float>, into dx: Pointer, rows: Int, adding: Bool = false) {
    let product = adding ? downAdding : down
    if x.isByChannel {
      product(weight.value, dy, into: dx, rows: inputs, columns: rows, inner: outputs)
    } else {
      let factor = storage == .byOutputs ? weight.value : transposed
      product(dy, factor, into: dx, rows: rows, columns: inputs, inner: outputs)
    }
  }

  /// `dW += dyᵀ x` and `db += Σ dy` over the rows.
  func backwardWeight(_ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, rows: Int) {
    switch storage {
    case .byOutputs: outer(dy, x, into: weight.gradient, rows: outputs, columns: inputs, inner: rows)
    case .byInputs: outer(x, dy, into: weight.gradient, rows: inputs, columns: outputs, inner: rows)
    }
    guard let gradient = bias?.gradient else { return }
    for row in 0..<rows {
      let line = dy + row * y.stride
      for i in 0..<outputs { gradient[i] += line[i] }
    }
  }

  /// Both, with `dx += dy W`.
  func backward(_ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, addingTo dx: Pointer, rows: Int) {
    backwardWeight(dy, x, rows: rows)
    backwardInput(dy, into: dx, rows: rows, adding: true)
  }

  // MARK: Products

  /// The row stride of the weight as it is stored.
  private var strideW: Int { storage == .byOutputs ? inputs : outputs }
  private var transposed: UnsafePointer<Float> { panels.map { UnsafePointer($0) } ?? weight.value }
  private var transposedForm: MatrixProduct.Second { panels == nil ? .transposed(stride: strideW) : .panels }

  private func makeUp(adds: Bool) -> MatrixProduct {
    y.isByChannel
      ? products.product(
        strideA: strideW, transposesA: storage == .byInputs, b: x.secondByChannel, strideC: y.stride, adds: adds)
      : products.product(
        strideA: x.stride, transposesA: x.isByChannel,
        b: storage == .byOutputs ? transposedForm : .rows(stride: strideW), strideC: y.stride, adds: adds)
  }

  private func makeDown(adds: Bool) -> MatrixProduct {
    x.isByChannel
      ? products.product(
        strideA: strideW, transposesA: storage == .byOutputs, b: y.secondByChannel, strideC: x.stride, adds: adds)
      : products.product(
        strideA: y.stride, transposesA: y.isByChannel,
        b: storage == .byOutputs ? .rows(stride: strideW) : transposedForm, strideC: x.stride, adds: adds)
  }

  private func makeOuter() -> MatrixProduct {
    let (first, second) = storage == .byOutputs ? (y, x) : (x, y)
    return products.product(
      strideA: first.stride, transposesA: !first.isByChannel, b: second.second, strideC: strideW, adds: true)
  }
}

/// What the products of one layer have in common.
struct ProductSite {
  let library: ProductLibrary
  let panel: Pointer

  func product(
    strideA: Int, transposesA: Bool = false, b: MatrixProduct.Second, strideC: Int, adds: Bool = false
  ) -> MatrixProduct {
    MatrixProduct(
      strideA: strideA, transposesA: transposesA, b: b, strideC: strideC, adds: adds, library: library, panel: panel)
  }
}

/// The linear maps of a network, which take in changed weights together.
public final class LinearMaps {
  private var all: [LinearMap] = []

  public init() {}

  func append(_ map: LinearMap) { all.append(map) }

  /// To be called before anything else of a step.
  public func beginStep() { for map in all { map.beginStep() } }
}
