import ArgumentParser
import NIOCore
import NIOPosix

@main struct Homeport: ParsableCommand { func run() { print("hi") } }
