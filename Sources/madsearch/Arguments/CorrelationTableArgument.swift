import Configuration
import Statistics

/// Which columns of a table make a `CorrelationStudy`.
struct CorrelationTableArgument {
  private static let fewestThings = 3

  let score, target: String
  /// Of classes, and of what makes rows replicates of one thing.
  let classification, group: String?
  let parts, covariates: [String]
  let lowerIsBetter: Bool

  /// - Returns: nil, with problems noted, if columns are not there, hold anything but numbers, or do not fit together.
  func study(_ file: CSVFile, _ problems: inout Problems) -> CorrelationStudy? {
    func index(_ name: String) -> Int? { file.column(name, suggesting: CSVArgument.suggest, &problems) }
    func numbers(_ name: String) -> [Double]? {
      index(name).flatMap { file.numbers(in: $0, positive: false, &problems) }
    }
    let (scores, targets) = (numbers(score), numbers(target))
    let (partValues, covariateValues) = (parts.map(numbers), covariates.map(numbers))
    let classColumn = classification.flatMap(index)
    let groupColumn = group.flatMap(index)
    guard problems.errors.isEmpty, let scores, let targets else { return nil }
    let groups = groups(file, groupColumn, &problems)
    if let classColumn { checkClasses(file, groups, classColumn, &problems) }
    if problems.errors.isEmpty, groups.count < Self.fewestThings {
      problems.add(
        "line 1",
        group.map { "at least three things are needed, found \(groups.count) in column '\($0)'" }
          ?? "at least three rows are needed, found \(groups.count)")
    }
    guard problems.errors.isEmpty else { return nil }
    func means(_ names: [String], _ values: [[Double]?], _ rows: [Int]) -> [String: Double] {
      let means = values.map { column in rows.reduce(0) { $0 + (column?[$1] ?? .nan) } / Double(rows.count) }
      return Dictionary(uniqueKeysWithValues: zip(names, means))
    }
    let (isScoreOnce, isTargetOnce) = (isMeasuredOnce(scores, groups), isMeasuredOnce(targets, groups))
    let things = groups.map { group in
      CorrelationStudy.Thing(
        name: group.name, classification: classColumn.map { file.rows[group.rows[0]].cells[$0] },
        scores: isScoreOnce ? [scores[group.rows[0]]] : group.rows.map { scores[$0] },
        targets: isTargetOnce ? [targets[group.rows[0]]] : group.rows.map { targets[$0] },
        parts: means(parts, partValues, group.rows), covariates: means(covariates, covariateValues, group.rows))
    }
    do {
      return try CorrelationStudy(
        score: score, target: target, lowerIsBetter: lowerIsBetter, parts: parts, covariates: covariates,
        things: things)
    } catch {
      problems.add("line 1", error.description)
      return nil
    }
  }

  private typealias Group = (name: String, rows: [Int])

  /// The rows of each thing, in the order of their first rows.
  private func groups(_ file: CSVFile, _ column: Int?, _ problems: inout Problems) -> [Group] {
    guard let column else { return file.rows.indices.map { ("line \(file.rows[$0].line)", [$0]) } }
    var places: [String: Int] = [:]
    var groups: [Group] = []
    for (index, row) in file.rows.enumerated() {
      let name = row.cells[column]
      if name.allSatisfy(\.isWhitespace) {
        problems.add("line \(row.line), column '\(file.names[column])'", "it must name a thing, found nothing")
      } else if let place = places[name] {
        groups[place].rows.append(index)
      } else {
        places[name] = groups.count
        groups.append((name, [index]))
      }
    }
    return groups
  }

  private func checkClasses(_ file: CSVFile, _ groups: [Group], _ column: Int, _ problems: inout Problems) {
    for group in groups {
      let first = file.rows[group.rows[0]]
      for row in group.rows.map({ file.rows[$0] }) where row.cells[column] != first.cells[column] {
        problems.add(
          "line \(row.line), column '\(file.names[column])'",
          "'\(row.cells[column])' differs from '\(first.cells[column])' in line \(first.line), though both are of "
            + "'\(group.name)'")
      }
    }
  }

  /// Whether the rows of every thing repeat one number: that is a measurement copied, not replicates without noise.
  private func isMeasuredOnce(_ values: [Double], _ groups: [Group]) -> Bool {
    groups.allSatisfy { group in group.rows.allSatisfy { values[$0] == values[group.rows[0]] } }
  }
}
