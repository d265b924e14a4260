/// Requests for the comparison of two readers: good, odd and malformed.
enum Corpus {
    static let requests: [[UInt8]] =
        (good + lines + fields + lengths + chunks + several).map { Array($0.utf8) } + raw

    private static func request(_ line: String, _ fields: String..., body: String = "") -> String {
        "\(line)\r\nHost: a\r\n\(fields.map { $0 + "\r\n" }.joined())\r\n\(body)"
    }

    private static let good = [
        request("GET / HTTP/1.1"), request("HEAD /a/b?c=d&e HTTP/1.1"), request("GET / HTTP/1.0"),
        request("OPTIONS * HTTP/1.1"), request("GET http://b:80/c?d HTTP/1.1"), request("CONNECT b:443 HTTP/1.1"),
        request("DELETE /x HTTP/1.1"), request("PATCH /x HTTP/1.1", "Content-Length: 0"), request("TRACE / HTTP/1.1"),
        request("PUT /x HTTP/1.1", "Content-Length: 5", body: "hello"), request("GET / HTTP/1.1", "Connection: close"),
        request("GET / HTTP/1.1", "Connection: keep-alive"), request("GET / HTTP/1.0", "Connection: keep-alive"),
        request("GET / HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"),
        request("GET / HTTP/1.1", "Upgrade: h2c"),
        request("POST / HTTP/1.1", "Expect: 100-continue", "Content-Length: 2", body: "ok"),
        request("GET / HTTP/1.1", "Accept: text/html, */*;q=0.8", "User-Agent: x (y; z)", "Cookie: a=b; c=\"d\""),
        request("GET / HTTP/1.1", "X:", "Y: ", "Z:\t", "W: a\tb"), request("GET / HTTP/1.1", "X:y", "X: \t y \t "),
        request("GET / HTTP/1.1", "!#$%&'*+-.^_`|~09az: y"), request("GET /%20%zz HTTP/1.1"),
        request("GET /a;b=c HTTP/1.1"),
        request("GET //a HTTP/1.1"), request("GET /../.. HTTP/1.1"), request("GET /?? HTTP/1.1"),
        request("GET /[]{}|^ HTTP/1.1"),
        request("PROPFIND / HTTP/1.1"), request("M-SEARCH * HTTP/1.1"), request("M-SEARCH / HTTP/1.1"),
        request("SOURCE / HTTP/1.1"),
        request("GET / HTTP/1.1", "Host2: b", "Content-Type: text/plain"), request("MKCOL /x/ HTTP/1.1"),
    ]

