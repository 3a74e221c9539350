import Engine

/// Token embedding: `x[row] = weight[token[row]]`, weight `[vocabulary, dim]`, started at N(0, 0.02²) as in MAD.
public enum Embedding {
  static let name = "token_embeds.weight"
  /// MAD's standard deviation of a new embedding.
  public static let deviation = 0.02

  static func parameters(vocabulary: Int, dim: Int) -> [Parameter] {
    [.embedding(name, [vocabulary, dim], .normal(deviation: deviation))]
  }

  static func forward(
    _ tokens: UnsafePointer<Int32>, _ weight: UnsafePointer<Float>, into x: Pointer, rows: Int, dim: Int
  ) {
    for row in 0..<rows {
      let source = weight + Int(tokens[row]) * dim
      let target = x + row * dim
      for i in 0..<dim { target[i] = source[i] }
    }
  }

  static func backward(
    _ tokens: UnsafePointer<Int32>, _ dx: UnsafePointer<Float>, into gradient: Pointer, rows: Int, dim: Int
  ) {
    for row in 0..<rows {
      let source = dx + row * dim
      let target = gradient + Int(tokens[row]) * dim
      for i in 0..<dim { target[i] += source[i] }
    }
  }
}
