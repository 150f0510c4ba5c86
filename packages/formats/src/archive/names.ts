import { isAscii, isUtf8 } from 'node:buffer';

/** Code page 437 from 0x80: what zip means by a name without a flag, and what old DOS tools write. */
const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧' +
  '╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const gbk = new TextDecoder('gbk', { fatal: true, ignoreBOM: true });

/** UTF-8, or undefined if it is not. */
export function decodeUtf8(bytes: Buffer): string | undefined {
  if (isAscii(bytes)) {
    return bytes.toString('latin1');
  }
  return isUtf8(bytes) ? utf8.decode(bytes) : undefined;
}

function decodeCp437(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    text += byte < 0x80 ? String.fromCharCode(byte) : CP437.charAt(byte - 0x80);
  }
  return text;
}

function decodeGbk(bytes: Buffer): string | undefined {
  try {
    return gbk.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Finds out how the names of an archive are encoded that does not say so. Names are shown to it
 * first; one that is short proves little, all of them together do. Order of trust: UTF-8, if all are
 * valid; GBK, if all are valid and at least half of the pairs are of GB 2312, the characters in
 * everyday use (European names in code page 437 seldom make such pairs); else code page 437.
 */
export class NameDecoder {
  #utf8 = true;
  #gbk = true;
  #common = 0;
  #rare = 0;

  /** Takes a name, as stored, into account. */
  see(bytes: Buffer): void {
    if (isAscii(bytes)) {
      return;
    }
    this.#utf8 &&= isUtf8(bytes);
    if (!this.#gbk) {
      return;
    }
    for (let i = 0; i < bytes.length; i++) {
      const lead = bytes[i] ?? 0;
      if (lead < 0x80) {
        continue;
      }
      const trail = bytes[++i] ?? 0;
      if (lead === 0x80 || lead === 0xff || trail < 0x30 || trail === 0x7f || trail === 0xff) {
        this.#gbk = false;
        break;
      }
      if (trail < 0x40) {
        // A four-byte code of GB 18030.
        i += 2;
        this.#rare++;
      } else if (lead >= 0xa1 && lead <= 0xf7 && trail >= 0xa1) {
        this.#common++;
      } else {
        this.#rare++;
      }
    }
  }

  /** The name as text; never fails. */
  decode(bytes: Buffer): string {
    if (isAscii(bytes)) {
      return bytes.toString('latin1');
    }
    if (this.#utf8 && isUtf8(bytes)) {
      return utf8.decode(bytes);
    }
    if (this.#gbk && this.#common >= this.#rare) {
      const text = decodeGbk(bytes);
      if (text !== undefined) {
        return text;
      }
    }
    return decodeCp437(bytes);
  }
}
