package io.fraudstream.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Opens a bundle's zip in memory. Names, sizes and places of all entries are looked at in the zip's
 * directory before the first byte is inflated, and exactly as much is inflated as was declared. A
 * bundle needs none of a zip's other liberties, so there are none: no path, no entry twice, no
 * encryption, no 64-bit sizes, no comment, nothing before, between or behind the entries.
 */
final class BundleZip {
    /** Of all entries together. */
    static final int MAX_BYTES = 64 << 20;

    /** Numbers hardly shrink, so what shrinks to less is no bundle; small entries are let off. */
    private static final int MAX_RATIO = 100;

    private static final int MAX_UNQUESTIONED_BYTES = 1 << 20;

    private static final int END_BYTES = 22;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int DIRECTORY_BYTES = 46;
    private static final int DIRECTORY_SIGNATURE = 0x02014b50;
    private static final int LOCAL_BYTES = 30;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int MAX_DESCRIPTOR_BYTES = 16;
    private static final int ENCRYPTED = 1;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;

    private final ByteBuffer zip;
    private final List<String> required;
    private final Set<String> allowed;

    private record Entry(String name, int method, int crc, int packed, int size, int at) {}

    private BundleZip(byte[] zip, List<String> required, List<String> optional) {
        this.zip = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        this.required = required;
        this.allowed = new TreeSet<>(required);
        allowed.addAll(optional);
    }

    /**
     * The content of each entry by its name.
     *
     * @throws BundleException if the zip holds anything but all the required entries and some of
     *     the optional ones, once each
     */
    static Map<String, byte[]> open(byte[] zip, List<String> required, List<String> optional)
            throws BundleException {
        BundleZip opened = new BundleZip(zip, required, optional);
        try {
            Map<String, byte[]> contents = new LinkedHashMap<>();
            for (Entry entry : opened.entries()) {
                contents.put(entry.name, opened.inflated(entry));
            }
            return contents;
        } catch (IndexOutOfBoundsException | DataFormatException broken) {
            throw new BundleException("not a readable zip: " + broken.getMessage(), broken);
        }
    }

    private List<Entry> entries() throws BundleException {
        int end = zip.limit() - END_BYTES;
        check(end >= 0 && zip.getInt(end) == END_SIGNATURE, "it does not end in a directory");
        int count = unsigned16(end + 10);
        long at = unsigned32(end + 16);
        check(at + unsigned32(end + 12) == end, "its directory is not where it says");
        List<Entry> entries = new ArrayList<>();
        Set<String> missing = new TreeSet<>(required);
        Set<String> possible = new TreeSet<>(allowed);
        long total = 0;
        int place = (int) at;
        int free = 0;
        for (int i = 0; i < count; i++) {
            check(zip.getInt(place) == DIRECTORY_SIGNATURE, "its directory is broken");
            int nameBytes = unsigned16(place + 28);
            String name = name(place + DIRECTORY_BYTES, nameBytes);
            if (!possible.remove(name)) {
                throw new BundleException(
                        "bundle holds the entry " + name + ", expected once each " + required);
            }
            missing.remove(name);
            long packed = unsigned32(place + 20);
            long size = unsigned32(place + 24);
            total += size;
            if (total > MAX_BYTES || size > MAX_UNQUESTIONED_BYTES + MAX_RATIO * packed) {
                throw new BundleException(
                        "bundle entry "
                                + name
                                + " is "
                                + size
                                + " bytes out of "
                                + packed
                                + ", expected at most "
                                + MAX_RATIO
                                + " times as many, and "
                                + MAX_BYTES
                                + " in the whole bundle");
            }
            int method = unsigned16(place + 10);
            check(
                    (unsigned16(place + 8) & ENCRYPTED) == 0
                            && (method == DEFLATED || (method == STORED && size == packed)),
                    "entry " + name + " is packed in a way of its own");
            int begin = content(name, unsigned32(place + 42), free);
            check(begin + packed <= at, "entry " + name + " is not where it should be");
            free = begin + (int) packed;
            entries.add(
                    new Entry(
                            name, method, zip.getInt(place + 16), (int) packed, (int) size, begin));
            place += DIRECTORY_BYTES + nameBytes + unsigned16(place + 30) + unsigned16(place + 32);
        }
        check(place == end && at - free <= MAX_DESCRIPTOR_BYTES, "it holds more than its entries");
        if (!missing.isEmpty()) {
            throw new BundleException("bundle lacks the entry " + missing.iterator().next());
        }
        return entries;
    }

    /**
     * Where the content of an entry begins.
     *
     * @param header where the entry's own header is said to be
     * @param free where the one before ended
     */
    private int content(String name, long header, int free) throws BundleException {
        int most = free + (free == 0 ? 0 : MAX_DESCRIPTOR_BYTES);
        check(header >= free && header <= most, "entry " + name + " is not where it should be");
        int local = (int) header;
        int nameBytes = unsigned16(local + 26);
        check(
                zip.getInt(local) == LOCAL_SIGNATURE
                        && name(local + LOCAL_BYTES, nameBytes).equals(name),
                "entry " + name + " has two names");
        return local + LOCAL_BYTES + nameBytes + unsigned16(local + 28);
    }

    private byte[] inflated(Entry entry) throws BundleException, DataFormatException {
        byte[] content = new byte[entry.size];
        if (entry.method == STORED) {
            zip.get(entry.at, content);
        } else {
            Inflater inflater = new Inflater(true);
            try {
                inflater.setInput(zip.array(), entry.at, entry.packed);
                int length = inflater.inflate(content);
                // An entry of just this size still has its end to be seen.
                check(
                        length == entry.size
                                && inflater.inflate(new byte[1]) == 0
                                && inflater.finished()
                                && inflater.getRemaining() == 0,
                        "entry " + entry.name + " is not as long as it says");
            } finally {
                inflater.end();
            }
        }
        CRC32 crc = new CRC32();
        crc.update(content);
        check((int) crc.getValue() == entry.crc, "entry " + entry.name + " is damaged");
        return content;
    }

    private String name(int at, int length) {
        byte[] name = new byte[length];
        zip.get(at, name);
        return new String(name, StandardCharsets.UTF_8);
    }

    private int unsigned16(int at) {
        return Short.toUnsignedInt(zip.getShort(at));
    }

    private long unsigned32(int at) {
        return Integer.toUnsignedLong(zip.getInt(at));
    }

    private static void check(boolean sound, String fault) throws BundleException {
        if (!sound) {
            throw new BundleException("not a readable zip: " + fault);
        }
    }
}
