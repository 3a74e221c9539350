import Engine

/// A range of columns of a row-major matrix: where its first row starts and how far apart rows are.
struct Columns {
  let pointer: Pointer
  let stride: Int

  init(_ pointer: Pointer, stride: Int) { (self.pointer, self.stride) = (pointer, stride) }

  @inline(__always) func row(_ row: Int) -> Pointer { pointer + row * stride }
}
