import Layouts
import Reporting
import Text

/// What `list hybrids` prints: the known hybrids with their patterns.
package struct HybridList: Report {
  private struct Row {
    let hybrid: KnownHybrid
    let megatron: String?
    let share: KnownHybrid.AttentionShare
  }

  private let rows: [Row]

  /// - Throws: `NotationError` if a pattern is not a layout.
  package init(_ hybrids: [KnownHybrid]) throws {
    rows = try hybrids.map { hybrid in
      let layout = try Layout(parsing: hybrid.pattern)
      return Row(hybrid: hybrid, megatron: layout.megatronString, share: layout.attentionShare)
    }
  }

  package var parts: [ReportPart] {
    let columns: [Column<Row>] = [
      Column("name") { .text($0.hybrid.name) }, Column("pattern") { .text($0.hybrid.pattern) },
      Column("stripe") { .text(or: $0.hybrid.stripe) }, Column("published") { .text(or: $0.hybrid.published) },
      Column("megatron") { .text(or: $0.megatron) }, Column("attentionShare") { .number($0.share.all) },
      Column("fullAttentionShare") { .number($0.share.full) }, Column("source") { .text($0.hybrid.source) },
      Column("note") { .text(or: $0.hybrid.note) },
    ]
    return [
      .words(rows.map(Self.words).joined(separator: "\n")), .table(nil, Table(columns, rows), in: .programs),
    ]
  }

  /// A hybrid for people.
  private static func words(_ row: Row) -> String {
    func percent(_ share: Double) -> String { NumberText.fixed(100 * share, decimals: 1) + " %" }
    let (hybrid, share) = (row.hybrid, row.share)
    var lines = ["\(hybrid.name): \(hybrid.source)"]
    if let stripe = hybrid.stripe { lines.append("  stripe     \(stripe)") }
    if let published = hybrid.published { lines.append("  published  \(published)") }
    if let megatron = row.megatron { lines.append("  pattern    \(megatron)") }
    lines.append(
      "  attention  \(percent(share.all))" + (share.full == share.all ? "" : ", full \(percent(share.full))"))
    if let note = hybrid.note { lines.append("  note       \(note)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
