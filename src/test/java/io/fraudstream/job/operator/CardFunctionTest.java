package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.DAY;
import static io.fraudstream.job.operator.Events.NOON;
import static io.fraudstream.job.operator.Events.SCHEMA;
import static io.fraudstream.job.operator.Events.admitted;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.features.FeatureEngine;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.job.JobSettings;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.kafka.ReceivedWatermarks;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.Measured;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.model.compiled.CompiledScorer;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CardFunctionTest {
    private static final long FORGOTTEN =
            NOON + FeatureSchema.CARD_HORIZON + FeatureSchema.DISORDER_ALLOWANCE + 10 * DAY;
    private static final BundleFormat.Written OLD = TestBundles.of(NetworkKind.DENSE, SCHEMA, 1);
    private static final BundleFormat.Written NEW = TestBundles.of(NetworkKind.LSTM, SCHEMA, 2);

    @TempDir private Path directory;

    @Test
    void withoutAModelEventsAreObserved() throws Exception {
        try (Cards cards = new Cards(Events.settings(OrderMode.ARRIVAL), null)) {
            cards.take("a", NOON);

            ScoredTransaction observed = cards.last();
            assertThat(observed.decision()).isEqualTo(Decision.OBSERVE);
            assertThat(observed.bundleId()).isNull();
            assertThat(observed.score()).isNaN();
            assertThat(observed.features()).hasSize(SCHEMA.size());
        }
    }

    @Test
    void theChampionScoresFromTheFirstEventOn() throws Exception {
        JobSettings settings =
                Events.settings(OrderMode.ARRIVAL).withChampion(pointer(NEW, 0, 0.0));
        CompiledScorer scorer = CompiledScorer.of(NEW.bundle(), SCHEMA.fingerprint());
        try (Cards cards = new Cards(settings, null)) {
            cards.take("a", NOON);
            float[] first = cards.last().features();
            cards.take("b", NOON + 1);

            ScoredTransaction alert = cards.last();
            assertThat(alert.score())
                    .isEqualTo(scorer.score(new float[][] {first, alert.features()}));
            assertThat(alert.bundleId()).isEqualTo(NEW.bundle().id());
            assertThat(alert.decision()).isEqualTo(Decision.ALERT);
            assertThat(alert.threshold()).isZero();
            assertThat(alert.reasons()).isNotEmpty().hasSizeLessThanOrEqualTo(3);
            assertThat(cards.count(CheckpointedCounters.SCORED)).isEqualTo(2);
            assertThat(cards.count(CheckpointedCounters.ALERTS)).isEqualTo(2);
        }
    }

    @Test
    void inArrivalModeTheLastPointerServesAsSoonAsItIsLoadedAlsoOneThatServedBefore()
            throws Exception {
        ModelPointer old = pointer(OLD, NOON + DAY, 0.5);
        JobSettings settings = Events.settings(OrderMode.ARRIVAL).withChampion(old);
        try (Cards cards = new Cards(settings, null)) {
            cards.announce(pointer(NEW, NOON, 0.5));
            cards.takeUntilScoredBy(NEW);
            cards.announce(old);
            cards.takeUntilScoredBy(OLD);

            assertThat(cards.last().bundleId()).isEqualTo(OLD.bundle().id());
        }
    }

    @Test
    void afterARestartWithoutARegistryTheLastBundlesServeFromTheFirstEventOn() throws Exception {
        OperatorSubtaskState state;
        try (Cards cards = new Cards(Events.settings(OrderMode.ARRIVAL), null)) {
            cards.announce(pointer(OLD, NOON + DAY, null));
            cards.announce(inSlot(ModelPointer.SHADOW, pointer(OLD, NOON, null)));
            cards.announce(pointer(NEW, NOON, 0.125));
            cards.takeUntilScoredBy(NEW);
            state = cards.harness.snapshot(1, 1);
        }
        try (Stream<Path> bundles = Files.list(directory)) {
            for (Path bundle : bundles.toList()) {
                Files.delete(bundle);
            }
        }
        JobSettings settings = Events.settings(OrderMode.ARRIVAL).withAnnounced(List.of(missing()));
        try (Cards restored = new Cards(settings, state)) {
            restored.take("first", NOON + 5);

            assertThat(restored.last().bundleId()).isEqualTo(NEW.bundle().id());
            assertThat(restored.last().threshold()).isEqualTo(0.125);
            assertThat(restored.last().shadowBundleId()).isEqualTo(OLD.bundle().id());
        }
    }

    @Test
    void whatWasAnnouncedBeforeTheStartServesFromTheFirstEventOn() throws Exception {
        ModelPointer first = pointer(OLD, NOON, null);
        ModelPointer second = pointer(NEW, NOON, null);
        JobSettings settings =
                Events.settings(OrderMode.ARRIVAL).withAnnounced(List.of(first, second, missing()));
        try (Cards cards = new Cards(settings, null)) {
            cards.take("a", NOON);
            assertThat(cards.last().bundleId()).isEqualTo(NEW.bundle().id());

            // They come once more, through the topic, and change nothing.
            cards.announce(first);
            cards.announce(second);
            cards.take("b", NOON);
            assertThat(cards.last().bundleId()).isEqualTo(NEW.bundle().id());

            cards.announce(first);
            cards.takeUntilScoredBy(OLD);
        }
    }

    @Test
    void aShadowScoresBesideTheChampionAndNeverAlerts() throws Exception {
        JobSettings settings =
                Events.settings(OrderMode.EVENT_TIME)
                        .withChampion(pointer(OLD, Long.MIN_VALUE, 1.0));
        CompiledScorer scorer = CompiledScorer.of(NEW.bundle(), SCHEMA.fingerprint());
        try (Cards cards = new Cards(settings, null)) {
            cards.announce(inSlot(ModelPointer.SHADOW, pointer(NEW, NOON, 0.0)));
            cards.take("a", NOON - 1);
            cards.take("b", NOON);
            cards.watermark(NOON);

            ScoredTransaction before = cards.scored().get(0);
            ScoredTransaction beside = cards.scored().get(1);
            assertThat(before.shadowBundleId()).isNull();
            assertThat(before.shadowScore()).isNaN();
            assertThat(beside.bundleId()).isEqualTo(OLD.bundle().id());
            assertThat(beside.decision()).isEqualTo(Decision.PASS);
            assertThat(beside.shadowBundleId()).isEqualTo(NEW.bundle().id());
            assertThat(beside.shadowScore())
                    .isEqualTo(scorer.score(new float[][] {before.features(), beside.features()}));
        }
    }

    @Test
    void whatIsRetiredServesNoLonger() throws Exception {
        ModelPointer champion = pointer(OLD, NOON, null);
        ModelPointer shadow = inSlot(ModelPointer.SHADOW, pointer(NEW, NOON, null));
        JobSettings settings =
                Events.settings(OrderMode.EVENT_TIME).withAnnounced(List.of(champion, shadow));
        try (Cards cards = new Cards(settings, null)) {
            cards.announce(retirement(shadow, NOON + 1));
            cards.announce(retirement(champion, NOON + 2));
            for (long time = NOON; time < NOON + 3; time++) {
                cards.take("at " + time, time);
            }
            cards.watermark(NOON + 3);

            assertThat(cards.scored())
                    .extracting(ScoredTransaction::shadowBundleId)
                    .containsExactly(NEW.bundle().id(), null, null);
            assertThat(cards.scored())
                    .extracting(ScoredTransaction::bundleId)
                    .containsExactly(OLD.bundle().id(), OLD.bundle().id(), null);
            assertThat(cards.last().decision()).isEqualTo(Decision.OBSERVE);
        }
    }

    @Test
    void inEventTimeModeAPointerServesExactlyFromItsTimeOn() throws Exception {
        JobSettings settings =
                Events.settings(OrderMode.EVENT_TIME)
                        .withChampion(pointer(OLD, Long.MIN_VALUE, null));
        try (Cards cards = new Cards(settings, null)) {
            cards.announce(
                    pointer(
                            OLD, NOON + 20,
                            0.75)); // Not due, and not to hold up the one behind it.
            cards.announce(pointer(NEW, NOON + 10, null));
            for (long time : new long[] {NOON + 20, NOON + 19, NOON + 10, NOON + 9}) {
                cards.take("at " + time, time);
            }
            cards.watermark(NOON + 20);

            String before = OLD.bundle().id();
            String after = NEW.bundle().id();
            assertThat(cards.scored())
                    .extracting(ScoredTransaction::bundleId)
                    .containsExactly(before, after, after, before);
            assertThat(cards.last().threshold()).isEqualTo(0.75);
        }
    }

    @Test
    void aPinnedModelFollowsNoPointer() throws Exception {
        JobSettings following =
                Events.settings(OrderMode.EVENT_TIME)
                        .withChampion(pointer(OLD, Long.MIN_VALUE, null));
        JobSettings pinned =
                new JobSettings(
                        following.order(),
                        following.latePolicy(),
                        following.outOfOrderness(),
                        following.idleness(),
                        following.dedupeHorizon(),
                        following.maxEventsPerHistory(),
                        following.historyCacheMb(),
                        following.champion(),
                        List.of(pointer(NEW, NOON, null)),
                        false,
                        false,
                        TrustedKeys.NONE,
                        0);
        OperatorSubtaskState state;
        try (Cards cards = new Cards(pinned, null)) {
            cards.announce(pointer(NEW, NOON, null));
            cards.take("a", NOON + 1);
            cards.watermark(NOON + 1);

            assertThat(cards.last().bundleId()).isEqualTo(OLD.bundle().id());
            state = cards.harness.snapshot(1, 1);
        }
        // What was announced meanwhile is not lost for a run that follows promotions.
        try (Cards next = new Cards(Events.settings(OrderMode.EVENT_TIME), state)) {
            next.take("b", NOON + 2);
            next.watermark(NOON + 2);

            assertThat(next.last().bundleId()).isEqualTo(NEW.bundle().id());
        }
    }

    @Test
    void eventsAreScoredInOrderOfTimeAndIdHoweverTheyArrive() throws Exception {
        List<String> inOrder = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            inOrder.add("t" + (100 + i));
        }
        List<String> arriving = new ArrayList<>(inOrder);
        Collections.shuffle(arriving, new Random(4));
        try (Cards cards = new Cards(Events.settings(OrderMode.EVENT_TIME), null)) {
            for (String id : arriving) {
                cards.take(id, NOON + (Integer.parseInt(id.substring(1)) - 100) / 3);
            }
            assertThat(cards.scored()).isEmpty();
            cards.watermark(NOON + 20);

            assertThat(cards.scored())
                    .extracting(scored -> scored.transaction().id())
                    .isEqualTo(inOrder);
        }
    }

    @Test
    void aTraceGoesWithItsEventOverASavepoint() throws Exception {
        OperatorSubtaskState state;
        try (Cards cards = new Cards(Events.settings(OrderMode.EVENT_TIME), null)) {
            cards.take(Events.traced(admitted("a", NOON)));
            cards.take("b", NOON + 1);
            state = cards.harness.snapshot(1, 1);
        }
        try (Cards next = new Cards(Events.settings(OrderMode.EVENT_TIME), state)) {
            next.watermark(NOON + 1);

            assertThat(next.scored())
                    .extracting(ScoredTransaction::trace)
                    .containsExactly(Events.TRACE, null);
        }
    }

    @Test
    void nothingIsLeftOfACardAfterTheHorizon() throws Exception {
        try (Cards cards = new Cards(Events.settings(OrderMode.EVENT_TIME), null)) {
            cards.take("a", NOON);
            cards.watermark(NOON + FeatureSchema.CARD_HORIZON);
            assertThat(cards.harness.numKeyedStateEntries()).isPositive();

            cards.watermark(FORGOTTEN);

            assertThat(cards.harness.numKeyedStateEntries()).isZero();
            assertThat(cards.harness.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void aBusyCardHoldsOneTimerUntilItIsForgotten() throws Exception {
        try (Cards cards = new Cards(Events.settings(OrderMode.ARRIVAL), null)) {
            for (int i = 0; i < 100; i++) {
                cards.take("t" + i, NOON + i * DAY);
                cards.watermark(NOON + i * DAY);
                assertThat(cards.harness.numEventTimeTimers()).isEqualTo(1);
            }

            cards.watermark(FORGOTTEN + 88 * DAY);
            assertThat(cards.harness.numKeyedStateEntries()).isPositive();
            cards.watermark(FORGOTTEN + 110 * DAY);

            assertThat(cards.harness.numKeyedStateEntries()).isZero();
            assertThat(cards.harness.numEventTimeTimers()).isZero();
        }
    }

    @Test
    void historiesOutliveTheEndOfARunAndExpireInTheNext() throws Exception {
        int countOfDay = SCHEMA.indexOf("card_count_24h");
        OperatorSubtaskState state;
        try (Cards cards = new Cards(Events.settings(OrderMode.EVENT_TIME), null)) {
            cards.take("a", NOON);
            cards.watermark(ReceivedWatermarks.END_OF_RUN);
            assertThat(cards.scored()).hasSize(1);
            state = cards.harness.snapshot(1, 1);
        }
        try (Cards next = new Cards(Events.settings(OrderMode.EVENT_TIME), state)) {
            next.harness.setProcessingTime(1);
            next.take("b", NOON + 1);
            next.watermark(NOON + 1);
            assertThat(next.last().features()[countOfDay]).isEqualTo(2);

            next.watermark(FORGOTTEN);

            assertThat(next.harness.numKeyedStateEntries()).isZero();
            assertThat(next.harness.numEventTimeTimers()).isZero();
        }
    }

    private ModelPointer pointer(BundleFormat.Written bundle, long effectiveFrom, Double threshold)
            throws IOException {
        Path file = directory.resolve(bundle.bundle().id() + ".zip");
        Files.write(file, bundle.zip());
        return new ModelPointer(
                ModelPointer.CHAMPION,
                bundle.bundle().id(),
                file.toUri().toString(),
                BundleFormat.sha256(bundle.zip()),
                bundle.bundle().manifest().featureFingerprint(),
                effectiveFrom,
                threshold);
    }

    private static ModelPointer inSlot(String slot, ModelPointer pointer) {
        return new ModelPointer(
                slot,
                pointer.bundleId(),
                pointer.uri(),
                pointer.sha256(),
                pointer.fingerprint(),
                pointer.effectiveFrom(),
                pointer.threshold());
    }

    private static ModelPointer retirement(ModelPointer pointer, long effectiveFrom) {
        return new ModelPointer(
                pointer.slot(),
                pointer.bundleId(),
                pointer.uri(),
                pointer.sha256(),
                pointer.fingerprint(),
                effectiveFrom,
                null,
                0,
                ModelPointer.Kind.RETIREMENT);
    }

    private ModelPointer missing() {
        return new ModelPointer(
                ModelPointer.CHAMPION,
                "b",
                directory.resolve("absent.zip").toUri().toString(),
                "00".repeat(32),
                SCHEMA.fingerprint(),
                NOON,
                null);
    }

    private static final class Cards implements AutoCloseable {
        private final CardFunction function;
        private final KeyedTwoInputStreamOperatorTestHarness<
                        String, Measured, ServedBundle, ScoredTransaction>
                harness;

        Cards(JobSettings settings, OperatorSubtaskState state) throws Exception {
            function = new CardFunction(settings, Events.CODECS);
            harness =
                    new KeyedTwoInputStreamOperatorTestHarness<>(
                            new CoBroadcastWithKeyedOperator<>(
                                    function, List.of(CardFunction.BUNDLES)),
                            CardFunction.CARD,
                            pointer -> "unused",
                            Types.STRING);
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        void take(String id, long eventTime) throws Exception {
            take(admitted(id, eventTime));
        }

        void take(Admitted admitted) throws Exception {
            float[] terminal = new float[SCHEMA.terminalSize()];
            harness.processElement1(
                    new Measured(admitted, new FeatureEngine.Features(terminal, false)),
                    admitted.orderTime());
        }

        /** Bundles are loaded meanwhile; the time limit of the test ends a wait in vain. */
        void takeUntilScoredBy(BundleFormat.Written bundle) throws Exception {
            do {
                take("event", NOON);
            } while (!bundle.bundle().id().equals(last().bundleId()));
        }

        /** As it comes from the operator that accepted it. */
        void announce(ModelPointer pointer) throws Exception {
            harness.processElement2(
                    VerifiedBundle.fetch(pointer, SCHEMA, TrustedKeys.NONE).served(), NOON);
        }

        void watermark(long time) throws Exception {
            harness.processBothWatermarks(new Watermark(time));
        }

        List<ScoredTransaction> scored() {
            return harness.extractOutputValues();
        }

        ScoredTransaction last() {
            List<ScoredTransaction> scored = scored();
            return scored.get(scored.size() - 1);
        }

        long count(String name) {
            return (Long) function.getRuntimeContext().getAccumulator(name).getLocalValue();
        }

        @Override
        public void close() {
            Events.close(harness);
        }
    }
}
