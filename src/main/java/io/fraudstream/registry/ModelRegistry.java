package io.fraudstream.registry;

import io.fraudstream.model.BundleException;
import io.fraudstream.model.BundleFormat;
import io.fraudstream.model.ModelBundle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A directory of immutable bundles, {@code bundles/<id>.zip}, with a log of promotions, {@code
 * promotions.log}: one line a promotion, its time, slot and bundle id. The last line of a slot says
 * who serves it.
 */
public final class ModelRegistry {
    private final Path directory;
    private final Clock clock;

    /** One line of the log. */
    public record Promotion(Instant at, String slot, String bundleId) {}

    public ModelRegistry(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    public Path pathOf(String bundleId) {
        return directory.resolve("bundles").resolve(bundleId + ".zip");
    }

    /**
     * Checks a bundle and takes it in; one that is there already stays as it is.
     *
     * @throws BundleException if it is not a bundle
     */
    public ModelBundle publish(byte[] zip) throws IOException, BundleException {
        ModelBundle bundle = BundleFormat.read(zip);
        Path target = pathOf(bundle.id());
        if (Files.exists(target)) {
            return bundle;
        }
        Files.createDirectories(target.getParent());
        Path partial = Files.createTempFile(target.getParent(), "." + bundle.id(), ".partial");
        Files.write(partial, zip);
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        return bundle;
    }

    /**
     * Writes into the log that the bundle serves the slot from now on, and returns the pointer to
     * announce.
     *
     * @param effectiveFrom event time, milliseconds since the epoch
     * @throws BundleException if the registry does not hold the bundle or it is damaged
     */
    public ModelPointer promote(String slot, String bundleId, long effectiveFrom, Double threshold)
            throws IOException, BundleException {
        Path path = pathOf(bundleId);
        if (!Files.exists(path)) {
            throw new BundleException(
                    "registry holds no bundle " + bundleId + ", expected one of " + bundleIds());
        }
        byte[] zip = Files.readAllBytes(path);
        ModelBundle bundle = read(bundleId, zip);
        Files.writeString(
                directory.resolve("promotions.log"),
                clock.instant() + " " + slot + " " + bundleId + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        return new ModelPointer(
                slot,
                bundleId,
                path.toAbsolutePath().toUri().toString(),
                BundleFormat.sha256(zip),
                bundle.manifest().featureFingerprint(),
                effectiveFrom,
                threshold);
    }

    public List<Promotion> promotions() throws IOException {
        Path log = directory.resolve("promotions.log");
        if (!Files.exists(log)) {
            return List.of();
        }
        List<Promotion> promotions = new ArrayList<>();
        for (String line : Files.readAllLines(log, StandardCharsets.UTF_8)) {
            String[] words = line.split(" ", -1);
            if (words.length != 3) {
                throw new IOException(
                        "promotions.log holds \"" + line + "\", expected time, slot and bundle id");
            }
            promotions.add(new Promotion(Instant.parse(words[0]), words[1], words[2]));
        }
        return promotions;
    }

    /** Who serves the slot. */
    public Optional<String> inService(String slot) throws IOException {
        return promotions().stream()
                .filter(promotion -> promotion.slot().equals(slot))
                .map(Promotion::bundleId)
                .reduce((earlier, later) -> later);
    }

    public List<String> bundleIds() throws IOException {
        Path bundles = directory.resolve("bundles");
        if (!Files.isDirectory(bundles)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(bundles)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".zip") && !name.startsWith("."))
                    .map(name -> name.substring(0, name.length() - ".zip".length()))
                    .sorted()
                    .toList();
        }
    }

    /**
     * @throws BundleException if it is damaged
     */
    public ModelBundle load(String bundleId) throws IOException, BundleException {
        return read(bundleId, Files.readAllBytes(pathOf(bundleId)));
    }

    private static ModelBundle read(String bundleId, byte[] zip) throws BundleException {
        ModelBundle bundle = BundleFormat.read(zip);
        if (!bundle.id().equals(bundleId)) {
            throw new BundleException(
                    bundleId + ".zip holds the bundle " + bundle.id() + ", expected " + bundleId);
        }
        return bundle;
    }
}
