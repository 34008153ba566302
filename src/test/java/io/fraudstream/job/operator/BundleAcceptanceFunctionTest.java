package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.NOON;
import static io.fraudstream.job.operator.Events.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.job.state.Announced;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.registry.BundleSigner;
import io.fraudstream.registry.ModelPointer;
import io.fraudstream.registry.TrustedKeys;
import io.fraudstream.transaction.Coordinates;
import io.fraudstream.transaction.Rejection;
import io.fraudstream.transaction.RejectionCodec;
import io.fraudstream.transaction.RejectionReason;
import io.fraudstream.transaction.Schemas;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which pointers a job follows, from what they say to what becomes of them. */
class BundleAcceptanceFunctionTest {
    private static final BundleFormat.Written GOOD = TestBundles.of(NetworkKind.LSTM, SCHEMA, 1);
    private static final BundleFormat.Written OLDER =
            TestBundles.of(NetworkKind.DENSE, SCHEMA, 2, SCHEMA.fingerprint(), 2);
    private static final BundleFormat.Written FOREIGN =
            TestBundles.of(NetworkKind.DENSE, SCHEMA, 3, "other features");

    @TempDir private Path directory;

    @Test
    void aSoundBundleIsFetchedWithoutWhatItIsTrainedOnWith() throws Exception {
        VerifiedBundle verified = VerifiedBundle.fetch(pointer(GOOD), SCHEMA, TrustedKeys.NONE);

        assertThat(verified.labelCutOff()).isEqualTo(3);
        assertThat(BundleFormat.readServing(verified.served().serving()).id())
                .isEqualTo(GOOD.bundle().id());
        assertThat(BundleFormat.readServing(verified.served().serving()).dl4j()).isEmpty();
        assertThat(verified.served().serving()).hasSizeLessThan(GOOD.zip().length);
    }

    @Test
    void aBundleIsOpenedOnlyWithASignatureWhereOneIsDemanded() throws Exception {
        BundleSigner.Keys keys = BundleSigner.generate();
        TrustedKeys trusted = TrustedKeys.of(keys.trusted());
        ModelPointer pointer = pointer(GOOD);
        Path signature = Path.of(URI.create(pointer.uri() + BundleSigner.SUFFIX));

        assertThatThrownBy(() -> VerifiedBundle.fetch(pointer, SCHEMA, trusted))
                .isInstanceOfSatisfying(
                        RefusedBundle.class,
                        refused ->
                                assertThat(refused.refusal())
                                        .isEqualTo(
                                                new Announced.Refusal(
                                                        "signature",
                                                        pointer.uri()
                                                                + " is not signed, expected "
                                                                + pointer.uri()
                                                                + ".sig",
                                                        false)));
        Files.write(signature, BundleSigner.of(BundleSigner.generate().signing()).sign(GOOD.zip()));
        assertThatThrownBy(() -> VerifiedBundle.fetch(pointer, SCHEMA, trusted))
                .hasMessageContaining("does not sign these bytes by a trusted key");
        Files.write(signature, BundleSigner.of(keys.signing()).sign(GOOD.zip()));
        assertThat(VerifiedBundle.fetch(pointer, SCHEMA, trusted).served().pointer())
                .isEqualTo(pointer);
    }

    @Test
    void whatIsNotWhatThePointerSaysIsRefusedByTheFieldAtFault() throws Exception {
        ModelPointer good = pointer(GOOD);
        byte[] damaged = GOOD.zip().clone();
        damaged[damaged.length / 2] ^= 1;
        Path corrupt = Files.write(directory.resolve("corrupt.zip"), damaged);

        assertRefused(with(good, good.uri(), "00".repeat(32), good.fingerprint()), "sha256");
        assertRefused(with(good, good.uri(), good.sha256(), "other features"), "fingerprint");
        assertRefused(with(good, "", good.sha256(), good.fingerprint()), "uri");
        assertRefused(
                with(
                        good,
                        directory.resolve("absent.zip").toUri().toString(),
                        good.sha256(),
                        good.fingerprint()),
                "uri");
        assertRefused(
                with(
                        good,
                        corrupt.toUri().toString(),
                        BundleFormat.sha256(damaged),
                        good.fingerprint()),
                "bundle_id");
        ModelPointer foreign = pointer(FOREIGN);
        assertRefused(
                with(foreign, foreign.uri(), foreign.sha256(), SCHEMA.fingerprint()), "bundle_id");
        ModelPointer older = pointer(OLDER);
        assertRefused(with(good, older.uri(), older.sha256(), good.fingerprint()), "bundle_id");
    }

    @Test
    void onlyWhatCannotBeReachedIsTriedAgain() throws Exception {
        var again =
                BundleFetchFunction.retries().getRetryPredicate().resultPredicate().orElseThrow();
        Announced announced = announced(pointer(GOOD, 1, ModelPointer.Kind.PROMOTION));

        assertThat(again.test(List.of(announced))).isFalse();
        assertThat(again.test(List.of(announced.refused(refusal("sha256", false))))).isFalse();
        assertThat(again.test(List.of(announced.refused(refusal("uri", true))))).isTrue();
    }

