/// Two ways to say into how many heads a width is cut, one at a time: the channels of a head or the number of heads.
struct HeadOptions: Sendable {
  /// What holds if neither is given.
  enum Usual: Sendable { case heads(Int), headDim(Int) }

  let heads, headDim: Option<Int?>
  private let usual: Usual

  /// - Parameters:
  ///   - aliases: of the number of heads.
  ///   - name: what the heads are called in the list of options.
  init(_ usual: Usual, aliases: [String] = ["num_heads"], _ name: String = "heads") {
    self.usual = usual
    let (number, width): (Int?, Int?) =
      switch usual {
      case .heads(let count): (count, nil)
      case .headDim(let channels): (nil, channels)
      }
    heads = .integer(
      "heads", aliases: aliases, usually: number, insteadOf: "head_dim", in: 1...1024,
      "\(name), or give head_dim; must divide the width")
    headDim = .integer(
      "head_dim", usually: width, insteadOf: "heads", in: 1...1024,
      "channels of a head, or give heads; must divide the width")
  }

  /// The number of heads and the channels of each.
  /// - Throws: `ArchitectureError.unsuitable` if they do not divide the width.
  func split(
    _ dim: Int, _ options: OptionValues, of primitive: (some Primitive).Type
  ) throws -> (count: Int, width: Int) {
    switch options[headDim].map(Usual.headDim) ?? options[heads].map(Usual.heads) ?? usual {
    case .heads(let count):
      guard dim.isMultiple(of: count) else {
        throw primitive.unsuitable("heads must divide the width \(dim), found \(count)")
      }
      return (count, dim / count)
    case .headDim(let width):
      guard dim.isMultiple(of: width) else {
        throw primitive.unsuitable("head_dim must divide the width \(dim), found \(width)")
      }
      return (dim / width, width)
    }
  }
}
