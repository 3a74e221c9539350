import Engine
import Testing

@Suite("Matrix products")
struct MatrixProductTests {
  /// One product: sizes around the blocks that kernels are cut in, and how the operands lie.
  struct Case: Sendable, CustomStringConvertible {
    let rows, columns, inner: Int
    let transposesA, adds: Bool
    let second: Form
    enum Form: String, CaseIterable, Sendable { case rows, transposed, panels }

    var description: String {
      "[\(rows), \(inner)] × [\(inner), \(columns)]\(transposesA ? ", a transposed" : ""), b by \(second), "
        + (adds ? "added" : "stored")
    }

    static let all: [Case] = [
      (1, 1, 1), (5, 3, 2), (64, 64, 64), (65, 80, 33), (130, 64, 257), (7, 200, 600), (64, 130, 513), (3, 16, 2100),
    ].flatMap { rows, columns, inner in
      [false, true].flatMap { transposesA in
        Form.allCases.map { form in
          Case(
            rows: rows, columns: columns, inner: inner, transposesA: transposesA,
            adds: (rows + columns + (transposesA ? 1 : 0)) % 2 == 0, second: form)
        }
      }
    }
  }

  /// The largest error over what rounding may do to a sum, and what lies beside c.
  private func error(_ test: Case, strideB: Int? = nil, library: ProductLibrary) -> (error: Double, isBesideKept: Bool)
  {
    let (rows, columns, inner) = (test.rows, test.columns, test.inner)
    let strideA = (test.transposesA ? rows : inner) + 3
    let (bRows, bColumns) = test.second == .transposed ? (columns, inner) : (inner, columns)
    let strideB = strideB ?? bColumns + 5
    let strideC = columns + 2
    var random = RandomStream(seed: 3, "product")
    func filled(_ count: Int) -> Buffer {
      let buffer = Buffer(count: count)
      for i in 0..<count { buffer.pointer[i] = Float(random.normal()) }
      return buffer
    }
    let (a, b) = (filled((test.transposesA ? inner : rows) * strideA), filled(bRows * strideB))
    let c = filled(rows * strideC)
    let before = c.values
    func elementA(_ row: Int, _ k: Int) -> Double {
      Double(a.pointer[test.transposesA ? k * strideA + row : row * strideA + k])
    }
    func elementB(_ k: Int, _ column: Int) -> Double {
      Double(b.pointer[test.second == .transposed ? column * strideB + k : k * strideB + column])
    }
    let panels = Buffer(count: inner * columns)
    let form: MatrixProduct.Second
    switch test.second {
    case .rows: form = .rows(stride: strideB)
    case .transposed: form = .transposed(stride: strideB)
    case .panels:
      let plain = Buffer(count: inner * columns)
      for k in 0..<inner { for j in 0..<columns { plain.pointer[j * inner + k] = Float(elementB(k, j)) } }
      MatrixProduct.fillPanels(panels.pointer, transposing: plain.pointer, rows: columns, columns: inner)
      form = .panels
    }
    let scratch = Buffer(count: MatrixProduct.panelCount)
    let product = MatrixProduct(
      strideA: strideA, transposesA: test.transposesA, b: form, strideC: strideC, adds: test.adds, library: library,
      panel: scratch.pointer)
    product(
      a.pointer, test.second == .panels ? panels.pointer : b.pointer, into: c.pointer, rows: rows, columns: columns,
      inner: inner)

    var largest = 0.0
    var isBesideKept = true
    for row in 0..<rows {
      for column in 0..<strideC {
        let place = row * strideC + column
        guard column < columns else {
          isBesideKept = isBesideKept && c.pointer[place] == before[place]
          continue
        }
        var sum = test.adds ? Double(before[place]) : 0
        var size = abs(sum)
        for k in 0..<inner {
          sum += elementA(row, k) * elementB(k, column)
          size += abs(elementA(row, k) * elementB(k, column))
        }
        largest = max(largest, abs(Double(c.pointer[place]) - sum) / size)
      }
    }
    return (largest, isBesideKept)
  }

  @Test("sums of products, whatever the layout and the library", arguments: Case.all, ProductLibrary.allCases)
  func product(_ test: Case, library: ProductLibrary) {
    let (error, isBesideKept) = error(test, library: library)
    #expect(error < 1e-6)
    #expect(isBesideKept)
  }

  @Test("row strides that collide in the cache", arguments: ProductLibrary.allCases)
  func collision(library: ProductLibrary) {
    let test = Case(rows: 70, columns: 150, inner: 300, transposesA: true, adds: true, second: .rows)
    let (error, isBesideKept) = error(test, strideB: 1024, library: library)
    #expect(error < 1e-6)
    #expect(isBesideKept)
  }

  @Test("one product serves several sizes in turn")
  func sizes() {
    let scratch = Buffer(count: MatrixProduct.panelCount)
    let product = MatrixProduct(strideA: 8, b: .rows(stride: 200), strideC: 200, panel: scratch.pointer)
    let (a, b, c) = (Buffer(count: 100 * 8), Buffer(count: 8 * 200), Buffer(count: 100 * 200))
    a.fill(1)
    b.fill(2)
    for (rows, columns, inner) in [(100, 200, 8), (64, 64, 8), (33, 65, 5), (100, 200, 8), (1, 1, 1)] {
      c.fill(-1)
      product(a.pointer, b.pointer, into: c.pointer, rows: rows, columns: columns, inner: inner)
      for row in 0..<100 {
        for column in 0..<200 {
          #expect(c.pointer[row * 200 + column] == (row < rows && column < columns ? Float(2 * inner) : -1))
        }
      }
    }
  }

  @Test("a transpose is exact, with row strides of its own", arguments: [(1, 1), (16, 16), (17, 33), (64, 5), (3, 64)])
  func transposition(rows: Int, columns: Int) {
    let source = Buffer(count: rows * (columns + 1))
    for i in 0..<source.count { source.pointer[i] = Float(i) }
    let target = Buffer(count: columns * (rows + 2))
    Transposition.run(
      source.pointer, stride: columns + 1, rows: rows, columns: columns, into: target.pointer, stride: rows + 2)
    for row in 0..<rows {
      for column in 0..<columns {
        #expect(target.pointer[column * (rows + 2) + row] == source.pointer[row * (columns + 1) + column])
      }
    }
  }
}
