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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final FeatureSchema SCHEMA =
            new FeatureSchema(TransactionSimulator.roughRates());
    private static final BundleFormat.Written FIRST = TestBundles.of(NetworkKind.DENSE, SCHEMA, 1);
    private static final BundleFormat.Written SECOND = TestBundles.of(NetworkKind.LSTM, SCHEMA, 2);

    private static final BundleFormat.Written THIRD = TestBundles.of(NetworkKind.DENSE, SCHEMA, 3);
    private static final BundleFormat.Written OLDER =
            TestBundles.of(NetworkKind.DENSE, SCHEMA, 4, SCHEMA.fingerprint(), 2);
    private static final Why WHY = Why.of("a test", "to see");

    @TempDir private Path directory;

    @Test
    void aPublishedBundleIsThereUnderItsId() throws Exception {
        ModelBundle published = registry().publish(FIRST.zip());
        registry().publish(SECOND.zip());

        assertThat(published.id()).isEqualTo(FIRST.bundle().id());
        assertThat(registry().bundleIds())
                .containsExactlyInAnyOrder(FIRST.bundle().id(), SECOND.bundle().id());
        assertThat(fileOf(published.id())).hasBinaryContent(FIRST.zip());
        assertThat(registry().load(published.id()).manifest()).isEqualTo(FIRST.bundle().manifest());
    }

    @Test
    void aSignedBundleIsOpenedAndNoOther() throws Exception {
        BundleSigner.Keys keys = BundleSigner.generate();
        BundleSigner.Keys others = BundleSigner.generate();
        TrustedKeys trusted = TrustedKeys.of(others.trusted() + keys.trusted());
        ModelRegistry signing = registry(BundleSigner.of(keys.signing()), trusted);
        String id = signing.publish(FIRST.zip()).id();

        assertThat(signing.publish(FIRST.zip()).id()).isEqualTo(id);
        assertThat(signing.load(id).id()).isEqualTo(id);
        assertThat(signing.bundleIds()).containsExactly(id);
        assertThat(registry().load(id).id()).isEqualTo(id);
        assertThat(signing.promote("champion", id, 0, null, WHY).bundleId()).isEqualTo(id);

        ModelRegistry strange = registry(null, TrustedKeys.of(others.trusted()));
        assertThatThrownBy(() -> strange.load(id))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining(id + ".zip.sig does not sign these bytes by a trusted key");
        // Not opened: what is published is no bundle, and that is not what it is refused for.
        assertThatThrownBy(() -> strange.publish(new byte[] {1, 2}))
                .hasMessage("the bundle is not signed, expected the bundle.sig");
        byte[] signature = BundleSigner.of(keys.signing()).sign(SECOND.zip());
        assertThatThrownBy(() -> strange.publish(SECOND.zip(), signature))
                .hasMessageContaining("by a trusted key");
        assertThat(registry(null, trusted).publish(SECOND.zip(), signature).id())
                .isEqualTo(SECOND.bundle().id());

        Path file = fileOf(id);
        byte[] tampered = FIRST.zip().clone();
        tampered[tampered.length / 2] ^= 1;
        Files.write(file, tampered);
        assertThatThrownBy(() -> signing.load(id)).hasMessageContaining("by a trusted key");
        Files.write(file, FIRST.zip());
        Files.delete(Path.of(file + ".sig"));
        assertThatThrownBy(() -> signing.load(id)).hasMessageContaining("is not signed");
    }

    @Test
    void aKeyThatIsNoneIsToldWithoutShowingIt() {
        BundleSigner.Keys keys = BundleSigner.generate();

        assertThatThrownBy(() -> BundleSigner.of(keys.trusted()))
                .hasMessage("it holds no -----BEGIN PRIVATE KEY-----");
        assertThatThrownBy(() -> BundleSigner.of(keys.signing().replace("MC", "MD")))
                .hasMessage("no Ed25519 key in PKCS 8");
        assertThatThrownBy(() -> TrustedKeys.of(keys.signing()))
                .hasMessage("it holds no -----BEGIN PUBLIC KEY-----");
    }

    private ModelRegistry registry(BundleSigner signer, TrustedKeys trusted) {
        return new ModelRegistry(
                new LocalRegistryFiles(directory),
                Clock.fixed(NOW, ZoneOffset.UTC),
                signer,
                trusted);
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
                registry().promote(ModelPointer.CHAMPION, SECOND.bundle().id(), 1_000, 0.75, WHY);

        byte[] found = Files.readAllBytes(Path.of(URI.create(pointer.uri())));
        assertThat(BundleFormat.sha256(found)).isEqualTo(pointer.sha256());
        assertThat(pointer.bundleId()).isEqualTo(SECOND.bundle().id());
        assertThat(pointer.fingerprint()).isEqualTo(SCHEMA.fingerprint());
        assertThat(pointer.effectiveFrom()).isEqualTo(1_000);
        assertThat(pointer.threshold()).isEqualTo(0.75);
        assertThat(ModelPointer.decode(pointer.encode())).isEqualTo(pointer);
    }

    @Test
    void theLogTellsEachDecisionAndWhoServes() throws Exception {
        publishAll();
        assertThat(registry().inService(ModelPointer.CHAMPION)).isEmpty();

        promote(ModelPointer.CHAMPION, FIRST);
        ModelPointer second = promote(ModelPointer.CHAMPION, SECOND);
        promote(ModelPointer.SHADOW, FIRST);
        RegistryEntry refused =
                registry()
                        .recordRefusal(
                                ModelPointer.CHAMPION,
                                FIRST.bundle().id(),
                                Why.of("retrain", "worse by 0.02", "too many alerts"));
        registry().recordRefusal(ModelPointer.CHAMPION, null, Why.of("retrain", "no events"));

        assertThat(registry().log())
                .extracting(RegistryEntry::number)
                .containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(registry().log().get(1))
                .isEqualTo(
                        new RegistryEntry(
                                2,
                                NOW,
                                RegistryEntry.Kind.PROMOTED,
                                ModelPointer.CHAMPION,
                                SECOND.bundle().id(),
                                null,
                                7,
                                WHY));
        assertThat(registry().log().get(3)).isEqualTo(refused);
        assertThat(second.number()).isEqualTo(2);
        assertThat(second.kind()).isEqualTo(ModelPointer.Kind.PROMOTION);
        assertThat(serving(ModelPointer.CHAMPION)).contains(SECOND.bundle().id());
        assertThat(serving(ModelPointer.SHADOW)).contains(FIRST.bundle().id());
    }

    @Test
    void aRollbackGoesBackToTheOneBeforeWithItsThreshold() throws Exception {
        publishAll();
        registry().promote(ModelPointer.CHAMPION, FIRST.bundle().id(), 7, 0.25, WHY);
        promote(ModelPointer.CHAMPION, SECOND);
        promote(ModelPointer.CHAMPION, THIRD);
        registry().promote(ModelPointer.CHAMPION, THIRD.bundle().id(), 7, 0.75, WHY);

        ModelPointer once = registry().rollBack(ModelPointer.CHAMPION, 8, WHY);
        assertThat(once.bundleId()).isEqualTo(SECOND.bundle().id());
        assertThat(once.kind()).isEqualTo(ModelPointer.Kind.ROLLBACK);
        assertThat(once.number()).isEqualTo(5);
        assertThat(once.threshold()).isNull();
        ModelPointer twice = registry().rollBack(ModelPointer.CHAMPION, 9, WHY);
        assertThat(twice.bundleId()).isEqualTo(FIRST.bundle().id());
        assertThat(twice.threshold()).isEqualTo(0.25);
        assertThat(twice.effectiveFrom()).isEqualTo(9);
        assertThatThrownBy(() -> registry().rollBack(ModelPointer.CHAMPION, 9, WHY))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("no bundle served as champion before");

        ModelPointer forth =
                registry().rollBackTo(ModelPointer.CHAMPION, THIRD.bundle().id(), 9, WHY);
        assertThat(forth.threshold()).isEqualTo(0.75);
        assertThat(serving(ModelPointer.CHAMPION)).contains(THIRD.bundle().id());
        assertThatThrownBy(() -> registry().rollBackTo(ModelPointer.CHAMPION, "unknown", 9, WHY))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("unknown never served as champion")
                .hasMessageContaining(FIRST.bundle().id());
    }

    @Test
    void whatIsRetiredServesNoLongerUntilItIsPutBack() throws Exception {
        publishAll();
        promote(ModelPointer.CHAMPION, FIRST);
        promote(ModelPointer.SHADOW, SECOND);

        ModelPointer retired = registry().retire(ModelPointer.SHADOW, 8, WHY);

        assertThat(retired.kind()).isEqualTo(ModelPointer.Kind.RETIREMENT);
        assertThat(retired.bundleId()).isEqualTo(SECOND.bundle().id());
        assertThat(serving(ModelPointer.SHADOW)).isEmpty();
        assertThat(serving(ModelPointer.CHAMPION)).contains(FIRST.bundle().id());
        assertThatThrownBy(() -> registry().retire(ModelPointer.SHADOW, 8, WHY))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("nothing serves as shadow");

        registry().rollBack(ModelPointer.SHADOW, 9, WHY);
        assertThat(serving(ModelPointer.SHADOW)).contains(SECOND.bundle().id());
    }

    @Test
    void anOlderBundleBecomesShadowAndNotChampion() throws Exception {
        publishAll();
        promote(ModelPointer.CHAMPION, FIRST);
        registry().publish(OLDER.zip());

        assertThatThrownBy(() -> promote(ModelPointer.CHAMPION, OLDER))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("older than the champion " + FIRST.bundle().id());
        assertThat(promote(ModelPointer.SHADOW, OLDER).bundleId()).isEqualTo(OLDER.bundle().id());
        assertThatThrownBy(() -> promote("chief", FIRST))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("slot is \"chief\"");
    }

    @Test
    void whatIsNotHeldOrIsDamagedIsNotPromoted() throws Exception {
        String id = registry().publish(FIRST.zip()).id();
        assertThatThrownBy(() -> registry().promote(ModelPointer.CHAMPION, "unknown", 0, null, WHY))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("unknown")
                .hasMessageContaining(id);

        Files.write(fileOf(id), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> registry().promote(ModelPointer.CHAMPION, id, 0, null, WHY))
                .isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> registry().load(id)).isInstanceOf(BundleException.class);
        assertThat(registry().log()).isEmpty();
    }

    @Test
    void aBundleUnderAnothersNameIsNotPromoted() throws Exception {
        String id = registry().publish(FIRST.zip()).id();
        Files.write(fileOf(id), SECOND.zip());

        assertThatThrownBy(() -> registry().promote(ModelPointer.CHAMPION, id, 0, null, WHY))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining(SECOND.bundle().id());
        assertThatThrownBy(() -> registry().load(id)).isInstanceOf(BundleException.class);
    }

    @Test
    void aLogIsReadStrictly() throws Exception {
        publishAll();
        promote(ModelPointer.CHAMPION, FIRST);
        Path first = directory.resolve("log/00000001.json");
        String line = Files.readString(first);
        assertThat(line.lines()).hasSize(1);

        for (String broken :
                new String[] {
                    "",
                    "null",
                    "yesterday champion",
                    line + line,
                    line.replace("\"number\":1", "\"number\":2"),
                    line.replace("\"number\":1,", ""),
                    line.replace("promoted", "hoped_for"),
                    line.replace("champion", "chief"),
                    line.replace("\"bundle_id\"", "\"bundle\""),
                    line.replace("2026-03-01", "yesterday"),
                    line.replace("\"by\":\"a test\",", "")
                }) {
            Files.writeString(first, broken);
            assertThatThrownBy(() -> registry().log())
                    .as(broken)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("00000001.json");
        }

        Files.writeString(first, line);
        Files.writeString(directory.resolve("log/00000003.json"), line.replace(":1", ":3"));
        assertThatThrownBy(() -> registry().log())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected 2");
    }

    @Test
    void ofManyWritersEachGetsANumberOfItsOwn() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(4);
        try {
            List<Future<RegistryEntry>> entries = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                entries.add(
                        writers.submit(
                                () -> registry().recordRefusal(ModelPointer.CHAMPION, "b", WHY)));
            }
            Set<Long> numbers = new TreeSet<>();
            for (Future<RegistryEntry> entry : entries) {
                numbers.add(entry.get().number());
            }
            assertThat(numbers).hasSize(40);
            assertThat(registry().log()).hasSize(40);
        } finally {
            writers.shutdownNow();
        }
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
                    whole.replace("0.5", "-0.1"),
                    whole.replace("champion", "chief"),
                    whole.replace("0.5", "0.5,\"number\":-1"),
                    whole.replace("0.5", "0.5,\"kind\":\"hoped_for\"")
                }) {
            assertThatThrownBy(() -> ModelPointer.decode(broken.getBytes(StandardCharsets.UTF_8)))
                    .as(broken)
                    .isInstanceOf(IOException.class);
        }
    }

    private void publishAll() throws Exception {
        for (BundleFormat.Written bundle : List.of(FIRST, SECOND, THIRD)) {
            registry().publish(bundle.zip());
        }
    }

    private ModelPointer promote(String slot, BundleFormat.Written bundle) throws Exception {
        return registry().promote(slot, bundle.bundle().id(), 7, null, WHY);
    }

    private Optional<String> serving(String slot) throws IOException {
        return registry().inService(slot).map(RegistryEntry::bundleId);
    }

    private Path fileOf(String id) {
        return Path.of(registry().uriOf(id));
    }

    private ModelRegistry registry() {
        return new ModelRegistry(directory, Clock.fixed(NOW, ZoneOffset.UTC));
    }
}
