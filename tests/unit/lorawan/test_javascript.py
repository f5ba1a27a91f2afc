"""Codecs in JavaScript: each interface, each way of failing, each way of not ending. The codecs
here are written for these tests."""

import json
import time
from pathlib import Path

import pytest

from wisgate.core.errors import Unavailable
from wisgate.lorawan.codecs.javascript import JavaScript, Script

AT_NS = 1_767_225_600_500_000_000
SLOW_S = 2.0
"""No call of these may take longer, their limits and a busy computer together."""


def codec(source, variables=None, **options):
    return JavaScript(Script(Path("codec.js"), source=source, **options), variables)


def decode(source, payload=b"\x01\x02\x03", **options):
    return codec(source, **options).decode(payload, 2, AT_NS)


def body(text):
    return decode(f"function decodeUplink(input) {{ {text} }}")


@pytest.mark.parametrize(
    "source",
    [
        "function decodeUplink(input) { return {data: {n: input.bytes.length, p: input.fPort}}; }",
        "const decodeUplink = ({bytes, fPort}) => ({data: {n: bytes.length, p: fPort}});",
        "function Decode(fPort, bytes, variables) { return {n: bytes.length, p: fPort}; }",
        "function Decoder(bytes, port) { return {n: bytes.length, p: port}; }",
        "var Decoder = function (bytes, port) { decoded = {}; decoded.n = bytes.length;"
        " decoded.p = port; return decoded; }",
        "exports.decodeUplink = (input) => ({data: {n: input.bytes.length, p: input.fPort}});",
        "module.exports = {Decoder: (bytes, port) => ({n: bytes.length, p: port})};",
    ],
)
def test_each_interface(source):
    found = decode(source)
    assert (found.fields, found.error) == ({"n": 3, "p": 2}, "")


def test_of_two_interfaces_the_newer_one_counts():
    found = decode("function Decode() { return {a: 1}; } function decodeUplink() "
                   "{ return {data: {a: 2}}; }")  # fmt: skip
    assert found.fields == {"a": 2}


def test_what_a_codec_is_given():
    text = "return {data: {b: input.bytes, at: input.recvTime, x: input.variables.x," \
           " ms: input.recvTime.getTime()}};"  # fmt: skip
    found = decode(f"function decodeUplink(input) {{ {text} }}", variables={"x": "3.5"})
    assert found.fields == {"b.0": 1, "b.1": 2, "b.2": 3, "at": "2026-01-01T00:00:00.500Z",
                            "x": "3.5", "ms": 1_767_225_600_500}  # fmt: skip
    found = decode("function Decode(p, b, variables) { return variables; }", variables={"y": "1"})
    assert found.fields == {"y": "1"}


def test_arithmetic_as_codecs_do_it():
    text = """
        var t = (input.bytes[0] << 24 >> 16) | input.bytes[1];
        var hex = input.bytes.map(b => ('0' + b.toString(16)).slice(-2)).join('');
        return {data: {t: t / 10, hex: hex, sorted: [3, 1, 2].sort().reverse(),
                       first: input.bytes.slice(0, 2).concat([9], 8),
                       nested: [[1, [2]], 3].flat(), text: String.fromCharCode(...input.bytes),
                       found: 'a,b'.split(',').indexOf('b'), spliced: [1, 2, 3].splice(1, 1),
                       each: [1, 2].flatMap(n => [n, n]),
                       joined: Array.prototype.join.call('abc', '-')}};
    """
    found = decode(f"function decodeUplink(input) {{ {text} }}", b"\xff\x38a")
    assert found.fields == {
        "t": -20.0, "hex": "ff3861", "first.0": 255, "first.1": 56, "first.2": 9, "first.3": 8,
        "sorted.0": 3, "sorted.1": 2, "sorted.2": 1, "nested.0": 1, "nested.1.0": 2, "nested.2": 3,
        "text": "\xff8a", "found": 1, "spliced.0": 2, "each.0": 1, "each.1": 1, "each.2": 2,
        "each.3": 2, "joined": "a-b-c",
    }  # fmt: skip


