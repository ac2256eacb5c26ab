'use strict';
// Files that say what they are: what was asked for travels inside each, as PNG text, as a GIF's
// comment, as lines before a CSV's numbers. Made here, from what the page has; nothing is asked for.
(function (ex) {
  const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n;
  });

  function crc(bytes) {
    let c = 0xffffffff;
    for (const byte of bytes) c = CRC[(c ^ byte) & 255] ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
  }

  // A chunk of a PNG: tEXt holds Latin-1, iTXt any text (PNG, 3rd edition, 11.3.3).
  function textChunk(keyword, value) {
    const latin = [...value].every((c) => c.charCodeAt(0) < 256);
    const said = latin ? Uint8Array.from(value, (c) => c.charCodeAt(0)) : new TextEncoder().encode(value);
    const head = new TextEncoder().encode(`${latin ? 'tEXt' : 'iTXt'}${keyword}${latin ? '\0' : '\0\0\0\0\0'}`);
    const chunk = new Uint8Array(head.length + said.length + 8), view = new DataView(chunk.buffer);
    view.setUint32(0, head.length + said.length - 4);
    chunk.set(head, 4);
    chunk.set(said, 4 + head.length);
    view.setUint32(chunk.length - 4, crc(chunk.subarray(4, chunk.length - 4)));
    return chunk;
  }

  // A canvas as PNG with texts {keyword: value}.
  ex.png = async function (canvas, texts) {
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
    const bytes = new Uint8Array(await blob.arrayBuffer()), head = 33; // the signature and IHDR
    const chunks = Object.entries(texts).map(([keyword, value]) => textChunk(keyword, String(value)));
    return new Blob([bytes.subarray(0, head), ...chunks, bytes.subarray(head)], { type: 'image/png' });
  };

  const cell = (value) => {
    if (value === null || value === undefined || Number.isNaN(value)) return '';
    const text = String(value);
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };

  // Tables {name, columns, rows} one below another, what was asked for before them.
  ex.csv = function (about, tables) {
    const lines = Object.entries(about).map(([key, value]) => `# ${key}: ${String(value).replace(/\s+/g, ' ')}`);
    for (const { name, columns, rows } of tables) {
      lines.push(`# table: ${name.replace(/\s+/g, ' ')}`, columns.map(cell).join(','), ...rows.map((row) => row.map(cell).join(',')));
    }
    return new Blob([lines.join('\n') + '\n'], { type: 'text/csv' });
  };

  ex.offerFile = function (blob, name) {
    const link = ex.element('a', { href: URL.createObjectURL(blob), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  // 'Four schedules, one noise' -> 'four-schedules-one-noise'
  ex.slug = (text) => text.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
})(window.explorer);
