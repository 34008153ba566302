package io.fraudstream.recording;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.LabelCodec;
import io.fraudstream.transaction.Rejection;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads chargebacks and dispositions from a CSV file with the columns {@code transaction_id},
 * {@code card_id}, {@code terminal_id} or {@code merchant_id}, {@code event_time}, {@code verdict}
 * ({@code fraud} or {@code legitimate}), {@code source}, and optionally {@code known_at}, without
 * which a verdict is known from now on. Times are milliseconds since the epoch or ISO 8601, in UTC
 * where they carry no offset.
 */
public final class LabelFile {
    private static final List<String> REQUIRED =
            List.of("transaction_id", "card_id", "event_time", "verdict", "source");
    private static final List<String> OPTIONAL = List.of("terminal_id", "merchant_id", "known_at");
    private static final TimeFormat.Parser ISO = new TimeFormat("iso-8601").parser();
    private static final ObjectReader ROWS =
            new CsvMapper()
                    .readerFor(String[].class)
                    .with(CsvParser.Feature.WRAP_AS_ARRAY)
                    .with(CsvParser.Feature.SKIP_EMPTY_LINES);

    private final LabelCodec codec;
    private final Clock clock;

    /**
     * @param codec makes the checks that a label passes at the job's door
     */
    public LabelFile(LabelCodec codec, Clock clock) {
        this.codec = codec;
        this.clock = clock;
    }

    /**
     * Reads and checks the whole file.
     *
     * @return the labels in the order in which they become known, then by transaction id
     * @throws IllegalArgumentException naming line, column, value and what was expected of the
     *     first fault
     */
    public List<FraudLabel> read(Path file) {
        long now = clock.millis();
        List<FraudLabel> labels = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file);
                MappingIterator<String[]> rows = ROWS.readValues(in)) {
            if (!rows.hasNextValue()) {
                throw new IllegalArgumentException(
                        file + " is empty, expected a header with " + REQUIRED);
            }
            Map<String, Integer> columns = columns(file, rows.nextValue());
            while (rows.hasNextValue()) {
                String place = file + " line " + rows.getCurrentLocation().getLineNr();
                labels.add(label(place, columns, rows.nextValue(), now));
            }
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    file + " cannot be read as CSV: " + firstLine(unreadable), unreadable);
        }
        labels.sort(
                Comparator.comparingLong(FraudLabel::knownAt)
                        .thenComparing(FraudLabel::transactionId));
        return labels;
    }

    private static String firstLine(IOException problem) {
        return String.valueOf(problem.getMessage()).lines().findFirst().orElse("unreadable");
    }

    private static Map<String, Integer> columns(Path file, String[] header) {
        Map<String, Integer> columns = new HashMap<>();
        for (int i = 0; i < header.length; i++) {
            String name =
                    i == 0 && header[i].startsWith("\uFEFF") ? header[i].substring(1) : header[i];
            boolean known = REQUIRED.contains(name) || OPTIONAL.contains(name);
            if (!known || columns.put(name, i) != null) {
                throw new IllegalArgumentException(
                        file
                                + " has the column \""
                                + name
                                + "\""
                                + (known ? " twice" : "")
                                + ", expected "
                                + REQUIRED
                                + " and of "
                                + OPTIONAL
                                + " those needed");
            }
        }
        for (String name : REQUIRED) {
            if (!columns.containsKey(name)) {
                throw new IllegalArgumentException(
                        file
                                + " has no column "
                                + name
                                + ", expected "
                                + REQUIRED
                                + "; it has "
                                + List.of(header));
            }
        }
        if (!columns.containsKey("terminal_id") && !columns.containsKey("merchant_id")) {
            throw new IllegalArgumentException(
                    file + " has neither a column terminal_id nor merchant_id, expected one");
        }
        return columns;
    }

    private FraudLabel label(String place, Map<String, Integer> columns, String[] row, long now) {
        if (row.length != columns.size()) {
            throw new IllegalArgumentException(
                    place
                            + " has "
                            + row.length
                            + " values, expected "
                            + columns.size()
                            + " as in the header");
        }
        Row values = new Row(place, columns, row);
        String knownAt = values.optional("known_at");
        String verdict = values.required("verdict");
        if (!verdict.equals("fraud") && !verdict.equals("legitimate")) {
            throw wrong(place, "verdict", verdict, "fraud or legitimate");
        }
        FraudLabel label =
                new FraudLabel(
                        values.required("transaction_id"),
                        values.required("card_id"),
                        values.optional("terminal_id"),
                        values.optional("merchant_id"),
                        millis(place, "event_time", values.required("event_time")),
                        verdict.equals("fraud"),
                        knownAt == null ? now : millis(place, "known_at", knownAt),
                        values.required("source"));
        // The job would put it to the dead letters; here somebody can still mend it.
        Decoded checked =
                codec.decode(
                        LabelCodec.encode(label),
                        new Coordinates(place, 0, 0, Coordinates.NO_TIMESTAMP));
        if (checked instanceof Rejection rejection) {
            throw new IllegalArgumentException(place + ": " + rejection.detail());
        }
        // With the card's token where the file has its number.
        return (FraudLabel) checked;
    }

    private static long millis(String place, String column, String text) {
        try {
            return text.chars().allMatch(c -> c >= '0' && c <= '9')
                    ? Long.parseLong(text)
                    : ISO.parse(text);
        } catch (DateTimeException | IllegalArgumentException unreadable) {
            throw wrong(
                    place,
                    column,
                    text,
                    "milliseconds since the epoch or ISO 8601 such as 2018-04-01T00:00:31Z");
        }
    }

    private static IllegalArgumentException wrong(
            String place, String column, String value, String expected) {
        return new IllegalArgumentException(
                place + ": " + column + " is \"" + value + "\", expected " + expected);
    }

    private record Row(String place, Map<String, Integer> columns, String[] values) {
        String optional(String column) {
            Integer index = columns.get(column);
            return index == null || values[index].isEmpty() ? null : values[index];
        }

        String required(String column) {
            String value = optional(column);
            if (value == null) {
                throw wrong(place, column, "", "a value");
            }
            return value;
        }
    }
}
