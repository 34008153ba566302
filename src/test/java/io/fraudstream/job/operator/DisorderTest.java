package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.features.FeatureOracle;
import io.fraudstream.features.GeneratedStream;
import io.fraudstream.job.JobSettings;
import io.fraudstream.job.LatePolicy;
import io.fraudstream.job.OrderMode;
import io.fraudstream.job.kafka.ReceivedWatermarks;
import io.fraudstream.job.state.Admitted;
import io.fraudstream.job.state.Measured;
import io.fraudstream.job.state.Received;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.registry.TrustedKeys;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;
import org.apache.flink.streaming.api.operators.co.KeyedCoProcessOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedTwoInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Shuffled, delayed and duplicated streams, with labels before their transactions, repeated,
 * contradictory and of none, through all operators in a row and through restarts: who is late, who
 * is a duplicate, in which order the rest is scored, and every feature, are what the definitions
 * say over plain lists.
 */
class DisorderTest {
    private static final int PARTITIONS = 3;
    private static final int EVENTS = 1_500;
    private static final Duration BOUND = Duration.ofHours(2);
    private static final Duration HORIZON = Duration.ofDays(7);

    /** What arrives, in order. */
    private record Arrival(Decoded what, int partition, long offset) {}

    /** A transaction with its turn, as defined. */
    private record Turn(Transaction transaction, long orderTime, boolean late, Arrival arrival) {
        private static final Comparator<Turn> ORDER =
                Comparator.comparingLong(Turn::orderTime)
                        .thenComparingLong(turn -> turn.transaction.eventTime())
                        .thenComparing(turn -> turn.transaction.id())
                        .thenComparingInt(turn -> turn.arrival.partition)
                        .thenComparingLong(turn -> turn.arrival.offset);
    }

    private record Found(String id, long eventTime, boolean late, float[] features) {
        private static final Comparator<Found> BY_ID =
                Comparator.comparing(Found::id).thenComparingLong(Found::eventTime);
    }

    @ParameterizedTest(name = "{0}, {1}, seed {2}, {3} restarts")
    @CsvSource({
        "ARRIVAL, SCORE, 1, 0",
        "ARRIVAL, DIVERT, 2, 2",
        "EVENT_TIME, SCORE, 3, 0",
        "EVENT_TIME, SCORE, 4, 3",
        "EVENT_TIME, DIVERT, 5, 2",
        "ARRIVAL, SCORE, 6, 3"
    })
    void everythingIsAsDefined(OrderMode order, LatePolicy policy, long seed, int restarts)
            throws Exception {
        List<Arrival> arrivals = arrivals(seed);
        Definition expected = new Definition(order, policy);
        Job job = new Job(order, policy, null);
        try {
            int read = 0;
            for (int i = 0; i < arrivals.size(); i++) {
                Arrival arrival = arrivals.get(i);
                read += arrival.what instanceof Transaction ? 1 : 0;
                expected.take(arrival);
                job.take(arrival, expected.watermark());
                if (restarts > 0 && i % (arrivals.size() / restarts) == 1) {
                    Job next = new Job(order, policy, job);
                    job.close();
                    job = next;
                }
            }
            expected.end();
            job.end();

            assertSame(job.found, expected.found);
            assertThat(job.diverted)
                    .extracting(Admitted::transaction, Admitted::orderTime)
                    .containsExactlyElementsOf(
                            expected.diverted.stream()
                                    .map(turn -> tuple(turn.transaction, turn.orderTime))
                                    .toList());
            long scored = job.count(job.cardFunction.getRuntimeContext(), "scored");
            long late = job.count(job.admissionFunction.getRuntimeContext(), "late");
            long duplicate = job.count(job.dedupeFunction.getRuntimeContext(), "duplicate");
            assertThat(job.count(job.admissionFunction.getRuntimeContext(), "read"))
                    .isEqualTo(read)
                    .isEqualTo(scored + late + duplicate);
            assertThat(scored).isEqualTo(expected.found.size());
            assertThat(late).isEqualTo(expected.diverted.size());
            assertThat(duplicate).isEqualTo(expected.duplicates).isGreaterThan(50);
            long scoredLate = expected.found.stream().filter(Found::late).count();
            assertThat(job.count(job.cardFunction.getRuntimeContext(), "scoredLate"))
                    .isEqualTo(scoredLate);
            assertThat(scoredLate + late).as("late ones").isGreaterThan(50);
        } finally {
            job.close();
        }
    }