def test_fields_of_objects_are_joined_by_dots():
    found = body("return {data: {gps: {lat: 1.5, fix: true}, when: new Date(0), no: undefined,"
                 " call() {}, 'ä b': 'x'}};")  # fmt: skip
    assert found.fields == {
        "gps.lat": 1.5, "gps.fix": True, "when": "1970-01-01T00:00:00.000Z", "ä b": "x"
    }  # fmt: skip


def test_a_number_that_is_none_is_no_value():
    found = body("return {data: {a: NaN, b: -1 / 0, c: null, d: 1}, warnings: ['low']};")
    assert found.fields == {"a": None, "b": None, "c": None, "d": 1}
    assert found.warnings == ("low", "a is NaN", "b is -Infinity")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("b.toString('hex')", "fffe7f8000ff"),
        ("b.toString('base64')", "//5/gAD/"),
        ("Buffer.from('fffe7f', 'hex').readInt16BE(0)", -2),
        ("Buffer.from('//5/gAD/', 'base64').toString('hex')", "fffe7f8000ff"),
        ("b.readUInt8(0)", 255), ("b.readInt8()", -1), ("b.readUint16LE(1)", 0x7FFE),
        ("b.readUInt16BE(1)", 0xFE7F), ("b.readInt16LE(2)", -32641),
        ("b.readUInt32BE(0)", 0xFFFE7F80),
        ("b.readInt32LE(0)", -2139095297), ("b.readUIntBE(1, 3)", 0xFE7F80),
        ("b.readIntLE(1, 3)", -8355842),
        ("Buffer.from([0x41, 0x48, 0, 0]).readFloatBE(0)", 12.5),
        ("Buffer.from([0, 0, 0, 0, 0, 0, 0x29, 0x40]).readDoubleLE(0)", 12.5),
        ("b.slice(1, 3).toString('hex')", "fe7f"), ("b.length", 6), ("b[2]", 0x7F),
        ("new Buffer('ä€').toString('hex')", "c3a4e282ac"),
        ("Buffer.from('c3a4e282ac', 'hex').toString()", "ä€"),
        ("Buffer.from([65, 66]).toString('ascii')", "AB"),
        ("Buffer.from([0xff, 65]).toString()", "\ufffdA"),
        ("Buffer.concat([Buffer.from([1]), [2, 3]]).length", 3),
        ("Buffer.isBuffer(b) && !Buffer.isBuffer([]) && Buffer.alloc(3)[2] === 0", True),
    ],
)  # fmt: skip
def test_the_buffer_of_node(expression, value):
    """Values by Node.js 20."""
    text = f"const b = new Buffer(input.bytes); return {{data: {{x: {expression}}}}};"
    found = decode(f"function decodeUplink(input) {{ {text} }}", bytes.fromhex("fffe7f8000ff"))
    assert (found.fields, found.error) == ({"x": value}, "")


@pytest.mark.parametrize(
    ("expression", "error"),
    [("b.readUInt16BE(2)", "no 2 bytes at 2"), ("b.readInt8(-1)", "no 1 bytes at -1"),
     ("b.readInt16LE(3)", "no 2 bytes at 0"), ("b.toString('x')", "no encoding x"),
     ("b.readFloatBE(0)", "invalid byteLength")],
)  # fmt: skip
def test_what_a_buffer_does_not_hold(expression, error):
    text = f"const b = Buffer.from(input.bytes); return {{data: {{x: {expression}}}}};"
    assert error in decode(f"function decodeUplink(input) {{ {text} }}").error


