package io.fraudstream.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A bundle as a zip of five entries: {@code manifest.json}, {@code normalizer.bin}, {@code
 * weights.bin}, {@code golden.bin} and {@code dl4j.zip}, and perhaps {@code drift.json}; numbers
 * are little-endian float32. The same content gives the same bytes. Reading checks sizes and
 * checksums before anything is interpreted and never deserialises Java objects.
 */
public final class BundleFormat {
    private static final String MANIFEST = "manifest.json";
    private static final String NORMALIZER = "normalizer.bin";
    private static final String WEIGHTS = "weights.bin";
    private static final String GOLDEN = "golden.bin";
    private static final String DL4J = "dl4j.zip";
    private static final List<String> ENTRIES =
            List.of(MANIFEST, NORMALIZER, WEIGHTS, GOLDEN, DL4J);
    private static final List<String> SERVING_ENTRIES =
            List.of(MANIFEST, NORMALIZER, WEIGHTS, GOLDEN);

    /** Bundles may lack it. */
    private static final String DRIFT = "drift.json";

    private static final List<String> OPTIONAL = List.of(DRIFT);

    private static final int MAX_LAYERS = 128;
    private static final int MAX_UNITS = 4096;
    private static final int ID_BYTES = 8;
    private static final int NORMALIZER_COLUMNS = 6;
    private static final String SEQUENCE = "sequence";
    private static final String AGGREGATE = "aggregate";
    private static final String HEAD = "head";
    private static final String LAYER_TYPES = "dense, lstm or convolution";

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .build();

    /** A bundle and the bytes of its zip. */
    public record Written(ModelBundle bundle, byte[] zip) {}

    private BundleFormat() {}

