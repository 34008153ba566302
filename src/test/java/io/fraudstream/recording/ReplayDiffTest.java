package io.fraudstream.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.model.Reason;
import io.fraudstream.recording.ReplayDiff.Kind;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayDiffTest {
    private static final CanonicalOutput.Header HEADER =
            new CanonicalOutput.Header(1, "print", "EUR", List.of("one", "two"));

    @TempDir private Path directory;

    @Test
    void writesALineThatDependsOnBitsAlone() throws IOException {
        CanonicalOutput.Written written =
                write(
                        "line",
                        event("a\tb\\", 1_000, 0.25, Decision.ALERT, 700, "one", -0.0f, Float.NaN));

        assertThat(Files.readAllLines(directory.resolve("line")))
                .containsExactly(
                        "{\"format\":1,\"fingerprint\":\"print\",\"currency\":\"EUR\","
                                + "\"features\":[\"one\",\"two\"]}",
                        "1970-01-01T00:00:01.000Z\ta\\u0009b\\\\\t3fd0000000000000\tbundle\talert"
                                + "\t-\t700\tone:3ff0000000000000:7ff8000000000000"
                                + ":3fe0000000000000\t800000007fc00000");
        assertThat(written.events()).isEqualTo(1);
        assertThat(written.hash()).isEqualTo(write("line.gz", read("line")).hash()).hasSize(64);
        assertThat(
                        ReplayDiff.of(directory.resolve("line"), directory.resolve("line.gz"), 1)
                                .differ())
                .isFalse();
    }

    @Test
    void findsEachKindOfDifference() throws IOException {
        ScoredTransaction same = event("same", 1, 0.1, Decision.PASS, 100, null, 1, 2);
        write(
                "a",
                same,
                event("appears", 2, 0.4, Decision.PASS, 300, null, 1, 2),
                event("vanishes", 3, 0.6, Decision.ALERT, 500, "one", 1, 2),
                event("rescored", 4, 0.6, Decision.ALERT, 700, "one", 1, 2),
                event("reasoned", 5, 0.6, Decision.ALERT, 900, "one", 1, 2),
                event("quiet", 6, 0.1, Decision.PASS, 1_100, null, 1, 2),
                event("gone", 7, 0.7, Decision.ALERT, 1_300, "one", 1, 2),
                event("moved", 8, 0.1, Decision.PASS, 1_500, null, 1, 2));
        write(
                "b",
                same,
                event("appears", 2, 0.6, Decision.ALERT, 300, "one", 1, 2),
                event("vanishes", 3, 0.4, Decision.PASS, 500, null, 1, 2),
                event("rescored", 4, 0.7, Decision.ALERT, 700, "one", 1, 2),
                event("reasoned", 5, 0.6, Decision.ALERT, 900, "two", 1, 2),
                event("quiet", 6, 0.2, Decision.PASS, 1_100, null, 1, 2),
                event("come", 7, 0.1, Decision.PASS, 1_700, null, 1, 2),
                event("moved", 8, 0.1, Decision.PASS, 1_500, null, 1, 3));

        ReplayDiff diff = ReplayDiff.of(directory.resolve("a"), directory.resolve("b"), 1);

        assertThat(diff.differ()).isTrue();
        assertThat(diff.eventsA()).isEqualTo(8).isEqualTo(diff.eventsB());
        assertThat(diff.alertsA()).isEqualTo(4);
        assertThat(diff.alertsB()).isEqualTo(3);
        assertFound(diff, Kind.EVENT_APPEARED, 1, 1_700);
        assertFound(diff, Kind.EVENT_VANISHED, 1, 1_300);
        assertFound(diff, Kind.ALERT_APPEARED, 1, 300);
        assertFound(diff, Kind.ALERT_VANISHED, 2, 1_800);
        assertFound(diff, Kind.ALERT_RESCORED, 1, 700);
        assertFound(diff, Kind.ALERT_REASONED, 1, 900);
        assertFound(diff, Kind.OTHER_RESCORED, 1, 1_100);
        assertFound(diff, Kind.BUNDLE_CHANGED, 0, 0);
        assertFound(diff, Kind.FEATURES_CHANGED, 1, 1_500);
        assertFound(diff, Kind.OTHERWISE_CHANGED, 0, 0);
        assertThat(diff.changedFeatures()).containsOnlyKeys("two").containsEntry("two", 1L);
        assertThat(diff.largestScoreChange()).isEqualTo(0.6 - 0.4);
        List<ReplayDiff.Example> examples = diff.kinds().get(Kind.ALERT_VANISHED).examples();
        assertThat(examples)
                .singleElement()
                .satisfies(e -> assertThat(e.a().id()).isEqualTo("gone"));
    }

    @Test
    void comparesByNameWhereFeaturesAreOthers() throws IOException {
        write("a", event("x", 1, 0.1, Decision.PASS, 100, null, 1, 2));
        try (LineSorter lines = new LineSorter(directory, 1_000)) {
            lines.add(CanonicalEvent.line(event("x", 1, 0.1, Decision.PASS, 100, null, 2, 3)));
            CanonicalOutput.write(
                    new CanonicalOutput.Header(1, "other", "EUR", List.of("two", "three")),
                    lines,
                    directory.resolve("b"));
        }

        ReplayDiff diff = ReplayDiff.of(directory.resolve("a"), directory.resolve("b"), 1);

        assertThat(diff.differ()).isTrue();
        assertThat(diff.changedFeatures()).isEmpty();
        assertThat(diff.onlyOneHas()).containsExactly("one", "three");
    }

    @Test
    void refusesWhatIsNoOutput() throws IOException {
        Path other = Files.writeString(directory.resolve("other"), "id,score\n");
        Path cut = directory.resolve("cut");
        write("cut", event("x", 1, 0.1, Decision.PASS, 100, null, 1, 2));
        Files.writeString(cut, Files.readString(cut).replace("\tpass", ""));

        assertThatThrownBy(() -> ReplayDiff.of(other, other, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has no header");
        assertThatThrownBy(() -> ReplayDiff.of(cut, directory.resolve("cut"), 1))
                .hasMessageContaining("a line has 8 fields, expected 9");
    }

    private static void assertFound(ReplayDiff diff, Kind kind, long count, long amount) {
        ReplayDiff.Found found = diff.kinds().get(kind);
        assertThat(found.count()).as(kind.name()).isEqualTo(count);
        assertThat(found.amount()).as(kind.name()).isEqualTo(amount);
        assertThat(found.examples()).hasSize((int) Math.min(1, count));
    }

    private List<byte[]> read(String file) throws IOException {
        List<byte[]> lines = new ArrayList<>();
        List<String> all = Files.readAllLines(directory.resolve(file));
        all.subList(1, all.size())
                .forEach(line -> lines.add(line.getBytes(StandardCharsets.UTF_8)));
        return lines;
    }

    private CanonicalOutput.Written write(String file, ScoredTransaction... events)
            throws IOException {
        List<byte[]> lines = new ArrayList<>();
        for (ScoredTransaction event : events) {
            lines.add(CanonicalEvent.line(event));
        }
        Collections.reverse(lines);
        return write(file, lines);
    }

    private CanonicalOutput.Written write(String file, List<byte[]> lines) throws IOException {
        try (LineSorter sorter = new LineSorter(directory, 1_000)) {
            for (byte[] line : lines) {
                sorter.add(line);
            }
            return CanonicalOutput.write(HEADER, sorter, directory.resolve(file));
        }
    }

    private static ScoredTransaction event(
            String id,
            long eventTime,
            double score,
            Decision decision,
            long amount,
            String reason,
            float... features) {
        return new ScoredTransaction(
                new Transaction(
                        id,
                        eventTime,
                        "card",
                        amount,
                        "EUR",
                        amount,
                        "terminal",
                        null,
                        null,
                        null,
                        null,
                        Double.NaN,
                        Double.NaN,
                        null,
                        null,
                        MessageType.AUTHORIZATION,
                        null),
                features,
                score,
                0.5,
                "bundle",
                decision,
                reason == null
                        ? List.of()
                        : List.of(new Reason(reason, 1, Double.NaN, 0.5, "text")),
                false,
                false,
                0);
    }
}