def test_console_is_silent(capfd):
    assert body("console.log('x'); console.error('y'); return {data: {a: 1}};").fields == {"a": 1}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("throw new Error('bad payload');", "bad payload"),
        ("throw 5;", "5"),
        ("throw undefined;", "undefined"),
        ("throw '';", "it failed and says nothing"),
        ("return {errors: ['a', 'b'], data: {x: 1}};", "a; b"),
        ("return 5;", "it returned 5, not an object"),
        ("return;", "it returned undefined, not an object"),
        ("return null;", "it returned null, not an object"),
        ("return {};", "it returned an object without data"),
        ("return {data: 'x'};", "it returned an object without data"),
        ("return {data: new Date(0)};", "it returned an object without data"),
        ("return Promise.resolve({data: {}});", "it returned a promise"),
        ("return {data: {x: 1n}};", "x is a bigint"),
        ("return {data: {x: Symbol()}};", "x is a symbol"),
        ("let a = {}; a.a = a; return {data: a};", "a.a.a.a.a.a.a.a.a is nested too deeply"),
        ("let o = {}; for (let n = 0; n < 501; n++) o[n] = n; return {data: o};",
         "more than 500 fields"),
        ("return nothing.here;", "nothing is not defined"),
        ("return f();\nfunction f() { return f() + 1; }", "Maximum call stack size exceeded"),
    ],
)  # fmt: skip
def test_each_way_of_failing(text, error):
    found = body(text)
    assert (found.error, found.fields) == (error, {})


ENDLESS = [
    "while (true);",
    "try { while (true); } catch (e) { while (true); } finally { while (true); }",
    "return {data: {get x() { while (true); }}};",
    "throw {toString() { while (true); }};",
    "return /^(a+)+$/.test('a'.repeat(40) + 'b');",
    "return {data: {toJSON() { while (true); }}};",
    "Object.prototype.toString = () => { while (true); }; throw {};",
]
GREEDY = [
    "let a = []; for (;;) a.push({});",
    "let a = [1]; for (;;) a = [...a, ...a];",
    "return {data: {x: new Uint8Array(1e9)}};",
    "return {data: {x: 'a'.repeat(2 ** 29)}};",
]
HOLES = "let a = []; a.length = 2 ** 32 - 1;"
NEVER_INTERRUPTED = [
    *(f"{HOLES} a.{call};" for call in (
        "join()", "toString()", "toLocaleString()", "shift()", "unshift(1)", "reverse()", "sort()",
        "slice()", "splice(0, 5)", "copyWithin(0, 5)", "flat()", "flatMap(x => x)", "concat()")),
    *(f"Array.prototype.{name}.call({{length: 2 ** 53 - 1}});" for name in (
        "join", "shift", "reverse", "sort", "splice", "copyWithin", "flat", "flatMap",
        "toLocaleString")),
    f"{HOLES} [].concat(a);", f"{HOLES} [a].flat();", f"{HOLES} [1].flatMap(() => a);",
    "String.raw({raw: {length: 2 ** 53 - 1}});",
    "let n = 0; Array.prototype.join.call({get length() { return n++ ? 2 ** 53 - 1 : 1; }}, 1);"
    " throw new Error('ended');",
    *(f"'a'.repeat(2 ** 20).{name}('a'.repeat(9000) + 'b', '');" for name in (
        "indexOf", "lastIndexOf", "replaceAll", "split", "includes")),
    "('a' + '\\u0301\\u0323'.repeat(2 ** 18)).normalize('NFC');",
    f"{HOLES} a.values().drop(4e9).next();", f"{HOLES} JSON.stringify(1, a);",
    "new Array(2 ** 32 - 1).keys().take(4e9).drop(3e9).next();",
]  # fmt: skip


@pytest.mark.parametrize("text", [*ENDLESS, *GREEDY, *NEVER_INTERRUPTED])
def test_nothing_is_endless(text):
    one = codec(f"function decodeUplink(input) {{ if (input.fPort === 1) return {{data: {{a: 1}}}};"
                f" {text} }}", seconds=0.02)  # fmt: skip
    assert one.decode(b"", 1, AT_NS).fields == {"a": 1}
    began = time.perf_counter()
    found = one.decode(b"", 2, AT_NS)
    assert time.perf_counter() - began < SLOW_S
    assert found.error
    assert found.fields == {}
    assert one.decode(b"", 1, AT_NS).fields == {"a": 1}  # and it goes on


FUNCTIONS = "JSON.stringify(Object.getOwnPropertyNames({}.prototype))"


