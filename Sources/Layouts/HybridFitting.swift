import Architecture

extension KnownHybrid {
  /// The hybrid with another number of layers, channel mixers included, as `Layout.fitted` does it.
  /// - Throws: `HybridError` if the number of layers is impossible, `NotationError` if the pattern is no layout.
  public func fitted(toLayers count: Int) throws -> Layout {
    try Layout.fitted(Layout(parsing: stripe ?? pattern).layers, isStripe: stripe != nil, toLayers: count)
  }
}

extension Layout {
  /// The layout with another number of layers, channel mixers included. What it repeats, if it is a repeat and that fits,
  /// is repeated, and the last repeat cut. Else it is thinned evenly: the shares of attention and of channel mixers are
  /// kept as nearly as the number allows, and so is where they sit. With two sequence mixers or more there is attention if
  /// the layout has any.
  /// - Throws: `HybridError` if the number of layers is impossible.
  public func fitted(toLayers count: Int) throws -> Layout {
    let stripe = stripe
    return try Self.fitted(stripe, isStripe: stripe.count < layers.count, toLayers: count)
  }

  fileprivate static func fitted(_ layers: [[LayerPrimitive]], isStripe: Bool, toLayers count: Int) throws -> Layout {
    guard (1...maximumLayers).contains(count) else {
      throw HybridError("a layout has from 1 to \(maximumLayers) layers, found \(count)")
    }
    if count == layers.count || isStripe && count > layers.count { return try Layout(repeated(layers, to: count)) }
    return try Layout(ThinnedPattern(layers, to: count).layers)
  }
}

/// The layers over and over until there are `count`. If the cut separates a sequence mixer from its channel mixer at the
/// end, the last channel mixer before it moves there.
private func repeated(_ layers: [[LayerPrimitive]], to count: Int) -> [[LayerPrimitive]] {
  var result = (0..<count).map { layers[$0 % layers.count] }
  let rest = count % layers.count
  let isCut = rest > 0 && result[count - 1].hasSequenceMixer && !layers[rest].hasSequenceMixer
  if isCut, let channelMixer = result.lastIndex(where: { !$0.hasSequenceMixer }) {
    result.append(result.remove(at: channelMixer))
  }
  return result
}

/// A pattern with fewer layers. Sequence mixers and channel mixers are thinned apart, then the channel mixers are put
/// where as large a share of them as in the pattern comes before.
private struct ThinnedPattern {
  let layers: [[LayerPrimitive]]

  init(_ pattern: [[LayerPrimitive]], to count: Int) {
    let copies = (count + pattern.count - 1) / pattern.count
    let source = (0..<copies).flatMap { _ in pattern }
    let mixers = source.filter(\.hasSequenceMixer)
    let channels = source.filter { !$0.hasSequenceMixer }
    // A half is rounded up.
    let share = (2 * mixers.count * count + source.count) / (2 * source.count)
    let mixerCount = min(max(share, mixers.isEmpty ? 0 : 1), count)
    let thinnedMixers = Self.thinned(mixers: mixers, to: mixerCount)
    let thinnedChannels = Self.thinned(channels: channels, to: count - mixerCount)
    // How many channel mixers come before each sequence mixer of the source, and before its end.
    var before: [Int] = []
    for (index, layer) in source.enumerated() where layer.hasSequenceMixer { before.append(index - before.count) }
    before.append(channels.count)

    // A half is rounded down.
    let all = max(channels.count, 1)
    var placed = (2 * before[0] * thinnedChannels.count + all - 1) / (2 * all)
    var result = Array(thinnedChannels[..<placed])
    for (index, mixer) in thinnedMixers.enumerated() {
      result.append(mixer)
      // Between two sequence mixers of the source the channel mixers lie evenly; a half is rounded down.
      let (place, rest) = ((index + 1) * mixers.count).quotientAndRemainder(dividingBy: mixerCount)
      let following = before[min(place + 1, mixers.count)]
      let passed = before[place] * mixerCount + (following - before[place]) * rest
      let whole = max(mixerCount * channels.count, 1)
      let reached = (2 * passed * thinnedChannels.count + whole - 1) / (2 * whole)
      result += thinnedChannels[placed..<max(reached, placed)]
      placed = max(reached, placed)
    }
    layers = result
  }

  /// A short period is repeated, so that alternating channel mixers still alternate; else they are thinned evenly.
  private static func thinned(channels: [[LayerPrimitive]], to count: Int) -> [[LayerPrimitive]] {
    let names = channels.map { $0.map(\.canonical) }
    let period = (1...max(channels.count, 1)).first { period in
      names.indices.allSatisfy { names[$0] == names[$0 % period] }
    }
    if let period, period <= count { return (0..<count).map { channels[$0 % period] } }
    return evenly(channels, count)
  }

  /// Attention over the whole past keeps its share and its places if the pattern has it beside other mixers, else
  /// attention of any kind does.
  private static func thinned(mixers: [[LayerPrimitive]], to count: Int) -> [[LayerPrimitive]] {
    let full = mixers.indices.filter { mixers[$0].hasFullAttention }
    let marked = full.isEmpty ? mixers.indices.filter { mixers[$0].has(.attention) } : full
    guard !marked.isEmpty, marked.count < mixers.count else { return evenly(mixers, count) }
    // A half is rounded down; two mixers or more are of both kinds.
    var kept = (2 * marked.count * count + mixers.count - 1) / (2 * mixers.count)
    if count > 1 { kept = min(max(kept, 1), count - 1) }
    var result = [[LayerPrimitive]?](repeating: nil, count: count)
    var last = -1
    for (index, position) in chosen(kept, of: marked, within: mixers.count).enumerated() {
      let place = (2 * position + 1) * count / (2 * mixers.count)
      last = max(last + 1, min(place, count - kept + index))
      result[last] = mixers[position]
    }
    let isMarked = Set(marked)
    var others = evenly(mixers.indices.filter { !isMarked.contains($0) }.map { mixers[$0] }, count - kept)[...]
    return result.compactMap { $0 ?? others.popFirst() }
  }

  /// Evenly chosen positions; the first and the last of the pattern's layers stay if they are among them.
  private static func chosen(_ count: Int, of positions: [Int], within total: Int) -> [Int] {
    guard count > 0 else { return [] }
    let group = Double(positions.count) / Double(count)
    var (start, end) = (group / 2 - 0.5, Double(positions.count) - group / 2 - 0.5)
    let (startsPattern, endsPattern) = (positions.first == 0, positions.last == total - 1)
    if count == 1, startsPattern != endsPattern { return [startsPattern ? 0 : total - 1] }
    if count > 1, startsPattern { start = 0 }
    if count > 1, endsPattern { end = Double(positions.count - 1) }
    return (0..<count).map { index in
      let place = start + (end - start) * Double(index) / Double(max(count - 1, 1))
      return positions[min(max(Int(place.rounded(.toNearestOrEven)), 0), positions.count - 1)]
    }
  }

  /// The middle layers of `count` equal parts.
  private static func evenly(_ layers: [[LayerPrimitive]], _ count: Int) -> [[LayerPrimitive]] {
    (0..<count).map { layers[(2 * $0 + 1) * layers.count / (2 * count)] }
  }
}
