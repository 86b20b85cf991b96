// The drop zone of certificate files. A file that holds a private key is taken out before anything is sent;
// the server looks again, so this is the first guard and not the only one.
(() => {
  const KEY_NAMES = /\.(key|pfx|p12|jks|keystore|ppk)$/i;
  const SEQUENCE = 0x30, INTEGER = 0x02, LONG_FORM = 0x80;
  const JKS = [0xfe, 0xed, 0xfe, 0xed];

  // In DER a private key (PKCS#1, PKCS#8, SEC 1) and a PKCS#12 file begin with a version number inside a sequence;
  // a certificate begins with another sequence and PKCS#7 with an object identifier.
  const startsWithVersion = (bytes) => {
    if (bytes[0] !== SEQUENCE) return false;
    const lengthBytes = bytes[1] & LONG_FORM ? bytes[1] & ~LONG_FORM : 0;
    return bytes[2 + lengthBytes] === INTEGER;
  };

  const holdsKey = async (file) => {
    if (KEY_NAMES.test(file.name)) return true;
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (JKS.every((byte, at) => bytes[at] === byte) || startsWithVersion(bytes)) return true;
    const text = new TextDecoder("latin1").decode(bytes).replaceAll("\0", ""); // UTF-16 reads like ASCII then
    return text.includes("PRIVATE KEY");
  };

  const guard = async (zone) => {
    const input = zone.querySelector("input[type=file]");
    const note = document.getElementById(input.dataset.refused);
    const submit = input.form.querySelector("[type=submit]");
    submit.disabled = true; // nothing leaves while the files are looked at
    const kept = new DataTransfer();
    const stopped = [];
    for (const file of input.files) {
      if (await holdsKey(file)) stopped.push(file.name); else kept.items.add(file);
    }
    if (stopped.length) input.files = kept.files;
    note.hidden = stopped.length === 0;
    note.querySelector("[data-names]").textContent = stopped.map((name) => `“${name}”`).join(", ");
    submit.disabled = false;
  };

  for (const zone of document.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input[type=file]");
    input.addEventListener("change", () => guard(zone));
    zone.addEventListener("dragover", (event) => event.preventDefault());
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      input.files = event.dataTransfer.files;
      guard(zone);
    });
  }
})();
