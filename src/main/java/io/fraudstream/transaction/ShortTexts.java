package io.fraudstream.transaction;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * Gives one text for many equal short ones, such as currencies and countries, of which a stream
 * holds few different ones. A text that loses its place to another is only made anew.
 */
public final class ShortTexts {
    /** Longer texts are not kept. */
    public static final int MAX_LENGTH = 4;

    private static final int BITS = 12;
    private static final Entry[] ENTRIES = new Entry[1 << BITS];

    /** Immutable, so that threads may see each other's without a lock. */
    private record Entry(long key, String text) {}

    private ShortTexts() {}

    /**
     * The text of ASCII characters.
     *
     * @param length 1 to {@link #MAX_LENGTH}
     */
    public static String of(char[] characters, int from, int length) {
        long key = length;
        for (int i = from; i < from + length; i++) {
            key = key << Byte.SIZE | characters[i];
        }
        Entry entry = ENTRIES[slot(key)];
        return entry != null && entry.key == key
                ? entry.text
                : keep(key, new String(characters, from, length));
    }

    /** The same of characters in ISO 8859-1. */
    public static String of(byte[] characters, int from, int length) {
        long key = length;
        for (int i = from; i < from + length; i++) {
            key = key << Byte.SIZE | characters[i] & 0xff;
        }
        Entry entry = ENTRIES[slot(key)];
        return entry != null && entry.key == key
                ? entry.text
                : keep(key, new String(characters, from, length, ISO_8859_1));
    }

    private static String keep(long key, String text) {
        ENTRIES[slot(key)] = new Entry(key, text);
        return text;
    }

    private static int slot(long key) {
        return (int) (key * 0x9e3779b97f4a7c15L >>> Long.SIZE - BITS);
    }
}
