package io.fraudstream.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fraudstream.features.FeatureSchema;
import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.ModelBundle;
import io.fraudstream.model.NetworkKind;
import io.fraudstream.model.TestBundles;
import io.fraudstream.simulation.TransactionSimulator;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final FeatureSchema SCHEMA =
            new FeatureSchema(TransactionSimulator.roughRates());
    private static final BundleFormat.Written FIRST = TestBundles.of(NetworkKind.DENSE, SCHEMA, 1);
    private static final BundleFormat.Written SECOND = TestBundles.of(NetworkKind.LSTM, SCHEMA, 2);

    @TempDir private Path directory;

    @Test
    void aPublishedBundleIsThereUnderItsId() throws Exception {
        ModelBundle published = registry().publish(FIRST.zip());
        registry().publish(SECOND.zip());

        assertThat(published.id()).isEqualTo(FIRST.bundle().id());
        assertThat(registry().bundleIds())
                .containsExactlyInAnyOrder(FIRST.bundle().id(), SECOND.bundle().id());
        assertThat(registry().pathOf(published.id())).hasBinaryContent(FIRST.zip());
        assertThat(registry().load(published.id()).manifest()).isEqualTo(FIRST.bundle().manifest());
    }

    @Test
    void publishingTwiceLeavesOneFile() throws Exception {
        registry().publish(FIRST.zip());
        registry().publish(FIRST.zip());

        assertThat(directory.resolve("bundles"))
                .isDirectoryContaining(file -> file.toString().endsWith(".zip"));
        try (var files = Files.list(directory.resolve("bundles"))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void whatIsNoBundleIsNotTakenIn() throws IOException {
        byte[] damaged = FIRST.zip().clone();
        damaged[damaged.length / 2] ^= 1;

        assertThatThrownBy(() -> registry().publish(damaged)).isInstanceOf(BundleException.class);
        assertThat(registry().bundleIds()).isEmpty();
    }

    @Test
    void thePointerOfAPromotionLeadsToTheBundle() throws Exception {
        registry().publish(SECOND.zip());

        ModelPointer pointer =
                registry().promote(ModelPointer.CHAMPION, SECOND.bundle().id(), 1_000, 0.75);

        byte[] found = Files.readAllBytes(Path.of(URI.create(pointer.uri())));
        assertThat(BundleFormat.sha256(found)).isEqualTo(pointer.sha256());
        assertThat(pointer.bundleId()).isEqualTo(SECOND.bundle().id());
        assertThat(pointer.fingerprint()).isEqualTo(SCHEMA.fingerprint());
        assertThat(pointer.effectiveFrom()).isEqualTo(1_000);
        assertThat(pointer.threshold()).isEqualTo(0.75);
        assertThat(ModelPointer.decode(pointer.encode())).isEqualTo(pointer);
    }

    @Test
    void theLogTellsEachPromotionAndTheLastOfASlotServes() throws Exception {
        registry().publish(FIRST.zip());
        registry().publish(SECOND.zip());
        assertThat(registry().inService(ModelPointer.CHAMPION)).isEmpty();

        registry().promote(ModelPointer.CHAMPION, FIRST.bundle().id(), 0, null);
        registry().promote(ModelPointer.CHAMPION, SECOND.bundle().id(), 0, null);
        registry().promote("shadow", FIRST.bundle().id(), 0, null);

        assertThat(registry().promotions())
                .containsExactly(
                        new ModelRegistry.Promotion(
                                NOW, ModelPointer.CHAMPION, FIRST.bundle().id()),
                        new ModelRegistry.Promotion(
                                NOW, ModelPointer.CHAMPION, SECOND.bundle().id()),
                        new ModelRegistry.Promotion(NOW, "shadow", FIRST.bundle().id()));
        assertThat(registry().inService(ModelPointer.CHAMPION)).contains(SECOND.bundle().id());
        assertThat(registry().inService("shadow")).contains(FIRST.bundle().id());
    }

    @Test
    void whatIsNotHeldOrIsDamagedIsNotPromoted() throws Exception {
        String id = registry().publish(FIRST.zip()).id();
        assertThatThrownBy(() -> registry().promote(ModelPointer.CHAMPION, "unknown", 0, null))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("unknown")
                .hasMessageContaining(id);

        Files.write(registry().pathOf(id), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> registry().promote(ModelPointer.CHAMPION, id, 0, null))
                .isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> registry().load(id)).isInstanceOf(BundleException.class);
        assertThat(registry().promotions()).isEmpty();
    }

    @Test
    void aBundleUnderAnothersNameIsNotPromoted() throws Exception {
        String id = registry().publish(FIRST.zip()).id();
        Files.write(registry().pathOf(id), SECOND.zip());

        assertThatThrownBy(() -> registry().promote(ModelPointer.CHAMPION, id, 0, null))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining(SECOND.bundle().id());
        assertThatThrownBy(() -> registry().load(id)).isInstanceOf(BundleException.class);
    }

    @Test
    void aBrokenLogIsToldAsSuch() throws Exception {
        Files.writeString(directory.resolve("promotions.log"), "yesterday champion\n");

        assertThatThrownBy(() -> registry().promotions())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("yesterday champion");
    }

    @Test
    void aPointerThatLacksSomethingOrIsAbsurdIsRefused() {
        String whole =
                "{\"slot\":\"champion\",\"bundle_id\":\"b\",\"uri\":\"file:///b.zip\",\"sha256\":\"00\","
                    + "\"fingerprint\":\"f\",\"effective_from\":5,\"threshold\":0.5}";
        for (String broken :
                new String[] {
                    "null",
                    "{}",
                    "not json",
                    whole.replace("\"champion\"", "null"),
                    whole.replace("\"b\"", "null"),
                    whole.replace("\"f\"", "null"),
                    whole.replace(":5,", ":null,"),
                    whole.replace("0.5", "1.5"),
                    whole.replace("0.5", "-0.1")
                }) {
            assertThatThrownBy(() -> ModelPointer.decode(broken.getBytes(StandardCharsets.UTF_8)))
                    .as(broken)
                    .isInstanceOf(IOException.class);
        }
    }

    private ModelRegistry registry() {
        return new ModelRegistry(directory, Clock.fixed(NOW, ZoneOffset.UTC));
    }
}
