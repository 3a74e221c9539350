import Configuration
import Text

/// Trainings that a user measured, a row each, all numbers positive.
package struct TrainingTable {
  package enum Column: String, CaseIterable {
    case parameters, tokens, flops
  }

  private static let largestCount = 100_000

  private static func suggest(_ name: String, _ known: [String]) -> String {
    suggestion(for: name, among: known, otherwise: "the columns are")
  }

  /// nil where there is no such column.
  package let parameters, tokens, flops: [Double]?
  package let losses: [Double]

  /// - Parameters:
  ///   - parameters: the name of the column, which then has to be there; nil for the usual name. The others alike.
  ///   - needed: the columns beside loss that have to be there; nil for those of any form.
  /// - Returns: nil, with problems noted, if the columns are not there or hold anything but positive numbers.
  package init?(
    _ file: CSVFile, parameters: String?, tokens: String?, flops: String?, loss: String?, needed: Set<Column>?,
    _ problems: inout Problems
  ) {
    let given: [Column: String?] = [.parameters: parameters, .tokens: tokens, .flops: flops]
    var columns: [Column: Int] = [:]
    for column in Column.allCases {
      let name = (given[column] ?? nil) ?? column.rawValue
      let isNeeded = needed?.contains(column) ?? false
      if given[column] ?? nil != nil || isNeeded || file.names.contains(name) {
        columns[column] = file.column(name, suggesting: Self.suggest, &problems)
      }
    }
    let lossColumn = file.column(loss ?? "loss", suggesting: Self.suggest, &problems)
    guard problems.errors.isEmpty else { return nil }
    if columns[.flops] == nil, columns[.parameters] == nil || columns[.tokens] == nil {
      problems.add(
        "line 1",
        "columns parameters and flops, flops alone, or parameters and tokens are expected, found "
          + file.names.joined(separator: ", ") + "; --parameters, --tokens and --flops name others")
    }
    if file.rows.count > Self.largestCount {
      problems.add("line \(file.rows[Self.largestCount].line)", "at most \(Self.largestCount) rows are possible")
    }
    guard problems.errors.isEmpty else { return nil }
    let lists = [lossColumn, columns[.parameters], columns[.tokens], columns[.flops]].map { column in
      column.flatMap { file.numbers(in: $0, positive: true, &problems) }
    }
    guard problems.errors.isEmpty, let losses = lists[0] else { return nil }
    (self.losses, self.parameters, self.tokens, self.flops) = (losses, lists[1], lists[2], lists[3])
  }
}
