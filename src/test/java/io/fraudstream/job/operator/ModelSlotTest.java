package io.fraudstream.job.operator;

import static io.fraudstream.job.operator.Events.SCHEMA;
import static org.assertj.core.api.Assertions.assertThat;

import io.fraudstream.job.OrderMode;
import io.fraudstream.job.state.ServedBundle;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.registry.ModelPointer;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelSlotTest {
    private static final BundleFormat.Written OLD = TestBundles.of(NetworkKind.DENSE, SCHEMA, 1);
    private static final BundleFormat.Written NEW = TestBundles.of(NetworkKind.DENSE, SCHEMA, 2);

    private final ShownMetrics metrics = new ShownMetrics();

    @Test
    void itShowsWhatServes() throws Exception {
        try (ModelSlot slot = new ModelSlot(SCHEMA, OrderMode.ARRIVAL, metrics)) {
            assertThat(serving("none")).isOne();
            assertThat(metrics.value("threshold")).isNaN();

            slot.require(List.of(served(OLD, 0.5, ModelPointer.Kind.PROMOTION)));
            assertThat(serving("none")).isZero();
            assertThat(serving(id(OLD))).isOne();
            assertThat(metrics.value("threshold")).isEqualTo(0.5);

            slot.require(List.of(served(NEW, null, ModelPointer.Kind.PROMOTION)));
            assertThat(serving(id(OLD))).isZero();
            assertThat(serving(id(NEW))).isOne();
            assertThat(metrics.value("threshold")).isEqualTo(NEW.bundle().manifest().threshold());

            slot.require(List.of(served(OLD, 0.5, ModelPointer.Kind.ROLLBACK)));
            assertThat(serving(id(OLD))).isOne();
            assertThat(serving(id(NEW))).isZero();

            slot.require(List.of(served(OLD, null, ModelPointer.Kind.RETIREMENT)));
            assertThat(serving(id(OLD))).isZero();
            assertThat(serving("none")).isOne();
            assertThat(metrics.value("threshold")).isNaN();
            assertThat(metrics.value("swaps_total")).isEqualTo(4);
        }
    }

    @Test
    void whatCannotBeMadeReadyIsCountedAndTheOldOneGoesOn() throws Exception {
        try (ModelSlot slot = new ModelSlot(SCHEMA, OrderMode.ARRIVAL, metrics)) {
            slot.require(List.of(served(OLD, 0.5, ModelPointer.Kind.PROMOTION)));
            slot.require(
                    List.of(
                            new ServedBundle(
                                    pointer(NEW, null, ModelPointer.Kind.PROMOTION),
                                    new byte[] {1, 2, 3})));

            assertThat(metrics.value("load_failures_total")).isOne();
            assertThat(metrics.value("swaps_total")).isOne();
            assertThat(serving(id(OLD))).isOne();
            assertThat(slot.at(0).model().bundleId()).isEqualTo(id(OLD));
        }
    }

    private double serving(String bundleId) {
        return metrics.value("bundle_id." + bundleId + ".serving");
    }

    private static String id(BundleFormat.Written bundle) {
        return bundle.bundle().id();
    }

    private static ServedBundle served(
            BundleFormat.Written bundle, Double threshold, ModelPointer.Kind kind)
            throws Exception {
        return new ServedBundle(
                pointer(bundle, threshold, kind),
                kind == ModelPointer.Kind.RETIREMENT
                        ? new byte[0]
                        : BundleFormat.servingPart(bundle.zip()));
    }

    private static ModelPointer pointer(
            BundleFormat.Written bundle, Double threshold, ModelPointer.Kind kind) {
        return new ModelPointer(
                ModelPointer.CHAMPION,
                id(bundle),
                "file:///nowhere",
                "",
                SCHEMA.fingerprint(),
                0,
                threshold,
                0,
                kind);
    }
}
