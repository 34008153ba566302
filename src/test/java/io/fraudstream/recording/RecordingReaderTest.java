package io.fraudstream.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.transaction.CardTokenPolicy;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.DecodingLimits;
import io.fraudstream.transaction.ExchangeRates;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionReason;
import io.fraudstream.transaction.Transaction;
import io.fraudstream.transaction.TransactionCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordingReaderTest {
    private static final Mapping HANDBOOK = Mapping.load(Path.of("config/mappings/handbook.yaml"));
    private static final Mapping WIRE = Mapping.load(Path.of("config/mappings/wire.yaml"));
    private static final String HEADER =
            "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,TX_FRAUD_SCENARIO\n";
    private static final long SECOND_31 = Instant.parse("2018-04-01T00:00:31Z").toEpochMilli();
    private static final long DAY = 86_400_000L;

    private final TransactionCodec codec =
            new TransactionCodec(
                    DecodingLimits.DEFAULT,
                    ExchangeRates.only("EUR"),
                    CardTokenPolicy.rejectCardNumbers(),
                    Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC));

    @TempDir private Path directory;

    @Test
    void writesTheWiresBytesAndTheLabelOfARow() throws IOException {
        List<RecordedTransaction> rows =
                read(
                        HANDBOOK,
                        file("a.csv", HEADER + "7,2018-04-01 00:00:31,596,3156,57.16,1,2\n"));

        RecordedTransaction row = rows.get(0);
        assertThat(rows).hasSize(1);
        assertThat(text(row))
                .isEqualTo(
                        "{\"transaction_id\":\"7\",\"event_time\":1522540831000,\"card_id\":\"596\","
                            + "\"amount_minor\":5716,\"currency\":\"EUR\",\"terminal_id\":\"3156\"}");
        assertThat(row.key()).isEqualTo("596");
        assertThat(row.eventTime()).isEqualTo(SECOND_31);
        assertThat(row.label())
                .isEqualTo(
                        new FraudLabel(
                                "7",
                                "596",
                                "3156",
                                null,
                                SECOND_31,
                                true,
                                SECOND_31 + 7 * DAY,
                                "recording"));
        assertThat(row.coordinates())
                .isEqualTo(new Coordinates("a.csv", 0, 2, Coordinates.NO_TIMESTAMP));
        assertThat(TransactionCodec.encode((Transaction) decode(row))).isEqualTo(row.payload());
    }

    @Test
    void legitimateRowsCarryNoLabel() throws IOException {
        assertThat(
                        read(
                                        HANDBOOK,
                                        file(
                                                "a.csv",
                                                HEADER
                                                        + "7,2018-04-01"
                                                        + " 00:00:31,596,3156,57.16,0,0\n"))
                                .get(0)
                                .label())
                .isNull();
    }

    @Test
    void readsFilesInTheirOrderWhateverTheirNameSaysOfCompression() throws IOException {
        Path packed = directory.resolve("packed.csv");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(
                    (HEADER + "2,2018-04-02 00:00:00,1,1,1,0,0\n")
                            .getBytes(StandardCharsets.UTF_8));
        }
        Path plain = file("plain.csv.gz", HEADER + "1,2018-04-01 00:00:00,1,1,1,0,0\n");

        try (RecordingReader reader = new RecordingReader(List.of(packed, plain), HANDBOOK)) {
            assertThat(id(reader.next())).isEqualTo("2");
            assertThat(id(reader.next())).isEqualTo("1");
            assertThat(reader.hasNext()).isFalse();
            assertThat(reader.bytesRead()).isEqualTo(reader.totalBytes()).isPositive();
        }
    }

    @Test
    void readsQuotesLineBreaksInsideThemCarriageReturnsAndAByteOrderMark() throws IOException {
        String csv =
                "\uFEFF"
                        + HEADER.replace("\n", "\r\n")
                        + "\"a,1\",2018-04-01 00:00:31,\"say \"\"hi\"\"\",é,1.5,0,0\r\n"
                        + "\r\n"
                        + "b,2018-04-01 00:00:31,c,t,\"2\",0,\"two\r\nlines\"\r\n"
                        + "d,2018-04-01 00:00:31,c,t,3,0,0";
        List<RecordedTransaction> rows = read(HANDBOOK, file("a.csv", csv));

        assertThat(rows).extracting(this::id).containsExactly("a,1", "b", "d");
        assertThat(rows.get(0).key()).isEqualTo("say \"hi\"");
        assertThat(((Transaction) decode(rows.get(0))).terminalId()).isEqualTo("é");
        assertThat(rows.get(2).coordinates().offset()).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7,2018-04-01 00:00:31,596,3156,abc,1,0        | amount_minor   | WRONG_TYPE",
                "7,2018-04-01 00:00:31,596,3156,57.165,1,0     | amount_minor   | WRONG_TYPE",
                "7,2018-04-01 00:00:31,596,3156,NaN,1,0        | amount_minor   | WRONG_TYPE",
                "7,2018-04-01 00:00:31,596,3156,1e999999999,1,0| amount_minor   | WRONG_TYPE",
                "7,2018-04-01 00:00:31,596,3156,,1,0           | amount_minor   | MISSING_FIELD",
                "7,2018-04-01 00:00:31,596,3156,-5,1,0         | amount_minor   | NEGATIVE_AMOUNT",
                "7,2018-04-31 00:00:31,596,3156,57.16,1,0      | event_time     | WRONG_TYPE",
                "7,2018-04-01 00:00:31,,3156,57.16,1,0         | card_id        | MISSING_FIELD",
                "7,2018-04-01 00:00:31,596,3156,57.16,1        |                | MALFORMED_JSON",
                "7,2018-04-01 00:00:31,596,3156,57.16,1,0,0    |                | MALFORMED_JSON",
                "nonsense                                      |                | MALFORMED_JSON"
            })
    void aRowThatCannotBeMappedIsRefusedByTheCodecAndTheRestGoesOn(
            String line, String field, RejectionReason reason) throws IOException {
        Path file = file("a.csv", HEADER + line.strip() + "\n8,2018-04-01 00:00:32,5,6,1,0,0\n");
        List<RecordedTransaction> rows = read(HANDBOOK, file);

        assertThat(rows).hasSize(2);
        Rejection rejection = (Rejection) decode(rows.get(0));
        assertThat(rejection.field()).isEqualTo(field);
        assertThat(rejection.reason()).isEqualTo(reason);
        assertThat(id(rows.get(1))).isEqualTo("8");
    }

    @Test
    void aStrayQuoteCostsItsOwnRowOnly() throws IOException {
        String good = "8,2018-04-01 00:00:32,5,6,1,0,0\n";
        List<RecordedTransaction> rows =
                read(
                        HANDBOOK,
                        file(
                                "a.csv",
                                HEADER
                                        + "7,2018-04-01 00:00:31,\"596,3156,1,0,0\n"
                                        + good.repeat(300)));

        assertThat(rows).hasSize(301);
        assertThat(decode(rows.get(0))).isInstanceOf(Rejection.class);
        assertThat(rows.subList(1, 301)).allSatisfy(row -> assertThat(id(row)).isEqualTo("8"));
        assertThat(rows.get(300).coordinates().offset()).isEqualTo(302);
    }

    @Test
    void brokenUtf8IsRefusedAsSuch() throws IOException {
        Path file = directory.resolve("a.csv");
        Files.write(
                file,
                (HEADER + "7,2018-04-01 00:00:31,5\u00ff6,3156,1,0,0\n")
                        .getBytes(StandardCharsets.ISO_8859_1));

        Rejection rejection = (Rejection) decode(read(HANDBOOK, file).get(0));
        assertThat(rejection.reason()).isEqualTo(RejectionReason.INVALID_UTF8);
    }

    @Test
    void anEndlessLineIsCutAndRefused() throws IOException {
        String line = "7,2018-04-01 00:00:31,596,3156,1,0," + "x".repeat(5 * Lines.MAX_LINE_BYTES);
        List<RecordedTransaction> rows =
                read(
                        HANDBOOK,
                        file("a.csv", HEADER + line + "\n8,2018-04-01 00:00:32,5,6,1,0,0\n"));

        assertThat(rows.get(0).payload().length).isEqualTo(Lines.MAX_LINE_BYTES);
        assertThat(decode(rows.get(0))).isInstanceOf(Rejection.class);
        assertThat(id(rows.get(1))).isEqualTo("8");
        assertThat(rows.get(1).coordinates().offset()).isEqualTo(3);
    }

    @Test
    void linesOfEveryLengthSurviveTheBuffer() throws IOException {
        StringBuilder csv = new StringBuilder(HEADER);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            ids.add(i + "-" + "z".repeat(i % 97));
            csv.append(ids.get(i))
                    .append(",2018-04-01 00:00:31,5,6,1,0,\"")
                    .append("y".repeat(i))
                    .append("\"\n");
        }
        assertThat(read(HANDBOOK, file("a.csv", csv.toString())))
                .extracting(this::id)
                .isEqualTo(ids);
    }

    @Test
    void aMissingColumnIsToldAtOnce() throws IOException {
        Path good = file("good.csv", HEADER);
        Path bad = file("bad.csv", HEADER.replace("TX_AMOUNT", "AMOUNT"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RecordingReader(List.of(good, bad), HANDBOOK))
                .withMessageContaining("bad.csv has no column TX_AMOUNT")
                .withMessageContaining("handbook.yaml")
                .withMessageContaining("TX_DATETIME, CUSTOMER_ID");
    }

    @Test
    void aMissingFileIsToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new RecordingReader(List.of(directory.resolve("none.csv")), HANDBOOK))
                .withMessageContaining("none.csv does not exist");
    }

    @Test
    void aTruncatedFileFailsTheRunNamingFileAndLine() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            StringBuilder csv = new StringBuilder(HEADER);
            for (int i = 0; i < 20_000; i++) {
                csv.append(i * 7919L % 10_007)
                        .append(",2018-04-01 00:00:31,5,6,")
                        .append(i)
                        .append(",0,0\n");
            }
            out.write(csv.toString().getBytes(StandardCharsets.UTF_8));
        }
        Path file = directory.resolve("cut.csv.gz");
        Files.write(file, Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));

        assertThatThrownBy(() -> read(HANDBOOK, file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cut.csv.gz breaks off behind line ");
    }

    @Test
    void jsonLinesInTheWiresFormatComeBackByteForByte() throws IOException {
        String whole =
                "{\"transaction_id\":\"r\",\"event_time\":1522540831000,\"card_id\":\"c\",\"amount_minor\":1234,"
                    + "\"currency\":\"EUR\",\"terminal_id\":\"t\",\"merchant_id\":\"m\",\"mcc\":\"5411\",\"country\":\"DE\","
                    + "\"entry_mode\":\"chip\",\"latitude\":52.5163,\"longitude\":-13.4,\"device_id\":\"d\","
                    + "\"response_code\":\"00\",\"message_type\":\"reversal\",\"original_transaction_id\":\"o\"}";
        String labelled = whole.replace("}", ",\"fraud\":true,\"known_at\":1522540899000}");
        String unreported = whole.replace("}", ",\"fraud\":true}");
        List<RecordedTransaction> rows =
                read(WIRE, file("a.jsonl", labelled + "\n" + unreported + "\n" + whole));

        assertThat(rows).hasSize(3).allSatisfy(row -> assertThat(text(row)).isEqualTo(whole));
        assertThat(rows.get(0).label())
                .isEqualTo(
                        new FraudLabel(
                                "r", "c", "t", "m", SECOND_31, true, 1522540899000L, "recording"));
        assertThat(rows.get(1).label()).isNull();
        assertThat(rows.get(2).label()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"transaction_id\":\"x\"                                | MALFORMED_JSON |",
                "[1]                                                      | MALFORMED_JSON |",
                "{\"transaction_id\":{\"a\":1}}                           | WRONG_TYPE     |"
                        + " transaction_id",
                "{\"transaction_id\":\"a\",\"transaction_id\":\"a\"}      | WRONG_TYPE     |"
                        + " transaction_id",
                "{\"entry_mode\":\"thrown\"}                              | INVALID_VALUE  |"
                        + " entry_mode",
                "{\"latitude\":\"north\"}                                 | WRONG_TYPE     |"
                        + " latitude",
                "{\"event_time\":\"now\"}                                 | WRONG_TYPE     |"
                        + " event_time"
            })
    void jsonThatCannotBeMappedIsRefusedByTheCodec(
            String line, RejectionReason reason, String field) throws IOException {
        Rejection rejection = (Rejection) decode(read(WIRE, file("a.jsonl", line.strip())).get(0));

        assertThat(rejection.reason()).isEqualTo(reason);
        assertThat(rejection.field()).isEqualTo(field);
    }

    @Test
    void countsFraudsThatGiveNoLabel() throws IOException {
        Path file =
                file(
                        "a.csv",
                        HEADER + "7,never,596,3156,1,1,0\n8,2018-04-01 00:00:31,,3156,1,1,0\n");

        try (RecordingReader reader = new RecordingReader(List.of(file), HANDBOOK)) {
            reader.forEachRemaining(row -> assertThat(row.label()).isNull());
            assertThat(reader.unusableLabels()).isEqualTo(2);
            assertThat(reader.unmapped()).isEqualTo(2);
        }
    }

    @Test
    void aRowWithABadAmountStillGivesItsLabel() throws IOException {
        assertThat(
                        read(
                                        HANDBOOK,
                                        file(
                                                "a.csv",
                                                HEADER
                                                        + "7,2018-04-01"
                                                        + " 00:00:31,596,3156,abc,1,0\n"))
                                .get(0)
                                .label())
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "57.16,2,5716",
        "146.0,2,14600",
        "146,2,14600",
        "0.5,2,50",
        "-3.07,2,-307",
        "900,0,900",
        "900.00,0,900",
        "1.234,3,1234",
        "1e3,2,100000",
        "12.3400,2,1234",
        "0,2,0",
        "99999999999999.99,2,9999999999999999"
    })
    void turnsDecimalsIntoMinorUnits(String text, int digits, long expected) {
        assertThat(RowMapper.minorUnits(text, digits)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "57.165,2",
        "0.5,0",
        ".,2",
        "-,2",
        "1.2.3,2",
        "1e400,2",
        "99999999999999999999,0",
        "0x1,2",
        "' 1',2"
    })
    void refusesDecimalsThatAreNoWholeMinorUnits(String text, int digits) {
        assertThat(RowMapper.minorUnits(text, digits)).isEqualTo(Long.MIN_VALUE);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static List<RecordedTransaction> read(Mapping mapping, Path... files)
            throws IOException {
        List<RecordedTransaction> rows = new ArrayList<>();
        try (RecordingReader reader = new RecordingReader(List.of(files), mapping)) {
            reader.forEachRemaining(rows::add);
        }
        return rows;
    }

    private Decoded decode(RecordedTransaction row) {
        return codec.decode(row.payload(), row.coordinates());
    }

    private String id(RecordedTransaction row) {
        return ((Transaction) decode(row)).id();
    }

    private static String text(RecordedTransaction row) {
        return new String(row.payload(), StandardCharsets.UTF_8);
    }
}
