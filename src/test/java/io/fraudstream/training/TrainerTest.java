package io.fraudstream.training;

import static io.fraudstream.training.Samples.DAY;
import static io.fraudstream.training.Samples.SCHEMA;
import static io.fraudstream.training.Samples.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fraudstream.alert.ThresholdPolicy;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.BundleManifest;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.model.dl4j.NetworkSettings;
import io.fraudstream.model.dl4j.TrainingProgress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {
    private static final int DAYS = 30;

    private static final Map<NetworkKind, TrainedModel> MODELS = new EnumMap<>(NetworkKind.class);

    /** Training takes its time; what comes of it is not changed by any test. */
    @BeforeAll
    static void trainOneOfEachKind() throws TrainingException {
        for (NetworkKind kind : NetworkKind.values()) {
            MODELS.put(kind, train(kind, 42));
        }
    }

    @ParameterizedTest
    @EnumSource
    void makesABundleThatServes(NetworkKind kind) throws BundleException {
        TrainedModel model = MODELS.get(kind);

        ModelBundle read = BundleFormat.read(model.zip());
        BundleManifest manifest = read.manifest();
        assertThat(read.id()).isEqualTo(model.bundle().id());
        assertThat(read.kind()).isEqualTo(kind);
        assertThat(manifest.featureFingerprint()).isEqualTo(SCHEMA.fingerprint());
        assertThat(manifest.features())
                .hasSize(SCHEMA.size())
                .contains("amount", "terminal_fraud_run");
        assertThat(manifest.trainingFrom()).isEqualTo(START);
        assertThat(manifest.trainingTo()).isEqualTo(START + (DAYS - 7) * DAY);
        assertThat(manifest.labelCutOff()).isEqualTo(START + DAYS * DAY);
        assertThat(manifest.metrics().get("averagePrecision")).isGreaterThan(0.95);
        assertThat(manifest.threshold()).isBetween(0.05, 1.0);
        assertThat(read.golden().outputs()).hasSize(64);
        assertThat(CompiledScorer.of(read, SCHEMA.fingerprint()).bundleId()).isEqualTo(read.id());
        // Median of what was legitimate: 10 to 70 euro.
        assertThat(read.usual()[SCHEMA.indexOf("amount")]).isBetween(2_000f, 6_000f);
        assertThat(read.usual()[SCHEMA.indexOf("card_distance_km")]).isNaN();
    }

    @ParameterizedTest
    @EnumSource
    void theSameSeedGivesTheSameBytes(NetworkKind kind) throws TrainingException {
        TrainedModel one = MODELS.get(kind);

        assertThat(train(kind, 42).zip()).isEqualTo(one.zip());
        assertThat(train(kind, 43).bundle().id()).isNotEqualTo(one.bundle().id());
    }

    @Test
    void samplingDoesNotMoveTheProbabilities() {
        TrainedModel model = MODELS.get(NetworkKind.DENSE);

        double expected = 0;
        long frauds = 0;
        for (ScoredEvent event : model.validationEvents()) {
            expected += event.score();
            frauds += event.fraud() ? 1 : 0;
        }
        assertThat(model.legitimateShare()).isCloseTo(0.5, within(0.06));
        assertThat(frauds).isGreaterThan(20);
        assertThat(expected / frauds).isBetween(0.6, 1.4);
    }

    @Test
    void theThresholdKeepsToTheBudgetOfAlerts() {
        TrainedModel model = MODELS.get(NetworkKind.DENSE);

        // Three a day over the validation days, of which there are just above seven.
        Evaluation validation = model.validation();
        assertThat(validation.truePositives() + validation.falsePositives()).isBetween(15L, 22L);
    }

    @Test
    void goldenCasesHoldEveryLengthAndExtremes() {
        float[][][] sequences = MODELS.get(NetworkKind.LSTM).bundle().golden().sequences();

        assertThat(List.of(sequences))
                .extracting(sequence -> sequence.length)
                .contains(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(sequences[0][0]).containsOnly(Float.NaN);
        assertThat(sequences[12][sequences[12].length - 1]).containsOnly(Float.POSITIVE_INFINITY);
    }

    @Test
    void withoutFraudsThereIsNothingToLearn() {
        RecordedEvents events = Samples.stream(DAYS, 1);
        TrainingSet set = set(events, List.of(), NetworkKind.DENSE, 42);

        assertThatThrownBy(() -> new Trainer(SCHEMA, TrainingProgress.SILENT).train(set))
                .isInstanceOf(TrainingException.class)
                .hasMessageStartingWith("the training range holds 0 known frauds and ");
    }

    @Test
    void aBacktestScoresEveryEventOfTheTestRange() throws TrainingException {
        RecordedEvents events = Samples.stream(DAYS, 1);

        Backtest.Result result =
                new Backtest(SCHEMA, settings(NetworkKind.DENSE, 42), TrainingProgress.SILENT)
                        .run(
                                events,
                                START + DAY,
                                START + 18 * DAY,
                                START + 25 * DAY,
                                START + DAYS * DAY);

        long inRange =
                events.transactions().stream()
                        .filter(t -> t.eventTime() >= START + 25 * DAY)
                        .count();
        assertThat(result.scored()).hasSize((int) inRange);
        assertThat(result.all().events()).isEqualTo(inRange);
        assertThat(result.all().averagePrecision()).isGreaterThan(0.9);
        assertThat(result.book().cardPrecisionByDay()).hasSize(5);
        assertThat(result.model().bundle().manifest().labelCutOff()).isEqualTo(START + 25 * DAY);
    }

    @Test
    void aBacktestUsesNoLabelBeforeItIsKnown() throws TrainingException {
        RecordedEvents events = Samples.stream(DAYS, 1);
        long testFrom = START + 25 * DAY;
        RecordedEvents knownOnly =
                new RecordedEvents(
                        events.transactions(),
                        events.labels().stream()
                                .filter(label -> label.knownAt() < START + DAYS * DAY)
                                .toList(),
                        0,
                        null);
        Backtest backtest =
                new Backtest(SCHEMA, settings(NetworkKind.DENSE, 42), TrainingProgress.SILENT);

        Backtest.Result all =
                backtest.run(events, START, START + 18 * DAY, testFrom, START + DAYS * DAY);
        Backtest.Result known =
                backtest.run(knownOnly, START, START + 18 * DAY, testFrom, START + DAYS * DAY);

        assertThat(known.scored())
                .extracting(ScoredEvent::score)
                .isEqualTo(all.scored().stream().map(ScoredEvent::score).toList());
        assertThat(known.model().zip()).isEqualTo(all.model().zip());
    }

    private static TrainedModel train(NetworkKind kind, long seed) throws TrainingException {
        RecordedEvents events = Samples.stream(DAYS, 1);
        return new Trainer(SCHEMA, TrainingProgress.SILENT)
                .train(set(events, events.labels(), kind, seed));
    }

    private static TrainingSet set(
            RecordedEvents events,
            List<io.fraudstream.transaction.FraudLabel> labels,
            NetworkKind kind,
            long seed) {
        TrainingSettings settings = settings(kind, seed);
        long end = START + DAYS * DAY;
        TrainingSet set =
                new TrainingSet(
                        settings,
                        new TrainingWindow(START, end, end),
                        new KnownLabels(labels, end, settings.labelMaturity()));
        new OfflineFeatures(SCHEMA).run(events.transactions(), events.labels(), set::add);
        return set;
    }

    private static TrainingSettings settings(NetworkKind kind, long seed) {
        NetworkSettings network =
                NetworkSettings.defaults(kind, seed)
                        .with("lstmUnits", "4")
                        .with("hiddenUnits", "8")
                        .with("learningRate", "0.02")
                        .with("learningRateDecay", "0.8")
                        .with("l2", "0")
                        .with("batchSize", "32")
                        .withEpochs(4, 2);
        return new TrainingSettings(network, Duration.ofDays(7), 7, 0.5, ThresholdPolicy.alerts(3));
    }
}
