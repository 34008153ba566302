package io.fraudstream.recording;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * CSV rows. Lines without quotes are split here, which is several times faster than a CSV parser;
 * the others go to Jackson, together with the lines that their quoted values span.
 */
final class CsvRows implements RowParser {
    /** How many lines a quoted value may span, so that a stray quote does not swallow the file. */
    private static final int MAX_LINES = 100;

    private static final ObjectReader QUOTED =
            new CsvMapper().readerFor(String[].class).with(CsvParser.Feature.WRAP_AS_ARRAY);

    private final int[][] slotsOfColumn;

    /**
     * @param slotsOfColumn for each column of the header the slots that it fills
     */
    CsvRows(int[][] slotsOfColumn) {
        this.slotsOfColumn = slotsOfColumn;
    }

    /** The names in a header line. */
    static String[] header(Lines lines) throws IOException {
        Lines.Line line = lines.copy();
        byte[] bytes = line.bytes();
        boolean marked =
                bytes.length >= 3
                        && bytes[0] == (byte) 0xEF
                        && bytes[1] == (byte) 0xBB
                        && bytes[2] == (byte) 0xBF;
        String[] names =
                split(
                        new String(
                                bytes,
                                marked ? 3 : 0,
                                bytes.length - (marked ? 3 : 0),
                                StandardCharsets.UTF_8));
        if (names == null) {
            throw new IOException("the header is not a line of CSV");
        }
        return names;
    }

    @Override
    public boolean read(Lines lines, String[] slots) throws IOException {
        byte[] bytes = lines.bytes();
        int to = lines.to();
        int column = 0;
        int start = lines.from();
        boolean ascii = true;
        for (int i = start; i < to; i++) {
            byte b = bytes[i];
            if (b == '"') {
                Arrays.fill(slots, null);
                return readQuoted(lines, slots);
            }
            ascii &= b >= 0;
            if (b == ',') {
                if (column >= slotsOfColumn.length || !set(column, bytes, start, i, ascii, slots)) {
                    return false;
                }
                column++;
                start = i + 1;
                ascii = true;
            }
        }
        return column == slotsOfColumn.length - 1 && set(column, bytes, start, to, ascii, slots);
    }

    private boolean set(int column, byte[] bytes, int from, int to, boolean ascii, String[] slots) {
        int[] targets = slotsOfColumn[column];
        if (targets.length == 0 || from == to) {
            return true;
        }
        String value =
                ascii
                        ? new String(bytes, from, to - from, StandardCharsets.ISO_8859_1)
                        : strictText(bytes, from, to);
        if (value == null) {
            return false;
        }
        for (int slot : targets) {
            slots[slot] = value;
        }
        return true;
    }

    private boolean readQuoted(Lines lines, String[] slots) throws IOException {
        List<Lines.Line> taken = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        Lines.Line line = lines.copy();
        taken.add(line);
        while (true) {
            String part = strictText(line.bytes(), 0, line.bytes().length);
            if (part == null) {
                break;
            }
            text.append(part);
            String[] values = split(text.toString());
            if (values != null && values.length == slotsOfColumn.length) {
                fill(values, slots);
                return true;
            }
            if (taken.size() >= MAX_LINES
                    || text.length() > Lines.MAX_LINE_BYTES
                    || !lines.next()) {
                break;
            }
            text.append('\n');
            line = lines.copy();
            taken.add(line);
        }
        // The first of them is the broken one: stand on it again, the others are rows of their own.
        lines.giveBack(taken);
        lines.next();
        return false;
    }

    private void fill(String[] values, String[] slots) {
        for (int column = 0; column < values.length; column++) {
            for (int slot : slotsOfColumn[column]) {
                slots[slot] =
                        values[column] == null || values[column].isEmpty() ? null : values[column];
            }
        }
    }

    /** The values of exactly one row, or {@code null}. */
    private static String[] split(String text) throws IOException {
        try (MappingIterator<String[]> rows = QUOTED.readValues(text)) {
            String[] row = rows.hasNextValue() ? rows.nextValue() : null;
            return rows.hasNextValue() ? null : row;
        } catch (JacksonException unreadable) {
            return null;
        }
    }

    private static String strictText(byte[] bytes, int from, int to) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, from, to - from))
                    .toString();
        } catch (CharacterCodingException broken) {
            return null;
        }
    }
}