    private static let lines =
        [
            "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET\t/ HTTP/1.1",
            "GET /\tHTTP/1.1",
            "GET / HTTP/1.1\t", "GET HTTP/1.1", "GET  HTTP/1.1", "GET /a b HTTP/1.1", "GET / http/1.1",
            "GET / HTTQ/1.1",
            "GET / HTTP/1.10", "GET / HTTP/01.1", "GET / HTTP/1,1", "GET / HTTP/1", "GET / HTTP/", "GET / HTTP",
            "GET /",
            "GET", "G", "", "get / HTTP/1.1", "Get / HTTP/1.1", "GE(T / HTTP/1.1", "FOO / HTTP/1.1", "GETX / HTTP/1.1",
            "GET a HTTP/1.1", "GET ?a HTTP/1.1", "GET #a HTTP/1.1", "GET /a#b HTTP/1.1", "GET /\u{1} HTTP/1.1",
            "GET /\u{7f} HTTP/1.1", "GET /\0 HTTP/1.1", "GET /\r HTTP/1.1", "GET / HTTP/1.1\r", "GET / HTTP/2.0",
            "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/3.0", "GET / HTTP/9.9", "GET / HTTP/1.a", "GET / HTTP/a.1",
            "GET * HTTP/1.1", "GET b:80 HTTP/1.1", "GET http:// HTTP/1.1", "GET http:///x HTTP/1.1",
            "GET http://b HTTP/1.1",
            "GET http://me@b/ HTTP/1.1", "GET ftp://b/ HTTP/1.1", "GET http:/b HTTP/1.1", "GET x:y HTTP/1.1",
            "OPTIONS ** HTTP/1.1", "OPTIONS *a HTTP/1.1", "CONNECT / HTTP/1.1", "CONNECT b HTTP/1.1",
            "CONNECT http://b/ HTTP/1.1",
            "CONNECT b:x HTTP/1.1", "CONNECT [::1]:443 HTTP/1.1", "GET /é HTTP/1.1", "PRI * HTTP/2.0",
            "\u{16}\u{3}\u{1}",
            "GET / RTSP/1.0", "GET / ICE/1.0", "SOURCE / ICE/1.0", "DESCRIBE / RTSP/1.0", "GET / HTTP/1.1 HTTP/1.1",
            "HTTP/1.1 200 OK", "GET /\u{b}x HTTP/1.1", "GET \u{c}/ HTTP/1.1",
        ].map { request($0) } + [
            "\r\n" + request("GET / HTTP/1.1"), "\r\n\r\n" + request("GET / HTTP/1.1"),
            "\n" + request("GET / HTTP/1.1"),
            "\r" + request("GET / HTTP/1.1"), "\n\r\n" + request("GET / HTTP/1.1"), "GET / HTTP/1.1\nHost: a\n\n",
            "GET / HTTP/1.1\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
            "GET / HTTP/1.1\rHost: a\r\r", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET /\r\n\r\n",
            "GET / HTTP/1.1\r\n\rHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r", "GET / HTTP/1.1\r\nHost: a",
        ]

    private static let fields =
        [
            "X : y", "X\t: y", ": y", "X", "X Y: z", "X(Y): z", "X\0Y: z", "X: a\0b", "Xé: y", "X: a\r\n b",
            "X: a\r\n\tb",
            " X: y", "\tX: y", "X: a\rb", "X: a\r", "X: \u{7f}", "X: \u{b}", "X: \u{1}", "\rX: y", "\"X\": y", "X: é",
            "X::", "X: :",
            "Host: b", "host: a", "Host : b", "Connection: close\r\nConnection: keep-alive",
            "Connection: close, keep-alive",
            "Connection: ,close", "Connection: Close ", "Connection: closed", "Connection: close;q=1",
            "Connection: \"close\"",
            "Connection: keep-alive, Upgrade\r\nUpgrade: h2c", "Upgrade: x\r\nConnection: upgraded",
            "Proxy-Connection: close",
            "Expect: cheese", "Expect: 100-continue, cheese", "Expect: 100-Continue", "Expect:", "X: a\n b",
            "X: a\nY: b", "X\n: y",
        ].map { request("GET / HTTP/1.1", $0) }
        + [
            "", "localhost:http", "a b", "a/", "me@a", "[::1", "[::g]", "[::1]:80", "a:80:80", "%zz", "a,b", "a:",
            ":80", "a\\b",
        ].map { "GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n" }

