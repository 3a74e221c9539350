import Search

/// A domain whose candidates were all measured beforehand, so that its true front is known.
public protocol TabulatedDomain: SearchDomain {
  /// What each training of a candidate gave, to be minimised; none if it is not in the table.
  func losses(of candidate: Candidate) -> [Double]

  /// The true objectives of every candidate: the mean loss, then the costs.
  var points: [Objectives] { get }
}

extension TabulatedDomain {
  /// The mean loss, then the costs; none if it is not in the table.
  public func truth(of candidate: Candidate) -> Objectives? {
    let losses = losses(of: candidate)
    return losses.isEmpty ? nil : [losses.reduce(0, +) / Double(losses.count)] + costs(of: candidate)
  }
}
