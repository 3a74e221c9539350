/// `; did you mean 'x'?` with the known name that is nearest by edit distance, where a beginning or an abbreviation of a
/// name, such as `attn` of `attention`, is as near as one slip. If none is near, all of them after the words of
/// `otherwise`, or nothing without those.
public func suggestion(for name: String, among known: [String], otherwise words: String? = nil) -> String {
  let name = name.lowercased()
  func bound(_ known: String) -> Int { max(2, known.count / 3) }
  func distance(_ known: String) -> Int {
    if isAbbreviation(name, of: known) { return 1 }
    return abs(known.count - name.count) <= bound(known) ? editDistance(name, known) : .max
  }
  let near = known.map { ($0, distance($0)) }.min { ($0.1, $0.0.count) < ($1.1, $1.0.count) }
  guard let (best, distance) = near, distance <= bound(best) else {
    return words.map { "; \($0) \(known.joined(separator: ", "))" } ?? ""
  }
  return "; did you mean '\(best)'?"
}

/// Whether a text of at least two characters begins a name, or one of at least three consists of characters of the name
/// in their order, the first among them.
func isAbbreviation(_ text: String, of name: String) -> Bool {
  if text.count >= 2, name.hasPrefix(text) { return true }
  guard text.count >= 3, text.first == name.first else { return false }
  var rest = name[...]
  for character in text {
    guard let place = rest.firstIndex(of: character) else { return false }
    rest = rest[rest.index(after: place)...]
  }
  return true
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
