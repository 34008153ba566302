package io.fraudstream.job.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.alert.Decision;
import io.fraudstream.alert.ScoredTransaction;
import io.fraudstream.features.CardHistory;
import io.fraudstream.features.FeatureEngine;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.features.TerminalHistory;
import io.fraudstream.job.SimulatedRecording;
import io.fraudstream.model.Reason;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Decoded;
import io.fraudstream.transaction.EntryMode;
import io.fraudstream.transaction.FraudLabel;
import io.fraudstream.transaction.MessageType;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionReason;
import io.fraudstream.transaction.TraceContext;
import io.fraudstream.transaction.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every serializer of the job's state and streams, on seeded random values with and without their
 * optional parts.
 */
class SerializersTest {
    private static final int VALUES = 300;
    private static final Random RANDOM = new Random(17);

    static Stream<Arguments> serializers() {
        return Stream.of(
                of(TransactionSerializer.INSTANCE, SerializersTest::transaction),
                of(LabelSerializer.INSTANCE, SerializersTest::label),
                of(RejectionSerializer.INSTANCE, SerializersTest::rejection),
                of(ReceivedSerializer.INSTANCE, SerializersTest::received),
                of(AdmittedSerializer.INSTANCE, SerializersTest::admitted),
                of(MeasuredSerializer.INSTANCE, SerializersTest::measured),
                of(ScoredTransactionSerializer.INSTANCE, SerializersTest::scored),
                of(ServedBundleSerializer.INSTANCE, SerializersTest::served),
                of(AnnouncedSerializer.INSTANCE, SerializersTest::announced),
                of(SeenIdsSerializer.INSTANCE, SerializersTest::seenIds),
                of(new CardHistorySerializer(32), SerializersTest::cardHistory),
                of(new TerminalHistorySerializer(32), SerializersTest::terminalHistory));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("serializers")
    <T> void valuesComeBackAsTheyWere(TypeSerializer<T> serializer, Supplier<T> values)
            throws IOException {
        for (int i = 0; i < VALUES; i++) {
            T value = values.get();
            byte[] bytes = bytes(serializer, value);

            DataInputDeserializer in = new DataInputDeserializer(bytes);
            T restored = serializer.deserialize(in);
            assertThat(in.available()).isZero();
            if (value instanceof Record) {
                assertThat(restored)
                        .usingRecursiveComparison()
                        .withEqualsForType(Double::equals, Double.class)
                        .withEqualsForType(Float::equals, Float.class)
                        .isEqualTo(value);
            }
            assertThat(bytes(serializer, restored)).isEqualTo(bytes);
            assertThat(bytes(serializer, serializer.copy(value))).isEqualTo(bytes);
            assertThat(copied(serializer, bytes)).isEqualTo(bytes);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("serializers")
    <T> void aCheckpointRemembersTheSerializer(TypeSerializer<T> serializer, Supplier<T> values)
            throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(64);
        TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());

        TypeSerializerSnapshot<T> restored =
                TypeSerializerSnapshot.readVersionedSnapshot(
                        new DataInputDeserializer(out.getCopyOfBuffer()),
                        getClass().getClassLoader());

        assertThat(
                        serializer
                                .snapshotConfiguration()
                                .resolveSchemaCompatibility(restored)
                                .isCompatibleAsIs())
                .isTrue();
        byte[] bytes = bytes(serializer, values.get());
        TypeSerializer<T> former = restored.restoreSerializer();
        assertThat(bytes(serializer, former.deserialize(new DataInputDeserializer(bytes))))
                .isEqualTo(bytes);
    }

    private static <T> Arguments of(TypeSerializer<T> serializer, Supplier<T> values) {
        return Arguments.of(serializer, values);
    }

    private static <T> byte[] bytes(TypeSerializer<T> serializer, T value) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        serializer.serialize(value, out);
        return out.getCopyOfBuffer();
    }

