package io.fraudstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.fraudstream.features.FeatureSchema;
import io.fraudstream.transaction.ExchangeRates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bundles that mean harm are refused by the zip's directory, before an entry is inflated. */
class BundleZipTest {
    private static final int DIRECTORY_SIZE = 24;
    private static final int DIRECTORY_OFFSET = 42;
    private static final BundleFormat.Written GOOD =
            TestBundles.of(NetworkKind.DENSE, new FeatureSchema(ExchangeRates.only("EUR")), 1);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../outside.sh",
                "/etc/cron.d/job",
                "..\\outside.bat",
                "weights.bin/",
                "WEIGHTS.BIN",
                "weights.bin\0.txt",
                "preprocessor.bin",
                "META-INF/MANIFEST.MF"
            })
    void noOtherNameAndSoNoPathIsAccepted(String name) throws IOException {
        Map<String, byte[]> entries = entries();
        entries.put(name, new byte[] {1});

        assertRefused(zip(entries), "bundle holds the entry " + name);
    }

    @Test
    void aBombIsRefusedBeforeItIsInflated() throws IOException {
        Map<String, byte[]> entries = entries();
        entries.put("weights.bin", new byte[60 << 20]);
        byte[] bomb = zip(entries);
        assertThat(bomb).hasSizeLessThan(200 << 10);

        long allocated = allocatedBy(() -> assertRefused(bomb, "bundle entry weights.bin is "));

        assertThat(allocated).isLessThan(1 << 20);
    }

    @Test
    void manyEntriesTogetherMayNotBeTooLongEither() throws IOException {
        Map<String, byte[]> entries = entries();
        for (String name : new String[] {"weights.bin", "golden.bin", "dl4j.zip"}) {
            byte[] noise = new byte[22 << 20];
            new SplittableRandom(1).nextBytes(noise);
            entries.put(name, noise);
        }

        assertRefused(zip(entries), "67108864 in the whole bundle");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1 << 20, 0x7fff_ffffL, 0xffff_ffffL})
    void aSizeThatIsNotTrueIsRefused(long declared) throws IOException {
        byte[] lying =
                withDirectory("weights.bin", at -> at.putInt(DIRECTORY_SIZE, (int) declared));

        assertThatThrownBy(() -> BundleFormat.read(lying))
                .isInstanceOf(BundleException.class)
                .hasMessageMatching("(?s).*(not as long as it says|expected at most 100 times).*");
    }

    @Test
    void entriesMayNotShareTheirBytes() throws IOException {
        byte[] overlapping = withDirectory("golden.bin", at -> at.putInt(DIRECTORY_OFFSET, 0));

        assertRefused(overlapping, "entry golden.bin is not where it should be");
    }

    @Test
    void anEntryMayNotStandTwice() throws IOException {
        Map<String, byte[]> entries = entries();
        entries.put("weights.bim", entries.get("weights.bin"));
        byte[] duplicate =
                new String(zip(entries), StandardCharsets.ISO_8859_1)
                        .replace("weights.bim", "weights.bin")
                        .getBytes(StandardCharsets.ISO_8859_1);
        assertRefused(duplicate, "bundle holds the entry weights.bin, expected once each");
    }

    @Test
    void theTwoNamesOfAnEntryMustAgree() throws IOException {
        byte[] zip = zip(entries());
        int local = indexOf(zip, "weights.bin");
        zip[local] = 'W';

        assertRefused(zip, "entry weights.bin has two names");
    }

    @Test
    void nothingMayStandBeforeBetweenOrBehindTheEntries() throws IOException {
        byte[] zip = zip(entries());
        byte[] behind = ByteBuffer.allocate(zip.length + 1).put(zip).array();
        assertRefused(behind, "not a readable zip");

        byte[] before = ByteBuffer.allocate(zip.length + 1).put((byte) '#').put(zip).array();
        assertRefused(before, "not a readable zip");
    }

    @Test
    void anythingElseIsRefusedTooAndNothingElseIsThrown() {
        byte[] zip = GOOD.zip();
        SplittableRandom random = new SplittableRandom(5);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = zip.clone();
            // Most of what matters lies in the directory at the end.
            int from = i % 2 == 0 ? damaged.length - 400 : 0;
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                damaged[random.nextInt(from, damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(BundleFormat.read(damaged).id()).isEqualTo(GOOD.bundle().id());
            } catch (BundleException expected) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1_500);
    }

    /** What runs code where Java deserialises it. */
    private static final class Gadget implements Serializable {
        private static final long serialVersionUID = 1L;
        private static final AtomicInteger RUN = new AtomicInteger();

        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            RUN.incrementAndGet();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "manifest.json",
                "normalizer.bin",
                "weights.bin",
                "golden.bin",
                "drift.json"
            })
    void anObjectInAnEntryIsNeverDeserialised(String name) throws Exception {
        byte[] gadget = gadget();
        int runs = Gadget.RUN.get();
        Map<String, byte[]> entries = entries();
        entries.put(name, gadget);
        assertThatThrownBy(() -> BundleFormat.read(zip(entries)))
                .isInstanceOf(BundleException.class);
        assertThatThrownBy(() -> BundleFormat.read(gadget)).isInstanceOf(BundleException.class);
        assertThat(Gadget.RUN).hasValue(runs);

        new ObjectInputStream(new ByteArrayInputStream(gadget)).readObject();
        assertThat(Gadget.RUN).as("the gadget works").hasValue(runs + 1);
    }

    /** DL4J's own zip holds Java objects; reading a bundle leaves it closed. */
    @Test
    void aGadgetWhereDl4jKeepsItsOwnIsNotOpened() throws Exception {
        int runs = Gadget.RUN.get();
        byte[] zip =
                BundleFormat.write(
                                GOOD.bundle().manifest(),
                                GOOD.bundle().network(),
                                GOOD.bundle().normalizer(),
                                GOOD.bundle().usual(),
                                GOOD.bundle().golden(),
                                gadget(),
                                null)
                        .zip();

        assertThat(BundleFormat.read(zip).dl4j()).isEqualTo(gadget());
        assertThat(BundleFormat.readServing(BundleFormat.servingPart(zip)).dl4j()).isEmpty();
        assertThat(Gadget.RUN).hasValue(runs);
    }

    private static byte[] gadget() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new Gadget());
        }
        return bytes.toByteArray();
    }

    private static void assertRefused(byte[] zip, String message) {
        assertThatThrownBy(() -> BundleFormat.read(zip))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining(message);
    }

    private static long allocatedBy(Runnable task) {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        task.run();
        long before = thread.getCurrentThreadAllocatedBytes();
        task.run();
        return thread.getCurrentThreadAllocatedBytes() - before;
    }

    /** The good bundle with something changed in the directory's entry of that name. */
    private static byte[] withDirectory(String name, Consumer<ByteBuffer> change)
            throws IOException {
        byte[] zip = zip(entries());
        String text = new String(zip, StandardCharsets.ISO_8859_1);
        int entry = text.lastIndexOf(name) - 46;
        change.accept(
                ByteBuffer.wrap(zip, entry, zip.length - entry)
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN));
        return zip;
    }

    private static int indexOf(byte[] zip, String name) {
        return new String(zip, StandardCharsets.ISO_8859_1).indexOf(name);
    }

    private static Map<String, byte[]> entries() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(GOOD.zip()))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(entry.getName(), in.readAllBytes());
            }
        }
        return entries;
    }

    private static byte[] zip(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                out.putNextEntry(new ZipEntry(entry.getKey()));
                out.write(entry.getValue());
                out.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
