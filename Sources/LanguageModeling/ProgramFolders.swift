import Foundation

/// The folders above the program, in which the files that belong to it lie.
public enum ProgramFolders {
  /// From the nearest to the root.
  public static var all: [URL] {
    var place = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    var folders: [URL] = []
    while place.pathComponents.count > 1 {
      place.deleteLastPathComponent()
      folders.append(place)
    }
    return folders
  }

  /// The path of a file below the nearest folder that has it, as short as it can be typed here.
  public static func path(of file: String) -> String? {
    let paths = all.map { $0.appending(path: file).path(percentEncoded: false) }
    guard let path = paths.first(where: FileManager.default.fileExists) else { return nil }
    let here = URL(filePath: FileManager.default.currentDirectoryPath).appending(path: file).path(percentEncoded: false)
    return path == here ? file : path
  }
}
