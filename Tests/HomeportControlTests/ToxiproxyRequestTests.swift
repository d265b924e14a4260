import HomeportLink
import Testing

@testable import HomeportControl

@Suite struct ToxiproxyRequestTests {
    private func proxy(_ text: String) throws -> ToxiproxyRequests.Proxy {
        try ToxiproxyRequests.proxy(ToxiproxyRequests.json(text.utf8))
    }

    private func toxic(_ text: String) throws -> Toxic {
        try ToxiproxyRequests.toxic(ToxiproxyRequests.json(text.utf8)) { $0 == "taken" }
    }

    @Test func keysHaveNoCaseAndNullSaysNothing() throws {
        let proxy = try proxy(#"{"NAME":"a","Listen":null,"upstream":"b:1","enabled":null,"else":[]}"#)
        #expect(proxy.name == "a" && proxy.listen == "" && proxy.upstream == "b:1" && proxy.isEnabled)
    }

    @Test(arguments: [
        (#"{"name":1}"#, "json: cannot unmarshal number into Go struct field Proxy.name of type string"),
        (#"{"enabled":"yes"}"#, "json: cannot unmarshal string into Go struct field Proxy.enabled of type bool"),
        ("[]", "json: cannot unmarshal array into Go value of type toxiproxy.Proxy"),
    ])
    func aProxyOfWrongTypes(text: String, problem: String) {
        #expect(throws: ToxiproxyError.badBody(problem)) { try proxy(text) }
    }

    @Test(arguments: [
        (
            #"{"type":"latency","attributes":{"latency":"5"}}"#,
            "json: cannot unmarshal string into Go struct field LatencyToxic.attributes.latency of type int64"
        ),
        (
            #"{"type":"slicer","attributes":{"delay":1.5}}"#,
            "json: cannot unmarshal number 1.5 into Go struct field SlicerToxic.attributes.delay of type int"
        ),
        (
            #"{"type":"latency","toxicity":"1"}"#,
            "json: cannot unmarshal string into Go struct field ToxicWrapper.toxicity of type float32"
        ),
        (
            #"{"type":"latency","attributes":"x"}"#,
            "json: cannot unmarshal string into Go struct field ToxicWrapper.attributes of type toxics.NoopToxic"
        ),
    ])
    func aToxicOfWrongTypes(text: String, problem: String) {
        #expect(throws: ToxiproxyError.badBody(problem)) { try toxic(text) }
    }

    @Test(arguments: [
        (#"{"type":"latency","stream":"sideways"}"#, ToxiproxyError.invalidStream), (#"{"type":"x"}"#, .invalidType),
        (#"{"type":"latency","name":"taken"}"#, .toxicExists), (#"{"type":"LATENCY"}"#, .invalidType),
        (#"{"type":"x","stream":"sideways","name":"taken"}"#, .invalidStream),
    ])
    func aToxicThatCannotBe(text: String, problem: ToxiproxyError) { #expect(throws: problem) { try toxic(text) } }

    @Test func namesAndDefaults() throws {
        let text = try toxic(#"{"type":"latency","stream":"UpStream","attributes":{"Latency":5,"other":1}}"#).json
        #expect(
            text
                == #"{"attributes":{"latency":5,"jitter":0},"name":"latency_UpStream","type":"latency","stream":"UpStream","toxicity":1}"#
        )
    }

    /// What makes no sense is answered and does what comes nearest.
    @Test(arguments: [
        (#"{"type":"slicer"}"#, "name slicer_downstream"),
        (
            #"{"type":"slicer","attributes":{"average_size":5,"size_variation":50,"delay":7}}"#,
            "slice 5B, slice_variation 4B, slice_pause 7us, name slicer_downstream"
        ),
        (
            #"{"type":"bandwidth","attributes":{"rate":-5}}"#,
            "rate 0kB/s, rate_per connection, name bandwidth_downstream"
        ),
        (#"{"type":"latency","attributes":{"latency":-5}}"#, "latency 0ns, name latency_downstream"),
        (#"{"type":"timeout","toxicity":5}"#, "timeout 0ns, name timeout_downstream"),
        (#"{"type":"timeout","toxicity":-1}"#, "timeout 0ns, name timeout_downstream, share 0%"),
        (#"{"type":"timeout","toxicity":0.1}"#, "timeout 0ns, name timeout_downstream, share 10%"),
        (
            #"{"type":"latency","attributes":{"latency":9223372036854775807,"jitter":1}}"#,
            "latency 24h, jitter 1ms, name latency_downstream"
        ),
        (
            #"{"type":"loss","attributes":{"loss":"1%","first":3}}"#, "loss 1%, name loss_downstream, first 3"
        ),
        (#"{"type":"stall"}"#, "stall true, name stall_downstream"),
    ])
    func toxicsInALinksWords(text: String, words: String) throws { #expect(try toxic(text).condition.text == words) }

    @Test(arguments: [
        #"{"type":"loss"}"#, #"{"type":"loss","attributes":{"loss":"a lot"}}"#,
        #"{"type":"latency","attributes":{"first":"none"}}"#, #"{"type":"loss","attributes":{"loss":"1%","lss":"1%"}}"#,
    ])
    func wordsThatAreWrong(text: String) { #expect(throws: ToxiproxyError.self) { try toxic(text) } }

    /// What a link does comes out of the API as it went in.
    @Test(arguments: [
        #"{"type":"latency","attributes":{"latency":100,"jitter":20},"toxicity":0.5}"#,
        #"{"type":"bandwidth","attributes":{"rate":100}}"#, #"{"type":"slow_close","attributes":{"delay":5}}"#,
        #"{"type":"timeout","attributes":{"timeout":5}}"#, #"{"type":"reset_peer","attributes":{"timeout":5}}"#,
        #"{"type":"slicer","attributes":{"average_size":10,"size_variation":2,"delay":7}}"#,
        #"{"type":"limit_data","attributes":{"bytes":5}}"#, #"{"type":"noop"}"#,
        #"{"type":"corrupt","attributes":{"corrupt":"1%"}}"#,
    ])
    func toxicsComeBackFromWords(text: String) throws {
        let toxic = try toxic(text)
        #expect(Toxic(toxic.condition, isUpstream: false) == toxic)
    }
}
