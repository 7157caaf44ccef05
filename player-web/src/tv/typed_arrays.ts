// What the library that makes QR codes expects and engines of before 2015 lack; only what is missing is filled in. It is
// needed as soon as that library is loaded, so import this first.

interface Methods {
  [name: string]: unknown;
}

function slice(this: Uint8Array, from?: number, to?: number): Uint8Array {
  return new Uint8Array(this.subarray(from || 0, to === undefined ? this.length : to));
}

function map(this: Uint8Array, change: (value: number, index: number) => number): Uint8Array {
  const made = new Uint8Array(this.length);
  for (let i = 0; i < this.length; i++) made[i] = change(this[i]!, i);
  return made;
}

function fill(this: Uint8Array, value: number, from?: number, to?: number): Uint8Array {
  const end = to === undefined ? this.length : Math.min(to, this.length);
  for (let i = from || 0; i < end; i++) this[i] = value;
  return this;
}

/** UTF-8 by way of percent escapes. */
class Utf8Encoder {
  encode(text: string): Uint8Array {
    const bytes = unescape(encodeURIComponent(text));
    const made = new Uint8Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) made[i] = bytes.charCodeAt(i);
    return made;
  }
}

function fillIn(): void {
  const methods = Uint8Array.prototype as unknown as Methods;
  const missing: Methods = { slice, map, fill };
  for (const name in missing) if (!methods[name]) methods[name] = missing[name];
  const known = window as unknown as Methods;
  if (!known["TextEncoder"]) known["TextEncoder"] = Utf8Encoder;
}

fillIn();
