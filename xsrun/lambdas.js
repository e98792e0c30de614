// What a lambda finds beside the language, and the driver that runs it: `xsrunTurn`, a function from one JSON
// text to another. The first order starts a job; every further one tells the time and asks how far it is.
(() => {
  "use strict";

  const { parse, stringify } = JSON;
  const AsyncFunction = (async () => {}).constructor;
  const NAMES = ["$this", "$index", "$parent", "$result", "$input", "$var", "$env", "$auth"];
  const LARGEST_RESULT = 10_000_000;
  let now = 0;
  let outcome = null;

  // ---------------------------------------------------------------- time: what the order says, no other

  const RealDate = Date;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, made) => Reflect.construct(target, given.length ? given : [now], made),
    apply: () => new RealDate(now).toString(),
  });
  RealDate.now = () => now;
  RealDate.prototype.constructor = Date;

  const timers = new Map();
  let serial = 0;
  globalThis.setTimeout = (act, delay, ...given) => {
    serial += 1;
    timers.set(serial, { act, given, at: now + Math.max(0, Number(delay) || 0) });
    return serial;
  };
  globalThis.clearTimeout = (id) => void timers.delete(id);

  const earliest = () => {
    let first = null;
    for (const [id, timer] of timers) if (!first || timer.at < first.timer.at) first = { id, timer };
    return first;
  };

  // ---------------------------------------------------------------- chance: a ChaCha20 stream over the seed

  const state = new Uint32Array(16);
  const stream = new Uint8Array(64);
  let used = 64;

  const quarter = (x, a, b, c, d) => {
    const step = (to, by, turned, bits) => {
      x[to] += x[by];
      const mixed = x[turned] ^ x[to];
      x[turned] = (mixed << bits) | (mixed >>> (32 - bits));
    };
    step(a, b, d, 16);
    step(c, d, b, 12);
    step(a, b, d, 8);
    step(c, d, b, 7);
  };

  const refill = () => {
    const x = Uint32Array.from(state);
    for (let round = 0; round < 10; round += 1) {
      for (let at = 0; at < 4; at += 1) quarter(x, at, at + 4, at + 8, at + 12);
      for (let at = 0; at < 4; at += 1) quarter(x, at, 4 + ((at + 1) % 4), 8 + ((at + 2) % 4), 12 + ((at + 3) % 4));
    }
    const view = new DataView(stream.buffer);
    for (let at = 0; at < 16; at += 1) view.setUint32(at * 4, x[at] + state[at], true);
    state[12] += 1;
    used = 0;
  };

  const byte = () => {
    if (used === 64) refill();
    used += 1;
    return stream[used - 1];
  };

  const seed = (bytes) => {
    state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
    for (let at = 0; at < 8; at += 1) {
      state[4 + at] = bytes.slice(at * 4, at * 4 + 4).reduce((word, part, place) => word | (part << (8 * place)), 0);
    }
  };

  Math.random = () => {
    let value = byte() & 31;
    for (let at = 0; at < 6; at += 1) value = value * 256 + byte();
    return value / 2 ** 53;
  };
  globalThis.crypto = Object.freeze({
    getRandomValues: (view) => {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      for (let at = 0; at < bytes.length; at += 1) bytes[at] = byte();
      return view;
    },
    randomUUID: () => {
      const bytes = Array.from({ length: 16 }, byte);
      bytes[6] = (bytes[6] & 15) | 64;
      bytes[8] = (bytes[8] & 63) | 128;
      const hex = bytes.map((each) => each.toString(16).padStart(2, "0")).join("");
      return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map((part) => hex.slice(...part)).join("-");
    },
  });

  // ---------------------------------------------------------------- what browsers add to the language

  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  globalThis.btoa = (given) => {
    const text = String(given);
    if (/[^\0-\xff]/.test(text)) throw new RangeError("btoa takes characters up to U+00FF only");
    return text.replace(/[^]{1,3}/g, (part) => {
      const bits = [0, 1, 2].reduce((sum, at) => sum * 256 + (at < part.length ? part.charCodeAt(at) : 0), 0);
      const four = [18, 12, 6, 0].map((shift) => DIGITS[(bits >> shift) & 63]).join("");
      return four.slice(0, part.length + 1).padEnd(4, "=");
    });
  };
  globalThis.atob = (given) => {
    const spaceless = String(given).replace(/[\t\n\f\r ]/g, "");
    const text = spaceless.length % 4 ? spaceless : spaceless.replace(/={1,2}$/, "");
    if (text.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(text)) throw new SyntaxError("atob got text that is no Base64");
    return text.replace(/[^]{2,4}/g, (part) => {
      const bits = [0, 1, 2, 3].reduce((sum, at) => sum * 64 + (at < part.length ? DIGITS.indexOf(part[at]) : 0), 0);
      return String.fromCharCode(bits >> 16, (bits >> 8) & 255, bits & 255).slice(0, part.length - 1);
    });
  };

  const REBUILT = [RealDate, RegExp, Boolean, Number, String];
  const cloned = (value, known) => {
    if (typeof value === "function" || typeof value === "symbol") throw new TypeError("a function cannot be cloned");
    if (typeof value !== "object" || value === null) return value;
    if (known.has(value)) return known.get(value);
    const keep = (made) => (known.set(value, made), made);
    if (REBUILT.some((kind) => value instanceof kind)) return keep(new value.constructor(value));
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (value instanceof DataView) {
      return keep(new DataView(cloned(value.buffer, known), value.byteOffset, value.byteLength));
    }
    if (ArrayBuffer.isView(value)) {
      return keep(new value.constructor(cloned(value.buffer, known), value.byteOffset, value.length));
    }
    if (value instanceof Map) {
      const made = keep(new Map());
      for (const [key, each] of value) made.set(cloned(key, known), cloned(each, known));
      return made;
    }
    if (value instanceof Set) {
      const made = keep(new Set());
      for (const each of value) made.add(cloned(each, known));
      return made;
    }
    const made = keep(Array.isArray(value) ? new Array(value.length) : value instanceof Error ? failure(value) : {});
    for (const key of Object.keys(value)) {
      Object.defineProperty(made, key, {
        value: cloned(value[key], known), writable: true, enumerable: true, configurable: true,
      });
    }
    return made;
  };
  const failure = (error) => Object.assign(Object.create(Object.getPrototypeOf(error)), { message: error.message });
  globalThis.structuredClone = (value) => cloned(value, new Map());

  // ---------------------------------------------------------------- memory outside the heap

  // The engine counts its heap only, so every buffer is paid for here before it is made.
  const TypedArray = Object.getPrototypeOf(Uint8Array);
  let allowance = 0;
  const pay = (bytes) => {
    allowance -= Number(bytes) || 0;
    if (allowance < 0) {
      outcome ??= stringify({ large: true });
      throw new RangeError("the lambda needs more memory than it may use");
    }
  };
  const charged = (owner, name, cost) => {
    const native = owner[name];
    if (!native) return;
    const value = function (...given) {
      pay(cost(this, given));
      return Reflect.apply(native, this, given);
    };
    Object.defineProperty(owner, name, { value, writable: true, configurable: true });
  };
  const constructed = (name, cost) => {
    const native = globalThis[name];
    const paying = new Proxy(native, {
      construct: (target, given, made) => {
        pay(cost(target, given));
        return Reflect.construct(target, given, made);
      },
    });
    native.prototype.constructor = paying;
    globalThis[name] = paying;
  };
  const lengthOf = (given) => (typeof given === "object" && given !== null ? given.length ?? given.size : given);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (typeof globalThis[name] === "function" && Object.getPrototypeOf(globalThis[name]) === TypedArray) {
      constructed(name, (kind, [given]) =>
        given instanceof ArrayBuffer ? 0 : (lengthOf(given) ?? 0) * kind.BYTES_PER_ELEMENT);
    }
  }
  constructed("ArrayBuffer", (kind, [length, options]) => Math.max(length || 0, options?.maxByteLength || 0));
  for (const name of ["slice", "map", "filter", "toReversed", "toSorted", "with"]) {
    charged(TypedArray.prototype, name, (view) => view.byteLength);
  }
  charged(ArrayBuffer.prototype, "slice", (buffer) => buffer.byteLength);
  for (const name of ["fromBase64", "fromHex"]) charged(Uint8Array, name, (kind, [text]) => text.length);
  for (const name of ["transfer", "transferToFixedLength", "transferToImmutable"]) delete ArrayBuffer.prototype[name];
  for (const name of ["SharedArrayBuffer", "Atomics", "WebAssembly", "FinalizationRegistry", "WeakRef", "Temporal"]) {
    delete globalThis[name];
  }

  // ---------------------------------------------------------------- the driver

  const work = async (job) => {
    const lambda = new AsyncFunction(...NAMES, `"use strict";${job.code}`);
    const fresh = (name) => (Object.hasOwn(job.bindings, name) ? parse(job.bindings[name]) : undefined);
    const kept = [];
    let result = parse(job.initial);
    for (let at = 0; at < job.elements.length; at += 1) {
      const index = job.alone ? undefined : at;
      const value = await lambda(
        parse(job.elements[at]), index, fresh("$parent"), job.folds ? result : undefined,
        ...NAMES.slice(4).map(fresh),
      );
      if (job.folds) result = value;
      else kept.push(job.asks ? Boolean(value) : value);
      if (job.asks && job.until === Boolean(value)) break;
    }
    return job.folds ? result : kept;
  };

  const settle = (value) => {
    const text = stringify({ value }, (key, each) => (typeof each === "string" ? each.toWellFormed() : each));
    outcome ??= text.length > LARGEST_RESULT ? stringify({ large: true }) : text;
  };

  const fail = (error) => {
    const isError = error instanceof Error;
    const shown = typeof error === "object" && error !== null ? stringify(error) : String(error);
    const line = isError && typeof error.stack === "string" && error.stack.match(/, <anonymous>:(\d+):/);
    outcome ??= stringify({
      error: isError ? String(error.message || error.name) : shown,
      line: line ? Number(line[1]) - 2 : 0,
    });
  };

  const begin = (job) => {
    seed(job.seed);
    allowance = job.memory;
    work(job).then(settle).catch(fail).catch(() => {
      outcome = stringify({ error: "an error that has no text", line: 0 });
    });
  };

  const next = () => {
    if (outcome) return outcome;
    const first = earliest();
    if (!first) return stringify({ idle: true });
    if (first.timer.at > now) return stringify({ wait: first.timer.at - now });
    timers.delete(first.id);
    try {
      first.timer.act(...first.timer.given);
    } catch (error) {
      fail(error);
    }
    return stringify({ wait: 0 });
  };

  const turn = (text) => {
    const order = parse(text);
    now = order.now;
    if (!order.job) return next();
    begin(order.job);
    return stringify({ wait: 0 });
  };
  Object.defineProperty(globalThis, "xsrunTurn", { value: turn });
  Object.freeze(globalThis);
})();