    private static byte[] copied(TypeSerializer<?> serializer, byte[] bytes) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(256);
        serializer.copy(new DataInputDeserializer(bytes), out);
        return out.getCopyOfBuffer();
    }

    private static Transaction transaction() {
        boolean place = RANDOM.nextBoolean();
        return new Transaction(
                text(),
                1_700_000_000_000L + RANDOM.nextInt(),
                "card " + RANDOM.nextInt(5),
                RANDOM.nextInt(),
                "EUR",
                RANDOM.nextInt(1_000_000),
                maybe("terminal"),
                maybe("merchant"),
                maybe("5411"),
                maybe("PT"),
                RANDOM.nextBoolean() ? any(EntryMode.values()) : null,
                place ? RANDOM.nextDouble() * 90 : Double.NaN,
                place ? -RANDOM.nextDouble() * 180 : Double.NaN,
                maybe("device"),
                maybe("05"),
                any(MessageType.values()),
                maybe("original"));
    }

    private static FraudLabel label() {
        return new FraudLabel(
                text(),
                text(),
                maybe("terminal"),
                maybe("merchant"),
                1_700_000_000_000L + RANDOM.nextInt(),
                RANDOM.nextBoolean(),
                RANDOM.nextLong(),
                text());
    }

    private static Rejection rejection() {
        return new Rejection(
                any(RejectionReason.values()),
                maybe("field"),
                text(),
                maybe("payload"),
                RANDOM.nextInt(),
                coordinates());
    }

    private static Coordinates coordinates() {
        return new Coordinates(
                text(), RANDOM.nextInt(64), RANDOM.nextLong(), RANDOM.nextLong(), trace());
    }

    private static TraceContext trace() {
        return RANDOM.nextBoolean() ? new TraceContext(text(), maybe("vendor=1")) : null;
    }

    private static Received received() {
        Decoded decoded =
                switch (RANDOM.nextInt(3)) {
                    case 0 -> transaction();
                    case 1 -> label();
                    default -> rejection();
                };
        return new Received(decoded, coordinates(), RANDOM.nextBoolean(), RANDOM.nextLong());
    }

    private static Admitted admitted() {
        return new Admitted(
                transaction(),
                RANDOM.nextLong(),
                RANDOM.nextBoolean(),
                RANDOM.nextInt(64),
                RANDOM.nextLong(),
                RANDOM.nextLong(),
                trace());
    }

    private static Measured measured() {
        return new Measured(
                admitted(), new FeatureEngine.Features(features(), RANDOM.nextBoolean()));
    }

    private static ScoredTransaction scored() {
        List<Reason> reasons =
                Stream.generate(
                                () ->
                                        new Reason(
                                                text(),
                                                RANDOM.nextDouble(),
                                                Double.NaN,
                                                RANDOM.nextDouble(),
                                                text()))
                        .limit(RANDOM.nextInt(4))
                        .toList();
        return new ScoredTransaction(
                transaction(),
                features(),
                RANDOM.nextBoolean() ? RANDOM.nextDouble() : Double.NaN,
                RANDOM.nextDouble(),
                maybe("bundle"),
                any(Decision.values()),
                reasons,
                RANDOM.nextBoolean(),
                RANDOM.nextBoolean(),
                RANDOM.nextLong(),
                RANDOM.nextBoolean() ? RANDOM.nextDouble() : Double.NaN,
                maybe("shadow"),
                trace());
    }

    private static ServedBundle served() {
        byte[] serving = new byte[RANDOM.nextInt(50)];
        RANDOM.nextBytes(serving);
        return new ServedBundle(pointer(), serving);
    }

    private static Announced announced() {
        return new Announced(
                coordinates().in(null),
                text().getBytes(StandardCharsets.UTF_8),
                RANDOM.nextBoolean() ? served() : null,
                RANDOM.nextLong(),
                RANDOM.nextBoolean()
                        ? new Announced.Refusal(maybe("uri"), text(), RANDOM.nextBoolean())
                        : null);
    }

    private static ModelPointer pointer() {
        return new ModelPointer(
                RANDOM.nextBoolean() ? ModelPointer.CHAMPION : ModelPointer.SHADOW,
                text(),
                text(),
                text(),
                text(),
                RANDOM.nextLong(),
                RANDOM.nextBoolean() ? RANDOM.nextDouble() : null,
                RANDOM.nextInt(1000),
                any(ModelPointer.Kind.values()));
    }

    private static SeenIds seenIds() {
        SeenIds ids = new SeenIds();
        for (int i = RANDOM.nextInt(20); i > 0; i--) {
            ids.put("id-" + RANDOM.nextInt(30), RANDOM.nextLong());
        }
        return ids;
    }

    /** Often more events than a history takes singly. */
    private static CardHistory cardHistory() {
        FeatureEngine engine =
                new FeatureEngine(new FeatureSchema(SimulatedRecording.CODECS.rates()));
        CardHistory history = new CardHistory(32);
        FeatureEngine.Features terminal = engine.stepTerminal(null, withoutTerminal(0));
        for (int i = RANDOM.nextInt(50); i > 0; i--) {
            engine.stepCard(history, transaction(), terminal);
        }
        return history;
    }

    private static TerminalHistory terminalHistory() {
        FeatureEngine engine =
                new FeatureEngine(new FeatureSchema(SimulatedRecording.CODECS.rates()));
        TerminalHistory history = new TerminalHistory(32);
        for (int i = RANDOM.nextInt(50); i > 0; i--) {
            Transaction transaction = transaction();
            engine.stepTerminal(transaction.terminalKey() == null ? null : history, transaction);
            if (RANDOM.nextInt(4) == 0) {
                history.label(
                        new FraudLabel(
                                transaction.id(),
                                transaction.cardId(),
                                transaction.terminalId(),
                                transaction.merchantId(),
                                transaction.eventTime(),
                                RANDOM.nextBoolean(),
                                transaction.eventTime() + RANDOM.nextInt(1_000_000_000),
                                "analyst"));
            }
        }
        return history;
    }

    private static Transaction withoutTerminal(long eventTime) {
        return new Transaction(
                "none",
                eventTime,
                "card",
                1,
                "EUR",
                1,
                null,
                null,
                null,
                null,
                null,
                Double.NaN,
                Double.NaN,
                null,
                null,
                MessageType.AUTHORIZATION,
                null);
    }

    private static float[] features() {
        float[] values = new float[RANDOM.nextInt(70)];
        for (int i = 0; i < values.length; i++) {
            values[i] = RANDOM.nextInt(8) == 0 ? Float.NaN : RANDOM.nextFloat();
        }
        return values;
    }

    private static String text() {
        return "text é中😀 " + RANDOM.nextInt();
    }

    private static String maybe(String text) {
        return RANDOM.nextBoolean() ? text : null;
    }

    private static <E> E any(E[] values) {
        return values[RANDOM.nextInt(values.length)];
    }
}
