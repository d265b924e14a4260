#if os(macOS)
/// FSEvents would tell sooner, for the price of a framework; a development folder is looked through quickly enough.
typealias FolderWatch = FolderPoll
#endif