    /**
     * Puts a bundle together; layers and checksums of the given manifest are replaced by the true
     * ones.
     *
     * @param drift {@code null} to leave it out
     */
    public static Written write(
            BundleManifest manifest,
            Network network,
            Normalizer normalizer,
            float[] usual,
            GoldenCases golden,
            byte[] dl4j,
            DriftReference drift) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put(NORMALIZER, normalizerBytes(normalizer, usual));
        entries.put(WEIGHTS, weightBytes(network));
        entries.put(GOLDEN, goldenBytes(golden));
        entries.put(DL4J, dl4j);
        if (drift != null) {
            entries.put(DRIFT, drift.encode());
        }
        Map<String, String> checksums = new LinkedHashMap<>();
        entries.forEach((name, bytes) -> checksums.put(name, sha256(bytes)));
        BundleManifest complete =
                new BundleManifest(
                        BundleManifest.FORMAT_VERSION,
                        network.kind().wireName(),
                        manifest.featureFingerprint(),
                        manifest.features(),
                        manifest.sequenceLength(),
                        manifest.seed(),
                        manifest.trainingFrom(),
                        manifest.trainingTo(),
                        manifest.labelCutOff(),
                        manifest.trainedBy(),
                        manifest.metrics(),
                        manifest.threshold(),
                        manifest.thresholdChoice(),
                        manifest.calibration(),
                        layerEntries(network),
                        checksums);
        try {
            byte[] manifestBytes = JSON.writeValueAsBytes(complete);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
                put(zip, MANIFEST, manifestBytes);
                for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                    put(zip, entry.getKey(), entry.getValue());
                }
            }
            ModelBundle bundle =
                    new ModelBundle(
                            idOf(manifestBytes),
                            complete,
                            network,
                            normalizer,
                            usual,
                            golden,
                            dl4j,
                            drift);
            return new Written(bundle, bytes.toByteArray());
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
    }

    /**
     * Reads a bundle.
     *
     * @throws BundleException for anything that is not exactly a bundle of this format
     */
    public static ModelBundle read(byte[] zip) throws BundleException {
        return read(zip, ENTRIES);
    }

    /**
     * A bundle without DL4J's own zip: all that scoring needs, under the same id. {@link
     * #readServing} reads it.
     *
     * @throws BundleException if it is not a bundle
     */
    public static byte[] servingPart(byte[] zip) throws BundleException {
        Map<String, byte[]> entries = BundleZip.open(zip, ENTRIES, OPTIONAL);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (String name : SERVING_ENTRIES) {
                put(out, name, entries.get(name));
            }
            if (entries.containsKey(DRIFT)) {
                put(out, DRIFT, entries.get(DRIFT));
            }
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads what {@link #servingPart} gave; the bundle cannot be trained on.
     *
     * @throws BundleException for anything else
     */
    public static ModelBundle readServing(byte[] zip) throws BundleException {
        return read(zip, SERVING_ENTRIES);
    }

    private static ModelBundle read(byte[] zip, List<String> names) throws BundleException {
        Map<String, byte[]> entries = BundleZip.open(zip, names, OPTIONAL);
        byte[] manifestBytes = entries.get(MANIFEST);
        BundleManifest manifest = manifest(manifestBytes);
        for (String name : entries.keySet()) {
            if (!name.equals(MANIFEST)) {
                String found = sha256(entries.get(name));
                String expected = manifest.checksums().get(name);
                if (!found.equals(expected)) {
                    throw new BundleException(
                            "bundle entry "
                                    + name
                                    + " has SHA-256 "
                                    + found
                                    + ", expected "
                                    + expected);
                }
            }
        }
        try {
            Network network = network(manifest, entries.get(WEIGHTS));
            float[] normalizerNumbers = floats(entries.get(NORMALIZER));
            int size = manifest.features().size();
            Normalizer normalizer = normalizer(normalizerNumbers, size);
            requireInputs("a sequence", network.sequenceInputs(), normalizer.size());
            requireInputs("the newest vector", network.newestInputs(), normalizer.width());
            return new ModelBundle(
                    idOf(manifestBytes),
                    manifest,
                    network,
                    normalizer,
                    block(normalizerNumbers, 3, size),
                    golden(floats(entries.get(GOLDEN)), size),
                    entries.getOrDefault(DL4J, new byte[0]),
                    entries.containsKey(DRIFT)
                            ? DriftReference.decode(entries.get(DRIFT), size)
                            : null);
        } catch (IllegalArgumentException | java.nio.BufferUnderflowException broken) {
            throw new BundleException(
                    "bundle's numbers do not fit its manifest: " + broken.getMessage(), broken);
        }
    }

    /** Whole-file checksum, as pointers carry it. */
    public static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(digest(bytes));
    }

    private static BundleManifest manifest(byte[] bytes) throws BundleException {
        BundleManifest manifest;
        try {
            JsonNode version = JSON.readTree(bytes).path("formatVersion");
            // Before anything else: another version may hold other things.
            if (!version.isInt() || version.intValue() != BundleManifest.FORMAT_VERSION) {
                throw new BundleException(
                        "bundle has format version "
                                + version
                                + ", expected "
                                + BundleManifest.FORMAT_VERSION);
            }
            manifest = JSON.readValue(bytes, BundleManifest.class);
        } catch (JsonProcessingException e) {
            throw new BundleException("bundle manifest: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new BundleException("bundle manifest: " + e.getMessage(), e);
        }
        if (manifest == null
                || manifest.checksums() == null
                || manifest.features() == null
                || manifest.layers() == null
                || manifest.calibration() == null
                || manifest.metrics() == null) {
            throw new BundleException("bundle manifest is incomplete");
        }
        if (!(manifest.threshold() >= 0 && manifest.threshold() <= 1)) {
            throw new BundleException(
                    "bundle threshold is " + manifest.threshold() + ", expected 0 to 1");
        }
        BundleManifest.CalibrationEntry calibration = manifest.calibration();
        if (!(calibration.slope() > 0)
                || !Double.isFinite(calibration.slope())
                || !Double.isFinite(calibration.intercept())) {
            throw new BundleException(
                    "bundle " + calibration + ", expected a positive slope and finite numbers");
        }
        return manifest;
    }

    private static List<BundleManifest.LayerEntry> layerEntries(Network network) {
        List<BundleManifest.LayerEntry> entries = new ArrayList<>();
        for (int i = 0; i < network.members().size(); i++) {
            Network.Member member = network.members().get(i);
            for (Layer layer : member.sequence()) {
                entries.add(entry(i, SEQUENCE, layer));
            }
            for (Layer layer : member.aggregate()) {
                entries.add(entry(i, AGGREGATE, layer));
            }
            for (Layer layer : member.head()) {
                entries.add(entry(i, HEAD, layer));
            }
        }
        return entries;
    }

    private static BundleManifest.LayerEntry entry(int member, String branch, Layer layer) {
        String type;
        Integer kernel = null;
        Activation activation = null;
        if (layer instanceof Layer.Dense dense) {
            type = "dense";
            activation = dense.activation();
        } else if (layer instanceof Layer.Convolution convolution) {
            type = "convolution";
            kernel = convolution.kernel();
            activation = convolution.activation();
        } else {
            type = "lstm";
        }
        return new BundleManifest.LayerEntry(
                member,
                branch,
                type,
                layer.inputs(),
                layer.outputs(),
                kernel,
                activation == null ? null : activation.name());
    }

    private static Network network(BundleManifest manifest, byte[] weights) throws BundleException {
        List<BundleManifest.LayerEntry> entries = manifest.layers();
        if (entries.isEmpty() || entries.size() > MAX_LAYERS) {
            throw new BundleException(
                    "bundle has " + entries.size() + " layers, expected 1 to " + MAX_LAYERS);
        }
        ByteBuffer numbers = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
        List<Network.Member> members = new ArrayList<>();
        int at = 0;
        while (at < entries.size()) {
            List<Layer> sequence = new ArrayList<>();
            List<Layer.Dense> aggregate = new ArrayList<>();
            List<Layer.Dense> head = new ArrayList<>();
            at = branch(entries, at, members.size(), SEQUENCE, numbers, Layer.class, sequence);
            at =
                    branch(
                            entries,
                            at,
                            members.size(),
                            AGGREGATE,
                            numbers,
                            Layer.Dense.class,
                            aggregate);
            at = branch(entries, at, members.size(), HEAD, numbers, Layer.Dense.class, head);
            if (head.isEmpty()) {
                throw new BundleException(
                        "bundle layer "
                                + at
                                + " is "
                                + (at < entries.size() ? entries.get(at) : "missing")
                                + ", expected the layers of member "
                                + members.size()
                                + " in the order sequence, aggregate, head");
            }
            members.add(new Network.Member(sequence, aggregate, head));
        }
        if (numbers.hasRemaining()) {
            throw new BundleException(
                    "bundle has " + numbers.remaining() + " bytes of weights too many");
        }
        return new Network(NetworkKind.of(manifest.kind()), members);
    }

    /** Takes the layers of one branch off the list; gives where the next one begins. */
    private static <T extends Layer> int branch(
            List<BundleManifest.LayerEntry> entries,
            int from,
            int member,
            String branch,
            ByteBuffer numbers,
            Class<T> type,
            List<T> layers)
            throws BundleException {
        int at = from;
        for (; at < entries.size(); at++) {
            BundleManifest.LayerEntry entry = entries.get(at);
            if (entry == null || entry.type() == null) {
                throw new BundleException("bundle layer is null, expected " + LAYER_TYPES);
            }
            if (entry.member() != member || !branch.equals(entry.branch())) {
                return at;
            }
            if (type == Layer.Dense.class && !entry.type().equals("dense")) {
                throw new BundleException(
                        "bundle layer of the "
                                + branch
                                + " is "
                                + entry.type()
                                + ", expected dense");
            }
            layers.add(type.cast(layer(entry, numbers)));
        }
        return at;
    }

    private static Layer layer(BundleManifest.LayerEntry entry, ByteBuffer numbers)
            throws BundleException {
        int in = entry.inputs();
        int out = entry.outputs();
        if (in < 1 || in > MAX_UNITS || out < 1 || out > MAX_UNITS) {
            throw new BundleException(
                    "bundle layer is " + in + " × " + out + ", expected 1 to " + MAX_UNITS);
        }
        return switch (entry.type()) {
            case "dense" ->
                    new Layer.Dense(
                            in,
                            out,
                            activation(entry),
                            take(numbers, in * out),
                            take(numbers, out));
            case "lstm" ->
                    new Layer.Lstm(
                            in,
                            out,
                            take(numbers, in * 4 * out),
                            take(numbers, out * 4 * out),
                            take(numbers, 4 * out));
            case "convolution" -> {
                int kernel = entry.kernel() == null ? 0 : entry.kernel();
                if (kernel < 1 || kernel > Network.MAX_WINDOW) {
                    throw new BundleException(
                            "bundle layer's kernel is "
                                    + entry.kernel()
                                    + ", expected 1 to "
                                    + Network.MAX_WINDOW);
                }
                yield new Layer.Convolution(
                        in,
                        out,
                        kernel,
                        activation(entry),
                        take(numbers, kernel * in * out),
                        take(numbers, out));
            }
            default ->
                    throw new BundleException(
                            "bundle layer is " + entry.type() + ", expected " + LAYER_TYPES);
        };
    }

    private static Activation activation(BundleManifest.LayerEntry entry) throws BundleException {
        for (Activation activation : Activation.values()) {
            if (activation.name().equals(entry.activation())) {
                return activation;
            }
        }
        throw new BundleException(
                "bundle layer's activation is "
                        + entry.activation()
                        + ", expected one of "
                        + List.of(Activation.values()));
    }

    private static float[] take(ByteBuffer numbers, int count) {
        if (count > numbers.remaining() / Float.BYTES) {
            throw new IllegalArgumentException(
                    "only "
                            + numbers.remaining() / Float.BYTES
                            + " weights are left, expected "
                            + count);
        }
        float[] taken = new float[count];
        for (int i = 0; i < count; i++) {
            taken[i] = numbers.getFloat();
            if (!Float.isFinite(taken[i])) {
                throw new IllegalArgumentException(
                        "a weight is " + taken[i] + ", expected a finite number");
            }
        }
        return taken;
    }

    private static byte[] weightBytes(Network network) {
        List<float[]> blocks = new ArrayList<>();
        for (Network.Member member : network.members()) {
            for (Layer layer : member.layers()) {
                blocks.addAll(List.of(layer.blocks()));
            }
        }
        int length = blocks.stream().mapToInt(block -> block.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * length).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] block : blocks) {
            for (float weight : block) {
                bytes.putFloat(weight);
            }
        }
        return bytes.array();
    }

    private static void requireInputs(String what, int found, int expected) throws BundleException {
        if (found != 0 && found != expected) {
            throw new BundleException(
                    "bundle's network takes "
                            + found
                            + " numbers of "
                            + what
                            + ", expected "
                            + expected);
        }
    }

    /**
     * By columns: whether logarithmic, means, scales, usual values, whether indicated, how many
     * edges; then all edges.
     */
    private static byte[] normalizerBytes(Normalizer normalizer, float[] usual) {
        int size = normalizer.size();
        int edges = 0;
        for (float[] cuts : normalizer.edges()) {
            edges += cuts.length;
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(Float.BYTES * (NORMALIZER_COLUMNS * size + edges))
                        .order(ByteOrder.LITTLE_ENDIAN);
        for (boolean logarithmic : normalizer.logarithmic()) {
            bytes.putFloat(logarithmic ? 1 : 0);
        }
        for (float[] column : new float[][] {normalizer.mean(), normalizer.scale(), usual}) {
            for (float value : column) {
                bytes.putFloat(value);
            }
        }
        for (boolean indicated : normalizer.indicated()) {
            bytes.putFloat(indicated ? 1 : 0);
        }
        for (float[] cuts : normalizer.edges()) {
            bytes.putFloat(cuts.length);
        }
        for (float[] cuts : normalizer.edges()) {
            for (float edge : cuts) {
                bytes.putFloat(edge);
            }
        }
        return bytes.array();
    }

    private static Normalizer normalizer(float[] numbers, int size) throws BundleException {
        if (numbers.length < NORMALIZER_COLUMNS * size) {
            throw new BundleException(
                    "bundle's normalizer holds "
                            + numbers.length
                            + " numbers, expected "
                            + NORMALIZER_COLUMNS
                            + " or more for each of "
                            + size
                            + " features");
        }
        boolean[] logarithmic = new boolean[size];
        boolean[] indicated = new boolean[size];
        float[][] edges = new float[size][];
        int at = NORMALIZER_COLUMNS * size;
        for (int i = 0; i < size; i++) {
            logarithmic[i] = numbers[i] != 0;
            indicated[i] = numbers[4 * size + i] != 0;
            int count = (int) numbers[5 * size + i];
            if (count < 0 || count > numbers.length - at) {
                throw new BundleException(
                        "bundle's normalizer has "
                                + count
                                + " edges for feature "
                                + i
                                + ", expected 0 to "
                                + (numbers.length - at));
            }
            edges[i] = Arrays.copyOfRange(numbers, at, at + count);
            at += count;
        }
        if (at != numbers.length) {
            throw new BundleException(
                    "bundle's normalizer has " + (numbers.length - at) + " numbers too many");
        }
        float[] mean = finite("mean", block(numbers, 1, size));
        float[] scale = finite("scale", block(numbers, 2, size));
        return new Normalizer(logarithmic, mean, scale, edges, indicated);
    }

    private static float[] finite(String what, float[] numbers) throws BundleException {
        for (float number : numbers) {
            if (!Float.isFinite(number)) {
                throw new BundleException(
                        "bundle's normalizer has a "
                                + what
                                + " of "
                                + number
                                + ", expected finite numbers");
            }
        }
        return numbers;
    }

    private static float[] block(float[] numbers, int number, int size) {
        float[] block = new float[size];
        System.arraycopy(numbers, number * size, block, 0, size);
        return block;
    }

    /** Per case: how many vectors, the vectors, the output. */
    private static byte[] goldenBytes(GoldenCases golden) {
        int length = 0;
        for (float[][] sequence : golden.sequences()) {
            length += 2 + sequence.length * sequence[0].length;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < golden.outputs().length; i++) {
            bytes.putFloat(golden.sequences()[i].length);
            for (float[] vector : golden.sequences()[i]) {
                for (float value : vector) {
                    bytes.putFloat(value);
                }
            }
            bytes.putFloat(golden.outputs()[i]);
        }
        return bytes.array();
    }

    private static GoldenCases golden(float[] numbers, int size) {
        List<float[][]> sequences = new ArrayList<>();
        List<Float> outputs = new ArrayList<>();
        int at = 0;
        while (at < numbers.length) {
            int steps = (int) numbers[at++];
            if (steps < 1 || at + (long) steps * size + 1 > numbers.length) {
                throw new IllegalArgumentException("a golden case has " + steps + " steps");
            }
            float[][] sequence = new float[steps][size];
            for (float[] vector : sequence) {
                System.arraycopy(numbers, at, vector, 0, size);
                at += size;
            }
            sequences.add(sequence);
            outputs.add(numbers[at++]);
        }
        if (outputs.isEmpty()) {
            throw new IllegalArgumentException("there is no golden case, expected 1 or more");
        }
        float[] outputArray = new float[outputs.size()];
        for (int i = 0; i < outputArray.length; i++) {
            outputArray[i] = outputs.get(i);
        }
        return new GoldenCases(sequences.toArray(new float[0][][]), outputArray);
    }

    private static float[] floats(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        float[] numbers = new float[bytes.length / Float.BYTES];
        buffer.asFloatBuffer().get(numbers);
        return numbers;
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        // A fixed time, so that the same content gives the same bytes.
        entry.setTimeLocal(java.time.LocalDateTime.of(2000, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static String idOf(byte[] manifestBytes) {
        return HexFormat.of().formatHex(digest(manifestBytes), 0, ID_BYTES);
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
