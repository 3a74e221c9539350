import COpenBLAS

/// Row-major matrix products on OpenBLAS. Matrices are given by pointer and row stride; sizes are in elements.
public enum BLAS {
  /// `c[rows, columns] = scale · op(a) op(b) + keep · c`, where `op` transposes if asked and the inner size is `inner`.
  /// `strideA`, `strideB`, `strideC` are row strides of the matrices as stored.
  @inlinable
  public static func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: Pointer, rows: Int, columns: Int, inner: Int,
    transposeA: Bool = false, transposeB: Bool = false, strideA: Int? = nil, strideB: Int? = nil, strideC: Int? = nil,
    scale: Float = 1, keep: Float = 0
  ) {
    cblas_sgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(truncatingIfNeeded: rows), blasint(truncatingIfNeeded: columns), blasint(truncatingIfNeeded: inner),
      scale, a, blasint(truncatingIfNeeded: strideA ?? (transposeA ? rows : inner)),
      b, blasint(truncatingIfNeeded: strideB ?? (transposeB ? inner : columns)),
      keep, c, blasint(truncatingIfNeeded: strideC ?? columns))
  }

  /// OpenBLAS itself runs on one thread; work is split over threads above it.
  public static func useOneThread() { openblas_set_num_threads(1) }

  /// The library and its version, e.g. `OpenBLAS 0.3.21`.
  public static var library: String {
    String(cString: openblas_get_config()).split(separator: " ").prefix(2).joined(separator: " ")
  }

  /// The kernel family that OpenBLAS chose for this processor, e.g. `SkylakeX`.
  public static var coreName: String { String(cString: openblas_get_corename()) }
}

/// The linear map `y = x Wᵀ + b` with `x [rows, inputs]`, `weight [outputs, inputs]`, and its gradients.
public enum Linear {
  /// `y = x Wᵀ`, or `y += x Wᵀ` if `accumulate`. `strideX` and `strideY` are row strides.
  @inlinable
  public static func forward(
    _ x: UnsafePointer<Float>, weight: UnsafePointer<Float>, into y: Pointer, rows: Int, inputs: Int, outputs: Int,
    strideX: Int? = nil, strideY: Int? = nil, accumulate: Bool = false
  ) {
    BLAS.multiply(
      x, weight, into: y, rows: rows, columns: outputs, inner: inputs, transposeB: true, strideA: strideX,
      strideC: strideY, keep: accumulate ? 1 : 0)
  }

  /// `dx = dy W`, or `dx += dy W` if `accumulate`.
  @inlinable
  public static func backwardInput(
    _ dy: UnsafePointer<Float>, weight: UnsafePointer<Float>, into dx: Pointer, rows: Int, inputs: Int, outputs: Int,
    strideX: Int? = nil, strideY: Int? = nil, accumulate: Bool = false
  ) {
    BLAS.multiply(
      dy, weight, into: dx, rows: rows, columns: inputs, inner: outputs, strideA: strideY, strideC: strideX,
      keep: accumulate ? 1 : 0)
  }

  /// `dW += dyᵀ x`: gradients always accumulate over micro-batches.
  @inlinable
  public static func backwardWeight(
    _ dy: UnsafePointer<Float>, _ x: UnsafePointer<Float>, into gradient: Pointer, rows: Int, inputs: Int,
    outputs: Int, strideX: Int? = nil, strideY: Int? = nil
  ) {
    BLAS.multiply(
      dy, x, into: gradient, rows: outputs, columns: inputs, inner: rows, transposeA: true,
      strideA: strideY ?? outputs, strideB: strideX, keep: 1)
  }

  /// Adds `bias [columns]` to each of the `rows` of `y`.
  @inlinable
  public static func addBias(_ bias: UnsafePointer<Float>, to y: Pointer, rows: Int, columns: Int) {
    for row in 0..<rows {
      let line = y + row * columns
      for column in 0..<columns { line[column] += bias[column] }
    }
  }

  /// `db += Σ_rows dy`.
  @inlinable
  public static func backwardBias(_ dy: UnsafePointer<Float>, into gradient: Pointer, rows: Int, columns: Int) {
    for row in 0..<rows {
      let line = dy + row * columns
      for column in 0..<columns { gradient[column] += line[column] }
    }
  }
}
