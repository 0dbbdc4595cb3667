import { hash } from "node:crypto";

/** The last event of a key. */
export interface Entry {
    /** First 64 bits of the digest of the row. */
    row: bigint;
    /** Id of the transaction, 32 bits; 0: not known. */
    xid: number;
    /** Position of the record in the topic. */
    partition: number;
    offset: number;
    /** Number of the list of columns that the event does not have, see `TableComparison`; 0: it has all. */
    gap: number;
    /** True: the event deletes the row. */
    isDelete: boolean;
    /** True: it was read after the database. */
    isLate: boolean;
    /** True: the database has, or had while it was read, a row with the key. */
    isSeen: boolean;
}

/** 128 bits of the key. */
const KEY_WORDS = 4;
/** Words of an entry: key, row (2), xid, bits, offset (2). */
const WORDS = KEY_WORDS + 6;
const [ROW, XID, BITS, OFFSET] = [KEY_WORDS, KEY_WORDS + 2, KEY_WORDS + 3, KEY_WORDS + 4];
const [USED, DELETE, LATE, SEEN] = [1, 2, 4, 8];
/** Bits of the gap and of the partition. */
const [GAP_SHIFT, GAP_MASK, PARTITION_SHIFT] = [4, 0xfff, 16];
const FIRST_SLOTS = 1 << 12;
const FULLEST = 0.7;

/** Largest number of a gap, and of a partition. */
export const MAX_GAP = GAP_MASK;
export const MAX_PARTITION = 0xffff;

/** A digest of a text. Two texts of a table with equal digests are not to be expected. */
export function digestOf(text: string): Buffer {
    return hash("sha256", text, "buffer");
}

/** The part of a digest that an entry keeps of a row. */
export function rowDigest(text: string): bigint {
    return digestOf(text).readBigUInt64LE(0);
}

/**
 * The last events of many keys: a hash table outside the JavaScript heap with 40 bytes for each slot, 57 to 115 bytes for each
 * key.
 */
export class DigestTable {
    /** Number of keys. */
    size = 0;
    private slots = FIRST_SLOTS;
    private words = new Uint32Array(FIRST_SLOTS * WORDS);

    /** The last event of a key. */
    get(key: Buffer): Entry | undefined {
        const at = this.slotOf(key);
        return this.isUsed(at) ? this.read(at) : undefined;
    }

    set(key: Buffer, entry: Entry): void {
        let at = this.slotOf(key);
        if (!this.isUsed(at)) {
            if (this.size >= FULLEST * this.slots) {
                this.grow();
                at = this.slotOf(key);
            }
            this.size += 1;
            for (let i = 0; i < KEY_WORDS; i++) this.words[at + i] = key.readUInt32LE(4 * i);
        }
        this.write(at, entry);
    }

    /** Notes that the database has a row with the key. */
    markSeen(key: Buffer): void {
        const at = this.slotOf(key);
        if (this.isUsed(at)) this.words[at + BITS]! |= SEEN;
    }

    clear(): void {
        this.words.fill(0);
        this.size = 0;
    }

    *entries(): Generator<Entry> {
        for (let at = 0; at < this.words.length; at += WORDS) if (this.isUsed(at)) yield this.read(at);
    }

    private isUsed(at: number): boolean {
        return (this.words[at + BITS]! & USED) !== 0;
    }

    /** The place of the key, or the free one where it belongs. */
    private slotOf(key: Buffer): number {
        const [a, b, c, d] = [key.readUInt32LE(0), key.readUInt32LE(4), key.readUInt32LE(8), key.readUInt32LE(12)];
        const { words } = this;
        let slot = a % this.slots;
        for (;;) {
            const at = slot * WORDS;
            if (!this.isUsed(at)) return at;
            if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return at;
            slot = (slot + 1) % this.slots;
        }
    }

    private grow(): void {
        const old = this.words;
        this.slots *= 2;
        this.words = new Uint32Array(this.slots * WORDS);
        for (let from = 0; from < old.length; from += WORDS) {
            if ((old[from + BITS]! & USED) === 0) continue;
            let slot = old[from]! % this.slots;
            while (this.isUsed(slot * WORDS)) slot = (slot + 1) % this.slots;
            this.words.set(old.subarray(from, from + WORDS), slot * WORDS);
        }
    }

    private read(at: number): Entry {
        const { words } = this;
        const bits = words[at + BITS]!;
        return {
            row: BigInt(words[at + ROW]!) | (BigInt(words[at + ROW + 1]!) << 32n),
            xid: words[at + XID]!,
            partition: bits >>> PARTITION_SHIFT,
            offset: words[at + OFFSET]! + words[at + OFFSET + 1]! * 2 ** 32,
            gap: (bits >>> GAP_SHIFT) & GAP_MASK,
            isDelete: (bits & DELETE) !== 0,
            isLate: (bits & LATE) !== 0,
            isSeen: (bits & SEEN) !== 0,
        };
    }

    private write(at: number, entry: Entry): void {
        const { words } = this;
        words[at + ROW] = Number(entry.row & 0xffff_ffffn);
        words[at + ROW + 1] = Number(entry.row >> 32n);
        words[at + XID] = entry.xid;
        words[at + BITS] =
            (USED |
                (entry.isDelete ? DELETE : 0) |
                (entry.isLate ? LATE : 0) |
                (entry.isSeen ? SEEN : 0) |
                (entry.gap << GAP_SHIFT) |
                (entry.partition << PARTITION_SHIFT)) >>>
            0;
        words[at + OFFSET] = entry.offset % 2 ** 32;
        words[at + OFFSET + 1] = Math.floor(entry.offset / 2 ** 32);
    }
}
