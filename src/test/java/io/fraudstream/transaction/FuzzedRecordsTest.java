package io.fraudstream.transaction;

import static io.fraudstream.transaction.Records.HERE;
import static io.fraudstream.transaction.Records.NOW;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Hostile records come to what an independent reading of their bytes says, at a bounded cost. */
class FuzzedRecordsTest {
    private static final int RECORDS = 60_000;
    private static final WireOracle ORACLE = new WireOracle(DecodingLimits.DEFAULT, Records.RATES);

    private final TransactionCodec transactions =
            new TransactionCodec(
                    DecodingLimits.DEFAULT,
                    Records.RATES,
                    CardTokenPolicy.rejectCardNumbers(),
                    Clock.fixed(NOW, ZoneOffset.UTC));
    private final LabelCodec labels =
            new LabelCodec(
                    DecodingLimits.DEFAULT,
                    CardTokenPolicy.rejectCardNumbers(),
                    Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void transactionsAreAcceptedOrRefusedForTheFirstThingThatIsWrong() throws IOException {
        Schemas schema = Schemas.named("rejected-v1");
        RecordMutator mutator = new RecordMutator(1);
        Random random = new Random(1);
        Set<RejectionReason> reasons = EnumSet.noneOf(RejectionReason.class);
        int accepted = 0;
        for (int i = 0; i < RECORDS; i++) {
            RecordMutator.Mutated mutated =
                    mutator.next(TransactionCodec.encode(Records.random(random, i)));

            Decoded decoded = transactions.decode(mutated.bytes(), HERE);

            assertThat(reasonOf(decoded))
                    .as("%s %s", mutated.kind(), Shown.of(mutated.bytes()))
                    .isEqualTo(ORACLE.transaction(mutated.bytes(), NOW.toEpochMilli()).fault());
            if (decoded instanceof Transaction transaction) {
                accepted++;
                assertThat(transactions.decode(TransactionCodec.encode(transaction), HERE))
                        .isEqualTo(transaction);
            } else {
                reasons.add(((Rejection) decoded).reason());
                if (i % 20 == 0) {
                    schema.assertValid(RejectionCodec.encode((Rejection) decoded));
                }
            }
        }
        assertThat(accepted).isBetween(RECORDS / 5, RECORDS / 2);
        assertThat(reasons)
                .containsExactlyInAnyOrderElementsOf(
                        EnumSet.complementOf(EnumSet.of(RejectionReason.MODEL_REFUSED)));
    }

    @Test
    void labelsToo() {
        RecordMutator mutator = new RecordMutator(2);
        Random random = new Random(2);
        int accepted = 0;
        for (int i = 0; i < RECORDS / 2; i++) {
            Transaction of = Records.random(random, i);
            FraudLabel label =
                    new FraudLabel(
                            of.id(),
                            of.cardId(),
                            of.terminalId(),
                            of.merchantId(),
                            of.eventTime(),
                            random.nextBoolean(),
                            of.eventTime() + random.nextInt(1_000_000),
                            "chargeback");
            byte[] record = mutator.next(LabelCodec.encode(label)).bytes();

            Decoded decoded = labels.decode(record, HERE);

            assertThat(reasonOf(decoded))
                    .as("%s", Shown.of(record))
                    .isEqualTo(ORACLE.label(record, NOW.toEpochMilli()).fault());
            accepted += decoded instanceof FraudLabel ? 1 : 0;
        }
        assertThat(accepted).isGreaterThan(RECORDS / 2 / 6);
    }

    /** Whatever a record of some size holds, reading it takes memory in proportion. */
    @Test
    void memoryIsBoundedByTheSizeOfARecord() {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        RecordMutator mutator = new RecordMutator(3);
        Random random = new Random(3);
        long accounted = 0;
        for (int i = 0; i < RECORDS / 3; i++) {
            byte[] record =
                    mutator.next(TransactionCodec.encode(Records.random(random, i))).bytes();
            long before = thread.getCurrentThreadAllocatedBytes();
            Decoded decoded = transactions.decode(record, HERE);
            long allocated = thread.getCurrentThreadAllocatedBytes() - before;
            accounted += decoded == null ? 0 : 1;

            long size = record == null ? 0 : record.length;
            assertThat(allocated)
                    .as("%s %s", decoded, Shown.of(record))
                    .isLessThan(384 * 1024 + 600 * size);
        }
        assertThat(accounted).isEqualTo(RECORDS / 3);
    }

    private static Optional<RejectionReason> reasonOf(Decoded decoded) {
        return decoded instanceof Rejection rejection
                ? Optional.of(rejection.reason())
                : Optional.empty();
    }

    /** Where a check fails, the record that it failed for. */
    private record Shown(byte[] record) {
        static Object of(byte[] record) {
            return new Shown(record);
        }

        @Override
        public String toString() {
            return record == null
                    ? "null"
                    : new String(record, 0, Math.min(record.length, 600), ISO_8859_1);
        }
    }
}
