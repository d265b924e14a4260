# What install and release share. The Swift runtime is linked into the binary: it starts faster, runs a little faster,
# and needs no Swift on the machine it runs on.
binary=.build-release/release/homeport

build_release() {
    swift build -c release --product homeport --static-swift-stdlib --scratch-path .build-release
}

# stage DIR: the binary and all that belongs beside it.
stage() {
    install -d "$1/bin" "$1/share/bash-completion/completions" "$1/share/zsh/site-functions" \
        "$1/share/fish/vendor_completions.d"
    install -m 755 "$binary" "$1/bin/homeport"
    "$binary" --generate-completion-script bash >"$1/share/bash-completion/completions/homeport"
    "$binary" --generate-completion-script zsh >"$1/share/zsh/site-functions/_homeport"
    "$binary" --generate-completion-script fish >"$1/share/fish/vendor_completions.d/homeport.fish"
}