    /** Each card is in one partition, as producers key them, and what comes twice often is not. */
    private static List<Arrival> arrivals(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Decoded> stream = GeneratedStream.of(seed, EVENTS, 8, 6, 60, 6 * GeneratedStream.HOUR);
        Set<String> labelled =
                stream.stream()
                        .filter(FraudLabel.class::isInstance)
                        .map(decoded -> ((FraudLabel) decoded).transactionId())
                        .collect(Collectors.toSet());
        long[] offsets = new long[PARTITIONS];
        List<Arrival> arrivals = new ArrayList<>();
        List<Transaction> lately = new ArrayList<>();
        for (Decoded decoded : stream) {
            if (decoded instanceof FraudLabel) {
                arrivals.add(new Arrival(decoded, 0, 0));
                continue;
            }
            Transaction t = withKind((Transaction) decoded, random);
            int partition = Math.floorMod(t.cardId().hashCode(), PARTITIONS);
            arrivals.add(new Arrival(t, partition, offsets[partition]++));
            lately.add(t);
            if (random.nextInt(8) == 0) {
                Transaction again = lately.get(Math.max(0, lately.size() - 1 - random.nextInt(9)));
                int elsewhere = random.nextInt(3) == 0 ? random.nextInt(PARTITIONS) : partition;
                // A label names the time of its transaction, so it would not fit one that was
                // moved.
                Transaction copy = labelled.contains(again.id()) ? again : moved(again, random);
                arrivals.add(new Arrival(copy, elsewhere, offsets[elsewhere]++));
            }
        }
        return arrivals;
    }

    /** Advices and financial requests count as authorisations do. */
    private static Transaction withKind(Transaction t, SplittableRandom random) {
        MessageType[] kinds = {
            MessageType.AUTHORIZATION, MessageType.FINANCIAL, MessageType.ADVICE
        };
        return t.isReversal() ? t : copy(t, t.eventTime(), kinds[random.nextInt(kinds.length)]);
    }

    /** The same once more, most often with its own time. */
    private static Transaction moved(Transaction t, SplittableRandom random) {
        return switch (random.nextInt(6)) {
            case 0 -> copy(t, t.eventTime() + random.nextLong(5_000), t.messageType());
            case 1 -> copy(t, t.eventTime() - random.nextLong(5_000), t.messageType());
            default -> t;
        };
    }

    private static Transaction copy(Transaction t, long eventTime, MessageType type) {
        return new Transaction(
                t.id(),
                eventTime,
                t.cardId(),
                t.amountMinor(),
                t.currency(),
                t.baseAmountMinor(),
                t.terminalId(),
                t.merchantId(),
                t.mcc(),
                t.country(),
                t.entryMode(),
                t.latitude(),
                t.longitude(),
                t.deviceId(),
                t.responseCode(),
                type,
                t.originalTransactionId());
    }

    /**
     * Cards that do not meet may be scored in any order; features show the order of those that do.
     */
    private static void assertSame(List<Found> found, List<Found> expected) {
        found.sort(Found.BY_ID);
        expected.sort(Found.BY_ID);
        assertThat(found)
                .extracting(Found::id, Found::eventTime, Found::late)
                .containsExactlyElementsOf(
                        expected.stream()
                                .map(one -> tuple(one.id, one.eventTime, one.late))
                                .toList());
        for (int i = 0; i < found.size(); i++) {
            for (int f = 0; f < SCHEMA.size(); f++) {
                float measured = found.get(i).features[f];
                float defined = expected.get(i).features[f];
                boolean agrees =
                        Float.compare(measured, defined) == 0
                                || Math.abs(measured - defined)
                                        <= 1e-6 * Math.max(1e-3, Math.abs(defined));
                assertThat(agrees)
                        .as(
                                "%s of %s is %s, defined as %s",
                                SCHEMA.specs().get(f).name(), found.get(i).id, measured, defined)
                        .isTrue();
            }
        }
    }

