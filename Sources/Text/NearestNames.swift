/// `; did you mean 'x'?` with the known name that is nearest by edit distance. If none is near, all of them after the
/// words of `otherwise`, or nothing without those.
public func suggestion(for name: String, among known: [String], otherwise words: String? = nil) -> String {
  let name = name.lowercased()
  func bound(_ known: String) -> Int { max(2, known.count / 3) }
  let near = known.filter { abs($0.count - name.count) <= bound($0) }.map { ($0, editDistance(name, $0)) }
    .min { $0.1 < $1.1 }
  guard let (best, distance) = near, distance <= bound(best) else {
    return words.map { "; \($0) \(known.joined(separator: ", "))" } ?? ""
  }
  return "; did you mean '\(best)'?"
}

/// Levenshtein distance with adjacent transpositions (optimal string alignment), in characters; only the first 64 count.
func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a.prefix(64))
  let b = Array(b.prefix(64))
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var best = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforePrevious[j - 1] + 1) }
      row.append(best)
    }
    (beforePrevious, previous) = (previous, row)
  }
  return previous[b.count]
}
