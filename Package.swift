// swift-tools-version: 6.2
import PackageDescription

/// Every module of ours is compiled the same way: Swift 6 mode, warnings are errors.
///
/// Deprecations stay warnings: without a committed `Package.resolved`, a dependency's newest release would otherwise
/// break a fresh clone.
let ours: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// For what handles the system's socket addresses itself. Beside NIO's C modules, which include the same
/// headers, the compiler cannot tell whose `sockaddr_in` it is, and asks for an import of theirs.
let oursWithRawSockets =
    Array(ours.prefix(2)) + [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func module(
    _ name: String,
    _ dependencies: [Target.Dependency],
    path: String? = nil,
    settings: [SwiftSetting] = ours,
    plugins: [Target.PluginUsage] = []
) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings, plugins: plugins)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = ours) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "homeport",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "homeport", targets: ["homeport"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // Arrows run downward only, and features never import each other: docs/architecture.md.
        .target(name: "CHomeportLinux"),
        .target(name: "CZlib"),
        module("HomeportCore", [.product(name: "Yams", package: "Yams")]),
        module("HomeportNet", ["HomeportCore", "CHomeportLinux", nioCore, nioPosix], settings: oursWithRawSockets),
        module("HomeportHTTP", ["HomeportCore", "HomeportNet", nioCore]),
        module("HomeportServe", ["HomeportCore", "HomeportNet", "HomeportHTTP", "CHomeportLinux", nioCore, nioPosix]),
        module(
            "HomeportGuard",
            [
                "HomeportCore", "HomeportNet", "HomeportHTTP", nioCore, nioPosix,
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        module("HomeportConditions", []),
        module("HomeportLink", ["HomeportCore", "HomeportConditions", "HomeportNet", "HomeportHTTP", nioCore]),
        tests("HomeportConditionsTests", ["HomeportConditions"]),
        tests(
            "HomeportLinkTests",
            [
                "HomeportCore", "HomeportConditions", "HomeportLink", "HomeportNet", "LiveTestSupport", nioCore,
                nioPosix,
                nioEmbedded,
            ],
            settings: oursWithRawSockets
        ),
        module("HomeportDoor", ["HomeportCore", "HomeportNet", "HomeportHTTP", nioCore]),
        module(
            "HomeportTap",
            [
                "HomeportCore", "HomeportNet", "HomeportHTTP", "CZlib", nioCore,
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        module(
            "HomeportRuntime",
            [
                "HomeportCore", "HomeportNet", "HomeportHTTP", "HomeportServe", "HomeportLink", "HomeportGuard",
                "HomeportDoor", "HomeportTap", nioCore, nioPosix, .product(name: "Crypto", package: "swift-crypto"),
            ],
            plugins: ["BuiltParts"]
        ),
        .plugin(name: "BuiltParts", capability: .buildTool()),
        module(
            "HomeportControl",
            [
                "HomeportCore", "HomeportNet", "HomeportHTTP", "HomeportLink", "HomeportGuard", "HomeportDoor",
                "HomeportTap", "HomeportRuntime", nioCore,
            ]
        ),
        module("HTTPTestSupport", ["HomeportHTTP", nioCore], path: "Tests/HTTPTestSupport"),
        tests(
            "HomeportHTTPTests",
            ["HomeportHTTP", "HomeportNet", "HTTPTestSupport", nioCore, nioPosix, nioEmbedded, nioHTTP1]
        ),
        .executableTarget(
            name: "homeport",
            dependencies: [
                "HomeportCore", "HomeportNet", "HomeportServe", "HomeportLink", "HomeportGuard", "HomeportDoor",
                "HomeportTap", "HomeportRuntime", "HomeportControl", nioCore, arguments,
            ],
            swiftSettings: ours
        ),
        // libFuzzer targets; without its flags they do nothing. Built and run by Fuzz/run.
        .executableTarget(
            name: "FuzzHTTPRequest",
            dependencies: ["HTTPTestSupport"],
            path: "Fuzz/FuzzHTTPRequest",
            swiftSettings: ours
        ),
        .executableTarget(
            name: "FuzzHTTPResponse",
            dependencies: ["HTTPTestSupport"],
            path: "Fuzz/FuzzHTTPResponse",
            swiftSettings: ours
        ),
        .executableTarget(
            name: "FuzzPlan",
            dependencies: ["HomeportCore", "HomeportLink", "HomeportRuntime"],
            path: "Fuzz/FuzzPlan",
            swiftSettings: ours
        ),
        .executableTarget(
            name: "FuzzTap",
            dependencies: ["HomeportCore", "HomeportNet", "HomeportTap", nioCore, nioEmbedded],
            path: "Fuzz/FuzzTap",
            swiftSettings: ours
        ),
        .executableTarget(
            name: "FuzzAccess",
            dependencies: ["HomeportCore", "HomeportGuard", "HomeportHTTP", "HomeportNet", nioCore, nioEmbedded],
            path: "Fuzz/FuzzAccess",
            swiftSettings: ours
        ),
        tests("HomeportNetTests", ["HomeportCore", "HomeportNet", "CHomeportLinux", nioCore, nioPosix]),
        tests(
            "HomeportRuntimeTests",
            [
                "HomeportCore", "HomeportNet", "HomeportHTTP", "HomeportServe", "HomeportLink", "HomeportDoor",
                "HomeportRuntime", "LiveTestSupport", nioCore,
            ]
        ),
        tests(
            "EndToEndTests",
            ["HomeportCore", "HomeportNet", "HomeportRuntime", "LiveTestSupport", "homeport", nioCore]
        ),
        tests(
            "HomeportServeTests",
            ["HomeportServe", "HomeportHTTP", "HomeportNet", "HomeportCore", nioCore, nioPosix]
        ),
        tests("HomeportCoreTests", ["HomeportCore", "LiveTestSupport"]),
        module(
            "LiveTestSupport",
            ["HomeportCore", "HomeportNet", "HomeportHTTP", nioCore, nioPosix],
            path: "Tests/LiveTestSupport",
            settings: oursWithRawSockets
        ),
        tests(
            "HomeportControlTests",
            [
                "HomeportCore", "HomeportNet", "HomeportLink", "HomeportTap", "HomeportRuntime", "HomeportControl",
                "LiveTestSupport", nioCore, nioPosix,
            ]
        ),
        tests(
            "HomeportDoorTests",
            ["HomeportCore", "HomeportNet", "HomeportHTTP", "HomeportDoor", "LiveTestSupport", nioCore]
        ),
        tests(
            "HomeportTapTests",
            ["HomeportCore", "HomeportNet", "HomeportHTTP", "HomeportTap", "LiveTestSupport", nioCore, nioEmbedded]
        ),
        tests("HomeportGuardTests", ["HomeportCore", "HomeportGuard", "LiveTestSupport", nioPosix]),
    ]
)