    /** By the definitions alone, over plain lists. */
    private static final class Definition {
        private final OrderMode order;
        private final LatePolicy policy;
        private final long[] newest = new long[PARTITIONS];
        private final List<Turn> waiting = new ArrayList<>();
        private final List<Turn> passed = new ArrayList<>();
        private final List<Turn> diverted = new ArrayList<>();
        private final List<Found> found = new ArrayList<>();
        private final FeatureOracle features = new FeatureOracle(SCHEMA);
        private int duplicates;

        Definition(OrderMode order, LatePolicy policy) {
            this.order = order;
            this.policy = policy;
        }

        void take(Arrival arrival) {
            if (arrival.what instanceof FraudLabel label) {
                features.label(label);
                return;
            }
            Transaction t = (Transaction) arrival.what;
            newest[arrival.partition] = Math.max(newest[arrival.partition], t.eventTime());
            long bound = newest[arrival.partition] - BOUND.toMillis();
            boolean late = t.eventTime() < bound;
            Turn turn = new Turn(t, Math.max(t.eventTime(), bound), late, arrival);
            if (late && policy == LatePolicy.DIVERT) {
                diverted.add(turn);
            } else {
                waiting.add(turn);
            }
            score(order == OrderMode.ARRIVAL ? Long.MAX_VALUE : watermark());
        }

        /** Everything up to here has come; before each partition has begun, nothing has. */
        long watermark() {
            long least = Long.MAX_VALUE;
            for (long time : newest) {
                least = Math.min(least, time == 0 ? Long.MIN_VALUE : time - BOUND.toMillis() - 1);
            }
            return least;
        }

        void end() {
            score(Long.MAX_VALUE);
        }

        private void score(long until) {
            waiting.sort(Turn.ORDER);
            Iterator<Turn> turns = waiting.iterator();
            while (turns.hasNext()) {
                Turn turn = turns.next();
                if (turn.orderTime > until) {
                    return;
                }
                turns.remove();
                if (isDuplicate(turn.transaction)) {
                    duplicates++;
                } else {
                    passed.add(turn);
                    double[] row = features.step(turn.transaction);
                    float[] values = new float[row.length];
                    for (int i = 0; i < row.length; i++) {
                        values[i] = (float) row[i];
                    }
                    found.add(
                            new Found(
                                    turn.transaction.id(),
                                    turn.transaction.eventTime(),
                                    turn.late,
                                    values));
                }
            }
        }

        private boolean isDuplicate(Transaction t) {
            return passed.stream()
                    .anyMatch(
                            turn ->
                                    turn.transaction.id().equals(t.id())
                                            && turn.transaction.eventTime() + HORIZON.toMillis()
                                                    > t.eventTime());
        }
    }

    /** The operators as the job has them in a row, each with its own state. */
    private static final class Job {
        private final List<Found> found = new ArrayList<>();
        private final List<Admitted> diverted = new ArrayList<>();
        private final long[] newest = new long[PARTITIONS];
        private final AdmissionFunction admissionFunction;
        private final DedupeFunction dedupeFunction;
        private final CardFunction cardFunction;
        private final OneInputStreamOperatorTestHarness<Received, Admitted> admission;
        private final KeyedOneInputStreamOperatorTestHarness<Integer, Admitted, Admitted> dedupe;
        private final KeyedTwoInputStreamOperatorTestHarness<String, Admitted, FraudLabel, Measured>
                terminals;
        private final KeyedTwoInputStreamOperatorTestHarness<
                        String, Measured, ServedBundle, ScoredTransaction>
                cards;

