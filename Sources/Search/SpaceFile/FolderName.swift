import Configuration

/// The names that spaces and runs may have: they become names of folders.
public enum FolderName {
  /// In words.
  public static let form = "a name of letters, digits, '.', '_' and '-' that starts with a letter, digit or '_'"
  static let pattern = "^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$"

  public static func isAllowed(_ name: String) -> Bool {
    func isPlain(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._-".unicodeScalars.contains(scalar))
    }
    return name.unicodeScalars.allSatisfy(isPlain) && (1...100).contains(name.count) && name.first != "."
      && name.first != "-"
  }
}

extension FieldKind where Value == String {
  static var folderName: Self {
    .text(of: FolderName.form, pattern: FolderName.pattern, where: FolderName.isAllowed)
  }
}