@pytest.mark.parametrize("kind", ["Array", "Iterator"])
@pytest.mark.parametrize("given", ["Math.abs", "Boolean, 1", "1, 2, 3", ""])
def test_no_function_over_many_things_is_endless(kind, given):
    """Whatever the interpreter has, also with natives as callbacks: it does not interrupt those."""
    (names,) = decode(f"function decodeUplink() {{ return {{data: "
                      f"{{n: {FUNCTIONS.format(kind)}}}}}; }}").fields.values()  # fmt: skip
    things = {"Array": [f"{HOLES} a", "let a = {length: 2 ** 53 - 1}; a"],
              "Iterator": [f"{HOLES} a = a.values(); a"]}[kind]  # fmt: skip
    for name in json.loads(names):
        for many in things:
            text = f"{many}; {kind}.prototype.{name}.call(a{', ' if given else ''}{given});"
            one = codec(
                f"function decodeUplink() {{ {text} return {{data: {{}}}}; }}", seconds=0.01
            )
            began = time.perf_counter()
            one.decode(b"", 1, AT_NS)
            assert time.perf_counter() - began < SLOW_S, text


def test_limits_are_told():
    assert body("while (true);").error == "took longer than 50 ms"
    assert body(GREEDY[0]).error == "took more than 16 MiB"
    assert decode("while (true);").error == "took longer than 250 ms"
    slow = codec("function decodeUplink() { while (true); }", seconds=0.01)
    assert slow.decode(b"", 1, AT_NS).error == "took longer than 10 ms"


@pytest.mark.parametrize(
    "source",
    [
        "JSON.stringify = () => 'x'; JSON.parse = () => 1; Object.keys = () => [];",
        "Error.prototype.toString = () => { while (true); };",
        "Error.prepareStackTrace = () => { while (true); };",
        "InternalError.prototype.name = 'x'; InternalError.prototype.message = 'y';",
        "Array.prototype.push = () => { while (true); }; Reflect.apply = null;",
    ],
)
def test_a_codec_that_spoils_its_surroundings_spoils_only_itself(source):
    end = "function decodeUplink(i) { if (i.fPort === 2) while (true); return {data: {a: 1}}; }"
    one = codec(source + end)
    assert one.decode(b"", 1, AT_NS).fields == {"a": 1}
    assert one.decode(b"", 2, AT_NS).error == "took longer than 50 ms"
    assert decode(end, b"").error == "took longer than 50 ms"


def test_an_answer_that_is_none():
    found = decode("String.prototype.slice = () => 5; Object.prototype.toJSON = () => 5;"
                   "function decodeUplink() { return {data: {a: 'x'.repeat(2000)}}; }")  # fmt: skip
    assert found.error


def test_errors_of_ones_own_kind_keep_their_message():
    found = decode("class Bad extends Error { constructor(m) { super(m); this.name = 'Bad'; } }"
                   "function decodeUplink() { throw new Bad('too short'); }")  # fmt: skip
    assert found.error == "too short"


def test_motes_share_a_file(tmp_path):
    file = tmp_path / "codec.js"
    file.write_text("let calls = 0; function decodeUplink(i) "
                    "{ return {data: {n: ++calls, x: i.variables.x}}; }")  # fmt: skip
    script = Script(file)
    script.check()
    one, other = JavaScript(script, {"x": "1"}), JavaScript(script, {"x": "2"})
    assert one.decode(b"abc", 1, AT_NS).fields == {"n": 1, "x": "1"}
    assert other.decode(b"abc", 1, AT_NS).fields == {"n": 2, "x": "2"}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (b"function x() {}", "it defines none of decodeUplink,Decode,Decoder; write a function"),
        (b"function (", "codec.js: "),
        (b"} ); throw 1; (function () {", "codec.js: "),
        (b"\xff\xfe", "cannot be read"),
        (b"//" + bytes(1024 * 1024), "longer than 1048576 bytes"),
        (None, "cannot be read: .*No such file"),
    ],
)
def test_files_that_are_no_codecs(tmp_path, source, text):
    file = tmp_path / "codec.js"
    if source is not None:
        file.write_bytes(source)
    with pytest.raises(Unavailable, match=text):
        Script(file).check()
    assert JavaScript(Script(file)).decode(b"", 1, AT_NS).error