    @Test
    void refusalsAreCountedAndReportedOnceAndTheOthersGoOn() throws Exception {
        ModelPointer first = pointer(GOOD, 4, ModelPointer.Kind.PROMOTION);
        OperatorSubtaskState state;
        try (Acceptance acceptance = new Acceptance(null)) {
            acceptance.take(announced(first));
            acceptance.take(announced(pointer(OLDER, 5, ModelPointer.Kind.PROMOTION)));
            acceptance.take(announced(pointer(GOOD, 4, ModelPointer.Kind.PROMOTION)));
            acceptance.take(announced(first).refused(refusal("sha256", false)));
            acceptance.take(
                    new Announced(
                            at(),
                            new byte[] {'{'},
                            null,
                            0,
                            new Announced.Refusal(null, "broken", false)));

            assertThat(acceptance.accepted()).containsExactly(first);
            assertThat(acceptance.rejections())
                    .extracting(Rejection::field)
                    .containsExactly("labelCutOff", "number", "sha256", null);
            for (Rejection rejection : acceptance.rejections()) {
                assertThat(rejection.reason()).isEqualTo(RejectionReason.MODEL_REFUSED);
                Schemas.named("rejected-v1").assertValid(RejectionCodec.encode(rejection));
            }
            assertThat(acceptance.refused()).isEqualTo(4);
            state = acceptance.harness.snapshot(1, 1);
        }
        try (Acceptance restored = new Acceptance(state)) {
            ModelPointer rollback = pointer(OLDER, 5, ModelPointer.Kind.ROLLBACK);
            ModelPointer shadow =
                    slot(ModelPointer.SHADOW, pointer(OLDER, 2, ModelPointer.Kind.PROMOTION));
            restored.take(announced(pointer(OLDER, 5, ModelPointer.Kind.PROMOTION)));
            restored.take(announced(pointer(GOOD, 3, ModelPointer.Kind.ROLLBACK)));
            restored.take(announced(rollback));
            restored.take(announced(shadow));

            assertThat(restored.accepted()).containsExactly(rollback, shadow);
            assertThat(restored.refused()).isEqualTo(6);
        }
    }

    @Test
    void afterARetirementAnOlderBundleMayServe() throws Exception {
        ModelPointer champion = pointer(GOOD, 1, ModelPointer.Kind.PROMOTION);
        ModelPointer retirement = pointer(GOOD, 2, ModelPointer.Kind.RETIREMENT);
        ModelPointer older = pointer(OLDER, 3, ModelPointer.Kind.PROMOTION);
        try (Acceptance acceptance = new Acceptance(null)) {
            acceptance.take(announced(champion));
            acceptance.take(announced(retirement));
            acceptance.take(announced(older));

            assertThat(acceptance.accepted()).containsExactly(champion, retirement, older);
        }
    }

    private static void assertRefused(ModelPointer pointer, String field) {
        assertThatThrownBy(() -> VerifiedBundle.fetch(pointer, SCHEMA, TrustedKeys.NONE))
                .isInstanceOfSatisfying(
                        RefusedBundle.class,
                        refused -> assertThat(refused.refusal().field()).isEqualTo(field));
    }

    private static Announced.Refusal refusal(String field, boolean passing) {
        return new Announced.Refusal(field, "a test", passing);
    }

    private static Coordinates at() {
        return new Coordinates("models", 0, 7, NOON);
    }

    private static Announced announced(ModelPointer pointer) throws Exception {
        VerifiedBundle verified = VerifiedBundle.fetch(pointer, SCHEMA, TrustedKeys.NONE);
        return new Announced(
                at(), pointer.encode(), verified.served(), verified.labelCutOff(), null);
    }

    private ModelPointer pointer(BundleFormat.Written bundle) throws IOException {
        return pointer(bundle, 0, ModelPointer.Kind.PROMOTION);
    }

    private ModelPointer pointer(BundleFormat.Written bundle, long number, ModelPointer.Kind kind)
            throws IOException {
        Path file = directory.resolve(bundle.bundle().id() + ".zip");
        Files.write(file, bundle.zip());
        return new ModelPointer(
                ModelPointer.CHAMPION,
                bundle.bundle().id(),
                file.toUri().toString(),
                BundleFormat.sha256(bundle.zip()),
                bundle.bundle().manifest().featureFingerprint(),
                0,
                null,
                number,
                kind);
    }

    private static ModelPointer with(
            ModelPointer pointer, String uri, String sha256, String fingerprint) {
        return new ModelPointer(
                pointer.slot(), pointer.bundleId(), uri, sha256, fingerprint, 0, null);
    }

    private static ModelPointer slot(String slot, ModelPointer pointer) {
        return new ModelPointer(
                slot,
                pointer.bundleId(),
                pointer.uri(),
                pointer.sha256(),
                pointer.fingerprint(),
                0,
                null,
                pointer.number(),
                pointer.kind());
    }

    private static final class Acceptance implements AutoCloseable {
        private final BundleAcceptanceFunction function = new BundleAcceptanceFunction();
        private final OneInputStreamOperatorTestHarness<Announced, ServedBundle> harness;

        Acceptance(OperatorSubtaskState state) throws Exception {
            harness = new OneInputStreamOperatorTestHarness<>(new ProcessOperator<>(function));
            if (state != null) {
                harness.initializeState(state);
            }
            harness.open();
        }

        void take(Announced announced) throws Exception {
            harness.processElement(announced, NOON);
        }

        List<ModelPointer> accepted() {
            return harness.extractOutputValues().stream().map(ServedBundle::pointer).toList();
        }

        List<Rejection> rejections() {
            return harness.getSideOutput(BundleAcceptanceFunction.REFUSED).stream()
                    .map(record -> record.getValue())
                    .toList();
        }

        long refused() {
            return (Long)
                    function.getRuntimeContext()
                            .getAccumulator(CheckpointedCounters.BUNDLES_REFUSED)
                            .getLocalValue();
        }

        @Override
        public void close() {
            Events.close(harness);
        }
    }
}
