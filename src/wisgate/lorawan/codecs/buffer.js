// The part of Node.js' Buffer that codecs for ChirpStack read payloads with.
(() => {
  "use strict";
  const latin1 = (bytes) => {
    let found = "";
    for (const byte of bytes) found += String.fromCharCode(byte);
    return found;
  };
  const codes = (text) => Array.from(text, (letter) => letter.charCodeAt(0) & 0xFF);
  const ENCODINGS = {
    hex: {
      read: (text) => (text.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => parseInt(pair, 16)),
      write: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
    },
    base64: {
      read: (text) => codes(atob(text.replace(/-/g, "+").replace(/_/g, "/"))),
      write: (bytes) => btoa(latin1(bytes)),
    },
    latin1: { read: codes, write: latin1 },
    utf8: {
      read: (text) => codes(unescape(encodeURIComponent(text))),
      write: (bytes) => {
        try {
          return decodeURIComponent(escape(latin1(bytes)));
        } catch {
          return latin1(bytes).replace(/[\x80-\xff]/g, "\ufffd");
        }
      },
    },
  };
  const named = (name = "utf8") => {
    const same = { "utf-8": "utf8", ascii: "latin1", binary: "latin1" };
    const low = String(name).toLowerCase(), found = ENCODINGS[same[low] ?? low];
    if (!found) throw new TypeError(`no encoding ${name}`);
    return found;
  };

  class Buffer extends Uint8Array {
    constructor(given, encoding) {
      super(typeof given === "string" ? named(encoding).read(given) : given);
    }
    static from(given, encoding) { return new Buffer(given, encoding); }
    static alloc(size, fill = 0) { return new Buffer(size).fill(fill); }
    static isBuffer(what) { return what instanceof Buffer; }
    static concat(list) {
      const bytes = [];
      for (const part of list) bytes.push(...part);
      return new Buffer(bytes);
    }
    toString(encoding, start = 0, end = this.length) {
      return named(encoding).write(super.subarray(start, end));
    }
    toJSON() { return Array.from(this); }
    slice(start, end) { return new Buffer(super.slice(start, end)); }
    readUIntBE(at, size) {
      if (!(at >= 0 && at + size <= this.length)) throw new RangeError(`no ${size} bytes at ${at}`);
      let found = 0;
      for (let n = 0; n < size; n++) found = found * 256 + this[at + n];
      return found;
    }
    readUIntLE(at, size) {
      return new Buffer(super.slice(at, at + size)).reverse().readUIntBE(0, size);
    }
    readIntBE(at, size) { return signed(this.readUIntBE(at, size), size); }
    readIntLE(at, size) { return signed(this.readUIntLE(at, size), size); }
  }
  const signed = (value, size) => (value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value);
  for (const [size, bits] of [[1, 8], [2, 16], [4, 32]]) {
    for (const kind of ["UInt", "Int"]) {
      for (const order of size === 1 ? [""] : ["BE", "LE"]) {
        const read = `read${kind}${order || "BE"}`;
        const name = `${kind}${bits}${order}`;
        const method = function (at = 0) { return this[read](at, size); };
        Buffer.prototype[`read${name}`] = method;
        Buffer.prototype[`read${name.replace("UInt", "Uint")}`] = method;
      }
    }
  }
  for (const [name, call, size] of [["Float", "getFloat32", 4], ["Double", "getFloat64", 8]]) {
    for (const order of ["BE", "LE"]) {
      Buffer.prototype[`read${name}${order}`] = function (at = 0) {
        const bytes = Uint8Array.from(this).subarray(at, at + size);
        return new DataView(bytes.buffer, bytes.byteOffset, size)[call](0, order === "LE");
      };
    }
  }
  globalThis.Buffer = Buffer;
})();