    private static let lengths =
        [
            "5", "05", "+5", "-5", "0x5", "5 5", "5,5", "5, 5", "5,", ",5", "", " 5 ", "5;", "five", "5.0", "1e1",
            "\t5", "5\u{b}",
            "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
            "18446744073709551621", "99999999999999999999999",
        ].map { request("POST / HTTP/1.1", "Content-Length: \($0)", body: "hello") } + [
            request("POST / HTTP/1.1", "Content-Length: 5", "Content-Length: 5", body: "hello"),
            request("POST / HTTP/1.1", "Content-Length: 5", "Content-Length: 6", body: "hello"),
            request("POST / HTTP/1.1", "Content-Length: 5", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
            request("POST / HTTP/1.1", "Transfer-Encoding: chunked", "Content-Length: 5", body: "0\r\n\r\n"),
            request("POST / HTTP/1.1", "Content-Length: 0", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
            request("POST / HTTP/1.0", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
            request("POST / HTTP/1.1", "Content-Length : 5", body: "hello"),
            request("POST / HTTP/1.1", "Content_Length: 5"),
            request("GET / HTTP/1.1", "Content-Length: 3", body: "abc"),
            request("POST / HTTP/1.1"), request("POST / HTTP/1.1", "Content-Length: 500", body: "hello"),
        ]
        + [
            "chunked", "Chunked", "CHUNKED", " chunked ", "chunked,", ",chunked", ", chunked ,", "chunked, chunked",
            "gzip, chunked",
            "gzip,chunked", "chunked, gzip", "gzip", "identity", "identity, chunked", "xchunked", "chunkedx", "chunke",
            "\"chunked\"",
            "chunked;x=y", "chunked x", "x chunked", "", ",", "\u{b}chunked", "chunked\0", "chunked\u{b}", "chun ked",
            "chunked\r\nTransfer-Encoding: chunked", "gzip\r\nTransfer-Encoding: chunked",
            "chunked\r\nTransfer-Encoding: gzip",
            "\r\n chunked", "chunked\r\nTransfer-Encoding:", "x=\"chunked\", chunked", "deflate;q=\"a,b\", chunked",
        ].map { request("POST / HTTP/1.1", "Transfer-Encoding: \($0)", body: "3\r\nabc\r\n0\r\n\r\n") }

    private static let chunks = [
        "0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n", "03\r\nabc\r\n0\r\n\r\n", "00A\r\n0123456789\r\n000\r\n\r\n",
        "a\r\n0123456789\r\n0\r\n\r\n",
        "3;a\r\nabc\r\n0\r\n\r\n", "3;a=b\r\nabc\r\n0;c\r\n\r\n", "3;a=\"b;c\"\r\nabc\r\n0\r\n\r\n",
        "3;a=\"b\\\"c\"\r\nabc\r\n0\r\n\r\n",
        "3 ;a\r\nabc\r\n0\r\n\r\n", "3; a\r\nabc\r\n0\r\n\r\n", "3;a = b\r\nabc\r\n0\r\n\r\n", "3;\r\nabc\r\n0\r\n\r\n",
        "3;;\r\nabc\r\n0\r\n\r\n",
        "3;=\r\nabc\r\n0\r\n\r\n", "3;a=\r\nabc\r\n0\r\n\r\n", "3;a;b=c;d\r\nabc\r\n0\r\n\r\n",
        "3;\"a\"\r\nabc\r\n0\r\n\r\n", "3;a\t=b\r\nabc\r\n0\r\n\r\n",
        "3;a=\"b\r\nabc\r\n0\r\n\r\n", "3;é\r\nabc\r\n0\r\n\r\n", "3;a=é\r\nabc\r\n0\r\n\r\n",
        "3;a=\"é\"\r\nabc\r\n0\r\n\r\n",
        "3 \r\nabc\r\n0\r\n\r\n", "3\t\r\nabc\r\n0\r\n\r\n", " 3\r\nabc\r\n0\r\n\r\n", "\r\n3\r\nabc\r\n0\r\n\r\n",
        "x\r\nabc\r\n0\r\n\r\n",
        "+3\r\nabc\r\n0\r\n\r\n", "-3\r\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n",
        "3\rabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n",
        "3\r\nabcd\r\n0\r\n\r\n", "3\r\nabcXX0\r\n\r\n", "3\r\nabc\rX0\r\n\r\n", "3\r\nab\r\n0\r\n\r\n",
        "3;a\n\r\nabc\r\n0\r\n\r\n",
        "3;a\nabc\r\n0\r\n\r\n", "3\0\r\nabc\r\n0\r\n\r\n", "3\r\nabc\r\n0\n\r\n", "3\r\nabc\r\n0\r\n\n",
        "3\r\nabc\r\n0\r\n\rX",
        "0\r\nX: y\r\n\r\n", "0\r\nX: y\r\nZ:\r\n\r\n", "0\r\nX\r\n\r\n", "0\r\nX : y\r\n\r\n", "0\r\n: y\r\n\r\n",
        "0\r\n X: y\r\n\r\n",
        "0\r\nX: y\r\n z\r\n\r\n", "0\r\nX: y\n\r\n", "0\r\nX: \0\r\n\r\n", "0\r\nX: y\rZ: w\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\nhello",
        "0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "0\r\nTrailer: x\r\nHost: b\r\n\r\n",
        "0\r\nConnection: close\r\n\r\n",
        "7fffffffffffffff\r\nabc", "ffffffffffffffff\r\nabc", "10000000000000000\r\nabc", "fffffffffffffffff\r\nabc",
        "00000000000000000000003\r\nabc\r\n0\r\n\r\n", "0\r\n", "3\r\nab", "", ";a\r\n\r\n", "0\r\nX: y",
    ].map { request("POST / HTTP/1.1", "Transfer-Encoding: chunked", body: $0) }

    private static let several = [
        request("GET /1 HTTP/1.1") + request("GET /2 HTTP/1.1") + request("HEAD /3 HTTP/1.1"),
        request("POST /1 HTTP/1.1", "Content-Length: 3", body: "abc") + "\r\n" + request("GET /2 HTTP/1.1"),
        request("POST /1 HTTP/1.1", "Content-Length: 3", body: "abc") + "\r\n\r\n" + request("GET /2 HTTP/1.1"),
        request("GET /1 HTTP/1.1") + "\n" + request("GET /2 HTTP/1.1"),
        request("GET /1 HTTP/1.0") + request("GET /2 HTTP/1.1"),
        request("POST /1 HTTP/1.1", "Transfer-Encoding: chunked", body: "1\r\na\r\n0\r\n\r\n")
            + request("GET /2 HTTP/1.1"),
        request("GET /1 HTTP/1.1", "Connection: close") + request("GET /2 HTTP/1.1"),
        request("GET /1 HTTP/1.1") + "GET",
        request("POST /1 HTTP/1.1", "Content-Length: 6", body: "GET / ") + request("GET /2 HTTP/1.1"),
        request("CONNECT b:1 HTTP/1.1") + request("GET /2 HTTP/1.1"),
        request("CONNECT b:1 HTTP/1.1", "Content-Length: 5", body: "hello"),
        request("CONNECT b:1 HTTP/1.1", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
        request("POST /1 HTTP/1.1", "Content-Length: 5\t", body: "hello"),
        request("POST /1 HTTP/1.1", "Transfer-Encoding: chunked\t", "Transfer-Encoding: chunked", body: "0\r\n\r\n"),
        request("POST /1 HTTP/1.1", "Transfer-Encoding: chunked", body: "1;a=\"\u{7f}\"\r\na\r\n0\r\n\r\n"),
        request("GET /1 HTTP/1.1", "Connection: close\t") + request("GET /2 HTTP/1.1"),
        request("GET /1 HTTP/1.1", "Connection: \",close") + request("GET /2 HTTP/1.1"),
        request("GET /1 HTTP/1.1", "Proxy-Connection: close") + request("GET /2 HTTP/1.1"),
        request("GET /1 HTTP/1.0", "Connection: close", "Connection: keep-alive") + request("GET /2 HTTP/1.1"),
        request("POST /1 HTTP/1.1", "Transfer-Encoding: chunked", "Connection: close", body: "0\r\n\r\n")
            + request("GET /2 HTTP/1.1"),
    ]

    /// What is no UTF-8.
    private static let raw: [[UInt8]] = [
        Array("GET /".utf8) + [0xFF, 0x80] + Array(" HTTP/1.1\r\nHost: a\r\n\r\n".utf8),
        Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0xFF, 0xC3] + Array("\r\n\r\n".utf8),
        Array("GET / HTTP/1.1\r\nHost: a\r\nX".utf8) + [0xE9] + Array(": y\r\n\r\n".utf8),
        [0xFF, 0xFE] + Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8),
        Array("GET / HTTP/1.1\r\nHost: a".utf8) + [0xA0] + Array("\r\n\r\n".utf8),
        Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ".utf8) + [0xB2] + Array("\r\n\r\nab".utf8),
    ]
}