        /**
         * @param before whose state to go on from, or {@code null}
         */
        Job(OrderMode order, LatePolicy policy, Job before) throws Exception {
            JobSettings settings =
                    new JobSettings(
                            order,
                            policy,
                            BOUND,
                            Duration.ofSeconds(30),
                            HORIZON,
                            JobSettings.MAX_EVENTS_PER_HISTORY,
                            JobSettings.HISTORY_CACHE_MB,
                            null,
                            List.of(),
                            false,
                            true,
                            TrustedKeys.NONE,
                            0);
            admissionFunction = new AdmissionFunction(settings);
            admission =
                    new OneInputStreamOperatorTestHarness<>(
                            new ProcessOperator<>(admissionFunction));
            dedupeFunction = new DedupeFunction(settings);
            dedupe =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            new KeyedProcessOperator<>(dedupeFunction),
                            DedupeFunction.BUCKET,
                            Types.INT);
            terminals =
                    new KeyedTwoInputStreamOperatorTestHarness<>(
                            new KeyedCoProcessOperator<>(
                                    new TerminalFunction(settings, Events.CODECS)),
                            TerminalFunction.TERMINAL,
                            TerminalFunction.LABEL_TERMINAL,
                            Types.STRING);
            cardFunction = new CardFunction(settings, Events.CODECS);
            cards =
                    new KeyedTwoInputStreamOperatorTestHarness<>(
                            new CoBroadcastWithKeyedOperator<>(
                                    cardFunction, List.of(CardFunction.BUNDLES)),
                            CardFunction.CARD,
                            bundle -> "unused",
                            Types.STRING);
            begin(admission, before == null ? null : before.admission);
            begin(dedupe, before == null ? null : before.dedupe);
            begin(terminals, before == null ? null : before.terminals);
            begin(cards, before == null ? null : before.cards);
            if (before != null) {
                found.addAll(before.found);
                diverted.addAll(before.diverted);
                System.arraycopy(before.newest, 0, newest, 0, PARTITIONS);
            }
        }

        private static void begin(
                AbstractStreamOperatorTestHarness<?> harness,
                AbstractStreamOperatorTestHarness<?> before)
                throws Exception {
            if (before != null) {
                OperatorSubtaskState state = before.snapshot(1, 1);
                harness.initializeState(state);
            }
            harness.open();
        }

        void take(Arrival arrival, long watermark) throws Exception {
            if (arrival.what instanceof FraudLabel label) {
                terminals.processElement2(label, label.knownAt());
            } else {
                Coordinates at =
                        new Coordinates("transactions", arrival.partition, arrival.offset, 0);
                Received received =
                        Received.alone(arrival.what, at, false).after(newest[arrival.partition]);
                newest[arrival.partition] = received.newest();
                admission.processElement(received, 0);
            }
            pass(watermark);
        }

        void end() throws Exception {
            pass(ReceivedWatermarks.END_OF_RUN);
        }

        private void pass(long watermark) throws Exception {
            for (StreamRecord<Admitted> record : taken(admission)) {
                dedupe.processElement(record.getValue(), record.getValue().orderTime());
            }
            Queue<StreamRecord<Admitted>> late =
                    admission.getSideOutput(AdmissionFunction.DIVERTED);
            while (late != null && !late.isEmpty()) {
                diverted.add(late.poll().getValue());
            }
            dedupe.processWatermark(watermark);
            for (StreamRecord<Admitted> record : taken(dedupe)) {
                terminals.processElement1(record.getValue(), record.getValue().orderTime());
            }
            terminals.processBothWatermarks(new Watermark(watermark));
            for (StreamRecord<Measured> record : taken(terminals)) {
                cards.processElement1(record.getValue(), record.getValue().orderTime());
            }
            cards.processBothWatermarks(new Watermark(watermark));
            List<Found> now = new ArrayList<>();
            for (StreamRecord<ScoredTransaction> record : taken(cards)) {
                ScoredTransaction scored = record.getValue();
                Transaction t = scored.transaction();
                now.add(new Found(t.id(), t.eventTime(), scored.scoredLate(), scored.features()));
            }
            found.addAll(now);
        }

        private static <T> List<StreamRecord<T>> taken(AbstractStreamOperatorTestHarness<T> from) {
            List<StreamRecord<T>> records = new ArrayList<>();
            for (Object out = from.getOutput().poll(); out != null; out = from.getOutput().poll()) {
                if (out instanceof StreamRecord<?>) {
                    @SuppressWarnings("unchecked") // what such a harness puts out
                    StreamRecord<T> record = (StreamRecord<T>) out;
                    records.add(record);
                }
            }
            return records;
        }

        long count(RuntimeContext of, String name) {
            return (Long) of.getAccumulator(name).getLocalValue();
        }

        void close() {
            Events.close(admission);
            Events.close(dedupe);
            Events.close(terminals);
            Events.close(cards);
        }
    }
}
