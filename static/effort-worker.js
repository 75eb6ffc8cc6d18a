// Derives a key for one number after the other until it begins as asked; tells how far it is, then the number and its key.
"use strict";

const bytesOf = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const hexOf = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function keyOf(sum, number) {
  const nonce = bytesOf(sum.nonce);
  const word = new Uint8Array(nonce.length + 4);
  word.set(nonce);
  new DataView(word.buffer).setUint32(nonce.length, number);
  const base = await crypto.subtle.importKey("raw", word, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(sum.salt), iterations: sum.cost };
  return hexOf(await crypto.subtle.deriveBits(how, base, sum.keyLength * 8));
}

self.onmessage = async ({ data: { sum, most } }) => {
  const began = performance.now();
  for (let number = 0; number <= most; number += 1) {
    const derivedKey = await keyOf(sum, number);
    if (derivedKey.startsWith(sum.keyPrefix)) {
      self.postMessage({ solution: { counter: number, derivedKey, time: Math.round(performance.now() - began) } });
      return;
    }
    if (number % 25 === 0) self.postMessage({ share: Math.round((100 * number) / most) });
  }
};
