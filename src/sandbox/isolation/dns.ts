// DNS as the sink speaks it: every name exists and has an address of its own, so connections can be named.

const TYPES: Record<number, string> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
  65: 'HTTPS',
  255: 'ANY',
};
const HEADER_BYTES = 12;
const NAME_ERROR = 3;
const TTL_SECONDS = 60;
// Real resolvers do not know these either, and malware asks for them to find out where it is.
const NOT_EXISTING = /(^|\.)(invalid|local|internal|localdomain|lan|onion)$/;

export interface Question {
  /** Lower case, without the last dot; hostile. */
  name: string;
  /** As it was sent: encoded data may depend on the case. */
  sentName: string;
  /** Name of the record type, or its number. */
  recordType: string;
}

/** Which fake address stands for which name, both ways. */
export interface AddressBook {
  addressOf(name: string): string;
  nameOf(address: string): string | undefined;
}

/** Addresses from 198.18.0.0/15, which no real host has. */
export function createAddressBook(): AddressBook {
  const byName = new Map<string, string>();
  const byAddress = new Map<string, string>();
  return {
    addressOf(name) {
      const known = byName.get(name);
      if (known !== undefined) return known;
      const number = (byName.size % 0x1fff0) + 10;
      const address = `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
      byName.set(name, address);
      byAddress.set(address, name);
      return address;
    },
    nameOf: (address) => byAddress.get(address),
  };
}

/** The first question of a query, or null for bytes that are none. */
export function readQuestion(message: Buffer): Question | null {
  if (message.length < HEADER_BYTES + 5) return null;
  const isQuery = (message.readUInt16BE(2) & 0xf800) === 0;
  if (!isQuery || message.readUInt16BE(4) < 1) return null;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = message[at];
    if (length === undefined || length > 63) return null;
    if (length === 0) break;
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (at + 5 > message.length || at - HEADER_BYTES > 254) return null;
  const type = message.readUInt16BE(at + 1);
  const sentName = labels.join('.');
  return { name: sentName.toLowerCase(), sentName, recordType: TYPES[type] ?? String(type) };
}

/** The answer to a query that `readQuestion` understood: an address for A, else "no such record". */
export function answer(query: Buffer, { name, recordType }: Question, book: AddressBook): Buffer {
  const end = HEADER_BYTES + (name === '' ? 1 : Buffer.byteLength(name, 'latin1') + 2) + 4;
  const question = query.subarray(HEADER_BYTES, end);
  const exists = name.includes('.') && !NOT_EXISTING.test(name) && recordType !== 'PTR';
  const hasAddress = exists && (recordType === 'A' || recordType === 'ANY');
  const header = Buffer.alloc(HEADER_BYTES);
  query.copy(header, 0, 0, 2);
  const recursion = query.readUInt16BE(2) & 0x0100;
  header.writeUInt16BE(0x8080 | recursion | (exists ? 0 : NAME_ERROR), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(hasAddress ? 1 : 0, 6);
  if (!hasAddress) return Buffer.concat([header, question]);
  const record = Buffer.from('c00c00010001000000000004', 'hex');
  record.writeUInt32BE(TTL_SECONDS, 6);
  const address = Buffer.from(book.addressOf(name).split('.').map(Number));
  return Buffer.concat([header, question, record, address]);
}
