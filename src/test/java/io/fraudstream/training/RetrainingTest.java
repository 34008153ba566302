package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.SCHEMA;
import static io.fraudstream.training.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.dl4j.NetworkSettings;
import io.fraudstream.model.dl4j.TrainingProgress;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.ModelRegistry;
import io.fraudstream.registry.RegistryEntry;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.Transaction;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole rounds on a small event store: read, trained, judged, logged, announced. */
class RetrainingTest {
    private static final int DAYS = 48;

    /** Labels and silence mature in 7 days, so the last two weeks are waited for and tested on. */
    private static final long TEST_FROM = START + (DAYS - 14) * DAY;

    private static final GateLimits LIMITS =
            new GateLimits(7, 500, 25, 0.01, 0.05, 2, 2, 0.1, 30, 0);
    private static final Instant NOW = Instant.parse("2018-06-01T12:00:00Z");

    @TempDir private static Path stores;

    private static Path whole;
    private static Path outage;

    @TempDir private Path directory;

    private final List<ModelPointer> announced = new ArrayList<>();
    private ModelRegistry registry;

    @BeforeAll
    static void store() throws Exception {
        RecordedEvents events = Samples.stream(DAYS, 1);
        whole = stores.resolve("whole");
        outage = stores.resolve("outage");
        StoredSamples.write(whole, events, events.labels(), SCHEMA);
        List<FraudLabel> early =
                events.labels().stream().filter(label -> label.knownAt() < TEST_FROM).toList();
        StoredSamples.write(outage, events, early, SCHEMA);
    }

