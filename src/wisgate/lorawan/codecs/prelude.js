// What surrounds a codec. The interpreter looks at the clock between steps of JavaScript, but not
// inside the functions below: over an array of four thousand million holes they would run for
// hours. They refuse what no payload of 255 bytes can need. What comes last is what `javascript.py`
// calls.
(() => {
  "use strict";
  const MOST = 10000, DEPTH = 8, FIELDS = 500, TEXT = 1000, COMPARED = 1e7;
  const { isArray } = Array, { apply } = Reflect, { keys, defineProperty } = Object;
  const { stringify, parse } = JSON, { isFinite } = Number, { min } = Math, text = String,
    Moment = Date;

  const bounded = (list) => {
    if (!isArray(list)) throw new TypeError("not an array");
    if (list.length > MOST) throw new RangeError(`an array of ${list.length}`);
    return list;
  };
  const dense = (like) => {
    if (isArray(like)) return bounded(like);
    const found = [], length = min(like.length >>> 0, MOST + 1);
    for (let n = 0; n < length; n++) found[n] = like[n];
    return bounded(found);
  };
  const replace = (owner, name, value) =>
    defineProperty(owner, name, { value, writable: true, configurable: true });
  const wrap = (name, take) => {
    const original = Array.prototype[name];
    replace(Array.prototype, name, function (...given) {
      return apply(original, take(this), given);
    });
  };
  for (const name of ["reverse", "shift", "unshift", "sort", "splice", "copyWithin"]) {
    wrap(name, bounded);
  }
  for (const name of ["join", "slice"]) wrap(name, dense);
  replace(Array.prototype, "toLocaleString", function () { return dense(this).join(","); });
  const spread = (into, list, depth) => {
    for (let n = 0; n < list.length; n++) {
      if (depth > 0 && isArray(list[n])) spread(into, bounded(list[n]), depth - 1);
      else if (n in list) into[into.length] = list[n];
    }
    return into;
  };
  replace(Array.prototype, "concat", function (...given) {
    return spread([], [dense(this), ...given], 1);
  });
  replace(Array.prototype, "flat", function (depth = 1) {
    return spread([], dense(this), min(depth, DEPTH));
  });
  replace(Array.prototype, "flatMap", function (each, self) {
    return spread([], dense(this).map(each, self), 1);
  });
  replace(String, "raw", ({ raw }, ...given) => {
    let found = "";
    for (let n = 0; n < dense(raw).length; n++) found += (n ? given[n - 1] ?? "" : "") + raw[n];
    return found;
  });
  for (const name of ["indexOf", "lastIndexOf", "includes", "split", "replaceAll", "replace"]) {
    const original = String.prototype[name];
    replace(String.prototype, name, function (wanted, ...rest) {
      const whole = text(this), compared = typeof wanted === "string" ? wanted.length : 0;
      if (whole.length * compared > COMPARED) throw new RangeError("a long text");
      return apply(original, whole, [wanted, ...rest]);
    });
  }
  const { normalize } = String.prototype, { drop } = Iterator.prototype;
  replace(String.prototype, "normalize", function (...form) {
    if (text(this).length > MOST) throw new RangeError("a long text");
    return apply(normalize, text(this), form);
  });
  replace(Iterator.prototype, "drop", function (count) {
    if (!(count <= MOST)) throw new RangeError(`${text(count)} dropped`);
    return apply(drop, this, [count]);
  });
  for (const name of ["includes", "join"]) delete Iterator.prototype[name];  // no codec has them
  replace(JSON, "stringify", (value, chosen, indent) =>
    stringify(value, isArray(chosen) ? [...bounded(chosen)] : chosen, indent));
  for (const name of ["Proxy", "Atomics", "SharedArrayBuffer"]) delete globalThis[name];
  // Whoever runs the interpreter asks the error of a hit limit for its text, with no limit.
  const lock = (owner, name, value) => defineProperty(owner, name, {
    get: () => value,
    set(own) { if (this !== owner) replace(this, name, own); },
  });
  lock(Error.prototype, "toString", Error.prototype.toString);
  for (const name of ["name", "message", "stack", "toString"]) {
    lock(InternalError.prototype, name, InternalError.prototype[name]);
  }
  lock(Error, "prepareStackTrace", undefined);
  const silent = () => {};
  replace(globalThis, "console",
    { log: silent, info: silent, warn: silent, error: silent, debug: silent, trace: silent });

  const flat = (found, told, path, value, depth) => {
    if (typeof value === "function" || typeof value === "undefined") return;
    if (value !== null && typeof value === "object" && typeof value.toJSON === "function") {
      value = value.toJSON();
    }
    if (value !== null && typeof value === "object") {
      if (depth > DEPTH) throw new RangeError(`${path} is nested too deeply`);
      const names = keys(isArray(value) ? bounded(value) : value);
      for (let n = 0; n < names.length; n++) {
        flat(found, told, path ? `${path}.${names[n]}` : names[n], value[names[n]], depth + 1);
      }
      return;
    }
    if (++told.count > FIELDS) throw new RangeError(`more than ${FIELDS} fields`);
    if (typeof value === "number" && !isFinite(value)) {
      told.warnings[told.warnings.length] = `${path} is ${value}`;
      value = null;
    }
    if (typeof value === "bigint" || typeof value === "symbol") {
      throw new TypeError(`${path} is a ${typeof value}`);
    }
    if (typeof value === "string" && value.length > TEXT) value = value.slice(0, TEXT);
    found[path] = value;
  };
  const texts = (list) => {
    const found = [];
    if (!isArray(list)) return found;
    for (let n = 0; n < list.length && n < 20; n++) found[n] = text(list[n]).slice(0, TEXT);
    return found;
  };
  const told = (result, wrapped) => {
    if (result instanceof Promise) throw new TypeError("it returned a promise");
    if (result === null || typeof result !== "object") {
      throw new TypeError(`it returned ${text(result).slice(0, 60)}, not an object`);
    }
    const errors = wrapped ? texts(result.errors) : [];
    const found = {}, about = { count: 0, warnings: wrapped ? texts(result.warnings) : [] };
    if (!errors.length) {
      const body = wrapped ? result.data : result;
      if (body === null || typeof body !== "object" || typeof body.toJSON === "function") {
        throw new TypeError("it returned an object without data");
      }
      flat(found, about, "", body, 0);
    }
    return stringify({ fields: found, warnings: about.warnings, errors });
  };
  const shapes = {
    decodeUplink: (decode) => (sent) =>
      told(decode({ ...sent, recvTime: new Moment(sent.recvTime) }), true),
    Decode: (decode) => ({ fPort, bytes, variables }) =>
      told(decode(fPort, bytes, variables), false),
    Decoder: (decode) => ({ bytes, fPort }) => told(decode(bytes, fPort), false),
  };
  const known = keys(shapes);
  const defined = known.map((name) => `${name}: typeof ${name} === "function" && ${name}`);
  let decode;
  const start = (source) => {
    const module = { exports: {} };
    const body = `${source}\n;return {${defined}}`;
    const found = new Function("module", "exports", body)(module, module.exports);
    for (let n = 0; n < known.length && !decode; n++) {
      const call = found[known[n]] || module.exports[known[n]];
      if (typeof call === "function") decode = shapes[known[n]](call);
    }
    if (!decode) throw new TypeError(`it defines none of ${known}`);
    return "{}";
  };
  const message = (error) => {
    if (error === null) return "out of memory"; // the interpreter had none left to say so
    const found = error instanceof Error ? error.message : error;
    return text(found).slice(0, TEXT) || "it failed and says nothing";
  };
  return (order, sent) => {
    try {
      return order === "start" ? start(sent) : decode(parse(sent));
    } catch (error) {
      return stringify({ errors: [message(error)] });
    }
  };
})()
