/// Matrices in panels: 64 columns after the other, each `[rows, 64]`, the last one as wide as what is left. The kernels
/// of products read a panel line by line, whatever the row stride of the matrix was.
enum Panels {
  static let width = ProductLibrary.Blocks.columns

  /// Copies the columns `column ..< column + width` of `rows` rows of `source`.
  static func copy(_ source: UnsafePointer<Float>, stride: Int, rows: Int, width: Int, into panel: Pointer) {
    for row in 0..<rows {
      let (from, to) = (source + row * stride, panel + row * width)
      for column in 0..<width { to[column] = from[column] }
    }
  }

  /// Fills `panels` with the transpose `[columns, rows]` of `source [rows, columns]`.
  static func transpose(
    _ source: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int, into panels: Pointer
  ) {
    for first in Swift.stride(from: 0, to: rows, by: width) {
      let width = min(width, rows - first)
      Transposition.run(
        source + first * stride, stride: stride, rows: width, columns: columns, into: panels + first * columns,
        stride: width)
    }
  }
}
