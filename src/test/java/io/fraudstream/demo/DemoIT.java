package io.fraudstream.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.model.dl4j.TrainingProgress;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.RegistryEntry;
import io.fraudstream.training.RetrainingRound;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo from an empty directory: real broker, real job, real training. */
class DemoIT {
    private static final int LIVE_TRANSACTIONS = 500;

    /** The first and the four-hundredth are sent twice. */
    private static final int DUPLICATES = 2;

    private static final int BROKEN = 1;

    @Test
    void everyRecordIsAccountedForAndEveryAlertIsReadOnce(@TempDir Path directory)
            throws Exception {
        List<String> said = new CopyOnWriteArrayList<>();
        DemoSettings settings = new DemoSettings(Duration.ofSeconds(5), 100, 30, 300, 7);

        DemoResult result =
                new Demo(settings, directory, Clock.systemUTC(), TrainingProgress.SILENT, said::add)
                        .run();

        assertThat(result.counts().isBalanced()).isTrue();
        assertThat(result.live().read()).isEqualTo(LIVE_TRANSACTIONS + DUPLICATES + BROKEN);
        assertThat(result.live().scored()).isEqualTo(LIVE_TRANSACTIONS);
        assertThat(result.live().duplicate()).isEqualTo(DUPLICATES);
        assertThat(result.live().rejected()).isEqualTo(BROKEN);
        assertThat(result.alerts()).isEqualTo(result.live().alerts());
        assertThat(result.latencyMicros().getTotalCount()).isEqualTo(result.alerts());
        assertThat(said.stream().filter(line -> line.startsWith("ALERT")))
                .hasSize((int) result.alerts());
        ModelRegistry registry =
                new ModelRegistry(directory.resolve("registry"), Clock.systemUTC());
        assertThat(registry.holds(registry.inService(ModelPointer.CHAMPION).get().bundleId()))
                .isTrue();
    }

    /** The whole loop, small: as fast as it goes, on a world that is always the same. */
    @Test
    void aNewKindOfFraudIsLearnedAndLostLabelsAreNot(@TempDir Path directory) throws Exception {
        Clock clock = Clock.fixed(Instant.parse("2026-06-01T00:00:00Z"), ZoneOffset.UTC);
        List<String> said = new CopyOnWriteArrayList<>();
        DemoSettings settings = new DemoSettings(Duration.ofSeconds(1), 4_000, 40, 600, 42, true);

        DemoResult result =
                new Demo(settings, directory, clock, TrainingProgress.SILENT, said::add).run();

        assertThat(result.counts().isBalanced()).isTrue();
        RetrainingResult retraining = result.retraining();
        assertThat(retraining.rounds())
                .as(String.join("\n", said))
                .extracting(RetrainingRound::outcome)
                .containsExactly("promoted", "refused");
        assertThat(retraining.gain().low()).isPositive();
        assertThat(retraining.after().averagePrecision())
                .isGreaterThan(retraining.afterWithout().averagePrecision());
        // Each live event that is no reversal was scored by the one or the other.
        assertThat(retraining.before().events() + retraining.after().events())
                .isLessThanOrEqualTo(result.live().scored())
                .isGreaterThan(result.live().scored() * 98 / 100);
        List<RegistryEntry> log = new ModelRegistry(directory.resolve("registry"), clock).log();
        assertThat(log)
                .extracting(RegistryEntry::kind)
                .containsExactly(
                        RegistryEntry.Kind.PROMOTED,
                        RegistryEntry.Kind.PROMOTED,
                        RegistryEntry.Kind.REFUSED);
        assertThat(log.get(2).why().reasons()).anyMatch(reason -> reason.startsWith("refused: "));
    }

    @Test
    void settingsNameTheValueAndWhatWasExpected() {
        assertThatThrownBy(() -> new DemoSettings(Duration.ofSeconds(5), 0, 30, 300, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rate is 0, expected 1 to 20000");
        assertThatThrownBy(() -> new DemoSettings(Duration.ZERO, 1, 30, 300, 7))
                .hasMessage("seconds is 0, expected 1 or more");
    }
}
