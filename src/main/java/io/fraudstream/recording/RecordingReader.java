package io.fraudstream.recording;

import io.fraudstream.transaction.Coordinates;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Reads recorded files one after another, compressed with gzip or not, and yields every row as a
 * wire record:
 *
 * <pre>{@code
 * try (RecordingReader rows = new RecordingReader(files, Mapping.load(mappingFile))) {
 *     while (rows.hasNext()) {
 *         Decoded decoded = codec.decode(rows.next().payload(), …);
 *     }
 * }
 * }</pre>
 *
 * <p>The rows come in the files' order, which is not sorted. A row that cannot be mapped is yielded
 * too, as a record that the codec refuses. A file that breaks off ends the run with an {@link
 * UncheckedIOException} naming file and line.
 */
public final class RecordingReader implements Iterator<RecordedTransaction>, AutoCloseable {
    private final List<Path> files;
    private final Mapping mapping;
    private final RowMapper mapper;
    private final String[] slots = new String[RowMapper.SLOTS];
    private final long totalBytes;
    private long bytesOfFinishedFiles;

    private int nextFile;
    private OpenFile current;
    private RecordedTransaction upcoming;

    /**
     * Opens the files once, to find what is wrong before anything is read.
     *
     * @throws IllegalArgumentException for a file that cannot be read, or whose header lacks a
     *     column of the mapping
     */
    public RecordingReader(List<Path> files, Mapping mapping) {
        this.files = List.copyOf(files);
        this.mapping = mapping;
        this.mapper = new RowMapper(mapping);
        long bytes = 0;
        for (Path file : files) {
            try (OpenFile opened = new OpenFile(file)) {
                bytes += Files.size(opened.file);
            } catch (NoSuchFileException missing) {
                throw new IllegalArgumentException(
                        file + " does not exist, expected a recorded file", missing);
            } catch (IOException unreadable) {
                throw new IllegalArgumentException(
                        file
                                + " cannot be read as "
                                + mapping.format()
                                + ": "
                                + unreadable.getMessage(),
                        unreadable);
            }
        }
        this.totalBytes = bytes;
    }

    @Override
    public boolean hasNext() {
        while (upcoming == null && (current != null || nextFile < files.size())) {
            try {
                if (current == null) {
                    current = new OpenFile(files.get(nextFile++));
                }
                upcoming = current.nextRow();
                if (upcoming == null) {
                    bytesOfFinishedFiles += current.in.count;
                    current.close();
                    current = null;
                }
            } catch (IOException broken) {
                long line = current == null ? 0 : current.lines.number();
                throw new UncheckedIOException(
                        new IOException(
                                files.get(nextFile - 1)
                                        + " breaks off behind line "
                                        + line
                                        + ": "
                                        + broken.getMessage(),
                                broken));
            }
        }
        return upcoming != null;
    }

    @Override
    public RecordedTransaction next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the recording has ended");
        }
        RecordedTransaction row = upcoming;
        upcoming = null;
        return row;
    }

    /** How many rows so far became records that the codec refuses. */
    public long unmapped() {
        return mapper.unmapped();
    }

    /** How many rows so far said fraud without giving a usable label. */
    public long unusableLabels() {
        return mapper.unusableLabels();
    }

    /** The length of all files as they lie on the disk. */
    public long totalBytes() {
        return totalBytes;
    }

    /** How much of {@link #totalBytes} has been read. */
    public long bytesRead() {
        return bytesOfFinishedFiles + (current == null ? 0 : current.in.count);
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
            current = null;
        }
        upcoming = null;
        nextFile = files.size();
    }

    /** One file with what its header says. */
    private final class OpenFile implements AutoCloseable {
        private final Path file;
        private final String name;
        private final CountedInput in;
        private final Lines lines;
        private final RowParser rows;

        OpenFile(Path file) throws IOException {
            this.file = file;
            this.name = file.getFileName().toString();
            this.in = new CountedInput(Files.newInputStream(file));
            try {
                this.lines = new Lines(Compression.decompressed(in));
                this.rows =
                        mapping.format() == RecordingFormat.CSV
                                ? csvRows()
                                : new JsonRows(slotsOfColumns());
            } catch (IOException | RuntimeException unusable) {
                in.close();
                throw unusable;
            }
        }

        private RowParser csvRows() throws IOException {
            if (!lines.next()) {
                throw new IOException("it is empty, expected a header line");
            }
            List<String> header = Arrays.asList(CsvRows.header(lines));
            int[][] slotsOfColumn = new int[header.size()][0];
            slotsOfColumns()
                    .forEach(
                            (column, targets) -> {
                                int index = header.indexOf(column);
                                if (index < 0) {
                                    throw new IllegalArgumentException(
                                            file
                                                    + " has no column "
                                                    + column
                                                    + ", which "
                                                    + mapping.name()
                                                    + " expects; its columns are "
                                                    + String.join(", ", header));
                                }
                                if (index != header.lastIndexOf(column)) {
                                    throw new IllegalArgumentException(
                                            file
                                                    + " has the column "
                                                    + column
                                                    + " twice, expected once");
                                }
                                slotsOfColumn[index] = targets;
                            });
            return new CsvRows(slotsOfColumn);
        }

        RecordedTransaction nextRow() throws IOException {
            while (lines.next()) {
                if (lines.isBlank()) {
                    continue;
                }
                Coordinates coordinates =
                        new Coordinates(name, 0, lines.number(), Coordinates.NO_TIMESTAMP);
                Arrays.fill(slots, null);
                return !lines.isCut() && rows.read(lines, slots)
                        ? mapper.map(slots, coordinates)
                        : mapper.unreadable(lines.copy().bytes(), coordinates);
            }
            return null;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    /** For each column of the mapping the slots that it fills. */
    private Map<String, int[]> slotsOfColumns() {
        Map<String, List<Integer>> slotsOfColumn = new HashMap<>();
        mapping.columns()
                .forEach(
                        (field, column) ->
                                slotsOfColumn
                                        .computeIfAbsent(column, c -> new ArrayList<>())
                                        .add(field.ordinal()));
        mapping.labels()
                .ifPresent(
                        rule -> {
                            slotsOfColumn
                                    .computeIfAbsent(rule.column(), c -> new ArrayList<>())
                                    .add(RowMapper.VERDICT);
                            if (rule.knownAtColumn() != null) {
                                slotsOfColumn
                                        .computeIfAbsent(
                                                rule.knownAtColumn(), c -> new ArrayList<>())
                                        .add(RowMapper.KNOWN_AT);
                            }
                        });
        Map<String, int[]> arrays = new HashMap<>();
        slotsOfColumn.forEach(
                (column, list) ->
                        arrays.put(column, list.stream().mapToInt(Integer::intValue).toArray()));
        return arrays;
    }

    /** Counts the bytes that were taken from a file. */
    private static final class CountedInput extends FilterInputStream {
        private long count;

        CountedInput(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            count += b < 0 ? 0 : 1;
            return b;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            count += Math.max(0, read);
            return read;
        }
    }
}
