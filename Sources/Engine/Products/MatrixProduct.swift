/// A product of row-major matrices at one place of a program, made when the program is laid out:
///
///     c = op(a) b   or   c += op(a) b         c [rows, columns], op(a) [rows, inner], b [inner, columns]
///
/// Layouts are fixed; sizes may differ from call to call. Used by one thread at a time.
public final class MatrixProduct {
  /// How b lies in memory.
  public enum Second: Sendable {
    /// As it is multiplied, `[inner, columns]`.
    case rows(stride: Int)
    /// As `[columns, inner]`: each panel is transposed when its turn comes.
    case transposed(stride: Int)
    /// In panels, as `fillPanels` leaves them.
    case panels
  }

  private let strideA, strideC: Int
  private let transposesA, adds: Bool
  private let b: Second
  private let library: ProductLibrary
  private let panel: Pointer  // a part of b [Blocks.inner, 64]
  private var plans: [Sizes: Plan] = [:]
  private var latest: (sizes: Sizes, plan: Plan)?

  /// How many floats `panel` must hold.
  public static let panelCount = ProductLibrary.Blocks.inner * Panels.width

  /// - Parameters:
  ///   - strideA: the row stride of a as it is stored, `[rows, inner]` or, if the product transposes it, `[inner, rows]`.
  ///   - adds: whether c is added to.
  ///   - panel: `panelCount` floats of scratch memory.
  public init(
    strideA: Int, transposesA: Bool = false, b: Second, strideC: Int, adds: Bool = false,
    library: ProductLibrary = .current, panel: Pointer
  ) {
    (self.strideA, self.strideC) = (strideA, strideC)
    (self.transposesA, self.adds, self.b, self.library, self.panel) = (transposesA, adds, b, library, panel)
  }

  /// Fills `panels` with the transpose `[columns, rows]` of `matrix [rows, columns]`.
  public static func fillPanels(
    _ panels: Pointer, transposing matrix: UnsafePointer<Float>, rows: Int, columns: Int
  ) {
    Panels.transpose(matrix, stride: columns, rows: rows, columns: columns, into: panels)
  }

  public func callAsFunction(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: Pointer, rows: Int, columns: Int, inner: Int
  ) {
    guard rows > 0, columns > 0 else { return }
    guard library == .libxsmm, inner > 0, let kernels = plan(Sizes(rows: rows, columns: columns, inner: inner)).kernels
    else {
      return multiplyAtOnce(a, b, into: c, rows: rows, columns: columns, inner: inner)
    }
    let (innerBlock, width, copies) = (innerBlock, Panels.width, copies(columns: columns))
    for start in stride(from: 0, to: inner, by: innerBlock) {
      let terms = min(innerBlock, inner - start)
      let part = start + terms < inner ? (start == 0 ? 0 : 1) : 2
      let a = a + (transposesA ? start * strideA : start)
      for column in stride(from: 0, to: columns, by: width) {
        let count = min(width, columns - column)
        let panel = panel(
          of: b, start: start, terms: terms, column: column, count: count, inner: inner, copies: copies)
        let group = (part * 2 + (count < width ? 1 : 0)) * 2
        var row = 0
        while row < rows {
          let rest = rows - row < ProductLibrary.Blocks.rows
          let kernel = kernels[group + (rest ? 1 : 0)]
          kernel.run(a + (transposesA ? row : row * strideA), panel, into: c + row * strideC + column)
          row += ProductLibrary.Blocks.rows
        }
      }
    }
  }

  private var innerBlock: Int {
    if case .panels = b { ProductLibrary.Blocks.packedInner } else { ProductLibrary.Blocks.inner }
  }

  /// Whether panels of b are copied before use.
  private func copies(columns: Int) -> Bool {
    guard case .rows(let stride) = b else { return false }
    return columns > Panels.width && ProductLibrary.Blocks.collides(stride: stride)
  }

  /// The panel of b from `column` on, terms `start ..< start + terms`.
  @inline(__always)
  private func panel(
    of b: UnsafePointer<Float>, start: Int, terms: Int, column: Int, count: Int, inner: Int, copies: Bool
  ) -> UnsafePointer<Float> {
    switch self.b {
    case .rows(let stride):
      let source = b + start * stride + column
      if !copies { return source }
      Panels.copy(source, stride: stride, rows: terms, width: count, into: panel)
    case .transposed(let stride):
      Transposition.run(
        b + column * stride + start, stride: stride, rows: count, columns: terms, into: panel, stride: count)
    case .panels:
      return b + column * inner + start * count
    }
    return UnsafePointer(panel)
  }

  /// The whole product by OpenBLAS, or where b lies in panels, panel by panel.
  private func multiplyAtOnce(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into c: Pointer, rows: Int, columns: Int, inner: Int
  ) {
    func multiply(_ b: UnsafePointer<Float>, from column: Int, count: Int, strideB: Int, transposeB: Bool = false) {
      BLAS.multiply(
        a, b, into: c + column, rows: rows, columns: count, inner: inner, transposeA: transposesA,
        transposeB: transposeB, strideA: strideA, strideB: strideB, strideC: strideC, keep: adds ? 1 : 0)
    }
    switch self.b {
    case .rows(let stride): multiply(b, from: 0, count: columns, strideB: stride)
    case .transposed(let stride): multiply(b, from: 0, count: columns, strideB: stride, transposeB: true)
    case .panels:
      for column in stride(from: 0, to: columns, by: Panels.width) {
        let count = min(Panels.width, columns - column)
        multiply(b + column * inner, from: column, count: count, strideB: count)
      }
    }
  }

  // MARK: Kernels for one size

  private struct Sizes: Hashable {
    let rows, columns, inner: Int
  }

  /// Kernels by part of the sum (first, middle, last), whole or last panel, whole or last block of rows; nil if there is
  /// none for one of them.
  private struct Plan {
    let kernels: [SmallKernel]?
  }

  private func plan(_ sizes: Sizes) -> Plan {
    if let latest, latest.sizes == sizes { return latest.plan }
    let plan = plans[sizes] ?? makePlan(sizes)
    plans[sizes] = plan
    latest = (sizes, plan)
    return plan
  }

  private func makePlan(_ sizes: Sizes) -> Plan {
    let (columns, copies) = (sizes.columns, copies(columns: sizes.columns))
    let lastTerms = sizes.inner % innerBlock == 0 ? innerBlock : sizes.inner % innerBlock
    let isOnly = sizes.inner <= innerBlock
    var kernels: [SmallKernel] = []
    for part in 0..<3 {
      for isLastPanel in [false, true] {
        for isLastRows in [false, true] {
          let rows = isLastRows ? sizes.rows % ProductLibrary.Blocks.rows : ProductLibrary.Blocks.rows
          let count = isLastPanel ? columns % Panels.width : Panels.width
          let isUsed =
            rows > 0 && count > 0 && rows <= sizes.rows && count <= columns
            && (part == 2 || part == 0 && !isOnly || part == 1 && sizes.inner > 2 * innerBlock)
          guard isUsed else {
            kernels.append(.none)
            continue
          }
          let strideB =
            if case .rows(let stride) = b, !copies { stride } else { count }
          guard
            let kernel = SmallKernel(
              rows: rows, columns: count, inner: part == 2 ? lastTerms : innerBlock, strideA: strideA,
              strideB: strideB, strideC: strideC, transposesA: transposesA,
              adds: adds || part == 1 || part == 2 && !isOnly)
          else { return Plan(kernels: nil) }
          kernels.append(kernel)
        }
      }
    }
    return Plan(kernels: kernels)
  }
}
