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

/** Blocks of scripts that take two bytes in UTF-8, by the first byte. */
function scriptOf(lead: number): string {
  if (lead < 0xcc) return 'latin';
  if (lead < 0xce) return 'marks';
  if (lead < 0xd0) return 'greek';
  if (lead < 0xd4) return 'cyrillic';
  return lead < 0xd8 ? 'hebrew' : 'arabic';
}

const isLetter = (byte: number) => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);

/**
 * How sure it is that a name that is valid UTF-8 was meant to be: `wide` has characters of three
 * bytes, which chance seldom makes; `word` has accents among letters or a word of one script; `alone`
 * has nothing but single characters by themselves, which may as well be Chinese ones in GBK
 * (`猫` there is the bytes of `è` here).
 */
function utf8Evidence(bytes: Buffer): 'wide' | 'word' | 'alone' {
  let word = false;
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0;
    if (lead >= 0xe0) {
      return 'wide';
    }
    if (lead < 0x80) {
      continue;
    }
    const start = at;
    const scripts = new Set<string>();
    for (; (bytes[at] ?? 0) >= 0x80; at += 2) {
      const next = bytes[at] ?? 0;
      if (next >= 0xe0) {
        return 'wide';
      }
      scripts.add(scriptOf(next));
    }
    const touched = isLetter(bytes[start - 1] ?? 0) || isLetter(bytes[at] ?? 0);
    word ||= scripts.size === 1 && (touched || at - start > 2);
  }
  return word ? 'word' : 'alone';
}

/**
 * Finds out how the names of an archive are encoded that does not say so. Names are shown to it
 * first; one that is short proves little, all of them together do. UTF-8 is believed where it is
 * sure; then GBK, if all are valid in it and at least half of the pairs are of GB 2312, the
 * characters in everyday use (European names in code page 437 seldom make such pairs); else it is
 * code page 437, which is what zip means by a name without a flag.
 */
export class NameDecoder {
  /** Some name is not UTF-8. */
  #invalid = false;
  /** Some name is surely UTF-8. */
  #sure = false;
  /** All names can be GBK. */
  #gbk = true;
  #common = 0;
  #rare = 0;

  /** All names so far can be UTF-8. */
  get isUtf8(): boolean {
    return !this.#invalid;
  }

  /** Takes a name, as stored, into account. */
  see(bytes: Buffer): void {
    if (isAscii(bytes)) {
      return;
    }
    if (!isUtf8(bytes)) {
      this.#invalid = true;
    } else {
      const evidence = utf8Evidence(bytes);
      this.#sure ||= evidence !== 'alone';
      if (evidence === 'wide') {
        return;
      }
    }
    this.#countPairs(bytes);
  }

  #countPairs(bytes: Buffer): void {
    for (let i = 0; i < bytes.length && this.#gbk; i++) {
      const lead = bytes[i] ?? 0;
      if (lead < 0x80) {
        continue;
      }
      const trail = bytes[++i] ?? 0;
      if (lead === 0x80 || lead === 0xff || trail < 0x30 || trail === 0x7f || trail === 0xff) {
        this.#gbk = false;
      } else if (trail < 0x40) {
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
    const likely = this.#gbk && this.#common >= this.#rare;
    if (isUtf8(bytes)) {
      const elsewhere = this.#invalid ? likely : likely && !this.#sure && this.#rare === 0;
      if (!elsewhere || utf8Evidence(bytes) === 'wide') {
        return utf8.decode(bytes);
      }
    }
    return (likely ? decodeGbk(bytes) : undefined) ?? decodeCp437(bytes);
  }
}
