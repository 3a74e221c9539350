import Engine

/// What strategies need to know of a space.
public protocol SearchDomain: Sendable {
  associatedtype Candidate: Sendable

  /// A fresh candidate, independent of all others; none if none is found.
  func sample(using random: inout RandomStream) -> Candidate?

  /// The text that two candidates share exactly if they are the same.
  func identity(of candidate: Candidate) -> String

  /// The objectives that are known without an evaluation, to be minimised, e.g. FLOPs.
  func costs(of candidate: Candidate) -> Objectives

  /// What stands at each depth, for the model of quality.
  func symbols(of candidate: Candidate) -> [String]

  /// A child with some random edits; none if none is found.
  func child(of candidate: Candidate, edits: Int, using random: inout RandomStream) -> Candidate?

  /// A child that takes after both; none if none is found.
  func crossover(_ first: Candidate, _ second: Candidate, using random: inout RandomStream) -> Candidate?
}
