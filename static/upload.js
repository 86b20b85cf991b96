// The drop zone of certificate files. A file that holds a private key is taken out before anything is sent;
// the server looks again, so this is the first guard and not the only one. It looks for what the server looks
// for: certificates/pki/private_keys.py says why, and a journey holds the two side by side.
(() => {
  const KEY_NAMES = /\.(key|pfx|p12|jks|keystore|ppk)$/i;
  const MOST_BYTES = 1_000_000; // the server refuses larger files unread
  const WORDS = "(?:BEGIN|END)[ \\t+]{1,3}(?:[A-Z0-9][A-Z0-9 \\t+]{0,40}?[ \\t+]{1,3})?PRIVATE[ \\t+_-]{0,3}KEY";
  const IN_TEXT = [
    new RegExp(`(?<![A-Za-z])${WORDS}`), new RegExp(`-[ \\t]{0,3}${WORDS}`, "i"),
    /PuTTY-User-Key-File-\d|Private-Lines:/i, /openssh-key-v1|b3BlbnNzaC1rZXktdjEA/,
    /\b(priv|privateExponent):\s{0,40}[0-9a-f]{2}:[0-9a-f]{2}/i, /<RSAKeyValue[^]*<D>\s{0,20}[A-Za-z0-9+/]{8}/,
    /BwIAAACkAABSU0Ey|BwIAAAAkAABSU0Ey/, /^(?=[^]*"kty")[^]*"d"\s{0,20}:\s{0,20}"[A-Za-z0-9_-]{8}/,
  ];
  const HEADER = "\\x30(?:[\\x00-\\x80]|\\x81[^]|\\x82[^]{2}|\\x83[^]{3}|\\x84[^]{4})";
  const PKCS7 = "\\x06\\x09\\x2a\\x86\\x48\\x86\\xf7\\x0d\\x01\\x07[\\x01\\x02]";
  const IN_BYTES = [
    new RegExp(`${HEADER}\\x02\\x01\\x03${HEADER}${PKCS7}`), // PKCS#12
    /\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05[\x01\x03\x04\x06\x0a\x0b\x0d]/, // encrypted keys, and bags of keys
    /\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01[\x01-\x06]|\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01[\x01\x02]/,
    /\x2b\x06\x01\x04\x01\x2a\x02[\x11\x13]\x01\x01/, /^\xfe\xed\xfe\xed|^\xce\xce\xce\xce/, // of Java
    /\x07\x02\0\0\0[\xa4\x24]\0\0(RSA2|DSS2)/,
  ];
  const PLAIN = new RegExp(`(?=(${HEADER})\\x02\\x01[\\x00\\x01][\\x02\\x04\\x30])`, "g");
  const INTEGER = 0x02, OCTETS = 0x04, OID = 0x06, SEQUENCE = 0x30;

  // Words as they look inside Base64, at each of the three places where they can begin.
  const inBase64 = (words) => [0, 1, 2].map((offset) =>
    btoa("\0".repeat(offset) + words).slice(Math.floor((offset * 4 + 2) / 3)).slice(0, Math.floor(words.length * 4 / 3) - 2));
  const wide = (words) => [...words].join("\0") + "\0";
  const PEM_IN_BASE64 = ["PRIVATE KEY", "PuTTY-User-Key"].flatMap((words) => [...inBase64(words), ...inBase64(wide(words))]);

  // One element of DER in a string of bytes: its tag, where its body starts, where it ends.
  const element = (data, at) => {
    const tag = data.charCodeAt(at), first = data.charCodeAt(at + 1);
    const more = first & 0x80 ? first & 0x7f : 0;
    let length = more ? 0 : first;
    for (let byte = 0; byte < more; byte++) length = length * 256 + data.charCodeAt(at + 2 + byte);
    const body = at + 2 + more;
    return { tag, body, end: body + length };
  };
  const isPlainKey = (data, at) => {
    const parts = [];
    for (let from = at; parts.length < 3 && from < data.length; from = parts.at(-1).end) parts.push(element(data, from));
    const [, second, third] = parts.map((part) => part.tag);
    if (second === INTEGER) return true; // PKCS#1
    if (second === OCTETS) return parts[1].end - parts[1].body >= 20; // SEC 1
    // PKCS#8; a certificate of version 1 begins alike, but goes on with a name
    return second === SEQUENCE && data.charCodeAt(parts[1].body) === OID && (third === undefined || third === OCTETS);
  };
  const inBytes = (data) => IN_BYTES.some((sign) => sign.test(data))
    || [...data.matchAll(PLAIN)].some((found) => isPlainKey(data, found.index + found[1].length));

  const decoded = (text) => {
    const letters = text.replaceAll("-", "+").replaceAll("_", "/").replace(/[^A-Za-z0-9+/]/g, "");
    return atob(letters.slice(0, letters.length - letters.length % 4));
  };
  const inWords = (text) => {
    const together = text.replace(/\s/g, "");
    if (PEM_IN_BASE64.some((form) => together.includes(form))) return true;
    let readTo = 0;
    for (const { index } of text.matchAll(/(?<![A-Za-z0-9+/_-])M[A-P][A-Za-z0-9+/_-]{8}/g)) {
      if (inBytes(decoded(text.slice(index, index + 96)))) return true;
      if (index < readTo) continue;
      const body = /^[A-Za-z0-9+/\s]+/.exec(text.slice(index))[0];
      readTo = index + body.length;
      if (inBytes(decoded(body))) return true;
    }
    return false;
  };
  const inText = (text) => IN_TEXT.some((sign) => sign.test(text));
  const inDigits = (text) => {
    const digits = text.replace(/0x|\\x|[\s:,;{}[\]]+/gi, "");
    const words = /^[0-9a-f]{64,}$/i.test(digits) ? [digits] : text.match(/(?<![0-9a-f])[0-9a-f]{64,}/gi) ?? [];
    return words.some((word) => {
      const content = word.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16)));
      return inText(content) || inBytes(content);
    });
  };

  const holdsKey = async (file) => {
    if (KEY_NAMES.test(file.name)) return true;
    const bytes = new Uint8Array(await file.slice(0, MOST_BYTES).arrayBuffer());
    let data = "";
    for (let at = 0; at < bytes.length; at += 8192) data += String.fromCharCode(...bytes.subarray(at, at + 8192));
    const text = data.replaceAll("\0", "").replaceAll("\\r", "\n").replaceAll("\\n", "\n"); // UTF-16 reads like ASCII then
    const plain = text.replace(/%([0-9a-f]{2})/gi, (_, pair) => String.fromCharCode(parseInt(pair, 16)));
    return inBytes(data) || [text, plain].some((words) => inText(words) || inWords(words)) || inDigits(text);
  };

  const turns = new WeakMap();
  const guard = async (zone) => {
    const turn = (turns.get(zone) ?? 0) + 1;
    turns.set(zone, turn);
    const input = zone.querySelector("input[type=file]");
    const note = document.getElementById(input.dataset.refused);
    const submit = input.form.querySelector("[type=submit]");
    submit.disabled = true; // nothing leaves while the files are looked at
    const kept = new DataTransfer();
    const stopped = [];
    for (const file of [...input.files]) {
      // What the browser cannot read, such as a folder, it cannot send either.
      if (await holdsKey(file).catch(() => false)) stopped.push(file.name); else kept.items.add(file);
    }
    if (turns.get(zone) !== turn) return; // others were chosen meanwhile, and are looked at by themselves
    if (stopped.length) input.files = kept.files;
    note.hidden = stopped.length === 0;
    note.querySelector("[data-names]").textContent = stopped.map((name) => `“${name}”`).join(", ");
    submit.disabled = false;
  };

  for (const zone of document.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    input.form.querySelector("[data-looked-at]").hidden = false;
    input.addEventListener("change", () => guard(zone));
    zone.addEventListener("dragover", (event) => event.preventDefault());
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      input.files = event.dataTransfer.files;
      guard(zone);
    });
  }
})();
