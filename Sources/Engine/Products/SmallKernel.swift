import CLIBXSMM

/// Code for one small product, made by LIBXSMM at run time.
struct SmallKernel {
  private let code: xsmm_kernel?

  /// Stands where no kernel is needed.
  static let none = SmallKernel(code: nil)

  private init(code: xsmm_kernel?) { self.code = code }

  /// `c [rows, columns] = op(a) b`, or `+=` if it adds; nil if LIBXSMM has none for the shape. Equal shapes share their code.
  init?(
    rows: Int, columns: Int, inner: Int, strideA: Int, strideB: Int, strideC: Int, transposesA: Bool, adds: Bool
  ) {
    let code = xsmm_make_kernel(
      Int32(truncatingIfNeeded: rows), Int32(truncatingIfNeeded: columns), Int32(truncatingIfNeeded: inner),
      Int32(truncatingIfNeeded: strideA), Int32(truncatingIfNeeded: strideB), Int32(truncatingIfNeeded: strideC),
      transposesA ? 1 : 0, adds ? 1 : 0)
    guard let code else { return nil }
    self.code = code
  }

  @inline(__always)
  func run(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: Pointer) { code?(b, a, c) }
}