    @BeforeEach
    void open() {
        registry = new ModelRegistry(directory, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void theFirstChallengerIsPromotedOnAbsoluteRulesAndAnnounced() throws Exception {
        RetrainingRound round = retraining(whole, LIMITS).run(end(), false);

        assertThat(round.promoted()).isTrue();
        assertThat(round.champion()).isNull();
        assertThat(round.decision().refusals()).isEmpty();
        assertThat(round.days().testFrom()).isEqualTo(TEST_FROM + 1);
        assertThat(round.challengerScores())
                .hasSize(7 * 120)
                .allMatch(event -> event.eventTime() >= TEST_FROM);
        String id = round.challenger().bundle().id();
        assertThat(registry.inService(ModelPointer.CHAMPION))
                .hasValueSatisfying(
                        entry -> {
                            assertThat(entry.bundleId()).isEqualTo(id);
                            assertThat(entry.why().by()).isEqualTo("retrain");
                            assertThat(entry.why().reasons())
                                    .isEqualTo(round.decision().reasons())
                                    .allMatch(reason -> reason.startsWith("passed: "));
                        });
        assertThat(announced).extracting(ModelPointer::bundleId).containsExactly(id);
        assertThat(announced.get(0).effectiveFrom()).isEqualTo(NOW.toEpochMilli());
        assertThat(round.fields()).containsEntry("outcome", "promoted").containsKey("rules");
        assertThat(round.lines()).last().isEqualTo("Challenger " + id + " is promoted.");
    }

    @Test
    void nothingOfTheTestDaysIsLearnedAndNothingKnownLater() throws Exception {
        ModelBundle challenger = retraining(whole, LIMITS).run(end(), false).challenger().bundle();

        assertThat(challenger.manifest().labelCutOff()).isEqualTo(TEST_FROM + 1);
        // A label known at the cut-off is of an event 7 days before.
        assertThat(challenger.manifest().trainingTo()).isLessThanOrEqualTo(TEST_FROM - 7 * DAY + 1);
    }

    @Test
    void whatIsTheSameAsTheChampionIsRefused() throws Exception {
        retraining(whole, LIMITS).run(end(), false);

        RetrainingRound again = retraining(whole, LIMITS).run(end(), false);

        assertThat(again.promoted()).isFalse();
        assertThat(again.decision().refusals())
                .extracting(GateRule::name)
                .containsExactly("bundles that differ");
        assertThat(again.championScores())
                .extracting(ScoredEvent::score)
                .isEqualTo(again.challengerScores().stream().map(ScoredEvent::score).toList());
        assertThat(announced).hasSize(1);
    }

    @Test
    void aChallengerThatFailsARuleIsKeptOutAndTheReasonWithIt() throws Exception {
        String champion = promote();
        GateLimits strict = new GateLimits(7, 500, 25, 0.01, 0, 2, 2, 0.1, 30, 0);

        RetrainingRound round = retraining(whole, strict).run(end(), false);

        assertThat(round.outcome()).isEqualTo("refused");
        assertThat(round.championId()).isEqualTo(champion);
        RegistryEntry last = lastEntry();
        assertThat(last.kind()).isEqualTo(RegistryEntry.Kind.REFUSED);
        assertThat(last.bundleId()).isEqualTo(round.challenger().bundle().id());
        assertThat(registry.bundleIds()).contains(last.bundleId());
        assertThat(last.why().reasons())
                .anyMatch(reason -> reason.startsWith("refused: calibration error 0."));
        assertThat(registry.inService(ModelPointer.CHAMPION).orElseThrow().bundleId())
                .isEqualTo(champion);
        assertThat(announced).hasSize(1);
    }

    @Test
    void withoutLabelsNothingIsTrained() throws Exception {
        String champion = promote();

        RetrainingRound round = retraining(outage, LIMITS).run(end(), false);

        assertThat(round.challenger()).isNull();
        assertThat(round.decision().refusals())
                .extracting(GateRule::sentence)
                .containsExactly("refused: known frauds to test on 0, expected 25 or more");
        assertThat(round.lines()).last().isEqualTo("Nothing was trained; the champion stays.");
        assertThat(lastEntry().kind()).isEqualTo(RegistryEntry.Kind.REFUSED);
        assertThat(lastEntry().bundleId()).isNull();
        assertThat(registry.inService(ModelPointer.CHAMPION).orElseThrow().bundleId())
                .isEqualTo(champion);
    }

    @Test
    void aChampionThatMayHaveSeenTheTestDaysIsNotChallenged() throws Exception {
        promote();

        RetrainingRound earlier = retraining(whole, LIMITS).run(end() - 10 * DAY, false);

        assertThat(earlier.challenger()).isNull();
        assertThat(earlier.decision().refusals())
                .extracting(GateRule::name)
                .containsExactly("days of labels beyond the champion's");
    }

    @Test
    void aDryRunDecidesAndChangesNothing() throws Exception {
        RetrainingRound round = retraining(whole, LIMITS).run(end(), true);

        assertThat(round.outcome()).isEqualTo("passed");
        assertThat(registry.log()).isEmpty();
        assertThat(registry.bundleIds()).isEmpty();
        assertThat(announced).isEmpty();
    }

    @Test
    void onceStoppedNothingIsPromoted() throws Exception {
        Retraining retraining = retraining(whole, LIMITS);
        retraining.stop();

        assertThat(retraining.run(end(), false).promoted()).isFalse();
        assertThat(registry.log()).isEmpty();
        assertThat(announced).isEmpty();
    }

    @Test
    void aStoreThatIsTooShortIsRefusedAndAnEmptyOneFails() throws Exception {
        RetrainingRound round = retraining(whole, LIMITS).run(START + 10 * DAY, false);
        assertThat(round.decision().refusals())
                .extracting(GateRule::name)
                .containsExactly("days before the test");

        assertThatThrownBy(() -> retraining(directory.resolve("nothing"), LIMITS).run(null, false))
                .isInstanceOf(TrainingException.class)
                .hasMessage("the event store holds 0 transactions");
        assertThat(lastEntry().why().reasons())
                .containsExactly("training failed: the event store holds 0 transactions");
    }

    @Test
    void driftIsSmallAgainstItselfAndLargeWhereAmountsHaveChanged() throws Exception {
        ModelBundle bundle = registry.load(promote());
        Path dearer = directory.resolve("dearer");
        RecordedEvents events = Samples.stream(DAYS, 2);
        List<Transaction> changed = new ArrayList<>();
        for (Transaction t : events.transactions()) {
            changed.add(
                    Samples.transaction(
                            t.id(),
                            t.eventTime(),
                            t.cardId(),
                            t.terminalId(),
                            3 * t.baseAmountMinor()));
        }
        StoredSamples.write(
                dearer,
                new RecordedEvents(changed, events.labels(), 0, null),
                events.labels(),
                SCHEMA);
        // The days that the scores were counted on in training.
        long to = bundle.manifest().trainingTo() + 1;
        long from = to - 5 * DAY;

        DriftReport same = drift(whole, bundle, from, to);
        DriftReport shifted = drift(dearer, bundle, from, to);

        assertThat(same.events()).isEqualTo(5 * 120);
        assertThat(index(same, "amount")).isLessThan(0.1);
        assertThat(same.scoreIndex()).isLessThan(1e-9);
        assertThat(index(shifted, "amount")).isGreaterThan(0.25);
        assertThat(shifted.scoreIndex()).isGreaterThan(0.25);
        assertThat(shifted.worst().index()).isGreaterThanOrEqualTo(index(shifted, "amount"));
    }

    @Test
    void theStoreSaysHowEachEventWasServed() throws Exception {
        List<EventStoreReader.Served> served = new ArrayList<>();

        new EventStoreReader(whole, SCHEMA).served(START + 2 * DAY, START + 4 * DAY, served::add);

        assertThat(served).hasSize(2 * 120);
        assertThat(served)
                .allMatch(event -> event.score() == 0.5 && event.bundleId().equals("a bundle"))
                .anyMatch(EventStoreReader.Served::alerted)
                .anyMatch(event -> !event.alerted());
    }

    /** Promotes what is good, from labels one week older. */
    private String promote() throws Exception {
        RetrainingRound round = retraining(whole, LIMITS).run(end() - 2 * DAY, false);
        assertThat(round.promoted()).isTrue();
        return round.challenger().bundle().id();
    }

    private RegistryEntry lastEntry() throws Exception {
        List<RegistryEntry> log = registry.log();
        return log.get(log.size() - 1);
    }

    private static DriftReport drift(Path store, ModelBundle bundle, long from, long to)
            throws StoreException, BundleException {
        return Retraining.drift(new EventStoreReader(store, SCHEMA), SCHEMA, bundle, from, to);
    }

    private static double index(DriftReport report, String feature) {
        return report.features().stream()
                .filter(drift -> drift.feature().equals(feature))
                .findFirst()
                .orElseThrow()
                .index();
    }

    private static long end() {
        return START + DAYS * DAY;
    }

    private Retraining retraining(Path store, GateLimits limits) {
        NetworkSettings network =
                NetworkSettings.defaults(NetworkKind.DENSE, 7)
                        .with("hiddenUnits", "8")
                        .with("learningRate", "0.02")
                        .with("learningRateDecay", "0.8")
                        .with("l2", "0")
                        .with("batchSize", "32")
                        .withEpochs(4, 2);
        return new Retraining(
                new EventStoreReader(store, SCHEMA),
                SCHEMA,
                new TrainingSettings(
                        network, java.time.Duration.ofDays(7), 5, 0.5, ThresholdPolicy.alerts(6)),
                limits,
                registry,
                announced::add,
                Clock.fixed(NOW, ZoneOffset.UTC),
                TrainingProgress.SILENT);
    }
}
